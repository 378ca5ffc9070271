/** ChannelGrid: samples down, channels across, each tile a channel's answer to a sample. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { Enlarged } from "./grid/enlarged";
import {
  columnSpans,
  contentHeight,
  HEADER,
  limitScroll,
  rowAt,
  rowSize,
  rowSpans,
  yOf,
  type Rows,
} from "./grid/layout";
import { paintTiles, type Paint } from "./grid/paint";
import { describe, describeChannel, sampleName } from "./grid/readout";
import { Mark, rangeOf, readSheet, SHEET_EVENTS, type Sheet, type SheetState } from "./grid/sheet";
import { layer, onResize, pixelRatio, prepare } from "./lib/canvas";
import { colorRange, colorTable, cssColor, type ColormapName, type RangeName } from "./lib/colormaps";
import {
  columnAt,
  GUTTER,
  MARGIN,
  moveTo,
  panned,
  resolve,
  scrolledTo,
  visible,
  xOf,
  zoomed,
  type ColumnAxisState,
  type Columns,
} from "./lib/column-axis";
import { button, choice, element } from "./lib/dom";
import { count, counted, number } from "./lib/format";
import { eachFrame } from "./lib/frame";
import { publisher, type Publisher } from "./lib/publish";
import { combineOf, Selection, type Combine } from "./lib/selection";
import { onThemeChange, pixel, rgb, themeOf, type Theme } from "./lib/theme";

interface State extends SheetState {
  colormap: ColormapName;
  value_range: RangeName;
  sample_labels: string[];
  /** Greatest height of the grid in CSS pixels. */
  height: number;
  /** What the picture leaves out, in sentences. */
  _notes: string[];
  selection: string;
  axis: string;
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
const HELP =
  "Wheel: zoom · drag: move · click, Shift-click, Ctrl-click: select channels · " +
  "double click: enlarge a tile · arrow keys: move, Space: select, Enter: enlarge, Escape: clear";
/** Pixels that the pointer may move during a click. */
const CLICK = 4;

