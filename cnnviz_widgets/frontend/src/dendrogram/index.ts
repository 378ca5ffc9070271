/** Dendrogram: which channels do the same thing? Leaf i stands over column i of the grid. */
import type { AnyModel } from "@anywidget/types";

import { layer, onResize, prepare } from "../lib/dom/canvas";
import { button, element, keyboard, showNotes } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { onThemeChange, themeOf, type Theme } from "../lib/dom/theme";
import { named } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { columnAt, GUTTER, moveTo, resolve, wheeled, type Columns,  } from "../lib/linking/column-axis";
import { entry } from "../lib/linking/entry";
import { renderLinked } from "../lib/linking/linked-view";
import { publisher, type Publisher } from "../lib/linking/publish";
import { combineOf, Selection } from "../lib/linking/selection";
import { TREE_TRAITS } from "../lib/wire/constants";
import type { ColumnAxisState, DendrogramState } from "../lib/wire/states";
import { CutLine } from "../tree-view/cut";
import { describeMerge, mergeAt, walked, type Step } from "../tree-view/merges";
import { paintOverlay, paintTree, type Scene } from "../tree-view/paint";
import { scaleOf, type Scale } from "../tree-view/scale";
import {
  channelsBelow,
  parents,
  positions,
  readTree,
  type Tree,
} from "../tree-view/tree";

/** More classes below a merge than these are counted, not named. */
const MOST_NAMED = 8;
const HELP =
  "Click a fork: select the channels below it · drag the blue line: cut into clusters · " +
  "arrow keys: walk the tree, Space: select, Escape: clear";

class Dendrogram {
  readonly root: HTMLElement;
  private readonly stage = element("div", "cnnviz-dendrogram-stage");
  private readonly lines = layer("cnnviz-dendrogram-lines");
  private readonly overlay = layer("cnnviz-dendrogram-overlay");
  private readonly cutLine: CutLine;
  private readonly empty = element("div", "cnnviz-dendrogram-empty");
  private readonly readout = element("div", "cnnviz-note", { role: "status", "aria-live": "polite" });
  private readonly notes = element("div", "cnnviz-note");
  private readonly publish: Publisher;
  private readonly publishAxis: Publisher;
  private readonly drawLines: () => void;
  private readonly drawOverlay: () => void;
  private tree: Tree;
  private parent: Int32Array;
  private position: Map<number, number>;
  private theme: Theme;
  private merge = -1;

