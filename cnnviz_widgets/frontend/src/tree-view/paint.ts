/** The dendrogram's two layers: the tree itself, and what changes with the mouse. */
import { STRIP, ticksOf, TOP, yOf, type Scale } from "./scale";
import { clusters, mergeHeight, type Tree } from "./tree";
import { CLUSTER_COLORS, type Theme } from "../lib/dom/theme";
import { GUTTER, visible, xOf, type Columns } from "../lib/linking/column-axis";
import type { Selection } from "../lib/linking/selection";

export interface Scene {
  tree: Tree;
  theme: Theme;
  selection: Selection;
  columns: Columns;
  scale: Scale;
  width: number;
  height: number;
  /** Distance of the cut; null for none. */
  cut: number | null;
  /** The merge under the mouse or the keyboard; -1 for none. */
  merge: number;
  /** The column where a channel stands; undefined for channels outside the tree. */
  columnOf: (channel: number) => number | undefined;
}

export function paintTree(context: CanvasRenderingContext2D, scene: Scene): void {
  paintAxis(context, scene);
  paintBranches(context, scene);
}

/** The tree without its axis: for a view that turns it and has an axis of its own. */
export function paintBranches(context: CanvasRenderingContext2D, scene: Scene): void {
  clipped(context, scene, () => paintMerges(context, scene));
}

export function paintOverlay(context: CanvasRenderingContext2D, scene: Scene): void {
  clipped(context, scene, () => {
    paintSelected(context, scene);
    paintHovered(context, scene);
    paintSubtree(context, scene);
  });
}

/** Paint where columns are, and nowhere else. */
function clipped(context: CanvasRenderingContext2D, { columns, width, height }: Scene, paint: () => void): void {
  context.save();
  context.beginPath();
  context.rect(columns.before, 0, width - columns.before - columns.after, height);
  context.clip();
  paint();
  context.restore();
}

function paintAxis(context: CanvasRenderingContext2D, { scale, theme }: Scene): void {
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = context.strokeStyle = theme.faint;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(GUTTER - 4.5, scale.top);
  context.lineTo(GUTTER - 4.5, scale.bottom);
  const tick = (text: string, at: number): void => {
    const y = Math.round(at) + 0.5;
    context.moveTo(GUTTER - 8, y);
    context.lineTo(GUTTER - 4, y);
    context.fillText(text, GUTTER - 10, y);
  };
  for (const [text, at] of ticksOf(scale)) tick(text, at);
  if (scale.apart !== null) {
    tick("all zero 2", scale.apart);
    // Two slanted strokes: the axis is not to scale here.
    for (const middle of [scale.top - 9, scale.top - 5]) {
      context.moveTo(GUTTER - 9, middle + 2);
      context.lineTo(GUTTER, middle - 2);
    }
  }
  context.stroke();
  context.save();
  context.translate(10, (scale.top + scale.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.fillText("cosine distance", 0, 0);
  context.restore();
}

const colorsOf = (theme: Theme): readonly string[] => (theme.dark ? CLUSTER_COLORS.dark : CLUSTER_COLORS.light);

function paintMerges(context: CanvasRenderingContext2D, scene: Scene): void {
  const { tree, columns, theme, cut } = scene;
  const labels = cut === null ? null : clusters(tree, cut);
  const colors = colorsOf(theme);
  const [first, last] = visible(columns);
  const paths = new Map<string, Path2D>();
  for (let merge = 0; merge < tree.merges; merge++) {
    const [left, right] = [tree.feet[2 * merge]!, tree.feet[2 * merge + 1]!];
    if (right < first || left > last) continue;
    const label = labels !== null && mergeHeight(tree, merge) <= cut! ? labels[tree.split[merge]!]! : -1;
    const color = label < 0 ? (labels ? theme.faint : theme.text) : colors[label % colors.length]!;
    let path = paths.get(color);
    if (!path) paths.set(color, (path = new Path2D()));
    trace(path, merge, scene);
  }
  context.lineWidth = 1;
  for (const [color, path] of paths) {
    context.strokeStyle = color;
    context.stroke(path);
  }
  if (labels) paintStrip(context, labels, scene);
}

function trace(path: Path2D, merge: number, { tree, columns, scale }: Scene): void {
  const { feet, heights } = tree;
  const left = xOf(columns, feet[2 * merge]!);
  const right = xOf(columns, feet[2 * merge + 1]!);
  const y = yOf(scale, heights[3 * merge + 2]!);
  path.moveTo(left, yOf(scale, heights[3 * merge]!));
  path.lineTo(left, y);
  path.lineTo(right, y);
  path.lineTo(right, yOf(scale, heights[3 * merge + 1]!));
}

/** The groups of the cut as a band of colour just above the columns. */
function paintStrip(context: CanvasRenderingContext2D, labels: Int32Array, { columns, theme, height }: Scene): void {
  const colors = colorsOf(theme);
  const [first, last] = visible(columns);
  for (let column = first; column < Math.min(last, labels.length); column++) {
    const label = labels[column]!;
    if (label < 0) continue;
    context.fillStyle = colors[label % colors.length]!;
    // A gap after a group's last column tells it from a neighbour of like colour.
    const ends = labels[column + 1] !== label;
    const width = columns.scale + (ends ? -Math.min(1, columns.scale / 3) : 0.5);
    context.fillRect(xOf(columns, column), height - STRIP + 1, width, STRIP - 3);
  }
}

function paintSelected(context: CanvasRenderingContext2D, scene: Scene): void {
  const { columns, theme, height, selection, columnOf } = scene;
  // Channels that share a column are painted once, or they would add up to a darker one.
  const selected = new Set(selection.list.map(columnOf));
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.22;
  for (const column of selected) {
    if (column === undefined) continue;
    context.fillRect(xOf(columns, column), TOP, Math.max(1, columns.scale), height - TOP);
  }
  context.globalAlpha = 1;
}

function paintHovered(context: CanvasRenderingContext2D, scene: Scene): void {
  const { columns, scale, theme, height, selection, columnOf } = scene;
  const column = columnOf(selection.hovered);
  if (column === undefined) return;
  const x = xOf(columns, column + 0.5);
  context.strokeStyle = context.fillStyle = theme.hover;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, scale.bottom);
  context.lineTo(x, height);
  context.stroke();
  context.beginPath();
  context.moveTo(x - 4, scale.bottom - 5);
  context.lineTo(x + 4, scale.bottom - 5);
  context.lineTo(x, scale.bottom + 2);
  context.fill();
}

function paintSubtree(context: CanvasRenderingContext2D, scene: Scene): void {
  const { tree, theme } = scene;
  if (scene.merge < 0) return;
  const path = new Path2D();
  const [from, to] = [tree.span[2 * scene.merge]!, tree.span[2 * scene.merge + 1]!];
  for (let merge = 0; merge <= scene.merge; merge++) {
    if (tree.span[2 * merge]! >= from && tree.span[2 * merge + 1]! <= to) trace(path, merge, scene);
  }
  context.strokeStyle = theme.hover;
  context.lineWidth = 2;
  context.stroke(path);
}
