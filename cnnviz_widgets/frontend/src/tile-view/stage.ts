/** What both grids do with their tiles: draw, scroll, zoom, hover, select, enlarge; by mouse and keyboard. */
import type { AnyModel } from "@anywidget/types";

import type { Pointer, StageContent, StageLayout, StageState } from "./content";
import { Drag } from "./drag";
import { Enlarged, type EnlargedContent, type Tile } from "./enlarged";
import { Facts } from "./facts";
import { HEAD, type Place } from "./overlay";
import { RangeSelection } from "./range-selection";
import { contentHeight, heightOf, yOf, type Rows } from "./rows";
import { Settings, ZOOM_STEP, type SettingsOptions } from "./settings";
import { layer, onResize, prepare, type Layer } from "../lib/dom/canvas";
import { element, keyboard, showNotes } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { onThemeChange, themeOf, type Theme } from "../lib/dom/theme";
import { wheelOf, WheelHint } from "../lib/dom/wheel";
import { onCommand } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import { inputPicture } from "../lib/frame/input-picture";
import { onChange } from "../lib/linking/changes";
import { Connection } from "../lib/linking/connection";
import { linkageChoice } from "../lib/linking/linkage-choice";
import { publisher, type Publisher } from "../lib/linking/publish";
import { combineOf, type Selection } from "../lib/linking/selection";
import type { ColumnAxisState } from "../lib/wire/states";

export interface StageOptions<State> {
  /** What the names of the canvases' classes begin with. */
  className: string;
  label: string;
  help: string;
  root: HTMLElement;
  stage: HTMLElement;
  /** In a narrower stage nothing is drawn. */
  leastWidth: number;
  settings: Omit<SettingsOptions, "dark" | "linkage">;
  enlarged: EnlargedContent;
  /** Changes after which the traits are read anew, and those after which they are drawn anew. */
  readOn: readonly (keyof State & string)[];
  refreshOn: readonly (keyof State & string)[];
}

