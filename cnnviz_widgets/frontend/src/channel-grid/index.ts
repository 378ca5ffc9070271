/** ChannelGrid: samples down, channels across, each tile a channel's answer to a sample. */
import type { AnyModel } from "@anywidget/types";

import { HEADER, rowGap, rowSize } from "./layout";
import { paintOverlay } from "./overlay";
import { describe, describeBlank, describeChannel, sampleCount, sampleName } from "./readout";
import { isWhole, readSheet, type Sheet } from "./sheet";
import { pixelRatio } from "../lib/dom/canvas";
import { element } from "../lib/dom/elements";
import { pixel, rgb } from "../lib/dom/theme";
import { count, counted } from "../lib/format";
import { columnAt, GUTTER, MARGIN, resolve, visible, xOf, type Columns } from "../lib/linking/column-axis";
import { entry } from "../lib/linking/entry";
import { renderLinked } from "../lib/linking/linked-view";
import type { Selection } from "../lib/linking/selection";
import type { RangeName } from "../lib/plots/colormaps";
import { SHEET_TRAITS } from "../lib/wire/constants";
import type { ChannelGridState, ColumnAxisState } from "../lib/wire/states";
import type { PixelImage, Pointer, StageContent, StageLayout } from "../tile-view/content";
import type { Tile } from "../tile-view/enlarged";
import type { MarkedChannels } from "../tile-view/foot";
import type { Place } from "../tile-view/overlay";
import { paintGaps, paintOf, paintTiles, type Paint } from "../tile-view/paint";
import { columnSpans, limitScroll, rowAt, rowSpans, withBlanks, yOf, type Rows } from "../tile-view/rows";
import { TileStage } from "../tile-view/stage";

const RANGES = [
  ["tile", "each tile"],
  ["channel", "each channel"],
  ["layer", "whole layer"],
] as const;
const WORDS = {
  clear: "Select no channel (Escape)",
  fit: "Show all channels (0)",
  order: "Which channels stand side by side",
  natural: "channel number",
};
const HINT = "Wheel: zoom · drag: move · click: select";
const HINT_TILE = " · double click: enlarge";
const HELP =
  "Wheel: zoom; Shift and wheel: move sideways; drag: move; " +
  "click, Shift-click, Ctrl-click: select channels; double click: enlarge a tile; " +
  "arrow keys: move; Space: select; Enter: enlarge; Escape: clear; 0: show all";

class ChannelGrid implements StageContent<StageLayout> {
  readonly channels = "column";
  readonly root = element("div", "cnnviz cnnviz-channel-grid");
  private readonly title = element("div", "cnnviz-grid-title");
  private readonly frame = element("div", "cnnviz-grid-stage");
  private readonly stage: TileStage<ChannelGridState, StageLayout>;
  private sheet: Sheet;
  /** Digits of the longest column name. */
  private digits = 1;
  /** Row under the mouse, for the readout's colour bar. */
  private hoveredRow = -1;

  constructor(
    private readonly model: AnyModel<ChannelGridState>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    signal: AbortSignal,
  ) {
    this.sheet = readSheet(model);
    this.stage = new TileStage(this, model, axis, selection, {
      className: "cnnviz-grid",
      label: "Grid of channels and samples.",
      help: HELP,
      root: this.root,
      stage: this.frame,
      leastWidth: GUTTER,
      toolbar: {
        words: WORDS,
        ranges: RANGES,
        range: () => this.range(),
        offers: (range) => (range === "tile" && !this.hasPixels() ? "greyed" : "yes"),
      },
      enlarged: {
        tiles: () => this.sheet,
        paint: () => this.paint(),
        facts: ({ row, col }) => [
          ["Channel", this.sheet.names[col]!],
          ["Sample", this.sampleName(this.sheet.samples[row]!).replace(/^sample /, "")],
        ],
        follow: (tile) => this.follow(tile),
        describe: (pixel) => describe(this.sheet, pixel, model.get("sample_labels")),
        channelOf: ({ col }) => this.sheet.channels[col]!,
        sampleOf: ({ row }) => this.sheet.samples[row]!,
      },
      readOn: SHEET_TRAITS,
      refreshOn: ["title", "places", "colormap", "value_range", "height", "sample_labels", "_notes"],
    }, signal);
    const { tiles, overlay, toolbar, foot, notes } = this.stage;
    this.frame.append(tiles.canvas, overlay.canvas);
    this.root.append(this.title, toolbar.root, this.frame, foot.root, notes);
  }

