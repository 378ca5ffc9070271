/** The dendrogram beside the rows, its root at the left: leaf i stands at row i. */
import { HEADER, rowsAsColumns } from "./layout";
import { layer, prepare } from "../lib/dom/canvas";
import { element, keyboard } from "../lib/dom/elements";
import type { Theme } from "../lib/dom/theme";
import { wheelPixels } from "../lib/linking/column-axis";
import { combineOf, type Selection } from "../lib/linking/selection";
import { rowAt, type Rows } from "../tile-view/rows";
import { CutLine } from "../tree-view/cut";
import { describeMerge, mergeAt, walked, type Step } from "../tree-view/merges";
import { paintBranches, paintOverlay, type Scene } from "../tree-view/paint";
import { scaleOf, ticksOf, type Scale } from "../tree-view/scale";
import { channelsBelow, parents, positions, type Tree } from "../tree-view/tree";

const HELP =
  "Click a fork: select what is below it; drag the blue line: cut into groups; wheel: scroll; " +
  "arrow keys: walk the tree; Space: select; Escape: clear";
/** Pixels at the leaves' end where a click means the leaf. */
const LEAF = 12;

export interface RowTreeOptions {
  rows: () => Rows;
  width: () => number;
  theme: () => Theme;
  cut: () => number | null;
  setCut: (cut: number | null) => void;
  /** Scroll by so many pixels; false where there is nowhere to go. */
  scroll: (pixels: number) => boolean;
  /** The merge under the mouse or the keyboard has changed. */
  onMerge: () => void;
}

export class RowTree {
  readonly root = element("div", "cnnviz-parameter-tree");
  private readonly lines = layer("");
  private readonly overlay = layer("cnnviz-parameter-tree-overlay");
  private readonly cutLine: CutLine;
  private parent: Int32Array = new Int32Array(0);
  private position = new Map<number, number>();
  private merge = -1;

