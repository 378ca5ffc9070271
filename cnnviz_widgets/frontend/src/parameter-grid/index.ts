/** ParameterGrid: outputs down, inputs across, each tile a slice of the kernel; the tree beside them. */
import type { AnyModel } from "@anywidget/types";

import { describeCut } from "../tree-view/cut";
import { readTree, TREE_EVENTS, type Tree, type TreeState } from "../tree-view/tree";
import { Chooser } from "../tile-view/range-selection";
import { Drag } from "../tile-view/drag";
import { Enlarged, type Tile } from "../tile-view/enlarged";
import { Foot } from "../tile-view/foot";
import { rowAt, yOf } from "../tile-view/rows";
import { paintTiles, type Clip, type Paint, type Picture } from "../tile-view/paint";
import { layer, onResize, pixelRatio, prepare } from "../lib/dom/canvas";
import { colorTable, type ColormapName, type RangeName } from "../lib/plots/colormaps";
import { columnAt, moveTo, panned, scrolledTo, visible, wheeled, xOf, zoomed, type ColumnAxisState, type Columns } from "../lib/linking/column-axis";
import { Connection } from "../lib/linking/connection";
import { button, choice, element, keyboard } from "../lib/dom/elements";
import { count, counted } from "../lib/format";
import { eachFrame } from "../lib/dom/frame";
import { renderLinked, type LinkedState } from "../lib/linking/linked-view";
import { publisher, type Publisher } from "../lib/linking/publish";
import { combineOf, type Selection } from "../lib/linking/selection";
import { onThemeChange, pixel, rgb, themeOf, type Theme } from "../lib/dom/theme";
import { Exact, type ExactState } from "./exact-window";
import { BIAS_WIDTH, biasLeft, clipOf, layoutOf, spansAcross, spansDown, visibleRows, type Layout } from "./layout";
import { paintOverlay } from "./overlay";
import { describe, describeBias, describeOutput, inputName, outputName, type Spot } from "./readout";
import { RowTree } from "./row-tree";
import { PARAMETER_EVENTS, readParameters, type Parameters, type ParametersState, type Part } from "./parameters";

interface State extends ParametersState, TreeState, ExactState, LinkedState {
  colormap: ColormapName;
  value_range: RangeName;
  /** Distance at which the tree is cut into groups; null for no cut. */
  cut: number | null;
  /** Greatest height of the picture in CSS pixels. */
  height: number;
  /** What the picture leaves out, in sentences. */
  _notes: string[];
}

const COLORMAPS = [
  ["grey", "grey"],
  ["viridis", "viridis"],
  ["diverging", "blue–red about 0"],
] as const;
const RANGES = [
  ["tile", "each tile"],
  ["row", "each row"],
  ["column", "each column"],
  ["layer", "whole layer"],
] as const;
const ORDERS = [
  ["leaf", "similar side by side"],
  ["natural", "by number"],
] as const;
const HINT = "Wheel: zoom · drag: move · click: select";
const HINT_TILE = " · double click: enlarge";
const HELP =
  "Wheel: zoom, over tree and row numbers: scroll; Shift and wheel: move sideways; drag: move; " +
  "click, Shift-click, Ctrl-click: select rows; double click: enlarge a tile; arrow keys, " +
  "Page Up, Page Down, Home, End: move; Space: select; Enter: enlarge; Escape: clear; 0: show all";
const STEP = 1.6;
/** Under the mouse: an input, the bias, or neither. */
const BIAS = -2;
const NOTHING = -1;

class ParameterGrid {
  readonly root: HTMLElement;
  private readonly stage = element("div", "cnnviz-parameter-stage");
  private readonly tiles = layer("cnnviz-parameter-tiles");
  private readonly overlay = layer("cnnviz-parameter-overlay");
  private readonly foot: Foot;
  private readonly notes = element("div", "cnnviz-note");
  private readonly clearButton: HTMLButtonElement;
  private readonly fitButton: HTMLButtonElement;
  private readonly controls: { select: HTMLSelectElement; read: () => string }[] = [];
  private readonly enlarged: Enlarged;
  private readonly rowTree: RowTree;
  private readonly exact: Exact;
  private readonly connection: Connection;
  private readonly chooser: Chooser;
  private readonly drag: Drag<{ columns: Columns; scroll: number }>;
  private readonly publish: Publisher;
  private readonly publishAxis: Publisher;
  private readonly drawTiles: () => void;
  private readonly drawOverlay: () => void;
  private parameters: Parameters;
  private tree: Tree;
  private theme: Theme;
  private scroll = 0;
  /** Place of the keyboard's cursor: input, row on the screen. */
  private cursor = { column: 0, row: 0 };
  private hoveredInput = NOTHING;
  /** What the readout tells of; null while the mouse is elsewhere. */
  private spot: Spot | null = null;
  private enlargedPart: Part;
  /** What was selected before the first click of what may become a double click. */
  private beforeDouble: number[] | undefined;

