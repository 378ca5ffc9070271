/** The dendrogram beside the rows, its root at the left: leaf i stands at row i. */
import { before, HEADER } from "./layout";
import { layer, prepare } from "../lib/dom/canvas";
import { element, keyboard } from "../lib/dom/elements";
import type { Theme } from "../lib/dom/theme";
import { wheelOf } from "../lib/dom/wheel";
import { onCommand } from "../lib/frame/commands";
import type { Neighbours } from "../lib/columns/column-layout";
import { combineOf, type Selection } from "../lib/linking/selection";
import { contentHeight, heightOf, rowAt, yOf, type Rows } from "../tile-view/rows";
import { CutPill, HALF } from "../tree-view/cut";
import { leavesOf, type Leaves } from "../tree-view/leaves";
import { describeMerge, mergeAt, walked, type Step } from "../tree-view/merges";
import { paintOverlay, paintTree, type Scene } from "../tree-view/paint";
import { scaleOf, ticksOf, type Scale } from "../tree-view/scale";
import { channelsBelow, cutOf, parents, positions, type Tree } from "../tree-view/tree";

const HELP =
  "Click a fork: select what is below it; the ribbon: a group; wheel: scroll; " +
  "arrow keys: walk the tree; Space: select; Escape: clear";
/** Pixels at the leaves' end where a click means the leaf, or its group; nearest to it no fork. */
const LEAF = 12;
const FOOT = 6;
/** Nearer to the numbers of the inputs, one of a distance would be read as one of them. */
const APART = 48;

export interface RowTreeOptions {
  rows: () => Rows;
  width: () => number;
  /** Pixels right of it where the numbers of the inputs begin. */
  numbers: () => number;
  /** Groups of the cut, and what stands between them. */
  blocks: () => readonly Neighbours[];
  labels: () => Int32Array;
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
  private readonly pill: CutPill;
  private placed: { rows: Rows; leaves: Leaves } | undefined;
  private parent: Int32Array = new Int32Array(0);
  private position = new Map<number, number>();
  private merge = -1;

  constructor(
    private tree: Tree,
    private readonly selection: Selection,
    private readonly options: RowTreeOptions,
    signal: AbortSignal,
  ) {
    this.pill = new CutPill({ tree: () => this.tree, scale: () => this.scale(), cut: options.cut, setCut: options.setCut, upright: true }, signal);
    this.root.append(this.lines.canvas, this.overlay.canvas, this.pill.line, this.pill.root);
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
      const { down, zoom } = wheelOf(event);
      if (zoom === undefined && options.scroll(down)) event.preventDefault();
    }, { signal, passive: false });
    onCommand(this.root, "cut", () => this.pill.focus(), signal);
  }

  show(tree: Tree): void {
    this.tree = tree;
    this.parent = parents(tree);
    this.position = positions(tree);
    this.merge = -1;
    this.placed = undefined;
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
    paintAxis(context, scene, this.pill.at, this.options.numbers());
    turn(context);
    paintTree(context, scene);
    this.pill.place(0, 0, false);
  }

  paintOverlay(): void {
    const scene = this.scene();
    if (scene.height === 0) return;
    prepare(this.overlay, scene.height, scene.width);
    turn(this.overlay.context);
    paintOverlay(this.overlay.context, scene);
  }

  /** Where the leaves are: each at its row. */
  private leaves(): Leaves {
    const rows = this.options.rows();
    if (this.placed?.rows !== rows) {
      const flat = { ...rows, scroll: 0, top: 0 };
      const left = (row: number): number => yOf(flat, row) + before(rows.gap);
      const right = (row: number): number => left(row) + heightOf(flat, row) - rows.gap;
      this.placed = { rows, leaves: { ...leavesOf(this.tree, { left, right }, this.options.blocks()), offset: rows.top - rows.scroll } };
    }
    return this.placed.leaves;
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
      leaves: this.leaves(),
      scale: this.scale(),
      width: rows.top + rows.height,
      height: this.options.width(),
      clip: [rows.top, rows.top + Math.min(rows.height, contentHeight(rows))],
      cut: cutOf(tree, this.options.cut()),
      labels: this.options.labels(),
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
    const merge = y < rows.top || x > this.scale().bottom - FOOT ? -1 : mergeAt(this.tree, this.leaves(), this.scale(), y, x);
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
    else if (leaf >= 0 && x > this.scale().bottom - LEAF) this.selection.combine(this.kin(leaf), combineOf(event));
    else if (combineOf(event) === "replace") this.selection.clear();
  }

  /** The channels of a leaf's group; itself where it is in none. */
  private kin(leaf: number): number[] {
    const column = this.position.get(leaf)!;
    const block = this.options.blocks().find(({ first, past, group }) => group >= 0 && column >= first && column < past);
    return block ? [...this.tree.columns.subarray(block.first, block.past)] : [leaf];
  }

  private onKey(event: KeyboardEvent): void {
    const steps: Record<string, Step> = { ArrowLeft: "up", ArrowRight: "down", ArrowUp: "before", ArrowDown: "after" };
    const step = steps[event.key];
    if (step) this.merge = walked(this.tree, this.parent, this.merge, step);
    else if (event.key === " " || event.key === "Enter") {
      if (this.merge >= 0) this.selection.combine(channelsBelow(this.tree, this.merge), combineOf(event));
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.options.onMerge();
  }
}

/** Exchange the axes: what the dendrogram draws to the right goes down, what it draws down goes right. */
const turn = (context: CanvasRenderingContext2D): void => context.transform(0, 1, 1, 0, 0, 0);

/** Distances above the tree, with a break where all-zero rows stand apart at 2. */
export function paintAxis(context: CanvasRenderingContext2D, { scale, theme, height: width }: Scene, taken: number, numbers: number): void {
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.fillStyle = context.strokeStyle = theme.faint;
  context.lineWidth = 1;
  const line = HEADER / 2;
  let last = Infinity;
  const tick = (text: string, at: number): void => {
    const half = context.measureText(text).width / 2;
    const x = Math.min(Math.max(at, half + 1), width - half - 1);
    // Neither behind the pill of the cut nor behind another number, nor in one line with those of the inputs.
    if (Math.abs(at - taken) < HALF + half + 4 || x + half > last - 4 || x + half > width + numbers - APART) return;
    context.fillText(text, x, line);
    last = x - half;
  };
  for (const [text, at] of ticksOf(scale)) tick(text, at);
  if (scale.apart === null) return;
  tick("2", scale.apart);
  context.beginPath();
  // Two slanted strokes: the axis is not to scale here.
  for (const middle of [scale.top - 9, scale.top - 5]) {
    context.moveTo(middle + 2, line - 4);
    context.lineTo(middle - 2, line + 4);
  }
  context.stroke();
}
