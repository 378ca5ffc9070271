/** ChannelGrid: samples down, channels across, each tile a channel's answer to a sample. */
import type { AnyModel } from "@anywidget/types";

import { HEADER, pixelAt, placeUnder, rowGap, rowSize, spanOf, spansOf } from "./layout";
import { paintOverlay } from "./overlay";
import { Composite } from "./composite";
import { describe, describeBlank, describeChannel, HELP, sampleName, sheetSize } from "./readout";
import { RowSamples } from "./row-samples";
import { isWhole, markedChannels, readSheet, type Sheet } from "./sheet";
import { Slots } from "./slots";
import { axisWords } from "./tokens";
import { pixelRatio } from "../lib/dom/canvas";
import { element } from "../lib/dom/elements";
import { pixel, rgb } from "../lib/dom/theme";
import { count, counted } from "../lib/format";
import { GUTTER } from "../lib/columns/column-axis";
import { columnsOf, fittedTile, layoutOf, LEAST_TILE, leftOf, panned, placesOf, revealed, visibleSlots, widthOf, zoomed, type ColumnLayout } from "../lib/columns/column-layout";
import { entry } from "../lib/linking/entry";
import { renderLinked } from "../lib/linking/linked-view";
import { publisher } from "../lib/linking/publish";
import type { Selection } from "../lib/linking/selection";
import { SharedColumns, type Channels } from "../lib/columns/shared-columns";
import { chosenColormap, type RangeName } from "../lib/plots/colormaps";
import { describeSample, readHeads, type Heads } from "../lib/samples/heads";
import { HEADS_TRAITS, SHEET_TRAITS, TOKENS_TRAITS } from "../lib/wire/constants";
import type { ChannelGridState, ColumnAxisState } from "../lib/wire/states";
import type { Counts, PixelImage, Pointer, StageContent, StageLayout } from "../tile-view/content";
import type { Tile } from "../tile-view/enlarged";
import type { MarkedChannels } from "../tile-view/facts";
import { HEAD, type Place } from "../tile-view/overlay";
import { paintGaps, paintOf, paintTiles, type Paint } from "../tile-view/paint";
import { limitScroll, rowSpans, withBlanks, yOf, type Rows } from "../tile-view/rows";
import { TileStage } from "../tile-view/stage";

const RANGES = [["tile", "tile"], ["channel", "channel"], ["layer", "layer"]] as const;

interface GridLayout extends StageLayout {
  columns: ColumnLayout;
}

class ChannelGrid implements StageContent<GridLayout> {
  readonly channels = "column";
  readonly root = element("div", "cnnviz cnnviz-channel-grid");
  private readonly title = element("div", "cnnviz-grid-title");
  private readonly frame = element("div", "cnnviz-grid-stage");
  private readonly stage: TileStage<ChannelGridState, GridLayout>;
  private sheet: Sheet;
  private channelsShown: Channels;
  private readonly columns: SharedColumns;
  private readonly slots: Slots;
  private readonly composite: Composite;
  /** The columns as they were laid out last: each event and each frame begins with that. */
  private current: ColumnLayout | undefined;
  private led: Heads;
  private readonly samples: RowSamples;
  readonly heads: RowSamples["range"];
  /** The column of tiles that the readout tells of. */
  private toldColumn = -1;