  constructor(
    private readonly model: AnyModel<DendrogramState>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    private readonly signal: AbortSignal,
  ) {
    this.publish = publisher(model, signal);
    this.publishAxis = publisher(axis, signal);
    this.drawLines = eachFrame(() => this.paintLines(), signal);
    this.drawOverlay = eachFrame(() => this.paintOverlay(), signal);
    this.cutLine = new CutLine(() => this.scale(), () => model.get("cut"), (cut) => this.setCut(cut), signal);
    this.root = element("div", "cnnviz cnnviz-dendrogram");
    this.root.append(this.stage, this.readout, this.notes);
    this.stage.append(this.lines.canvas, this.overlay.canvas, this.cutLine.root, this.empty);
    this.theme = themeOf(this.root);
    this.tree = readTree(model);
    this.parent = parents(this.tree);
    this.position = positions(this.tree);
    const { canvas } = this.overlay;
    keyboard(canvas);
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `Dendrogram of the channels. ${HELP}`);
    this.listen();
  }

  private columns(): Columns {
    const state = { start: this.axis.get("start"), scale: this.axis.get("scale") };
    return resolve(state, this.tree.columnCount, this.stage.clientWidth);
  }

  private scale(): Scale {
    return scaleOf(this.tree, this.model.get("height"));
  }

  // Painting --------------------------------------------------------------------------------

  /** What there is to paint; null while the view has no width. */
  private scene(): Scene | null {
    const width = this.stage.clientWidth;
    const height = this.model.get("height");
    if (width <= GUTTER) return null;
    const { tree, theme, selection, merge } = this;
    const columns = this.columns();
    const cut = this.model.get("cut");
    const columnOf = (channel: number) => this.position.get(channel);
    return { tree, theme, selection, merge, columns, scale: this.scale(), width, height, cut, columnOf };
  }

  private paintLines(): void {
    const scene = this.scene();
    if (!scene) return;
    this.stage.style.height = `${scene.height}px`;
    prepare(this.lines, scene.width, scene.height);
    paintTree(this.lines.context, scene);
    this.cutLine.place(this.tree, scene.scale, scene.cut);
    this.paintOverlay();
  }

  private paintOverlay(): void {
    const scene = this.scene();
    if (!scene) return;
    prepare(this.overlay, scene.width, scene.height);
    paintOverlay(this.overlay.context, scene);
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
    this.selection.onChange(this.drawOverlay);
    onChange(this.axis, ["start", "scale"], this.drawLines);
    onChange(this.axis, ["order_by"], () => this.refresh());
    onChange(this.model, TREE_TRAITS, eachFrame(() => {
      this.tree = readTree(this.model);
      this.parent = parents(this.tree);
      this.position = positions(this.tree);
      this.merge = -1;
      this.refresh();
    }, this.signal));
    onChange(this.model, ["cut", "height"], this.drawLines);
    onChange(this.model, ["_notes"], () => this.refresh());
    onResize(this.stage, this.drawLines, this.signal);
    onThemeChange(this.root, () => this.refresh(), this.signal);
  }

  refresh(): void {
    this.theme = themeOf(this.root);
    showNotes(this.notes, this.model.get("_notes"));
    this.describe();
    const natural = this.axis.get("order_by") === "natural";
    const hidden = natural || this.tree.merges === 0;
    this.empty.hidden = !hidden;
    // What cannot be seen takes no part in the keyboard's round either.
    this.overlay.canvas.tabIndex = this.cutLine.root.tabIndex = hidden ? -1 : 0;
    this.readout.hidden = hidden;
    this.empty.replaceChildren(
      natural
        ? "The columns stand by channel number, so the tree cannot stand above them."
        : "One channel or none with finite values: there is nothing to compare.",
    );
    if (natural) {
      const back = button("Put similar channels side by side", "Order the columns by the tree", () => {
        this.axis.set("order_by", "leaf");
        this.publishAxis();
      }, this.signal);
      this.empty.append(back);
    }
    this.drawLines();
  }

  private mergeAt(x: number, y: number): number {
    return mergeAt(this.tree, this.columns(), this.scale(), x, y);
  }

  private place(event: MouseEvent): { x: number; y: number } {
    const box = this.overlay.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private leafAt(x: number): number {
    const column = columnAt(this.columns(), x);
    return column >= 0 && column < this.tree.columns.length ? this.tree.columns[column]! : -1;
  }

  private onPoint(event: MouseEvent): void {
    const { x, y } = this.place(event);
    this.merge = this.mergeAt(x, y);
    this.selection.hover(this.leafAt(x));
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
    const { x, y } = this.place(event);
    this.merge = this.mergeAt(x, y);
    const leaf = this.leafAt(x);
    if (this.merge >= 0) this.selection.combine(channelsBelow(this.tree, this.merge), combineOf(event));
    else if (leaf >= 0 && y > this.scale().bottom - 12) this.selection.combine([leaf], combineOf(event));
    else if (combineOf(event) === "replace") this.selection.clear();
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const { x } = this.place(event);
    moveTo(this.axis, wheeled(this.columns(), event, x), this.publishAxis);
  }

  /** Up leads to the parent, down to the taller child, left and right to the next of like height. */
  private onKey(event: KeyboardEvent): void {
    const { tree } = this;
    if (tree.merges === 0) return;
    const steps: Record<string, Step> = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "before", ArrowRight: "after" };
    const step = steps[event.key];
    if (step) this.merge = walked(tree, this.parent, this.merge, step);
    else if (event.key === " " || event.key === "Enter") {
      if (this.merge >= 0) this.selection.combine(channelsBelow(tree, this.merge), combineOf(event));
    } else if (event.key === "Escape") this.selection.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.describe();
    this.drawOverlay();
  }

  private describe(): void {
    let text = this.tree.merges > 0 ? HELP : "";
    if (this.merge >= 0) {
      text = describeMerge(this.tree, this.merge, "channel");
      const names = this.model.get("class_names");
      const below = channelsBelow(this.tree, this.merge);
      if (names?.length > 0 && below.length <= MOST_NAMED) {
        text += ` · ${below.map((channel) => named(channel, names)).join(", ")}`;
      }
    }
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }

  private setCut(cut: number | null): void {
    this.model.set("cut", cut);
    this.publish();
  }
}

export default entry(renderLinked(Dendrogram));