  // Where it stands -------------------------------------------------------------------------

  layout(): StageLayout {
    const columns = this.columnsAt(this.axis.get("start"), this.axis.get("scale"));
    return { columns, rows: this.rows(columns) };
  }

  private columnsAt(start: number, scale: number): Columns {
    const places = Math.max(this.sheet.cols, this.model.get("places") ?? 0);
    return resolve({ start, scale }, places, this.frame.clientWidth);
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
    const rows = { size, gap, count: this.sheet.places.length, scroll: this.stage.scroll, height, top: HEADER };
    const fitted = withBlanks(rows, this.sheet.rowAt);
    return { ...fitted, scroll: limitScroll(fitted) };
  }

  /** Height that the rows need when all columns are fitted; the view keeps it at every zoom. */
  private stageRoom(): number {
    const room = this.model.get("height") - HEADER;
    const needed = rowSize(this.sheet, this.columnsAt(0, 0).scale, room) * this.sheet.places.length;
    return Math.min(room, Math.max(needed, 120));
  }

  extent() {
    return { columns: this.sheet.cols, rows: this.sheet.places.length };
  }

  placeAt(x: number, y: number, { columns, rows }: StageLayout): Place {
    return { column: columnAt(this.filled(columns), x), row: rowAt(rows, y) };
  }

  page({ columns }: StageLayout): number {
    return Math.max(1, Math.round(columns.width / columns.scale / 2));
  }

  zoomCentre({ columns }: StageLayout, cursor: Place | null): { x: number } {
    return { x: cursor ? xOf(columns, cursor.column + 0.5) : columns.width / 2 };
  }

  scrollsAt(): boolean {
    return false;
  }

  cursorAfter(click: Place, before: Place): Place {
    return click.row >= 0 ? { column: click.column, row: click.row } : before;
  }

  natural(): Int32Array {
    return this.sheet.natural;
  }

  channelAt(column: number): number {
    return this.sheet.channels[this.stage.storedAt(column)]!;
  }

  // What is enlarged ------------------------------------------------------------------------

  /** Whether a tile is more than one value: something to enlarge, with a range of its own. */
  private hasPixels(): boolean {
    return this.sheet.height * this.sheet.width > 1;
  }

  enlarges({ column, row }: Place): boolean {
    return column >= 0 && row >= 0 && this.hasPixels();
  }