  constructor(
    private readonly model: AnyModel<ChannelGridState>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    signal: AbortSignal,
    _: HTMLElement,
    samples: Selection | null,
  ) {
    this.sheet = readSheet(model);
    this.columns = new SharedColumns(axis, selection, publisher(axis, signal));
    this.channelsShown = this.channelsNow();
    this.led = readHeads(model);
    this.composite = new Composite(model, axis, () => this.sheet, signal);
    this.slots = new Slots(() => this.sheet, () => this.current ?? this.layout().columns, (place) => this.stage.storedAt(place));
    this.samples = new RowSamples(samples, () => this.sheet, this.root, () => this.stage.drawOverlay(), signal);
    this.heads = this.samples.range;
    this.stage = new TileStage(this, model, axis, selection, {
      className: "cnnviz-grid",
      label: "Grid of channels and samples.",
      help: HELP,
      root: this.root,
      stage: this.frame,
      leastWidth: GUTTER,
      settings: {
        ranges: RANGES,
        range: () => this.range(),
        colormap: () => this.paint().colormap,
        offers: (range) => (range === "tile" && !this.hasPixels() ? "greyed" : "yes"),
        size: () => this.sizes(),
        setSize: (scale) => this.columns.moveTo({ scale }),
        offersColour: () => this.composite.offered,
        noun: () => this.sheet.noun,
      },
      enlarged: {
        tiles: () => this.sheet,
        paint: () => this.paint(),
        facts: ({ row, col }) => [
          [this.sheet.noun === "head" ? "Head" : "Channel", this.sheet.names[col]!],
          ["Sample", this.sampleName(this.sheet.samples[row]!).replace(/^sample /, "")],
        ],
        follow: (tile) => this.follow(tile),
        describe: (pixel) => describe(this.sheet, pixel, model.get("sample_labels")),
        channelOf: ({ col }) => this.sheet.channels[col]!,
        sampleOf: ({ row }) => this.sheet.samples[row]!,
        axes: ({ row }) => axisWords(this.sheet, row),
      },
      readOn: [...SHEET_TRAITS, ...HEADS_TRAITS, ...TOKENS_TRAITS, "_view", "sort_rows"],
      refreshOn: ["title", "places", "colormap", "value_range", "composite", "height", "sample_labels", "_marks_answers", "_notes"],
    }, signal);
    const { tiles, overlay, facts, notes } = this.stage;
    this.frame.append(tiles.canvas, overlay.canvas);
    this.root.append(this.title, facts.root, this.frame, notes);
  }

  private sizes(): { now: number; least: number; most: number } {
    const { size, slots, width, before } = this.layout().columns;
    return { now: size, least: LEAST_TILE, most: Math.max(fittedTile(slots.length, width - before), size) };
  }

  // Where it stands -------------------------------------------------------------------------

  layout(): GridLayout {
    const width = this.frame.clientWidth;
    const columns = this.columns.at(this.channelsShown, width);
    this.current = columns;
    return { width, columns, rows: this.rows(columns) };
  }

  private channelsNow(): Channels {
    return {
      count: this.sheet.cols,
      places: this.model.get("places") ?? 0,
      // In the order of numbers nothing folds, and what is selected changes no place.
      channelAt: (column) => this.sheet.channels[column],
    };
  }

  private rows(columns: ColumnLayout): Rows {
    const room = Math.max(1, this.stage.room(this.model.get("height")) - HEADER);
    const size = this.rowSize(columns.size, room);
    const gap = rowGap(this.sheet, size);
    const height = this.stage.isFramed ? room : Math.min(room, this.stageRoom(columns, room));
    const rows = { size, gap, count: this.sheet.places.length, scroll: this.stage.scroll, height, top: HEADER };
    const fitted = withBlanks(rows, this.sheet.rowAt);
    return { ...fitted, scroll: limitScroll(fitted, this.stage.beyond) };
  }

  private rowSize(size: number, room: number): number {
    return rowSize(this.sheet, size, room, this.axis.get("heads"));
  }

  /** Height that the rows need at first sight; alone in a cell the view keeps it at every size. */
  private stageRoom(columns: ColumnLayout, room: number): number {
    const first = this.axis.get("scale") > 0 ? layoutOf({ ...this.columns.request(this.channelsShown, columns.width), scale: 0 }) : columns;
    return Math.max(this.rowSize(first.size, room) * this.sheet.places.length, 120);
  }

  extent() {
    return { columns: placesOf(this.layout().columns), rows: this.sheet.places.length };
  }

  placeAt(x: number, y: number, { columns, rows }: GridLayout): Place {
    return placeUnder(columns, rows, x, y);
  }

  page({ columns }: GridLayout): number {
    const [first, past] = visibleSlots(columns);
    return Math.max(1, (past - first) >> 1);
  }

  zoomCentre({ columns, rows }: GridLayout, cursor: Place | null): { x: number; y: number } {
    if (!cursor) return { x: columns.width / 2, y: rows.top };
    return { x: leftOf(columns, cursor.column) + columns.size / 2, y: yOf(rows, cursor.row) + rows.size / 2 };
  }