class Grid {
  readonly root: HTMLElement;
  private readonly stage = element("div", "cnnviz-grid-stage");
  private readonly tiles = layer("cnnviz-grid-tiles");
  private readonly overlay = layer("cnnviz-grid-overlay");
  private readonly readout = element("div", "cnnviz-readout", { role: "status", "aria-live": "polite" });
  private readonly legend = element("div", "cnnviz-legend");
  private readonly notes = element("div", "cnnviz-note");
  private readonly colorbar = layer("cnnviz-colorbar-map");
  private readonly colorbarLow = element("span", "");
  private readonly colorbarHigh = element("span", "");
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
  private scroll = 0;
  /** Place of the keyboard's cursor: column on the screen, row. */
  private cursor = { column: 0, row: 0 };
  private anchor = 0;
  /** Row under the mouse, for the readout's colour bar. */
  private hoveredRow = -1;
  private drag: { x: number; y: number; moved: boolean; start: Columns; scroll: number } | undefined;

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
    this.root = element("div", "cnnviz cnnviz-channel-grid", { "data-lm-suppress-shortcuts": "true" });
    this.root.append(this.toolbar(), this.stage, this.foot(), this.notes);
    this.stage.append(this.tiles.canvas, this.overlay.canvas);
    this.theme = themeOf(this.root);
    this.enlarged = new Enlarged({
      stage: this.stage,
      sheet: () => this.sheet,
      paint: () => this.paint(),
      labels: () => model.get("sample_labels"),
      say: (text) => this.say(text),
      onClose: () => this.overlay.canvas.focus({ preventScroll: true }),
    });
    const { canvas } = this.overlay;
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `Grid of channels and samples. ${HELP}`);
    this.listen();
  }

  // What is shown ---------------------------------------------------------------------------

  private columns(): Columns {
    const { start, scale } = { start: this.axis.get("start"), scale: this.axis.get("scale") };
    return resolve({ start, scale }, this.sheet.cols, this.stage.clientWidth);
  }

  private rows(columns: Columns): Rows {
    const room = this.model.get("height") - HEADER;
    const size = rowSize(this.sheet, columns.scale, room);
    const rows = { size, count: this.sheet.rows, scroll: this.scroll, height: Math.min(room, this.stageRoom()) };
    return { ...rows, scroll: limitScroll(rows) };
  }

  /** Height that the rows need when all columns are fitted; the view keeps it at every zoom. */
  private stageRoom(): number {
    const fitted = resolve({ start: 0, scale: 0 }, this.sheet.cols, this.stage.clientWidth);
    const room = this.model.get("height") - HEADER;
    const wanted = rowSize(this.sheet, fitted.scale, room) * this.sheet.rows;
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
      range: this.model.get("value_range"),
      table: colorTable(colormap),
      background: pixel(rgb(this.theme.background)),
      stripe: pixel(this.theme.dark ? [120, 120, 120] : [150, 150, 150]),
      notFinite: pixel([213, 94, 0]),
    };
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
    paintTiles(picture, this.sheet, columnSpans(columns, this.order(), ratio), rowSpans(rows, ratio), paint);
    context.putImageData(image, 0, 0);
    this.paintOverlay();
  }

  private paintOverlay(): void {
    const columns = this.columns();
    const rows = this.rows(columns);
    const width = this.stage.clientWidth;
    const height = HEADER + rows.height;
    if (width <= GUTTER) return;
    prepare(this.overlay, width, height);
    const { context } = this.overlay;
    context.font = "11px system-ui, sans-serif";
    this.paintRowLabels(context, rows, height);
    context.save();
    context.beginPath();
    context.rect(GUTTER - 1, 0, width - GUTTER - MARGIN + 2, height);
    context.clip();
    this.paintHeader(context, columns);
    this.paintSelection(context, columns, rows);
    this.paintCursor(context, columns, rows);
    context.restore();
    this.paintScrollbars(context, columns, rows, width, height);
    this.updateFoot(columns);
  }

  private paintRowLabels(context: CanvasRenderingContext2D, rows: Rows, height: number): void {
    context.save();
    context.beginPath();
    context.rect(0, HEADER, GUTTER, height - HEADER);
    context.clip();
    context.textAlign = "right";
    context.textBaseline = "middle";
    const labels = this.model.get("sample_labels");
    const every = Math.max(1, Math.ceil(13 / rows.size));
    for (let row = 0; row < rows.count; row += every) {
      const y = yOf(rows, row) + rows.size / 2;
      if (y < HEADER - rows.size || y > height + rows.size) continue;
      context.fillStyle = row === this.hoveredRow ? this.theme.text : this.theme.faint;
      context.fillText(shorten(context, labels[row] ?? String(row), GUTTER - 12), GUTTER - 7, y);
    }
    context.restore();
    context.fillStyle = this.theme.faint;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText("channel", 4, HEADER / 2);
  }

  private paintHeader(context: CanvasRenderingContext2D, columns: Columns): void {
    context.textAlign = "center";
    context.textBaseline = "middle";
    const digits = String(Math.max(...this.sheet.channels)).length;
    const every = Math.max(1, Math.ceil((digits * 7 + 6) / columns.scale));
    const [first, last] = visible(columns);
    for (let column = first - (first % every); column < last; column += every) {
      context.fillStyle = this.theme.faint;
      context.fillText(String(this.channelAt(column)), xOf(columns, column + 0.5), HEADER / 2);
    }
  }

  private paintSelection(context: CanvasRenderingContext2D, columns: Columns, rows: Rows): void {
    const bottom = Math.min(HEADER + rows.height, yOf(rows, rows.count));
    const [first, last] = visible(columns);
    const any = this.selection.list.length > 0;
    for (let column = first; column < last; column++) {
      const channel = this.channelAt(column);
      const x = xOf(columns, column);
      if (any && !this.selection.has(channel)) {
        // What is not selected steps back; nothing of it is hidden.
        context.fillStyle = this.theme.dark ? "rgba(0, 0, 0, 0.45)" : "rgba(255, 255, 255, 0.55)";
        context.fillRect(x, HEADER, columns.scale + 0.5, bottom - HEADER);
      } else if (any) {
        context.fillStyle = this.theme.accent;
        context.fillRect(x, HEADER - 4, Math.max(1, columns.scale - 1), 4);
        context.fillRect(x, bottom - 2, Math.max(1, columns.scale - 1), 2);
      }
      if (channel === this.selection.hovered) {
        context.strokeStyle = this.theme.hover;
        context.lineWidth = 2;
        context.strokeRect(x - 1, 1, Math.max(2, columns.scale + 1), bottom - 2);
        this.paintHoveredNumber(context, x + columns.scale / 2, channel);
      }
    }
  }

  private paintHoveredNumber(context: CanvasRenderingContext2D, x: number, channel: number): void {
    const text = String(channel);
    const half = context.measureText(text).width / 2 + 4;
    const middle = Math.min(Math.max(x, GUTTER + half), this.stage.clientWidth - MARGIN - half);
    context.fillStyle = this.theme.background;
    context.fillRect(middle - half, 2, 2 * half, HEADER - 6);
    context.fillStyle = this.theme.hover;
    context.fillText(text, middle, HEADER / 2);
  }

  private paintCursor(context: CanvasRenderingContext2D, columns: Columns, rows: Rows): void {
    if (document.activeElement !== this.overlay.canvas && this.overlay.canvas.getRootNode() === document) return;
    context.strokeStyle = this.theme.text;
    context.lineWidth = 1;
    context.setLineDash([3, 2]);
    context.strokeRect(
      xOf(columns, this.cursor.column) + 0.5,
      yOf(rows, this.cursor.row) + 0.5,
      Math.max(2, columns.scale - 1),
      Math.max(2, rows.size - 1),
    );
    context.setLineDash([]);
  }

  /** Thin bars that say where one is in a picture larger than the view. */
  private paintScrollbars(
    context: CanvasRenderingContext2D,
    columns: Columns,
    rows: Rows,
    width: number,
    height: number,
  ): void {
    context.fillStyle = this.theme.faint;
    const across = (width - GUTTER - MARGIN) / columns.scale / columns.count;
    if (across < 0.999) {
      const room = width - GUTTER - MARGIN;
      context.fillRect(GUTTER + (columns.start / columns.count) * room, height - 3, across * room, 3);
    }
    const down = rows.height / contentHeight(rows);
    if (down < 0.999) {
      const top = HEADER + (rows.scroll / contentHeight(rows)) * rows.height;
      context.fillRect(width - 5, top, 3, down * rows.height);
    }
  }

  // Around the picture ----------------------------------------------------------------------

  private toolbar(): HTMLElement {
    const trait = (label: string, title: string, options: readonly (readonly [string, string])[], key: "colormap" | "value_range") => {
      const made = choice(label, title, options, (value) => {
        this.model.set(key, value as never);
        this.publish();
      }, this.signal);
      this.controls.push({ select: made.select, read: () => this.model.get(key) });
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
      button("−", "Zoom out (−)", () => zoom(1 / 1.6), this.signal),
      button("+", "Zoom in (+)", () => zoom(1.6), this.signal),
      this.fitButton,
      this.clearButton,
    );
  }

  private foot(): HTMLElement {
    const bar = element(
      "div",
      "cnnviz-colorbar",
      { title: "The colours and the values they stand for" },
      this.colorbarLow,
      this.colorbar.canvas,
      this.colorbarHigh,
    );
    return element("div", "cnnviz-grid-foot", {}, this.readout, this.legend, bar);
  }

  private say(text: string): void {
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }

  private updateFoot(columns: Columns): void {
    const chosen = this.selection.list.length;
    this.clearButton.textContent = chosen > 0 ? `Clear ${count(chosen)} selected` : "Clear selection";
    this.clearButton.disabled = chosen === 0;
    this.fitButton.disabled = this.axis.get("scale") === 0;
    const hovered = this.sheet.channels.indexOf(this.selection.hovered);
    this.updateColorbar(hovered);
    if (this.enlarged.isOpen) return;
    if (hovered < 0) {
      const shown = visible(columns);
      const some = shown[1] - shown[0] < this.sheet.cols ? `${count(shown[1] - shown[0])} of ` : "";
      this.say(`${some}${counted(this.sheet.cols, "channel")} × ${counted(this.sheet.rows, "sample")}. ${HELP}`);
    } else if (this.hoveredRow < 0) this.say(describeChannel(this.sheet, hovered));
  }

  private updateColorbar(hovered: number): void {
    const { colormap, range } = this.paint();
    const { canvas, context } = this.colorbar;
    canvas.width = 120;
    canvas.height = 1;
    for (let x = 0; x < 120; x++) {
      context.fillStyle = cssColor(colormap, x / 119);
      context.fillRect(x, 0, 1, 1);
    }
    const unknown = hovered < 0 || (range === "tile" && this.hoveredRow < 0);
    if (unknown && range !== "layer") {
      this.colorbarLow.textContent = `lowest of ${range}`;
      this.colorbarHigh.textContent = "highest";
      if (colormap === "diverging") {
        this.colorbarLow.textContent = `−max |${range}|`;
        this.colorbarHigh.textContent = `+max |${range}|`;
      }
      return;
    }
    const [low, high] = colorRange(
      colormap,
      ...rangeOf(this.sheet, Math.max(0, this.hoveredRow), Math.max(0, hovered), range),
    );
    this.colorbarLow.textContent = number(low);
    this.colorbarHigh.textContent = number(high);
  }

  private updateLegend(): void {
    const kinds: [number, string, string][] = [
      [Mark.zero, "all zero", "diagonal stripes"],
      [Mark.constant, "constant", "level stripes"],
      [Mark.someNotFinite, "some NaN or ∞", "orange pixels"],
      [Mark.notFinite, "only NaN or ∞", "orange crossed stripes"],
    ];
    this.legend.replaceChildren();
    for (const [mark, text, look] of kinds) {
      const channels = [...this.sheet.channels].filter((_, col) => this.sheet.columnMarks[col] === mark);
      if (channels.length === 0) continue;
      const swatch = layer("cnnviz-swatch");
      paintSwatch(swatch.canvas, swatch.context, mark, this.paint());
      const chip = element("button", "cnnviz-mark", {
        type: "button",
        title: `${counted(channels.length, "channel")} ${text} on all samples (${look}). Click to select.`,
      });
      chip.append(swatch.canvas, `${text}: ${count(channels.length)}`);
      chip.addEventListener("click", (event) => this.choose(channels, combineOf(event)), { signal: this.signal });
      this.legend.append(chip);
    }
  }

  // What the user does ----------------------------------------------------------------------

  private listen(): void {
    const { canvas } = this.overlay;
    const on = <K extends keyof HTMLElementEventMap>(type: K, handle: (event: HTMLElementEventMap[K]) => void, passive = true) =>
      canvas.addEventListener(type, handle, { signal: this.signal, passive });
    on("pointerdown", (event) => this.onDown(event));
    on("pointermove", (event) => (this.drag ? this.onDrag(event) : this.onPoint(event)));
    on("pointerup", (event) => this.onUp(event));
    on("pointercancel", () => this.endDrag());
    on("pointerleave", () => this.onLeave());
    on("wheel", (event) => this.onWheel(event), false);
    on("dblclick", (event) => this.onDouble(event));
    on("keydown", (event) => this.onKey(event), false);
    on("focus", () => this.drawOverlay());
    on("blur", () => this.drawOverlay());
    this.selection.onChange(this.drawOverlay);
    for (const event of ["change:start", "change:scale"]) this.axis.on(event, this.drawTiles);
    this.axis.on("change:order_by", () => this.refresh());
    this.model.on(SHEET_EVENTS, eachFrame(() => {
      this.sheet = readSheet(this.model);
      this.scroll = 0;
      this.cursor = { column: 0, row: 0 };
      this.hoveredRow = -1;
      this.refresh();
    }, this.signal));
    const refresh = () => this.refresh();
    for (const key of ["colormap", "value_range", "height", "sample_labels", "_notes"]) {
      this.model.on(`change:${key}`, refresh);
    }
    onResize(this.stage, this.drawTiles, this.signal);
    onThemeChange(refresh, this.signal);
  }

  /** Bring everything that is drawn up to date with the traits. */
  refresh(): void {
    this.theme = themeOf(this.root);
    for (const { select, read } of this.controls) select.value = read();
    this.notes.replaceChildren(...this.model.get("_notes").map((note) => element("div", "", {}, note)));
    this.updateLegend();
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
    return { x, y, column: columnAt(columns, x), row: rowAt(rows, y), columns, rows };
  }

  private onPoint(event: MouseEvent): void {
    const { x, y, column, row, columns, rows } = this.place(event);
    this.hoveredRow = row;
    this.selection.hover(column < 0 ? -1 : this.channelAt(column));
    this.drawOverlay();
    if (column < 0 || row < 0) return;
    const col = this.tileColumn(column);
    const within = (at: number, from: number, size: number, pixels: number): number =>
      Math.min(pixels - 1, Math.max(0, Math.floor(((at - from) / size) * pixels)));
    const spot = {
      row,
      col,
      x: within(x, xOf(columns, column), columns.scale, this.sheet.width),
      y: within(y, yOf(rows, row), rows.size, this.sheet.height),
    };
    this.say(describe(this.sheet, spot, this.model.get("sample_labels")));
  }

  private onLeave(): void {
    if (this.drag) return;
    this.hoveredRow = -1;
    this.selection.hover(-1);
    this.drawOverlay();
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.overlay.canvas.setPointerCapture(event.pointerId);
    const start = this.columns();
    this.drag = { x: event.clientX, y: event.clientY, moved: false, start, scroll: this.rows(start).scroll };
  }

  private onDrag(event: PointerEvent): void {
    const drag = this.drag!;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.moved ||= Math.hypot(dx, dy) > CLICK;
    if (!drag.moved) return;
    this.overlay.canvas.classList.add("cnnviz-panning");
    this.scroll = drag.scroll - dy;
    this.move(panned(drag.start, dx));
    this.drawTiles();
  }

  private onUp(event: PointerEvent): void {
    const drag = this.drag;
    this.endDrag();
    if (!drag || drag.moved) return;
    const { column, row } = this.place(event);
    if (column < 0) {
      if (combineOf(event) === "replace") this.selection.clear();
      return;
    }
    this.chooseColumn(column, combineOf(event));
    if (row >= 0) this.cursor = { column, row };
  }

  private endDrag(): void {
    this.drag = undefined;
    this.overlay.canvas.classList.remove("cnnviz-panning");
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const { x, y, columns, rows } = this.place(event);
    if (event.shiftKey) {
      this.move(panned(columns, -(event.deltaX || event.deltaY)));
      return;
    }
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const next = zoomed(columns, Math.exp(-event.deltaY * lines * 0.0022), Math.max(x, GUTTER));
    // The row under the cursor stays there, too.
    const size = rowSize(this.sheet, next.scale, this.model.get("height") - HEADER);
    this.scroll = ((y - HEADER + rows.scroll) / rows.size) * size - (y - HEADER);
    this.move(next);
    this.drawTiles();
  }

  private onDouble(event: MouseEvent): void {
    const { column, row } = this.place(event);
    if (column >= 0 && row >= 0) this.enlarge(column, row);
  }

  private enlarge(column: number, row: number): void {
    if (this.sheet.height * this.sheet.width > 1) this.enlarged.open({ row, col: this.tileColumn(column) });
  }

  private choose(channels: readonly number[], combine: Combine): void {
    if (combine === "replace") this.selection.replace(channels);
    else this.selection.toggle(channels);
  }

  private chooseColumn(column: number, combine: Combine): void {
    if (combine === "extend") {
      const [from, to] = [Math.min(this.anchor, column), Math.max(this.anchor, column)];
      const run = Array.from({ length: to - from + 1 }, (_, i) => this.channelAt(from + i));
      this.selection.replace([...this.selection.list, ...run]);
      return;
    }
    this.anchor = column;
    const channel = this.channelAt(column);
    const alone = this.selection.list.length === 1 && this.selection.has(channel);
    if (combine === "replace" && alone) this.selection.clear();
    else this.choose([channel], combine);
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
    else if (event.key === " ") this.chooseColumn(this.cursor.column, event.shiftKey ? "extend" : "toggle");
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
    const { cols, rows: count } = this.sheet;
    const column = Math.min(Math.max(this.cursor.column + dx, 0), cols - 1);
    const row = Math.min(Math.max(this.cursor.row + dy, 0), count - 1);
    this.cursor = { column, row };
    const columns = scrolledTo(this.columns(), column);
    this.move(columns);
    const rows = this.rows(columns);
    const y = row * rows.size;
    this.scroll = Math.min(Math.max(rows.scroll, y + rows.size - rows.height), y);
    this.hoveredRow = row;
    this.selection.hover(this.channelAt(column));
    if (extend) this.chooseColumn(column, "extend");
    this.say(`${describeChannel(this.sheet, this.tileColumn(column))} · ${sampleName(this.model.get("sample_labels"), row)}`);
    this.drawTiles();
  }
}

