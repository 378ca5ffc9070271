/** ChannelGrid: samples down, channels across, each tile a channel's answer to a sample. */
import type { AnyModel } from "@anywidget/types";

import { Chooser } from "../tile-view/range-selection";
import { Drag } from "../tile-view/drag";
import { Enlarged, type Tile } from "../tile-view/enlarged";
import { Foot } from "../tile-view/foot";
import {
  columnSpans,
  contentHeight,
  HEADER,
  heightOf,
  limitScroll,
  rowAt,
  rowGap,
  rowSize,
  rowSpans,
  withBlanks,
  yOf,
  type Rows,
} from "../tile-view/rows";
import { paintOverlay } from "./overlay";
import { paintGaps, paintTiles, type Paint } from "../tile-view/paint";
import { describe, describeBlank, describeChannel, sampleCount, sampleName } from "./readout";
import { isWhole, readSheet, SHEET_EVENTS, type Sheet, type SheetState } from "../tile-view/tiles";
import { layer, onResize, pixelRatio, prepare } from "../lib/dom/canvas";
import { colorTable, type ColormapName, type RangeName } from "../lib/plots/colormaps";
import {
  columnAt,
  GUTTER,
  MARGIN,
  moveTo,
  panned,
  resolve,
  scrolledTo,
  visible,
  wheeled,
  xOf,
  zoomed,
  type ColumnAxisState,
  type Columns,
} from "../lib/linking/column-axis";
import { button, choice, element, keyboard } from "../lib/dom/elements";
import { count, counted } from "../lib/format";
import { eachFrame } from "../lib/dom/frame";
import { renderLinked, type LinkedState } from "../lib/linking/linked-view";
import { publisher, type Publisher } from "../lib/linking/publish";
import { combineOf, Selection } from "../lib/linking/selection";
import { onThemeChange, pixel, rgb, themeOf, type Theme } from "../lib/dom/theme";

interface State extends SheetState, LinkedState {
  colormap: ColormapName;
  value_range: RangeName;
  /** Columns to leave room for, at the least. */
  places: number;
  /** A line above the grid; "" for none. */
  title: string;
  /** A name for each of all samples; none: its number. */
  sample_labels: string[];
  /** Greatest height of the grid in CSS pixels. */
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
  ["channel", "each channel"],
  ["layer", "whole layer"],
] as const;
const ORDERS = [
  ["leaf", "similar side by side"],
  ["natural", "channel number"],
] as const;
const HINT = "Wheel: zoom · drag: move · click: select";
const HINT_TILE = " · double click: enlarge";
const HELP =
  "Wheel: zoom; Shift and wheel: move sideways; drag: move; " +
  "click, Shift-click, Ctrl-click: select channels; double click: enlarge a tile; " +
  "arrow keys: move; Space: select; Enter: enlarge; Escape: clear; 0: show all";

class Grid {
  readonly root: HTMLElement;
  private readonly title = element("div", "cnnviz-grid-title");
  private readonly stage = element("div", "cnnviz-grid-stage");
  private readonly tiles = layer("cnnviz-grid-tiles");
  private readonly overlay = layer("cnnviz-grid-overlay");
  private readonly foot: Foot;
  private readonly notes = element("div", "cnnviz-note");
  private readonly clearButton: HTMLButtonElement;
  private readonly fitButton: HTMLButtonElement;
  private readonly enlarged: Enlarged;
  private readonly publish: Publisher;
  private readonly publishAxis: Publisher;
  private readonly drawTiles: () => void;
  private readonly drawOverlay: () => void;
  private readonly controls: { select: HTMLSelectElement; read: () => string }[] = [];
  private sheet: Sheet;
  private theme: Theme;
  /** Digits of the longest column name. */
  private digits = 1;
  private scroll = 0;
  /** Place of the keyboard's cursor: column on the screen, row. */
  private cursor = { column: 0, row: 0 };
  private readonly chooser: Chooser;
  /** Row under the mouse, for the readout's colour bar. */
  private hoveredRow = -1;
  /** What was selected before the first click of what may become a double click. */
  private beforeDouble: number[] | undefined;
  private readonly drag: Drag<{ columns: Columns; scroll: number }>;