  pan(from: GridLayout, pixels: number): boolean {
    const start = panned(from.columns, pixels);
    if (start === this.axis.get("start")) return false;
    this.columns.moveTo({ start });
    return true;
  }

  zoom(factor: number, x: number): void {
    this.columns.moveTo(zoomed(this.columns.request(this.channelsShown, this.frame.clientWidth), factor, x));
  }

  reveal(column: number): void {
    this.columns.moveTo({ start: revealed(this.layout().columns, column) });
  }

  /** The head of the zeros unfolds them. */
  press({ x, y, column, row }: Pointer, { columns, rows }: GridLayout): boolean {
    if (column < 0 && this.composite.point(x, y, columns, rows)) return true;
    return row < 0 && column === columns.slots.length && this.unfold({ column, row });
  }

  unfold({ column }: Place): boolean {
    if (column < 0) return false;
    const { columns } = this.layout();
    const [first, past] = columnsOf(columns, column);
    if (past - first < 2 && !(columns.stack && column === columns.slots.length)) return false;
    this.columns.toggleFold(columns.blocks.find(({ from, to }) => column >= from && column < to)?.first ?? first);
    return true;
  }

  cursorAfter(click: Place, before: Place): Place {
    return click.row >= 0 ? { column: click.column, row: click.row } : before;
  }

  natural(): Int32Array {
    return this.sheet.natural;
  }

  channelAt(slot: number): number {
    return this.slots.channelAt(slot);
  }

  channelsAt(slot: number): number[] {
    return this.slots.channelsAt(slot);
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
    return row >= 0 && place.column >= 0 && this.hasPixels() ? { row, col: this.slots.shownAt(place.column) } : null;
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
    const { layerLow, layerHigh } = this.sheet;
    return paintOf(chosenColormap(this.model.get("colormap"), layerLow, layerHigh), this.range(), this.stage.theme);
  }

  paintTiles({ pixels, width, height }: PixelImage, { columns, rows }: GridLayout): void {
    const ratio = pixelRatio();
    const clip = {
      left: Math.round(columns.before * ratio),
      top: Math.round(HEADER * ratio),
      right: width - Math.round(columns.after * ratio),
      bottom: height,
    };
    const picture = { pixels, stride: width, clip };
    const down = rowSpans(rows, ratio, this.sheet.rowAt).filter(({ index }) => index >= 0);
    const paint = this.paint();
    for (const block of columns.blocks) {
      const across = spansOf(columns, block, (slot) => this.slots.shownAt(slot), ratio);
      // Most tiles are dark: on a dark page, gaps of its colour would part none of them.
      if (this.stage.theme.dark && !(paint.colormap === "diverging")) {
        const parts = isWhole(this.sheet) ? [down] : down.map((row) => [row]);
        for (const part of parts) paintGaps(picture, across, part, pixel(rgb(this.stage.theme.line)));
      }
      paintTiles(picture, this.sheet, across, down, paint);
    }
    this.composite.paint({ ...picture, clip: { ...clip, right: width } }, columns, down, ratio, paint.notFinite);
    if (!columns.stack) return;
    const stack = { ...picture, clip: { ...clip, left: clip.right, right: width } };
    paintTiles(stack, this.sheet, [spanOf(columns, columns.slots.length, columns.stack[0], ratio)], down, paint);
  }

  paintOverlay(context: CanvasRenderingContext2D, { columns, rows, width }: GridLayout, cursor: Place | null): void {
    const labels = this.model.get("sample_labels");
    const hovered = this.hoveredColumn();
    paintOverlay(context, {
      columns,
      rows,
      width,
      height: rows.top + rows.height,
      theme: this.stage.theme,
      labels: Array.from(this.sheet.places, (sample) => labels[sample] ?? String(sample)),
      heads: this.led,
      samples: this.sheet.places,
      marksAnswers: this.model.get("_marks_answers"),
      isBlank: (row) => this.sheet.rowAt[row]! < 0,
      channelAt: (slot) => this.sheet.channels[this.slots.shownAt(slot)]!,
      nameAt: (slot) => this.sheet.names[this.slots.shownAt(slot)]!,
      isSelected: (slot) => this.selection.list.length > 0 && this.slots.isSelected(slot, (channel) => this.selection.has(channel)),
      hoveredSlot: hovered < 0 ? -1 : columns.slotOf[this.placeOf(hovered)]!,
      hoveredRow: this.samples.hovered,
      isChosen: (row) => this.samples.isSelected(row),
      cursor,
    });
    this.composite.paintHead(context, columns, this.stage.theme, HEADER / 2);
  }

