/** What is drawn of a tree over the columns of the shared axis. */
import { prepare, type Layer } from "../lib/dom/canvas";
import { themeOf, type Theme } from "../lib/dom/theme";
import { count } from "../lib/format";
import { leftOf, STACK, widthOf, type ColumnLayout } from "../lib/columns/column-layout";
import type { Selection } from "../lib/linking/selection";
import { leavesOf, type Leaves } from "../tree-view/leaves";
import { paintAxis, paintOverlay, paintTree, type Scene } from "../tree-view/paint";
import { RIBBON, scaleOf, type Scale } from "../tree-view/scale";
import { labelsOf, type Tree } from "../tree-view/tree";

/** What there is to draw. */
export interface Drawn {
  tree: Tree;
  layout: ColumnLayout;
  height: number;
  cut: number;
  /** How many of the channels in the stack are rare, not zero. */
  rare: number;
  columnOf: (channel: number) => number | undefined;
}

export class DendrogramPicture {
  private theme: Theme;
  private drawn: Drawn | undefined;
  private scene: Scene | undefined;
  private placed: { tree: Tree; layout: ColumnLayout; leaves: Leaves } | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly selection: Selection,
  ) {
    this.theme = themeOf(root);
  }

  readTheme(): void {
    this.theme = themeOf(this.root);
  }

  /** Whether the columns stand as they were drawn. */
  isOf(layout: ColumnLayout): boolean {
    return this.drawn?.layout === layout;
  }

  /** Zeros in their stack are no part of the tree, and need no axis that reaches to them. */
  scale(tree: Tree, height: number, layout: ColumnLayout): Scale {
    return scaleOf(tree, height, layout.stack === null);
  }

  leaves(tree: Tree, layout: ColumnLayout): Leaves {
    if (this.placed?.tree !== tree || this.placed.layout !== layout) {
      const { slots, slotOf, size, blocks, before, scroll } = layout;
      const left = (column: number): number => slots[slotOf[column]!]?.x ?? NaN;
      const leaves = leavesOf(tree, { left, right: (column) => left(column) + size }, blocks);
      this.placed = { tree, layout, leaves: { ...leaves, offset: before - scroll } };
    }
    return this.placed.leaves;
  }

  show(drawn: Drawn): void {
    this.drawn = drawn;
    const { tree, layout, height, cut, columnOf } = drawn;
    const groups = layout.blocks.filter(({ group }) => group >= 0).map(({ first, past }) => [first, past, 0] as const);
    const { theme, selection } = this;
    this.scene = {
      tree,
      theme,
      selection,
      leaves: this.leaves(tree, layout),
      scale: this.scale(tree, height, layout),
      width: layout.width,
      height,
      clip: [layout.before, layout.width - layout.after],
      cut,
      labels: labelsOf(tree, groups),
      merge: -1,
      columnOf,
    };
  }

  paintLines(lines: Layer, hasTree: boolean, taken: number): void {
    const { scene, drawn } = this;
    if (!scene || !drawn) return;
    prepare(lines, scene.width, scene.height);
    if (!hasTree) return;
    paintAxis(lines.context, scene.scale, scene.theme, drawn.layout.before, taken);
    paintTree(lines.context, scene);
    this.paintStack(lines.context, drawn, scene.theme);
  }

  /** How many channels are zero or too rare for a place, over their place at the right edge. */
  private paintStack(context: CanvasRenderingContext2D, { layout, height, rare }: Drawn, theme: Theme): void {
    if (!layout.stack) return;
    const left = leftOf(layout, layout.slots.length);
    const width = widthOf(layout, layout.slots.length);
    context.fillStyle = theme.line;
    context.fillRect(layout.width - STACK - 4, 0, 1, height);
    context.fillStyle = theme.warning;
    context.fillRect(left, height - RIBBON, width, RIBBON);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.font = "600 13px system-ui, sans-serif";
    const zero = layout.stack[1] - layout.stack[0] - rare;
    const lines = [[zero, "zero"], [rare, "rare"]].filter(([channels]) => channels) as [number, string][];
    lines.forEach(([channels, what], at) => {
      const middle = height / 2 + 32 * (at - (lines.length - 1) / 2);
      context.fillStyle = theme.warning;
      context.font = "600 13px system-ui, sans-serif";
      context.fillText(count(channels), left + width / 2, middle - 8);
      context.fillStyle = theme.faint;
      context.font = "11px system-ui, sans-serif";
      context.fillText(what, left + width / 2, middle + 7);
    });
  }

  paintOverlay(overlay: Layer, hasTree: boolean, merge: number): void {
    if (!this.scene) return;
    prepare(overlay, this.scene.width, this.scene.height);
    if (hasTree) paintOverlay(overlay.context, { ...this.scene, merge });
  }
}