  constructor(
    private readonly model: AnyModel<State>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    private readonly signal: AbortSignal,
  ) {
    this.publish = publisher(model, signal);
    this.publishAxis = publisher(axis, signal);
    this.sheet = readSheet(model);
    this.drawTiles = eachFrame(() => this.paintTiles(), signal);
    this.drawOverlay = eachFrame(() => this.paintOverlay(), signal);
    this.clearButton = button("Clear selection", "Select no channel (Escape)", () => selection.clear(), signal);
    this.fitButton = button("Fit", "Show all channels (0)", () => this.fit(), signal);
    this.foot = new Foot((channels, event) => selection.combine(channels, combineOf(event)), signal);
    this.root = element("div", "cnnviz cnnviz-channel-grid");
    this.root.append(this.title, this.toolbar(), this.stage, this.foot.root, this.notes);
    this.stage.append(this.tiles.canvas, this.overlay.canvas);
    this.theme = themeOf(this.root);
    this.enlarged = new Enlarged({
      stage: this.stage,
      tiles: () => this.sheet,
      paint: () => this.paint(),
      facts: ({ row, col }) => [
        ["Channel", this.sheet.names[col]!],
        ["Sample", sampleName(this.sheet.samples[row]!, model.get("sample_labels")).replace(/^sample /, "")],
      ],
      follow: (tile) => this.follow(tile),
      describe: (spot) => describe(this.sheet, spot, model.get("sample_labels")),
      say: (text) => this.foot.say(text),
      onClose: () => this.overlay.canvas.focus({ preventScroll: true }),
    });
    const { canvas } = this.overlay;
    this.chooser = new Chooser(selection, (column) => this.channelAt(column));
    this.drag = new Drag(canvas, () => this.begin(), ({ columns, scroll }, dx, dy) => {
      this.scroll = scroll - dy;
      this.move(panned(columns, dx));
      this.drawTiles();
    }, signal);
    keyboard(canvas);
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `Grid of channels and samples. ${HELP}`);
    this.foot.root.title = HELP;
    this.listen();
  }

  // What is shown ---------------------------------------------------------------------------

  private columns(): Columns {
    const { start, scale } = { start: this.axis.get("start"), scale: this.axis.get("scale") };
    return resolve({ start, scale }, this.places(), this.stage.clientWidth);
  }

  private places(): number {
    return Math.max(this.sheet.cols, this.model.get("places") ?? 0);
  }

  /** The columns without those places at the end that stay empty. */
  private filled(columns: Columns): Columns {
    return { ...columns, count: this.sheet.cols };
  }

  private rows(columns: Columns): Rows {
    const room = this.model.get("height") - HEADER;
    const size = rowSize(this.sheet, columns.scale, room);
    const gap = rowGap(this.sheet, size);
    const height = Math.min(room, this.stageRoom());
    const rows = { size, gap, count: this.sheet.places.length, scroll: this.scroll, height, top: HEADER };
    const fitted = withBlanks(rows, this.sheet.rowAt);
    return { ...fitted, scroll: limitScroll(fitted) };
  }

  /** Height that the rows need when all columns are fitted; the view keeps it at every zoom. */
  private stageRoom(): number {
    const fitted = resolve({ start: 0, scale: 0 }, this.places(), this.stage.clientWidth);
    const room = this.model.get("height") - HEADER;
    const wanted = rowSize(this.sheet, fitted.scale, room) * this.sheet.places.length;
    return Math.min(room, Math.max(wanted, 120));
  }

  /** Tile columns from left to right; null where they stand as they are stored. */
  private order(): Int32Array | null {
    return this.axis.get("order_by") === "natural" ? this.sheet.natural : null;
  }

  private tileColumn(column: number): number {
    return this.order()?.[column] ?? column;
  }

  private channelAt(column: number): number {
    return this.sheet.channels[this.tileColumn(column)]!;
  }

  private paint(): Paint {
    const colormap = this.model.get("colormap");
    return {
      colormap,
      range: this.range(),
      table: colorTable(colormap),
      background: pixel(rgb(this.theme.background)),
      stripe: pixel(this.theme.dark ? [120, 120, 120] : [150, 150, 150]),
      notFinite: pixel([213, 94, 0]),
    };
  }

  /** Whether a tile is more than one value: something to enlarge, with a range of its own. */
  private hasPixels(): boolean {
    return this.sheet.height * this.sheet.width > 1;
  }

  /** A tile by its channel and sample, which may stand elsewhere when the model is read again. */
  private follow({ row, col }: Tile): () => Tile | undefined {
    const channel = this.sheet.channels[col]!;
    const sample = this.sheet.samples[row]!;
    return () => {
      const tile = { row: this.sheet.samples.indexOf(sample), col: this.sheet.channels.indexOf(channel) };
      return tile.row >= 0 && tile.col >= 0 ? tile : undefined;
    };
  }

  /** Where a tile is a single value, it has no range of its own to be stretched over. */
  private range(): RangeName {
    const range = this.model.get("value_range");
    return range === "tile" && !this.hasPixels() ? "layer" : range;
  }

  private paintTiles(): void {
    const width = this.stage.clientWidth;
    if (width <= GUTTER) return;
    const columns = this.columns();
    const rows = this.rows(columns);
    this.scroll = rows.scroll;
    const height = HEADER + rows.height;
    this.stage.style.height = `${height}px`;
    prepare(this.tiles, width, height);
    const { canvas, context } = this.tiles;
    const ratio = pixelRatio();
    const image = context.createImageData(canvas.width, canvas.height);
    const paint = this.paint();
    const pixels = new Uint32Array(image.data.buffer).fill(paint.background);
    const clip = {
      left: Math.round(GUTTER * ratio),
      top: Math.round(HEADER * ratio),
      right: canvas.width - Math.round(MARGIN * ratio),
      bottom: canvas.height,
    };
    const picture = { pixels, stride: canvas.width, clip };
    const across = columnSpans(this.filled(columns), this.order(), ratio);
    const down = rowSpans(rows, ratio, this.sheet.rowAt).filter(({ index }) => index >= 0);
    // Most tiles are dark: on a dark page, gaps of its colour would part none of them.
    if (this.theme.dark) {
      const parts = isWhole(this.sheet) ? [down] : down.map((row) => [row]);
      for (const part of parts) paintGaps(picture, across, part, pixel(rgb(this.theme.line)));
    }
    paintTiles(picture, this.sheet, across, down, paint);
    context.putImageData(image, 0, 0);
    this.paintOverlay();
  }

  private paintOverlay(): void {
    const width = this.stage.clientWidth;
    if (width <= GUTTER) return;
    const columns = this.columns();
    const rows = this.rows(columns);
    const height = HEADER + rows.height;
    const { canvas } = this.overlay;
    prepare(this.overlay, width, height);
    const labels = this.model.get("sample_labels");
    paintOverlay(this.overlay.context, {
      columns: this.filled(columns),
      rows,
      width,
      height,
      theme: this.theme,
      labels: Array.from(this.sheet.places, (sample) => labels[sample] ?? String(sample)),
      isBlank: (row) => this.sheet.rowAt[row]! < 0,
      channelAt: (column) => this.channelAt(column),
      nameAt: (column) => this.sheet.names[this.tileColumn(column)]!,
      digits: this.digits,
      selection: this.selection,
      hoveredRow: this.hoveredRow,
      cursor: canvas.matches(":focus-visible") ? this.cursor : null,
    });
    this.updateControls(this.filled(columns));
  }

  // Around the picture ----------------------------------------------------------------------

  private toolbar(): HTMLElement {
    const trait = (label: string, title: string, options: readonly (readonly [string, string])[], key: "colormap" | "value_range") => {
      const made = choice(label, title, options, (value) => {
        this.model.set(key, value as never);
        this.publish();
      }, this.signal);
      this.controls.push({ select: made.select, read: () => (key === "value_range" ? this.range() : this.model.get(key)) });
      return made.root;
    };
    const order = choice("Order", "Which channels stand side by side", ORDERS, (value) => {
      this.axis.set("order_by", value as ColumnAxisState["order_by"]);
      this.publishAxis();
    }, this.signal);
    this.controls.push({ select: order.select, read: () => this.axis.get("order_by") });
    const zoom = (factor: number) => this.move(zoomed(this.columns(), factor, this.stage.clientWidth / 2));
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
        button("−", "Zoom out (−)", () => zoom(1 / 1.6), this.signal),
        button("+", "Zoom in (+)", () => zoom(1.6), this.signal),
        this.fitButton,
      ),
      this.clearButton,
    );
  }

  private updateControls(columns: Columns): void {
    const chosen = this.selection.list.length;
    this.clearButton.textContent = chosen > 0 ? `Clear ${count(chosen)} selected` : "Clear selection";
    this.clearButton.disabled = chosen === 0;
    this.fitButton.disabled = this.axis.get("scale") === 0 && this.scroll === 0;
    const hovered = this.sheet.channels.indexOf(this.selection.hovered);
    this.foot.showRange(this.sheet, this.paint(), this.sheet.rowAt[this.hoveredRow] ?? -1, hovered);
    if (this.enlarged.isOpen) return;
    if (hovered < 0) {
      const [first, last] = visible(columns);
      const some = last - first < this.sheet.cols ? `${count(last - first)} of ` : "";
      const size = `${counted(this.sheet.cols, "channel")} × ${sampleCount(this.sheet)}`;
      this.foot.say(`${some}${size}. ${HINT}${this.hasPixels() ? HINT_TILE : ""}`);
    } else if (this.hoveredRow < 0) this.foot.say(describeChannel(this.sheet, hovered));
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
    this.model.on(SHEET_EVENTS, eachFrame(() => {
      const before = this.sheet;
      this.sheet = readSheet(this.model);
      const { places, cols, kind } = this.sheet;
      // The same layer read again keeps the reader's place; another one has places of its own.
      if (places.length !== before.places.length || cols !== before.cols || kind !== before.kind) {
        this.scroll = 0;
        this.cursor = { column: 0, row: 0 };
        this.chooser.anchor = 0;
        this.hoveredRow = -1;
        this.enlarged.close();
      }
      this.refresh();
    }, this.signal));
    const refresh = () => this.refresh();
    for (const key of ["title", "places", "colormap", "value_range", "height", "sample_labels", "_notes"]) {
      this.model.on(`change:${key}`, refresh);
    }
    onResize(this.stage, this.drawTiles, this.signal);
    onThemeChange(this.root, refresh, this.signal);
  }

  /** Bring everything that is drawn up to date with the traits. */
  refresh(): void {
    this.theme = themeOf(this.root);
    this.title.textContent = this.model.get("title") ?? "";
    this.title.hidden = !this.title.textContent;
    this.digits = this.sheet.names.reduce((most, { length }) => Math.max(most, length), 1);
    for (const { select, read } of this.controls) select.value = read();
    this.root.querySelector<HTMLOptionElement>("option[value=tile]")!.disabled = !this.hasPixels();
    this.notes.replaceChildren(...this.model.get("_notes").map((note) => element("div", "", {}, note)));
    const { channels, columnMarks: marks } = this.sheet;
    const briefly = isWhole(this.sheet) ? undefined : `on these ${count(this.sheet.rows)}`;
    const where = briefly ? `${briefly} samples` : "on all samples shown";
    this.foot.showLegend({ channels, marks, noun: "channel", where, briefly }, this.paint());
    this.foot.showColors(this.paint());
    this.enlarged.refresh();
    this.drawTiles();
  }

  private move(columns: Columns): void {
    moveTo(this.axis, columns, this.publishAxis);
  }

  private fit(): void {
    this.scroll = 0;
    this.axis.set("start", 0);
    this.axis.set("scale", 0);
    this.publishAxis();
    this.drawTiles();
  }

  private place(event: MouseEvent): { x: number; y: number; column: number; row: number; columns: Columns; rows: Rows } {
    const box = this.overlay.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const columns = this.columns();
    const rows = this.rows(columns);
    return { x, y, column: columnAt(this.filled(columns), x), row: rowAt(rows, y), columns, rows };
  }

  private onPoint(event: MouseEvent): void {
    if (this.drag.active) return;
    const { x, y, column, row, columns, rows } = this.place(event);
    this.hoveredRow = row;
    this.selection.hover(column < 0 ? -1 : this.channelAt(column));
    this.drawOverlay();
    if (column < 0 || row < 0) return;
    const tiles = this.sheet.rowAt[row]!;
    if (tiles < 0) {
      this.foot.say(describeBlank(this.sheet, row, this.model.get("sample_labels")));
      return;
    }
    const col = this.tileColumn(column);
    const within = (at: number, from: number, size: number, pixels: number): number =>
      Math.min(pixels - 1, Math.max(0, Math.floor(((at - from) / size) * pixels)));
    const spot = {
      row: tiles,
      col,
      x: within(x, xOf(columns, column), columns.scale, this.sheet.width),
      y: within(y, yOf(rows, row), rows.size, this.sheet.height),
    };
    this.foot.say(describe(this.sheet, spot, this.model.get("sample_labels")));
  }

  private onLeave(): void {
    if (this.drag.active) return;
    this.hoveredRow = -1;
    this.selection.hover(-1);
    this.drawOverlay();
  }

  private begin(): { columns: Columns; scroll: number } {
    const columns = this.columns();
    return { columns, scroll: this.rows(columns).scroll };
  }

  private onClick(event: MouseEvent): void {
    // The end of a drag is a click to the browser.
    if (this.drag.ended) return;
    const { column, row } = this.place(event);
    if (event.detail <= 1) this.beforeDouble = this.selection.list;
    if (column < 0) {
      if (combineOf(event) === "replace") this.selection.clear();
      return;
    }
    this.chooser.choose(column, combineOf(event));
    if (row >= 0) this.cursor = { column, row };
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const { x, y, columns, rows } = this.place(event);
    const next = wheeled(columns, event, x);
    // The row under the cursor stays there, too.
    const grown = contentHeight(this.rows(next)) / contentHeight(rows);
    this.scroll = (y - HEADER + rows.scroll) * grown - (y - HEADER);
    this.move(next);
    this.drawTiles();
  }

  private onDouble(event: MouseEvent): void {
    const { column, row } = this.place(event);
    if (column < 0 || row < 0 || !this.hasPixels()) return;
    // The two clicks of a double click were not meant to select.
    if (this.beforeDouble) this.selection.replace(this.beforeDouble);
    this.enlarge(column, row);
  }

  private enlarge(column: number, place: number): void {
    const row = this.sheet.rowAt[place] ?? -1;
    if (row >= 0 && this.hasPixels()) this.enlarged.open({ row, col: this.tileColumn(column) });
  }

  private onKey(event: KeyboardEvent): void {
    const { cols } = this.sheet;
    const page = Math.max(1, Math.round(this.stage.clientWidth / this.columns().scale / 2));
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
      PageUp: [-page, 0],
      PageDown: [page, 0],
      Home: [-cols, 0],
      End: [cols, 0],
    };
    const step = steps[event.key];
    if (step) this.step(step, event.shiftKey);
    else if (event.key === " ") this.chooser.choose(this.cursor.column, event.shiftKey ? "extend" : "toggle");
    else if (event.key === "Enter") this.enlarge(this.cursor.column, this.cursor.row);
    else if (event.key === "Escape") this.selection.clear();
    else if (event.key === "0") this.fit();
    else if (event.key === "+" || event.key === "-") {
      const at = xOf(this.columns(), this.cursor.column + 0.5);
      this.move(zoomed(this.columns(), event.key === "+" ? 1.6 : 1 / 1.6, at));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private step([dx, dy]: [number, number], extend: boolean): void {
    const { cols, places } = this.sheet;
    const column = Math.min(Math.max(this.cursor.column + dx, 0), cols - 1);
    const row = Math.min(Math.max(this.cursor.row + dy, 0), places.length - 1);
    this.cursor = { column, row };
    if (!extend) this.chooser.anchor = column;
    const columns = scrolledTo(this.columns(), column);
    this.move(columns);
    const rows = this.rows(columns);
    const y = yOf(rows, row) - rows.top + rows.scroll;
    this.scroll = Math.min(Math.max(rows.scroll, y + heightOf(rows, row) - rows.height), y);
    this.hoveredRow = row;
    this.selection.hover(this.channelAt(column));
    if (extend) this.chooser.choose(column, "extend");
    this.foot.say(`${describeChannel(this.sheet, this.tileColumn(column))} · ${sampleName(places[row]!, this.model.get("sample_labels"))}`);
    this.drawTiles();
  }
}

export default { render: renderLinked(Grid) };
