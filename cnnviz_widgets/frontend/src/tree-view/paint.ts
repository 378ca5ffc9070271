/** The dendrogram's two layers: the tree itself, and what changes with the mouse. */
import { wedgeOf, type Leaves } from "./leaves";
import { RIBBON, ticksOf, yOf, type Scale } from "./scale";
import { mergeHeight, type Tree } from "./tree";
import type { Theme } from "../lib/dom/theme";
import { counted } from "../lib/format";
import type { Selection } from "../lib/linking/selection";
import { groupColor } from "../lib/plots/group-colors";

export interface Scene {
  tree: Tree;
  theme: Theme;
  selection: Selection;
  leaves: Leaves;
  scale: Scale;
  width: number;
  height: number;
  /** Where leaves may be drawn. */
  clip: readonly [from: number, to: number];
  /** Distance of the cut. */
  cut: number;
  /** The group of each column; -1 for none. */
  labels: Int32Array;
  /** The merge under the mouse or the keyboard; -1 for none. */
  merge: number;
  /** The column where a channel stands; undefined for channels outside the tree. */
  columnOf: (channel: number) => number | undefined;
}

const FONT = "11px system-ui, sans-serif";
/** A wedge so wide says how many it holds. */
const SPEAKING = 84;

/** Branches, wedges and the ribbon of the groups. */
export function paintTree(context: CanvasRenderingContext2D, scene: Scene): void {
  clipped(context, scene, () => {
    paintMerges(context, scene);
    paintWedges(context, scene);
    paintRibbon(context, scene);
  });
}

export function paintOverlay(context: CanvasRenderingContext2D, scene: Scene): void {
  clipped(context, scene, () => {
    paintSelected(context, scene);
    paintHovered(context, scene);
    paintSubtree(context, scene);
  });
}

/** Paint where leaves are, and nowhere else. */
function clipped(context: CanvasRenderingContext2D, { clip: [from, to], height }: Scene, paint: () => void): void {
  context.save();
  context.beginPath();
  context.rect(from, 0, to - from, height);
  context.clip();
  paint();
  context.restore();
}

/** Distances at the left of a tree that hangs over columns which begin at `edge`. */
export function paintAxis(context: CanvasRenderingContext2D, scale: Scale, theme: Theme, edge: number, taken: number): void {
  context.font = FONT;
  context.textBaseline = "middle";
  context.fillStyle = context.strokeStyle = theme.faint;
  context.lineWidth = 1;
  context.textAlign = "left";
  // Behind the pill of the cut nothing can be read, nor beside what the axis is called.
  const isFree = (at: number): boolean => Math.abs(at - taken) > 14;
  if (scale.apart === null && isFree(12)) context.fillText("distance", 8, 12);
  context.textAlign = "right";
  const tick = (text: string, at: number): void => {
    if (at > 20 && isFree(at)) context.fillText(text, edge - 14, Math.min(at, scale.bottom - 4));
  };
  for (const [text, at] of ticksOf(scale)) tick(text, at);
  if (scale.apart === null) return;
  context.fillText("zero: 2", edge - 14, scale.apart + 3);
  context.beginPath();
  // Two slanted strokes: the axis is not to scale here.
  for (const middle of [scale.top - 7, scale.top - 3]) {
    context.moveTo(edge - 9, middle + 2);
    context.lineTo(edge, middle - 2);
  }
  context.stroke();
}

const colorOf = ({ tree, labels, cut, theme }: Scene, merge: number): string =>
  groupColor(mergeHeight(tree, merge) <= cut ? labels[tree.split[merge]!]! : -1, theme.dark);

function paintMerges(context: CanvasRenderingContext2D, scene: Scene): void {
  const { tree, leaves, clip } = scene;
  const paths = new Map<string, Path2D>();
  for (let merge = 0; merge < tree.merges; merge++) {
    const [left, right] = [leaves.feet[2 * merge]! + leaves.offset, leaves.feet[2 * merge + 1]! + leaves.offset];
    if (leaves.hidden[merge] || right < clip[0] || left > clip[1]) continue;
    const color = colorOf(scene, merge);
    let path = paths.get(color);
    if (!path) paths.set(color, (path = new Path2D()));
    trace(path, merge, scene);
  }
  context.lineWidth = 1.5;
  for (const [color, path] of paths) {
    context.strokeStyle = color;
    context.stroke(path);
  }
}

function trace(path: Path2D, merge: number, { tree, leaves, scale }: Scene): void {
  const left = leaves.feet[2 * merge]! + leaves.offset;
  const right = leaves.feet[2 * merge + 1]! + leaves.offset;
  const y = yOf(scale, mergeHeight(tree, merge));
  path.moveTo(left, yOf(scale, tree.heights[3 * merge]!));
  path.lineTo(left, y);
  path.lineTo(right, y);
  path.lineTo(right, yOf(scale, tree.heights[3 * merge + 1]!));
}