  constructor(
    private readonly model: AnyModel<State>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    private readonly signal: AbortSignal,
    el: HTMLElement,
  ) {
    this.publish = publisher(model, signal);
    this.publishAxis = publisher(axis, signal);
    this.parameters = readParameters(model);
    this.tree = readTree(model);
    this.enlargedPart = this.parameters.whole;
    this.drawTiles = eachFrame(() => this.paintTiles(), signal);
    this.drawOverlay = eachFrame(() => this.paintOverlay(), signal);
    this.exact = new Exact(model, this.parameters, () => this.refresh(), signal);
    this.connection = new Connection({ model, el, signal }, "No kernel: averages stay averages where you zoom in.");
    this.clearButton = button("Clear selection", "Select no row (Escape)", () => selection.clear(), signal);
    this.fitButton = button("Fit", "Show all inputs (0)", () => this.fit(), signal);
    this.foot = new Foot((channels, event) => selection.combine(channels, combineOf(event)), signal);
    this.root = element("div", "cnnviz cnnviz-parameter-grid");
    this.theme = themeOf(this.root);
    this.rowTree = new RowTree(this.tree, selection, {
      rows: () => this.layout().rows,
      width: () => this.layout().tree,
      theme: () => this.theme,
      cut: () => model.get("cut"),
      setCut: (cut) => {
        model.set("cut", cut);
        this.publish();
      },
      scroll: (pixels) => this.scrollBy(pixels),
      onFork: this.drawOverlay,
    }, signal);
    const picture = element("div", "cnnviz-parameter-picture", {}, this.tiles.canvas, this.overlay.canvas);
    this.stage.append(this.rowTree.root, picture);
    this.root.append(this.toolbar(), this.stage, this.foot.root, this.notes, this.connection.line);
    this.enlarged = new Enlarged({
      stage: this.stage,
      tiles: () => this.enlargedPart.tiles,
      paint: () => this.paint(this.enlargedPart),
      facts: ({ row, col }) => [
        ["Row", outputName(this.parameters, row + this.enlargedPart.rows[0])],
        ["Column", inputName(this.parameters, col + this.enlargedPart.columns[0])],
      ],
      follow: (tile) => this.follow(tile),
      describe: ({ row, col, x, y }) => {
        const { tiles, rows, columns } = this.enlargedPart;
        const place = { down: (y + 0.5) / tiles.height, across: (x + 0.5) / tiles.width };
        return describe(this.parameters, this.enlargedPart, { row: row + rows[0], input: col + columns[0], ...place });
      },
      say: (text) => this.foot.say(text),
      onClose: () => this.overlay.canvas.focus({ preventScroll: true }),
      numbers: true,
    });
    const { canvas } = this.overlay;
    this.chooser = new Chooser(selection, (place) => this.outputAt(place));
    this.drag = new Drag(canvas, () => {
      const { columns, rows } = this.layout();
      return { columns, scroll: rows.scroll };
    }, ({ columns, scroll }, dx, dy) => {
      this.scroll = scroll - dy;
      this.move(panned(columns, dx));
    }, signal);
    keyboard(canvas);
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `Grid of outputs and inputs. ${HELP}`);
    this.foot.root.title = HELP;
    this.listen();
  }

  // What is shown ---------------------------------------------------------------------------

  private layout(): Layout {
    const [start, scale] = [this.axis.get("start"), this.axis.get("scale")];
    const place = { start, scale, scroll: this.scroll };
    return layoutOf(this.parameters, place, this.stage.clientWidth, this.model.get("height"), this.hasTree());
  }

  private hasTree(): boolean {
    return this.order() === null && this.tree.forks > 0;
  }

  /** Stored rows from top to bottom; null where they stand as they are stored. */
  private order(): Int32Array | null {
    return this.axis.get("order_by") === "natural" ? this.parameters.natural : null;
  }

  private rowAt(place: number): number {
    return this.order()?.[place] ?? place;
  }

  private outputAt(place: number): number {
    return this.parameters.outputs[this.rowAt(place)]!;
  }

  /** The best that is known of a weight. */
  private partAt(row: number, input: number): Part {
    const { part } = this.exact;
    const within = (at: number, [from, to]: [number, number]): boolean => at >= from && at < to;
    return part && within(row, part.rows) && within(input, part.columns) ? part : this.parameters.whole;
  }

  private paint(part: Part): Paint {
    const colormap = this.model.get("colormap");
    return {
      colormap,
      range: this.rangeOf(part),
      table: colorTable(colormap),
      background: pixel(rgb(this.theme.background)),
      stripe: pixel(this.theme.dark ? [120, 120, 120] : [150, 150, 150]),
      notFinite: pixel([213, 94, 0]),
    };
  }

  /** The chosen range where it makes sense: single weights have none of their own. */
  private range(): RangeName {
    const range = this.model.get("value_range");
    if (range === "row" || range === "layer") return range;
    return ({ vector: "column", strip: "layer", tiles: "tile" } as const)[this.parameters.kind];
  }

  /** The range of a part; means of whole tiles have none of their own either. */
  private rangeOf(part: Part): RangeName {
    const range = this.range();
    return range === "tile" && part.strip ? "layer" : range;
  }

  private paintTiles(): void {
    if (this.stage.clientWidth <= 0) return;
    const layout = this.layout();
    const { columns, rows } = layout;
    this.scroll = rows.scroll;
    const height = rows.top + rows.height;
    this.stage.style.height = `${height}px`;
    prepare(this.tiles, columns.width, height);
    const { canvas, context } = this.tiles;
    const ratio = pixelRatio();
    const image = context.createImageData(canvas.width, canvas.height);
    const { whole, bias } = this.parameters;
    const pixels = new Uint32Array(image.data.buffer).fill(this.paint(whole).background);
    const picture = (clip: Clip): Picture => ({ pixels, stride: canvas.width, clip });
    const clip = clipOf(layout, ratio);
    const order = this.order();
    for (const part of [whole, this.exact.part]) {
      if (!part) continue;
      const [left, right] = part.columns.map((input) => Math.round(xOf(columns, input) * ratio)) as [number, number];
      const within = { ...clip, left: Math.max(clip.left, left), right: Math.min(clip.right, right) };
      const down = spansDown(part, rows, order, ratio);
      paintTiles(picture(within), part.tiles, spansAcross(part, layout, ratio), down, this.paint(part));
    }
    if (bias) {
      const [from, to] = [biasLeft(columns), biasLeft(columns) + BIAS_WIDTH].map((x) => Math.round(x * ratio)) as [number, number];
      const down = spansDown(whole, rows, order, ratio);
      const paint: Paint = { ...this.paint(whole), range: "layer" };
      paintTiles(picture({ ...clip, left: from, right: to }), bias, [{ index: 0, from, to }], down, paint);
    }
    context.putImageData(image, 0, 0);
    this.rowTree.paint();
    this.askForExact(layout);
    this.paintOverlay();
  }

  private askForExact({ columns, rows }: Layout): void {
    if (!this.connection.alive) return;
    const [first, last] = visibleRows(rows);
    const order = this.order()?.subarray(first, last);
    const stored: [number, number] = order ? [Math.min(...order), Math.max(...order) + 1] : [first, last];
    this.exact.look({ rows: stored, columns: visible(columns) }, columns.scale / this.parameters.taps[1]);
  }

  private paintOverlay(): void {
    if (this.stage.clientWidth <= 0) return;
    const layout = this.layout();
    const { canvas, context } = this.overlay;
    prepare(this.overlay, layout.columns.width, layout.rows.top + layout.rows.height);
    paintOverlay(context, {
      parameters: this.parameters,
      layout,
      theme: this.theme,
      selection: this.selection,
      rowAt: (place) => this.rowAt(place),
      hoveredInput: this.hoveredInput,
      cursor: canvas.matches(":focus-visible") ? this.cursor : null,
    });
    this.rowTree.paintOverlay();
    this.updateControls(layout);
  }

  // Around the picture ----------------------------------------------------------------------

  private toolbar(): HTMLElement {
    const trait = (label: string, title: string, options: readonly (readonly [string, string])[], key: "colormap" | "value_range") => {
      const made = choice(label, title, options, (value) => {
        this.model.set(key, value as never);
        this.publish();
      }, this.signal);
      const read = () => (key === "value_range" ? this.range() : this.model.get(key));
      this.controls.push({ select: made.select, read });
      return made.root;
    };
    const order = choice("Order", "Which rows stand side by side", ORDERS, (value) => {
      this.axis.set("order_by", value as ColumnAxisState["order_by"]);
      this.publishAxis();
    }, this.signal);
    this.controls.push({ select: order.select, read: () => this.axis.get("order_by") });
    const zoom = (factor: number) => {
      const { columns, rows } = this.layout();
      this.zoomTo(zoomed(columns, factor, columns.width / 2), rows.top + rows.height / 2);
    };
    return element(
      "div",
      "cnnviz-toolbar",
      {},
      trait("Colours", "How values become colours", COLORMAPS, "colormap"),
      trait("Range", "Over which values the colours are stretched", RANGES, "value_range"),
      order.root,
      element(
        "span",
        "cnnviz-group",
        {},
        button("−", "Zoom out (−)", () => zoom(1 / STEP), this.signal),
        button("+", "Zoom in (+)", () => zoom(STEP), this.signal),
        this.fitButton,
      ),
      this.clearButton,
    );
  }

  private updateControls(layout: Layout): void {
    const chosen = this.selection.list.length;
    this.clearButton.textContent = chosen > 0 ? `Clear ${count(chosen)} selected` : "Clear selection";
    this.clearButton.disabled = chosen === 0;
    this.fitButton.disabled = this.axis.get("scale") === 0 && this.scroll === 0;
    const { whole, bias } = this.parameters;
    if (this.hoveredInput === BIAS) this.foot.showRange(bias!, { ...this.paint(whole), range: "layer" }, 0, 0);
    else {
      const row = this.parameters.outputs.indexOf(this.selection.hovered);
      const part = this.partAt(row, this.hoveredInput);
      const col = part.strip ? 0 : this.hoveredInput - part.columns[0];
      this.foot.showRange(part.tiles, this.paint(part), row - part.rows[0], col);
    }
    if (!this.enlarged.isOpen) this.foot.say(this.says(layout));
  }

  private says({ columns, rows }: Layout): string {
    const { parameters, spot } = this;
    const fork = this.rowTree.describe(parameters.outputWord);
    if (fork !== null) return fork;
    const row = parameters.outputs.indexOf(this.selection.hovered);
    if (spot && row === spot.row) {
      if (this.hoveredInput === BIAS) return describeBias(parameters, row);
      if (this.hoveredInput >= 0) return describe(parameters, this.partAt(row, spot.input), spot);
    }
    if (row >= 0) return describeOutput(parameters, row);
    const shown = (first: number, last: number, all: number): string => (last - first < all ? `${count(last - first)} of ` : "");
    const down = `${shown(...visibleRows(rows), rows.count)}${counted(rows.count, parameters.outputWord)}`;
    const across = `${shown(...visible(columns), columns.count)}${counted(columns.count, parameters.inputWord)}`;
    const cut = this.model.get("cut");
    const groups = cut !== null && this.hasTree() ? ` · ${describeCut(this.tree, cut)}` : "";
    return `${down} × ${across}${groups}. ${HINT}${parameters.kind === "tiles" ? HINT_TILE : ""}`;
  }

  // What the user does ----------------------------------------------------------------------

  private listen(): void {
    const { canvas } = this.overlay;
    const on = <K extends keyof HTMLElementEventMap>(type: K, handle: (event: HTMLElementEventMap[K]) => void, passive = true) =>
      canvas.addEventListener(type, handle, { signal: this.signal, passive });
    on("pointermove", (event) => this.onPoint(event));
    on("click", (event) => this.onClick(event));
    on("pointerleave", () => this.onLeave());
    on("wheel", (event) => this.onWheel(event), false);
    on("dblclick", (event) => this.onDouble(event));
    on("keydown", (event) => this.onKey(event), false);
    on("focus", () => this.drawOverlay());
    on("blur", () => this.onLeave());
    this.selection.onChange(this.drawOverlay);
    for (const event of ["change:start", "change:scale"]) this.axis.on(event, this.drawTiles);
    this.axis.on("change:order_by", () => {
      this.chooser.anchor = 0;
      this.refresh();
    });
    this.model.on(`${PARAMETER_EVENTS} ${TREE_EVENTS}`, eachFrame(() => this.reread(), this.signal));
    const refresh = () => this.refresh();
    for (const key of ["colormap", "value_range", "height", "cut", "_notes"]) {
      this.model.on(`change:${key}`, refresh);
    }
    this.connection.onChange(() => {
      this.exact.askAgain();
      this.drawTiles();
    });
    onResize(this.stage, this.drawTiles, this.signal);
    onThemeChange(this.root, refresh, this.signal);
  }

  private reread(): void {
    const before = this.parameters;
    this.parameters = readParameters(this.model);
    this.tree = readTree(this.model);
    this.rowTree.show(this.tree);
    this.exact.reset(this.parameters);
    const { kind, inputs, outputs } = this.parameters;
    this.spot = null;
    this.hoveredInput = NOTHING;
    // The same layer read again keeps the reader's place; another one has places of its own.
    if (kind !== before.kind || inputs !== before.inputs || outputs.length !== before.outputs.length) {
      this.scroll = 0;
      this.cursor = { column: 0, row: 0 };
      this.chooser.anchor = 0;
      this.enlarged.close();
    }
    this.refresh();
  }

  /** Bring everything that is drawn up to date with the traits. */
  refresh(): void {
    this.theme = themeOf(this.root);
    const { whole, outputs, outputWord, kind } = this.parameters;
    const option = (value: RangeName) => this.root.querySelector<HTMLOptionElement>(`option[value=${value}]`)!;
    option("tile").disabled = kind !== "tiles";
    option("column").hidden = option("column").disabled = kind !== "vector";
    for (const { select, read } of this.controls) select.value = read();
    this.notes.replaceChildren(...this.model.get("_notes").map((note) => element("div", "", {}, note)));
    const paint = this.paint(whole);
    const marked = { channels: outputs, marks: whole.tiles.rowMarks, noun: outputWord, where: "over all inputs" };
    this.foot.showLegend(marked, paint);
    this.foot.showColors(paint);
    this.enlarged.refresh();
    this.connection.line.hidden = !this.exact.needed;
    this.drawTiles();
  }

  private move(columns: Columns): void {
    moveTo(this.axis, columns, this.publishAxis);
    this.drawTiles();
  }

  /** Zoom to these columns; the row at y stays there, too. */
  private zoomTo(columns: Columns, y: number): void {
    const { rows } = this.layout();
    moveTo(this.axis, columns, this.publishAxis);
    const next = this.layout().rows;
    this.scroll = ((y - rows.top + rows.scroll) / rows.size) * next.size - (y - rows.top);
    this.drawTiles();
  }

  private scrollBy(pixels: number): boolean {
    const before = this.layout().rows.scroll;
    this.scroll = before + pixels;
    this.scroll = this.layout().rows.scroll;
    this.drawTiles();
    return this.scroll !== before;
  }

  private fit(): void {
    this.scroll = 0;
    this.axis.set("start", 0);
    this.axis.set("scale", 0);
    this.publishAxis();
    this.drawTiles();
  }

  private place(event: MouseEvent): { x: number; y: number; input: number; place: number; layout: Layout } {
    const box = this.overlay.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const layout = this.layout();
    const { columns, rows } = layout;
    const onBias = this.parameters.bias !== null && x >= biasLeft(columns) && x < biasLeft(columns) + BIAS_WIDTH;
    const input = x < columns.width - columns.after ? columnAt(columns, x) : NOTHING;
    const place = y < rows.top + rows.height ? rowAt(rows, y) : -1;
    return { x, y, input: onBias ? BIAS : input, place, layout };
  }

  private onPoint(event: MouseEvent): void {
    if (this.drag.active) return;
    const { x, y, input, place, layout } = this.place(event);
    const { columns, rows } = layout;
    this.hoveredInput = place >= 0 ? input : NOTHING;
    this.spot = place < 0 ? null : {
      row: this.rowAt(place),
      input,
      across: (x - xOf(columns, input)) / columns.scale,
      down: (y - yOf(rows, place)) / rows.size,
    };
    this.selection.hover(place < 0 ? -1 : this.outputAt(place));
    this.drawOverlay();
  }

  private onLeave(): void {
    if (this.drag.active) return;
    this.hoveredInput = NOTHING;
    this.spot = null;
    this.selection.hover(-1);
    this.drawOverlay();
  }

  private onClick(event: MouseEvent): void {
    // The end of a drag is a click to the browser.
    if (this.drag.ended) return;
    const { input, place } = this.place(event);
    if (event.detail <= 1) this.beforeDouble = this.selection.list;
    if (place < 0) {
      if (combineOf(event) === "replace") this.selection.clear();
      return;
    }
    this.chooser.choose(place, combineOf(event));
    this.cursor = { column: input >= 0 ? input : this.cursor.column, row: place };
  }

  private onWheel(event: WheelEvent): void {
    const { x, y, layout } = this.place(event);
    if (x < layout.columns.before && !event.shiftKey) {
      if (this.scrollBy(event.deltaY * (event.deltaMode === 1 ? 16 : 1))) event.preventDefault();
      return;
    }
    event.preventDefault();
    this.zoomTo(wheeled(layout.columns, event, x), y);
  }

  private onDouble(event: MouseEvent): void {
    const { input, place } = this.place(event);
    if (place < 0 || input < 0 || !this.enlarge(input, place)) return;
    // The two clicks of a double click were not meant to select.
    if (this.beforeDouble) this.selection.replace(this.beforeDouble);
  }

  /** Enlarge a kernel slice; false where there is none with taps to see. */
  private enlarge(input: number, place: number): boolean {
    const row = this.rowAt(place);
    const part = this.partAt(row, input);
    if (this.parameters.kind !== "tiles" || part.strip) return false;
    this.enlargedPart = part;
    this.enlarged.open({ row: row - part.rows[0], col: input - part.columns[0] });
    return true;
  }

  /** A tile's place by its output and input, when other parameters, or more exact ones, have come. */
  private follow({ row, col }: Tile): () => Tile | undefined {
    const output = this.parameters.outputs[row + this.enlargedPart.rows[0]]!;
    const input = col + this.enlargedPart.columns[0];
    return () => {
      const at = this.parameters.outputs.indexOf(output);
      const part = this.partAt(at, input);
      if (at < 0 || input >= this.parameters.inputs || part.strip) return undefined;
      this.enlargedPart = part;
      return { row: at - part.rows[0], col: input - part.columns[0] };
    };
  }

  private onKey(event: KeyboardEvent): void {
    const { columns, rows } = this.layout();
    const page = Math.max(1, Math.floor(rows.height / rows.size) - 1);
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
      PageUp: [0, -page],
      PageDown: [0, page],
      Home: [0, -rows.count],
      End: [0, rows.count],
    };
    const step = steps[event.key];
    if (step) this.step(step, event.shiftKey);
    else if (event.key === " ") this.chooser.choose(this.cursor.row, event.shiftKey ? "extend" : "toggle");
    else if (event.key === "Enter") this.enlarge(this.cursor.column, this.cursor.row);
    else if (event.key === "Escape") this.selection.clear();
    else if (event.key === "0") this.fit();
    else if (event.key === "+" || event.key === "-") {
      const factor = event.key === "+" ? STEP : 1 / STEP;
      const next = zoomed(columns, factor, xOf(columns, this.cursor.column + 0.5));
      this.zoomTo(next, yOf(rows, this.cursor.row + 0.5));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private step([dx, dy]: [number, number], extend: boolean): void {
    const column = Math.min(Math.max(this.cursor.column + dx, 0), this.parameters.inputs - 1);
    const row = Math.min(Math.max(this.cursor.row + dy, 0), this.parameters.outputs.length - 1);
    this.cursor = { column, row };
    if (!extend) this.chooser.anchor = row;
    const { columns, rows } = this.layout();
    const top = row * rows.size;
    this.scroll = Math.min(Math.max(rows.scroll, top + rows.size - rows.height), top);
    this.hoveredInput = column;
    this.spot = { row: this.rowAt(row), input: column, down: 0, across: 0 };
    this.selection.hover(this.outputAt(row));
    if (extend) this.chooser.choose(row, "extend");
    this.move(scrolledTo(columns, column));
  }
}

export default { render: renderLinked(ParameterGrid) };
