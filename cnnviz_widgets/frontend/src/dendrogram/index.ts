/** Dendrogram: which channels do the same thing? Its leaves stand over the columns of the grid. */
import type { AnyModel } from "@anywidget/types";

import { DendrogramPicture } from "./picture";
import { layer, onResize } from "../lib/dom/canvas";
import { button, element, keyboard, say, showNotes } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { onThemeChange } from "../lib/dom/theme";
import { wheelOf } from "../lib/dom/wheel";
import { named } from "../lib/format";
import { onCommand } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import { onChange } from "../lib/linking/changes";
import { columnsOf, panned, slotAt, zoomed, type Block, type ColumnLayout } from "../lib/columns/column-layout";
import { entry } from "../lib/linking/entry";
import { renderLinked } from "../lib/linking/linked-view";
import { publisher, type Publisher } from "../lib/linking/publish";
import { combineOf, Selection } from "../lib/linking/selection";
import { SharedColumns, type Channels } from "../lib/columns/shared-columns";
import { TREE_TRAITS } from "../lib/wire/constants";
import type { ColumnAxisState, DendrogramState } from "../lib/wire/states";
import { CutPill } from "../tree-view/cut";
import { wedgeAt } from "../tree-view/leaves";
import { describeMerge, mergeAt, walked, type Step } from "../tree-view/merges";
import { distanceAt, type Scale } from "../tree-view/scale";
import { channelsBelow, cutOf, groupsAt, parents, positions, readTree, type Tree } from "../tree-view/tree";

/** More classes below a merge than these are counted, not named. */
const MOST_NAMED = 8;
/** Pixels above the ribbon where a click means it, and no fork. */
const FOOT = 6;
/** Height in a frame, where heads and tiles follow. */
const FRAMED = 74;
const HELP =
  "Click a fork: select the channels below it; the ribbon: a group, or unfold it; Shift: more, Ctrl: add; " +
  "arrow keys: walk the tree; Space: select; Enter: fold or unfold a group; Escape: clear";

class Dendrogram {
  readonly root: HTMLElement;
  private readonly stage = element("div", "cnnviz-dendrogram-stage");
  private readonly lines = layer("cnnviz-dendrogram-lines");
  private readonly overlay = layer("cnnviz-dendrogram-overlay");
  private readonly pill: CutPill;
  private readonly empty = element("div", "cnnviz-dendrogram-empty");
  private readonly readout = element("div", "cnnviz-dendrogram-readout", { role: "status", "aria-live": "polite" });
  private readonly notes = element("div", "cnnviz-note");
  private readonly publish: Publisher;
  private readonly publishAxis: Publisher;
  private readonly drawLines: () => void;
  private readonly drawOverlay: () => void;
  private readonly columns: SharedColumns;
  private readonly picture: DendrogramPicture;
  private tree: Tree;
  private channels: Channels;
  private parent: Int32Array;
  private position: Map<number, number>;
  private merge = -1;
  /** Whether the traits have been read since the last frame. */
  private isRead = false;