  constructor(
    private tree: Tree,
    private readonly selection: Selection,
    private readonly options: RowTreeOptions,
    signal: AbortSignal,
  ) {
    this.cutLine = new CutLine(() => this.scale(), options.cut, options.setCut, signal, true);
    this.root.append(this.lines.canvas, this.overlay.canvas, this.cutLine.root);
    this.show(tree);
    const { canvas } = this.overlay;
    keyboard(canvas);
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `Dendrogram of the rows. ${HELP}`);
    canvas.addEventListener("pointermove", (event) => this.onPoint(event), { signal });
    for (const type of ["pointerleave", "blur"]) canvas.addEventListener(type, () => this.onLeave(), { signal });
    canvas.addEventListener("click", (event) => this.onClick(event), { signal });
    canvas.addEventListener("keydown", (event) => this.onKey(event), { signal });
    canvas.addEventListener("wheel", (event) => {
      if (options.scroll(wheelPixels(event))) event.preventDefault();
    }, { signal, passive: false });
  }

  show(tree: Tree): void {
    this.tree = tree;
    this.parent = parents(tree);
    this.position = positions(tree);
    this.merge = -1;
  }

  /** What is said of the merge under the mouse or the keyboard; null where there is none. */
  describe(noun: string): string | null {
    return this.merge < 0 ? null : describeMerge(this.tree, this.merge, noun);
  }

  paint(): void {
    const scene = this.scene();
    this.root.hidden = scene.height === 0;
    if (this.root.hidden) return;
    this.root.style.width = `${scene.height}px`;
    const { context } = this.lines;
    prepare(this.lines, scene.height, scene.width);
    paintAxis(context, scene);
    turn(context);
    paintBranches(context, scene);
    this.cutLine.place(this.tree, scene.scale, scene.cut);
  }

  paintOverlay(): void {
    const scene = this.scene();
    if (scene.height === 0) return;
    prepare(this.overlay, scene.height, scene.width);
    turn(this.overlay.context);
    paintOverlay(this.overlay.context, scene);
  }

  /** The tree as it would hang over columns; painted with its axes exchanged. */
  private scene(): Scene {
    const { tree, selection, merge } = this;
    const rows = this.options.rows();
    return {
      tree,
      selection,
      merge,
      theme: this.options.theme(),
      columns: rowsAsColumns(rows),
      scale: this.scale(),
      width: rows.top + rows.height,
      height: this.options.width(),
      cut: this.options.cut(),
      columnOf: (channel) => this.position.get(channel),
    };
  }

  private scale(): Scale {
    return scaleOf(this.tree, this.options.width());
  }

  private place(event: MouseEvent): { x: number; leaf: number; merge: number } {
    const box = this.overlay.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const rows = this.options.rows();
    const row = rowAt(rows, y);
    const leaf = row >= 0 && row < this.tree.columns.length ? this.tree.columns[row]! : -1;
    const merge = y < rows.top ? -1 : mergeAt(this.tree, rowsAsColumns(rows), this.scale(), y, x);
    return { x, leaf, merge };
  }

  private onPoint(event: MouseEvent): void {
    const { leaf, merge } = this.place(event);
    this.merge = merge;
    this.selection.hover(leaf);
    this.options.onMerge();
  }

  private onLeave(): void {
    this.merge = -1;
    this.selection.hover(-1);
    this.options.onMerge();
  }

  private onClick(event: MouseEvent): void {
    this.overlay.canvas.focus({ preventScroll: true });
    const { x, leaf, merge } = this.place(event);
    this.merge = merge;
    if (merge >= 0) this.selection.combine(channelsBelow(this.tree, merge), combineOf(event));
    else if (leaf >= 0 && x > this.scale().bottom - LEAF) this.selection.combine([leaf], combineOf(event));
    else if (combineOf(event) === "replace") this.selection.clear();
  }

  private onKey(event: KeyboardEvent): void {
    const steps: Record<string, Step> = { ArrowLeft: "up", ArrowRight: "down", ArrowUp: "before", ArrowDown: "after" };
    const step = steps[event.key];
    if (step) this.merge = walked(this.tree, this.parent, this.merge, step);
    else if (event.key === " " || event.key === "Enter") {
      if (this.merge >= 0) this.selection.combine(channelsBelow(this.tree, this.merge), combineOf(event));
    } else if (event.key === "Escape") this.selection.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.options.onMerge();
  }
}

/** Exchange the axes: what the dendrogram draws to the right goes down, what it draws down goes right. */
const turn = (context: CanvasRenderingContext2D): void => context.transform(0, 1, 1, 0, 0, 0);

/** Distances above the tree, with a break where all-zero rows stand apart at 2. */
function paintAxis(context: CanvasRenderingContext2D, { scale, theme, height: width }: Scene): void {
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.fillStyle = context.strokeStyle = theme.faint;
  context.lineWidth = 1;
  context.fillText("cosine distance", width / 2, 9);
  const line = HEADER - 4.5;
  context.beginPath();
  context.moveTo(scale.top, line);
  context.lineTo(scale.bottom, line);
  const tick = (text: string, at: number): void => {
    const x = Math.round(at) + 0.5;
    context.moveTo(x, line - 3);
    context.lineTo(x, line);
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.min(Math.max(x, half + 1), width - half - 1), line - 9);
  };
  const ticks = ticksOf(scale);
  const widest = Math.max(...ticks.map(([text]) => context.measureText(text).width)) + 8;
  const every = Math.ceil((widest * (ticks.length - 1)) / (scale.bottom - scale.top));
  ticks.forEach(([text, at], i) => i % Math.max(1, every) || tick(text, at));
  if (scale.apart !== null) {
    tick("2", scale.apart);
    // Two slanted strokes: the axis is not to scale here.
    for (const middle of [scale.top - 9, scale.top - 5]) {
      context.moveTo(middle + 2, line - 4);
      context.lineTo(middle - 2, line + 4);
    }
  }
  context.stroke();
}