  /** Where on the axis a column of tiles stands. */
  private placeOf(stored: number): number {
    return this.stage.order ? this.stage.order.indexOf(stored) : stored;
  }

  // What it says ----------------------------------------------------------------------------

  private hoveredColumn(): number {
    return this.sheet.channels.indexOf(this.selection.hovered);
  }

  private sampleName(sample: number): string {
    return sampleName(sample, this.model.get("sample_labels"));
  }

  legend(): MarkedChannels {
    return markedChannels(this.sheet, this.model.get("_surveyed"));
  }

  counts({ columns }: GridLayout): Counts {
    const groups = columns.blocks.filter(({ group }) => group >= 0).length;
    return { what: sheetSize(this.sheet), groups: groups > 0 ? counted(groups, "group") : "" };
  }

  showRange(): void {
    this.stage.facts.showRange(this.sheet, this.paint(), this.sheet.rowAt[this.samples.hovered] ?? -1, this.hoveredColumn());
  }

  describe(): string | null {
    const hovered = this.hoveredColumn();
    if (hovered < 0) return this.composite.describe(this.model.get("sample_labels"));
    // Another view may hover another channel while the keyboard is here.
    return this.samples.hovered < 0 || this.toldColumn !== hovered ? describeChannel(this.sheet, hovered) : null;
  }

  onPoint({ x, y, column, row }: Pointer, { columns, rows }: GridLayout): void {
    this.samples.point(row);
    const { facts } = this.stage;
    const sample = this.sheet.places[row];
    // Beside the tiles it is the sample that is pointed at.
    this.stage.overlay.canvas.title = column === HEAD && sample !== undefined ? describeSample(this.led, sample, this.sampleName(sample)) : "";
    if (this.composite.point(x, y, columns, rows) || column < 0 || row < 0) return;
    const labels = this.model.get("sample_labels");
    const tiles = this.sheet.rowAt[row]!;
    this.toldColumn = this.slots.shownAt(column);
    if (tiles < 0) return facts.say(describeBlank(this.sheet, row, labels));
    const box = { left: leftOf(columns, column), top: yOf(rows, row), width: widthOf(columns, column), height: rows.size - rows.gap };
    const spot = { row: tiles, col: this.slots.shownAt(column), ...pixelAt(this.sheet, x, y, box) };
    const [first, past] = columnsOf(columns, column);
    const fold = past - first > 1 ? `×${count(past - first)} like ` : "";
    facts.say(fold + describe(this.sheet, spot, labels));
  }

  onLeave(): void {
    this.samples.point(-1);
    this.composite.spot = null;
  }

  onCursor({ column, row }: Place): void {
    this.samples.point(row);
    const sample = this.sheet.places[row]!;
    if (column < 0) return this.stage.facts.say(describeSample(this.led, sample, this.sampleName(sample)));
    this.toldColumn = this.slots.shownAt(column);
    this.stage.facts.say(`${describeChannel(this.sheet, this.slots.shownAt(column))} · ${this.sampleName(sample)}`);
  }

  // What has changed ------------------------------------------------------------------------

  read(): boolean {
    const before = this.sheet;
    this.sheet = readSheet(this.model);
    this.channelsShown = this.channelsNow();
    this.led = readHeads(this.model);
    this.slots.reset();
    const { places, cols, kind } = this.sheet;
    const same = places.length === before.places.length && cols === before.cols && kind === before.kind;
    if (!same) this.samples.forget();
    return !same;
  }

  refresh(): void {
    this.composite.makeRoom();
    this.title.textContent = this.model.get("title") ?? "";
    this.title.hidden = !this.title.textContent;
    if (this.channelsShown.places !== (this.model.get("places") ?? 0)) this.channelsShown = this.channelsNow();
    this.stage.refresh();
  }
}

export default entry(renderLinked(ChannelGrid));