  constructor(
    private readonly model: AnyModel<DendrogramState>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    private readonly signal: AbortSignal,
  ) {
    this.publish = publisher(model, signal);
    this.publishAxis = publisher(axis, signal);
    this.columns = new SharedColumns(axis, selection, this.publishAxis);
    this.drawLines = eachFrame(() => this.paintLines(), signal);
    this.drawOverlay = eachFrame(() => this.paintOverlay(), signal);
    this.root = element("div", "cnnviz cnnviz-dendrogram");
    this.pill = new CutPill({
      tree: () => this.tree,
      scale: () => this.scale(this.layout()),
      cut: () => model.get("cut"),
      setCut: (cut) => {
        model.set("cut", cut);
        this.publish();
      },
    }, signal);
    this.root.append(this.stage, this.notes);
    this.stage.append(this.lines.canvas, this.overlay.canvas, this.pill.line, this.pill.root, this.readout, this.empty);
    this.picture = new DendrogramPicture(this.root, selection);
    this.tree = readTree(model);
    this.channels = this.channelsNow();
    this.parent = parents(this.tree);
    this.position = positions(this.tree);
    const { canvas } = this.overlay;
    keyboard(canvas);
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `Dendrogram of the channels. ${HELP}`);
    this.share();
    this.listen();
  }

  private channelsNow(): Channels {
    const { columns, columnCount } = this.tree;
    return { count: columnCount, places: 0, channelAt: (column) => columns[column] };
  }

  private layout(): ColumnLayout {
    return this.columns.at(this.channels, this.stage.clientWidth);
  }

  private get height(): number {
    return this.root.closest(".cnnviz-frame-main") ? FRAMED : this.model.get("height");
  }

  private scale(layout: ColumnLayout): Scale {
    return this.picture.scale(this.tree, this.height, layout);
  }

  private get hasTree(): boolean {
    return this.columns.inLeafOrder && this.tree.merges > 0;
  }

  /** Tell all views of this axis which channels stand together. */
  private share(): void {
    const { tree, axis } = this;
    const groups = tree.merges > 0 ? groupsAt(tree, cutOf(tree, this.model.get("cut"))) : [];
    const zeros = tree.zeroFrom < tree.columns.length ? [tree.zeroFrom, tree.columns.length] : [];
    // A list of the same numbers is another to the model, and would be drawn and sent again.
    if (String(axis.get("_groups")) !== String(groups)) axis.set("_groups", groups as [number, number, number][]);
    if (String(axis.get("_zeros")) !== String(zeros)) axis.set("_zeros", zeros);
    this.publishAxis();
  }

  // Painting --------------------------------------------------------------------------------

  private paintLines(): void {
    if (this.stage.clientWidth === 0) return;
    const { tree, height } = this;
    const layout = this.layout();
    this.stage.style.height = `${height}px`;
    const cut = cutOf(tree, this.model.get("cut"));
    this.picture.show({ tree, layout, height, cut, rare: this.model.get("_rare"), columnOf: (channel) => this.position.get(channel) });
    this.pill.place(layout.before, layout.after, !this.hasTree);
    this.picture.paintLines(this.lines, this.hasTree, this.pill.at);
    this.paintOverlay();
  }

  private paintOverlay(): void {
    if (this.stage.clientWidth > 0) this.picture.paintOverlay(this.overlay, this.hasTree, this.merge);
  }

  // What the user does ----------------------------------------------------------------------

  private listen(): void {
    const { canvas } = this.overlay;
    const options = { signal: this.signal };
    canvas.addEventListener("pointermove", (event) => this.onPoint(event), options);
    canvas.addEventListener("pointerleave", () => this.onLeave(), options);
    canvas.addEventListener("click", (event) => this.onClick(event), options);
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { ...options, passive: false });
    canvas.addEventListener("keydown", (event) => this.onKey(event), options);
    canvas.addEventListener("blur", () => this.onLeave(), options);
    // What is selected may unfold.
    this.selection.onChange(() => (this.picture.isOf(this.layout()) ? this.drawOverlay() : this.drawLines()));
    onChange(this.axis, ["start", "scale", "unfolded", "_groups", "_zeros", "heads", "_beside"], this.drawLines);
    onChange(this.axis, ["order_by"], () => this.refresh());
    const shown = eachFrame(() => {
      this.isRead = false;
      this.refresh();
    }, this.signal);
    onChange(this.model, TREE_TRAITS, () => {
      shown();
      if (!this.isRead) this.read();
    });
    onChange(this.model, ["cut"], () => {
      this.share();
      this.drawLines();
    });
    onChange(this.model, ["height"], this.drawLines);
    onChange(this.model, ["_notes"], () => this.refresh());
    onResize(this.stage, this.drawLines, this.signal);
    onThemeChange(this.root, () => this.refresh(), this.signal);
    onEscape(this.root, "selection", () => this.selection.list.length > 0, () => this.selection.clear(), this.signal);
    onCommand(this.root, "cut", () => this.pill.focus(), this.signal);
  }

  /** Read the tree at once: the grid that is drawn in this frame needs its groups. */
  private read(): void {
    this.isRead = true;
    this.tree = readTree(this.model);
    this.channels = this.channelsNow();
    this.parent = parents(this.tree);
    this.position = positions(this.tree);
    this.merge = -1;
    this.share();
  }

  refresh(): void {
    this.picture.readTheme();
    showNotes(this.notes, this.model.get("_notes"));
    this.describe();
    const natural = !this.columns.inLeafOrder;
    const hidden = !this.hasTree;
    this.empty.hidden = !hidden;
    // What cannot be seen takes no part in the keyboard's round either.
    this.overlay.canvas.tabIndex = this.pill.root.tabIndex = hidden ? -1 : 0;
    this.readout.hidden = hidden;
    this.empty.replaceChildren(natural ? "The columns stand by channel number." : "Nothing to compare: one channel or none.");
    if (natural) {
      const back = button("Put similar side by side", "Order the columns by the tree", () => {
        this.axis.set("order_by", "leaf");
        this.publishAxis();
      }, this.signal);
      this.empty.append(back);
    }
    this.drawLines();
  }

  private place(event: MouseEvent): { x: number; y: number; layout: ColumnLayout } {
    const box = this.overlay.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top, layout: this.layout() };
  }

  private mergeAt(x: number, y: number, layout: ColumnLayout): number {
    const scale = this.scale(layout);
    return y > scale.bottom - FOOT ? -1 : mergeAt(this.tree, this.picture.leaves(this.tree, layout), scale, x, y);
  }

  /** The channel of a place; of a fold that in its middle. */
  private leafAt(x: number, layout: ColumnLayout): number {
    const slot = slotAt(layout, x);
    const [first, past] = slot < 0 ? [0, 0] : columnsOf(layout, slot);
    return first < past ? this.tree.columns[(first + past - 1) >> 1] ?? -1 : -1;
  }

  private onPoint(event: MouseEvent): void {
    const { x, y, layout } = this.place(event);
    this.merge = this.mergeAt(x, y, layout);
    this.selection.hover(this.leafAt(x, layout));
    this.describe();
    this.drawOverlay();
  }

  private onLeave(): void {
    this.merge = -1;
    this.selection.hover(-1);
    this.describe();
    this.drawOverlay();
  }

  private onClick(event: MouseEvent): void {
    this.overlay.canvas.focus({ preventScroll: true });
    const { x, y, layout } = this.place(event);
    this.merge = this.mergeAt(x, y, layout);
    const { tree, selection } = this;
    const slot = slotAt(layout, x);
    if (layout.stack && slot === layout.slots.length) return this.columns.toggleFold(layout.stack[0]);
    if (this.merge >= 0) return selection.combine(channelsBelow(tree, this.merge), combineOf(event));
    const scale = this.scale(layout);
    const wedge = wedgeAt(tree, this.picture.leaves(tree, layout), x, distanceAt(scale, y));
    if (wedge && y <= scale.bottom - FOOT) return this.columns.toggleFold(wedge.block.first);
    if (slot >= 0 && y > scale.bottom - FOOT) return this.onRibbon(layout, slot, event);
    if (combineOf(event) === "replace") selection.clear();
  }

  /** What folds or was unfolded does so; of others the group is selected, or the channel alone. */
  private onRibbon(layout: ColumnLayout, slot: number, event: MouseEvent): void {
    const [first, past] = columnsOf(layout, slot);
    const block: Block | undefined = layout.blocks.find(({ from, to }) => slot >= from && slot < to);
    if (block && (block.folded || this.columns.isUnfolded(block.first))) return this.columns.toggleFold(block.first);
    const range = block && block.group >= 0 ? [block.first, block.past] : [first, past];
    this.selection.combine([...this.tree.columns.subarray(...range)], combineOf(event));
  }

  private onWheel(event: WheelEvent): void {
    const { x, layout } = this.place(event);
    const turned = wheelOf(event);
    if (turned.zoom !== undefined) this.columns.moveTo(zoomed(this.columns.request(this.channels, layout.width), turned.zoom, x));
    else if (turned.across) {
      const start = panned(layout, -turned.across);
      if (start === this.axis.get("start")) return;
      this.columns.moveTo({ start });
    } else return;
    event.preventDefault();
  }

  /** Up leads to the parent, down to the taller child, left and right to the next of like height. */
  private onKey(event: KeyboardEvent): void {
    const { tree } = this;
    if (tree.merges === 0) return;
    const steps: Record<string, Step> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "before", ArrowRight: "after" };
    const step = steps[event.key];
    if (step) this.merge = walked(tree, this.parent, this.merge, step);
    else if (event.key === " ") {
      if (this.merge >= 0) this.selection.combine(channelsBelow(tree, this.merge), combineOf(event));
    } else if (event.key === "Enter") this.foldMerge();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.describe();
    this.drawOverlay();
  }

  /** Fold or unfold the group that the merge is in. */
  private foldMerge(): void {
    const column = this.merge < 0 ? -1 : this.tree.split[this.merge]!;
    const block = this.layout().blocks.find(({ first, past, group }) => group >= 0 && column > first && column < past);
    if (block && (block.folded || this.columns.isUnfolded(block.first))) this.columns.toggleFold(block.first);
  }

  private describe(): void {
    let text = "";
    if (this.merge >= 0) {
      text = describeMerge(this.tree, this.merge, "channel");
      const names = this.model.get("class_names");
      const below = channelsBelow(this.tree, this.merge);
      if (names?.length > 0 && below.length <= MOST_NAMED) {
        text += ` · ${below.map((channel) => named(channel, names)).join(", ")}`;
      }
    }
    say(this.readout, text);
  }
}

export default entry(renderLinked(Dendrogram));