function paintWedges(context: CanvasRenderingContext2D, scene: Scene): void {
  const { tree, leaves, scale, theme } = scene;
  context.font = `600 ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (const wedge of leaves.wedges) {
    const { tip, from, to } = wedgeOf(leaves, wedge);
    if (to < scene.clip[0] || from > scene.clip[1]) continue;
    context.fillStyle = context.strokeStyle = groupColor(wedge.block.group, theme.dark);
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(from, scale.bottom);
    context.lineTo(tip, yOf(scale, mergeHeight(tree, wedge.merge)));
    context.lineTo(to, scale.bottom);
    context.closePath();
    context.globalAlpha = 0.25;
    context.fill();
    context.globalAlpha = 1;
    context.stroke();
    if (to - from < SPEAKING) continue;
    context.fillStyle = theme.text;
    // In the middle of what is in sight of it.
    const middle = (Math.max(from, scene.clip[0]) + Math.min(to, scene.clip[1])) / 2;
    context.fillText(counted(wedge.block.past - wedge.block.first, "channel"), middle, scale.bottom - 5);
  }
}

/** The groups of the cut as a band of colour along the leaves. */
function paintRibbon(context: CanvasRenderingContext2D, { leaves, theme, height, clip }: Scene): void {
  for (const { first, past, group, zero } of leaves.blocks) {
    const [from, to] = [leaves.left(first) + leaves.offset, leaves.right(past - 1) + leaves.offset];
    // Channels by themselves are no group: a band over them would make one of them.
    if (!(to > clip[0] && from < clip[1]) || (group < 0 && !zero)) continue;
    context.fillStyle = zero ? theme.warning : groupColor(group, theme.dark);
    context.fillRect(from, height - RIBBON, to - from, RIBBON);
  }
}

/** Branches of which all channels are selected are thick. */
function paintSelected(context: CanvasRenderingContext2D, scene: Scene): void {
  const { tree, leaves, scale, selection, clip } = scene;
  if (selection.list.length === 0) return;
  const selected = new Int32Array(tree.columns.length + 1);
  for (let column = 0; column < tree.columns.length; column++) {
    selected[column + 1] = selected[column]! + Number(selection.has(tree.columns[column]!));
  }
  const whole = (from: number, to: number): boolean => selected[to]! - selected[from]! === to - from;
  for (let merge = 0; merge < tree.merges; merge++) {
    const [left, right] = [leaves.feet[2 * merge]! + leaves.offset, leaves.feet[2 * merge + 1]! + leaves.offset];
    if (leaves.hidden[merge] || right < clip[0] || left > clip[1]) continue;
    const [from, split, to] = [leaves.below[2 * merge]!, tree.split[merge]!, leaves.below[2 * merge + 1]!];
    const [onLeft, onRight] = [whole(from, split), whole(split, to)];
    if (!onLeft && !onRight) continue;
    const y = yOf(scale, mergeHeight(tree, merge));
    context.strokeStyle = colorOf(scene, merge);
    context.lineWidth = 3;
    context.beginPath();
    if (onLeft) {
      context.moveTo(left, yOf(scale, tree.heights[3 * merge]!));
      context.lineTo(left, y);
    }
    if (onRight) {
      context.moveTo(right, yOf(scale, tree.heights[3 * merge + 1]!));
      context.lineTo(right, y);
    }
    if (onLeft && onRight) {
      context.moveTo(left - 1.5, y);
      context.lineTo(right + 1.5, y);
    }
    context.stroke();
  }
}

function paintHovered(context: CanvasRenderingContext2D, scene: Scene): void {
  const { leaves, scale, theme, height, selection, columnOf } = scene;
  const column = columnOf(selection.hovered);
  if (column === undefined) return;
  const [from, to] = [leaves.left(column) + leaves.offset, leaves.right(column) + leaves.offset];
  context.fillStyle = theme.text;
  context.fillRect(from, height - RIBBON - 1, to - from, RIBBON + 1);
  const x = (from + to) / 2;
  context.beginPath();
  context.moveTo(x - 4, scale.bottom - 6);
  context.lineTo(x + 4, scale.bottom - 6);
  context.lineTo(x, scale.bottom + 1);
  context.fill();
}

function paintSubtree(context: CanvasRenderingContext2D, scene: Scene): void {
  const { theme, leaves } = scene;
  if (scene.merge < 0) return;
  const path = new Path2D();
  const [from, to] = [leaves.below[2 * scene.merge]!, leaves.below[2 * scene.merge + 1]!];
  for (let merge = 0; merge <= scene.merge; merge++) {
    const drawn = !leaves.hidden[merge] || merge === scene.merge;
    if (drawn && leaves.below[2 * merge]! >= from && leaves.below[2 * merge + 1]! <= to) trace(path, merge, scene);
  }
  context.strokeStyle = theme.text;
  context.lineWidth = 2;
  context.stroke(path);
}