  tileAt(place: Place): Tile | null {
    const row = this.sheet.rowAt[place.row] ?? -1;
    return row >= 0 && this.hasPixels() ? { row, col: this.stage.storedAt(place.column) } : null;
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

  // How it is painted -----------------------------------------------------------------------

  /** Where a tile is a single value, it has no range of its own to be stretched over. */
  private range(): RangeName {
    const range = this.model.get("value_range");
    return range === "tile" && !this.hasPixels() ? "layer" : range;
  }

  paint(): Paint {
    return paintOf(this.model.get("colormap"), this.range(), this.stage.theme);
  }

  paintTiles({ pixels, width, height }: PixelImage, { columns, rows }: StageLayout): void {
    const ratio = pixelRatio();
    const clip = {
      left: Math.round(GUTTER * ratio),
      top: Math.round(HEADER * ratio),
      right: width - Math.round(MARGIN * ratio),
      bottom: height,
    };
    const picture = { pixels, stride: width, clip };
    const across = columnSpans(this.filled(columns), this.stage.order, ratio);
    const down = rowSpans(rows, ratio, this.sheet.rowAt).filter(({ index }) => index >= 0);
    const { theme } = this.stage;
    // Most tiles are dark: on a dark page, gaps of its colour would part none of them.
    if (theme.dark) {
      const parts = isWhole(this.sheet) ? [down] : down.map((row) => [row]);
      for (const part of parts) paintGaps(picture, across, part, pixel(rgb(theme.line)));
    }
    paintTiles(picture, this.sheet, across, down, this.paint());
  }

  paintOverlay(context: CanvasRenderingContext2D, { columns, rows }: StageLayout, cursor: Place | null): void {
    const labels = this.model.get("sample_labels");
    paintOverlay(context, {
      columns: this.filled(columns),
      rows,
      width: columns.width,
      height: rows.top + rows.height,
      theme: this.stage.theme,
      labels: Array.from(this.sheet.places, (sample) => labels[sample] ?? String(sample)),
      isBlank: (row) => this.sheet.rowAt[row]! < 0,
      channelAt: (column) => this.channelAt(column),
      nameAt: (column) => this.sheet.names[this.stage.storedAt(column)]!,
      digits: this.digits,
      selection: this.selection,
      hoveredRow: this.hoveredRow,
      cursor,
    });
  }

  // What it says ----------------------------------------------------------------------------

  private hoveredColumn(): number {
    return this.sheet.channels.indexOf(this.selection.hovered);
  }

  private sampleName(sample: number): string {
    return sampleName(sample, this.model.get("sample_labels"));
  }

  legend(): MarkedChannels {
    const { channels, columnMarks: marks } = this.sheet;
    const briefly = isWhole(this.sheet) ? undefined : `on these ${count(this.sheet.rows)}`;
    const where = briefly ? `${briefly} samples` : "on all samples shown";
    return { channels, marks, noun: "channel", where, briefly };
  }

  showRange(): void {
    this.stage.foot.showRange(this.sheet, this.paint(), this.sheet.rowAt[this.hoveredRow] ?? -1, this.hoveredColumn());
  }

  describe({ columns }: StageLayout): string | null {
    const hovered = this.hoveredColumn();
    if (hovered >= 0) return this.hoveredRow < 0 ? describeChannel(this.sheet, hovered) : null;
    const [first, last] = visible(this.filled(columns));
    const some = last - first < this.sheet.cols ? `${count(last - first)} of ` : "";
    const size = `${counted(this.sheet.cols, "channel")} × ${sampleCount(this.sheet)}`;
    return `${some}${size}. ${HINT}${this.hasPixels() ? HINT_TILE : ""}`;
  }

  onPoint({ x, y, column, row }: Pointer, { columns, rows }: StageLayout): void {
    this.hoveredRow = row;
    if (column < 0 || row < 0) return;
    const { foot } = this.stage;
    const labels = this.model.get("sample_labels");
    const tiles = this.sheet.rowAt[row]!;
    if (tiles < 0) return foot.say(describeBlank(this.sheet, row, labels));
    const within = (at: number, from: number, size: number, pixels: number): number =>
      Math.min(pixels - 1, Math.max(0, Math.floor(((at - from) / size) * pixels)));
    const spot = {
      row: tiles,
      col: this.stage.storedAt(column),
      x: within(x, xOf(columns, column), columns.scale, this.sheet.width),
      y: within(y, yOf(rows, row), rows.size, this.sheet.height),
    };
    foot.say(describe(this.sheet, spot, labels));
  }

  onLeave(): void {
    this.hoveredRow = -1;
  }

  onCursor({ column, row }: Place): void {
    this.hoveredRow = row;
    const sample = this.sampleName(this.sheet.places[row]!);
    this.stage.foot.say(`${describeChannel(this.sheet, this.stage.storedAt(column))} · ${sample}`);
  }

  // What has changed ------------------------------------------------------------------------

  read(): boolean {
    const before = this.sheet;
    this.sheet = readSheet(this.model);
    const { places, cols, kind } = this.sheet;
    const same = places.length === before.places.length && cols === before.cols && kind === before.kind;
    if (!same) this.hoveredRow = -1;
    return !same;
  }

  refresh(): void {
    this.title.textContent = this.model.get("title") ?? "";
    this.title.hidden = !this.title.textContent;
    this.digits = this.sheet.names.reduce((most, { length }) => Math.max(most, length), 1);
    this.stage.refresh();
  }
}

export default entry(renderLinked(ChannelGrid));