function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}

/** A small sample of a mark, drawn by the same code as the marks themselves. */
function paintSwatch(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, mark: number, paint: Paint): void {
  const size = 12;
  canvas.width = canvas.height = size;
  const image = context.createImageData(size, size);
  const sheet: Sheet = {
    rows: 1,
    cols: 1,
    height: 2,
    width: 2,
    codes: mark === Mark.someNotFinite ? Uint8Array.of(40, 255, 255, 40) : Uint8Array.of(128, 128, 128, 128),
    low: Float32Array.of(0),
    high: Float32Array.of(1),
    marks: Uint8Array.of(mark),
    channels: Int32Array.of(0),
    natural: Int32Array.of(0),
    kind: "image",
    reduction: [1, 1],
    columnMarks: Uint8Array.of(mark),
    columnLow: Float32Array.of(0),
    columnHigh: Float32Array.of(1),
    layerLow: 0,
    layerHigh: 1,
  };
  const span = { index: 0, from: 0, to: size };
  const clip = { left: 0, top: 0, right: size, bottom: size };
  paintTiles({ pixels: new Uint32Array(image.data.buffer), stride: size, clip }, sheet, [span], [span], paint);
  context.putImageData(image, 0, 0);
}

async function render({ model, el, host, signal }: RenderProps<State>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  const axis = await host.getModel<ColumnAxisState>(model.get("axis"));
  const grid = new Grid(model, axis, selection, signal);
  el.append(grid.root);
  grid.refresh();
}

export default { render };