const ARROWS: Record<string, readonly [column: number, row: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class TileStage<State extends StageState, Layout extends StageLayout> {
  readonly tiles: Layer;
  readonly overlay: Layer;
  readonly facts: Facts;
  readonly notes = element("div", "cnnviz-note");
  readonly drawTiles: () => void;
  readonly drawOverlay: () => void;
  theme: Theme;
  /** Pixels scrolled down. */
  scroll = 0;
  /** So far down is scrolled at most, if all rows fit: what is under the pointer stays there as they grow. */
  beyond = 0;
  private readonly settings: Settings;
  private readonly hint: WheelHint;
  private readonly enlarged: Enlarged;
  private readonly range: RangeSelection;
  private readonly drag: Drag<Layout>;
  private readonly publishAxis: Publisher;
  /** The columns as they were drawn. */
  private drawn: unknown;
  /** Place of the keyboard's cursor on the screen. */
  private cursor: Place = { column: 0, row: 0 };
  /** What was selected before the first click of what may become a double click. */
  private beforeDouble: number[] | undefined;

  constructor(
    private readonly content: StageContent<Layout>,
    private readonly model: AnyModel<State>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    private readonly options: StageOptions<State>,
    private readonly signal: AbortSignal,
  ) {
    const { className, label, help, root, stage } = options;
    this.theme = themeOf(root);
    this.tiles = layer(`${className}-tiles`);
    this.overlay = layer(`${className}-overlay`);
    this.publishAxis = publisher(axis, signal);
    this.drawTiles = eachFrame(() => this.paintTiles(), signal);
    this.drawOverlay = eachFrame(() => this.paintOverlay(), signal);
    const linkage = linkageChoice(axis, new Connection({ model, el: options.root, signal }), signal);
    linkage.classList.add("cnnviz-settings-row");
    this.settings = new Settings(model, axis, { ...options.settings, linkage, dark: () => this.theme.dark }, signal);
    this.facts = new Facts(this.settings.button, (channels, event) => selection.combine(channels, combineOf(event)), signal);
    this.hint = new WheelHint(stage, signal);
    const { canvas } = this.overlay;
    this.enlarged = new Enlarged({
      ...options.enlarged,
      stage,
      say: (text) => this.facts.say(text),
      onClose: () => canvas.focus({ preventScroll: true }),
      input: (sample) => inputPicture(model, sample),
      step: (across, down) => this.stepTile([across, down]),
    });
    this.range = new RangeSelection(selection, (place) => content.channelsAt(place));
    this.drag = new Drag(canvas, () => content.layout(), (from, dx, dy) => {
      this.scroll = from.rows.scroll - dy;
      content.pan(from, dx);
      this.drawTiles();
    }, signal);
    keyboard(canvas);
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `${label} ${help}`);
    this.listen();
  }

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
    const refresh = () => this.content.refresh();
    // What is selected may unfold.
    this.selection.onChange(() => (this.content.layout().columns === this.drawn ? this.drawOverlay() : this.drawTiles()));
    onChange(this.axis, ["start", "scale", "unfolded", "_groups", "_zeros", "heads", "_beside"], this.drawTiles);
    onChange(this.axis, ["order_by"], () => {
      this.range.anchor = 0;
      refresh();
    });
    onChange(this.model, this.options.readOn, eachFrame(() => {
      // The same layer read again keeps the reader's place; another one has places of its own.
      if (this.content.read()) this.reset();
      refresh();
    }, this.signal));
    onChange(this.model, this.options.refreshOn, refresh);
    onResize(this.options.stage, this.drawTiles, this.signal);
    onThemeChange(this.options.root, refresh, this.signal);
    onEscape(this.options.root, "selection", () => this.selection.list.length > 0, () => this.selection.clear(), this.signal);
    onCommand(this.options.root, "settings", () => {
      // Of outputs and weights one is hidden, and has no place for a window.
      if (this.options.stage.clientWidth === 0) return false;
      this.settings.open();
      return true;
    }, this.signal);
  }

  /** The height that there is for the picture: in a frame its pane's, else no more than so many pixels. */
  room(height: number): number {
    return this.isFramed ? this.options.stage.clientHeight : height;
  }

  /** Whether it stands in a frame, which says how high it is. */
  get isFramed(): boolean {
    return this.options.root.closest(".cnnviz-frame-main") !== null;
  }

  private reset(): void {
    this.scroll = this.beyond = 0;
    this.cursor = { column: 0, row: 0 };
    this.range.anchor = 0;
    this.enlarged.close();
  }

  // Drawing ---------------------------------------------------------------------------------

  /** Bring what every grid has up to date with the traits. */
  refresh(): void {
    this.theme = themeOf(this.options.root);
    this.settings.refresh();
    showNotes(this.notes, this.model.get("_notes"));
    const paint = this.content.paint();
    this.facts.showLegend(this.content.legend(), paint);
    this.facts.showColors(paint);
    this.enlarged.refresh();
    this.drawTiles();
  }

  private paintTiles(): void {
    if (this.options.stage.clientWidth <= this.options.leastWidth) return;
    const layout = this.content.layout();
    const { width, rows } = layout;
    this.drawn = layout.columns;
    this.scroll = rows.scroll;
    const height = rows.top + rows.height;
    this.options.stage.style.height = this.isFramed ? "" : `${height}px`;
    prepare(this.tiles, width, height);
    const { canvas, context } = this.tiles;
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer).fill(this.content.paint().background);
    this.content.paintTiles({ pixels, width: canvas.width, height: canvas.height }, layout);
    context.putImageData(image, 0, 0);
    this.facts.count(this.content.counts(layout));
    this.settings.update();
    this.paintOverlay();
  }

  private paintOverlay(): void {
    if (this.options.stage.clientWidth <= this.options.leastWidth) return;
    const layout = this.content.layout();
    const { canvas, context } = this.overlay;
    prepare(this.overlay, layout.width, layout.rows.top + layout.rows.height);
    this.content.paintOverlay(context, layout, canvas.matches(":focus-visible") ? this.cursor : null);
    this.content.showRange();
    const text = this.enlarged.isOpen ? null : this.content.describe(layout);
    if (text !== null) this.facts.say(text);
  }

  /** Where tiles stand by their channels' numbers; null where they stand as they are stored. */
  get order(): Int32Array | null {
    return this.axis.get("order_by") === "natural" ? this.content.natural() : null;
  }

  /** What is stored of the channel at a place of the screen: its column, or row, of tiles. */
  storedAt(place: number): number {
    return this.order?.[place] ?? place;
  }

  // Moving ----------------------------------------------------------------------------------

  /** Enlarge by so much about a point. */
  private zoomAt(factor: number, { x, y }: { x: number; y: number }): void {
    const { rows: before } = this.content.layout();
    this.content.zoom(factor, x);
    const { rows } = this.content.layout();
    // Where there are no rows yet, nothing grows.
    const grown = contentHeight(rows) / contentHeight(before) || 1;
    this.scroll = this.beyond = (y - before.top + before.scroll) * grown - (y - before.top);
    this.drawTiles();
  }

  private zoomBy(factor: number): void {
    this.zoomAt(factor, this.content.zoomCentre(this.content.layout(), this.cursor));
  }

  /** Scroll by so many pixels; false where there is nowhere to go. */
  scrollBy(pixels: number): boolean {
    const rows = (): Rows => this.content.layout().rows;
    const before = rows().scroll;
    // No farther beyond the end than it is.
    this.beyond = Math.min(this.beyond, before);
    this.scroll = before + pixels;
    this.scroll = rows().scroll;
    this.drawTiles();
    return this.scroll !== before;
  }

  private fit(): void {
    this.scroll = this.beyond = 0;
    this.axis.set("start", 0);
    this.axis.set("scale", 0);
    this.axis.set("unfolded", []);
    this.publishAxis();
    this.drawTiles();
  }

  // What the user does ----------------------------------------------------------------------

  private pointer(event: MouseEvent): { pointer: Pointer; layout: Layout } {
    const box = this.overlay.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const layout = this.content.layout();
    return { pointer: { x, y, ...this.content.placeAt(x, y, layout) }, layout };
  }

  private onPoint(event: MouseEvent): void {
    if (this.drag.active) return;
    const { pointer, layout } = this.pointer(event);
    this.content.onPoint(pointer, layout);
    const place = pointer[this.content.channels];
    this.hoverAt(place);
    this.drawOverlay();
  }

  private hoverAt(place: number): void {
    this.selection.hover(place < 0 ? -1 : this.content.channelAt(place));
  }

  /** What is at a place: a channel, or left of the first column what leads the row. */
  private rangeAt(place: Place): { range: RangeSelection; at: number } {
    const { heads, channels } = this.content;
    return heads && place.column === HEAD ? { range: heads, at: place.row } : { range: this.range, at: place[channels] };
  }

  private onLeave(): void {
    if (this.drag.active) return;
    this.content.onLeave();
    this.selection.hover(-1);
    this.drawOverlay();
  }

  private onClick(event: MouseEvent): void {
    // The end of a drag is a click to the browser.
    if (this.drag.ended) return;
    const { pointer, layout } = this.pointer(event);
    if (event.detail <= 1) this.beforeDouble = this.selection.list;
    if (this.content.press(pointer, layout)) return;
    const { range, at } = this.rangeAt(pointer);
    if (at < 0) {
      if (combineOf(event) === "replace") this.selection.clear();
      return;
    }
    range.choose(at, combineOf(event));
    this.cursor = this.content.cursorAfter(pointer, this.cursor);
  }

  /** Rows scroll and, at their end, the page; only with Ctrl the size changes. */
  private onWheel(event: WheelEvent): void {
    const { pointer, layout } = this.pointer(event);
    const { down, across, zoom } = wheelOf(event);
    if (zoom !== undefined) this.zoomAt(zoom, pointer);
    else if (across ? !this.content.pan(layout, -across) : !this.scrollBy(down)) return;
    else this.hint.show();
    event.preventDefault();
    this.drawTiles();
  }

  private onDouble(event: MouseEvent): void {
    const { pointer } = this.pointer(event);
    if (!this.content.enlarges(pointer)) return;
    // The two clicks of a double click were not meant to select.
    if (this.beforeDouble) this.selection.replace(this.beforeDouble);
    this.enlarge(pointer);
  }

  private enlarge(place: Place): void {
    const tile = this.content.tileAt(place);
    if (!tile) return;
    this.cursor = { column: place.column, row: place.row };
    this.enlarged.open(tile);
  }

  /** The tile that the cursor comes to; null where it cannot go on, or there is none. */
  private stepTile(by: readonly [column: number, row: number]): Tile | null {
    const before = this.cursor;
    this.step(by, false);
    const moved = this.cursor.column !== before.column || this.cursor.row !== before.row;
    return moved ? this.content.tileAt(this.cursor) : null;
  }

  private onKey(event: KeyboardEvent): void {
    const step = this.stepOf(event.key);
    if (step) this.step(step, event.shiftKey);
    else if (event.key === " ") {
      const { range, at } = this.rangeAt(this.cursor);
      range.choose(at, event.shiftKey ? "extend" : "toggle");
    } else if (event.key === "Enter") {
      if (!this.content.unfold?.(this.cursor)) this.enlarge(this.cursor);
    } else if (event.key === "0") this.fit();
    else if (event.key === "+" || event.key === "=") this.zoomBy(ZOOM_STEP);
    else if (event.key === "-") this.zoomBy(1 / ZOOM_STEP);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Columns and rows that a key leads on by. */
  private stepOf(key: string): readonly [column: number, row: number] | undefined {
    const all = this.content.extent()[this.content.channels === "column" ? "columns" : "rows"];
    const page = this.content.page(this.content.layout());
    const channels = { PageUp: -page, PageDown: page, Home: -all, End: all }[key];
    if (channels === undefined) return ARROWS[key];
    return this.content.channels === "column" ? [channels, 0] : [0, channels];
  }

  private step([across, down]: readonly [number, number], extend: boolean): void {
    const { columns, rows } = this.content.extent();
    const column = Math.min(Math.max(this.cursor.column + across, this.content.heads ? HEAD : 0), columns - 1);
    const row = Math.min(Math.max(this.cursor.row + down, 0), rows - 1);
    this.cursor = { column, row };
    const { range, at } = this.rangeAt(this.cursor);
    if (!extend) range.anchor = at;
    this.reveal(this.cursor);
    this.content.onCursor(this.cursor);
    this.hoverAt(this.cursor[this.content.channels]);
    if (extend) range.choose(at, "extend");
    this.drawTiles();
  }

  /** Scroll as little as is needed to see a place whole. */
  private reveal({ column, row }: Place): void {
    if (column >= 0) this.content.reveal(column);
    const { rows } = this.content.layout();
    const top = yOf(rows, row) - rows.top + rows.scroll;
    this.scroll = Math.min(Math.max(rows.scroll, top + heightOf(rows, row) - rows.height), top);
  }
}
