/** A layer's quantised tiles as the grid reads them; the one place that knows their wire format. */
import type { AnyModel } from "@anywidget/types";

import { asFloat32, asInt32, asUint8 } from "../lib/linking/buffers";
import type { RangeName } from "../lib/plots/colormaps";
import { named } from "../lib/format";

export interface TilesState {
  /** Rows, columns, pixels down and across of a stored tile. */
  _shape: [rows: number, cols: number, height: number, width: number];
  _codes: DataView;
  _low: DataView;
  _high: DataView;
  _marks: DataView;
  _kind: "image" | "vector" | "sequence" | "volume" | "strip";
  /** Slices down and across within a tile. */
  _montage: [down: number, across: number];
  /** How many original pixels one stored pixel averages, down and across. */
  _reduction: [down: number, across: number];
}

export interface SheetState extends TilesState {
  /** Channel number of each tile column, in leaf order. */
  _channels: DataView;
  /** What each tile column is called; none: its channel number. */
  channel_names: string[];
  /** A name for each channel, where it stands for a class. */
  class_names: string[];
  /** Number of the sample of each row of tiles; none: that of the row. */
  _samples: DataView;
  /** Number of each place's sample, where some have no tiles now; none: as `_samples`. */
  _rows: DataView;
}

/** The last code that stands for a value; the next one stands for a pixel that is not finite. */
export const TOP_CODE = 254;
export const NOT_FINITE = 255;

/** What a tile is marked as, so that nobody takes it for a dark one. */
export const enum Mark {
  ordinary = 0,
  zero = 1,
  constant = 2,
  someNotFinite = 3,
  notFinite = 4,
}

/** Pictures in rows and columns, and over which values each of them ranges. */
export interface Tiles {
  rows: number;
  cols: number;
  height: number;
  width: number;
  codes: Uint8Array;
  /** Smallest and largest finite value of each tile, row-major; NaN where there is none. */
  low: Float32Array;
  high: Float32Array;
  marks: Uint8Array;
  /** Whether marks are of whole columns: one value that is zero is nothing to mark. */
  marksColumns: boolean;
  reduction: [number, number];
  montage: [number, number];
  /** A mark for each row, and for each column, where all its tiles agree. */
  rowMarks: Uint8Array;
  rowLow: Float32Array;
  rowHigh: Float32Array;
  columnMarks: Uint8Array;
  columnLow: Float32Array;
  columnHigh: Float32Array;
  layerLow: number;
  layerHigh: number;
}

/** The tiles of a layer's outputs: samples down, channels across. */
export interface Sheet extends Tiles {
  channels: Int32Array;
  /** What each column is called. */
  names: readonly string[];
  /** Number of the sample of each row of tiles. */
  samples: Int32Array;
  /** Number of the sample at each place from top to bottom: a place is kept for every sample. */
  places: Int32Array;
  /** The row of tiles at each place; -1 for a sample that was not looked at. */
  rowAt: Int32Array;
  kind: SheetState["_kind"];
  /** Tile columns in the channels' own numbering. */
  natural: Int32Array;
}

export const SHEET_EVENTS =
  "change:_shape change:_codes change:_low change:_high change:_marks change:_channels " +
  "change:_kind change:_montage change:_reduction change:channel_names change:class_names " +
  "change:_samples change:_rows";

export function readSheet(model: AnyModel<SheetState>): Sheet {
  const [rows, cols, height, width] = model.get("_shape");
  const channels = asInt32(model.get("_channels"));
  // Widget state that was saved before there were names has none.
  const given = model.get("channel_names") ?? [];
  const names = given.length === channels.length ? given : Array.from(channels, (channel) => named(channel, model.get("class_names")));
  const kind = model.get("_kind");
  const numbers = asInt32(model.get("_samples"));
  const samples = numbers.length === rows ? numbers : Int32Array.from({ length: rows }, (_, row) => row);
  const kept = asInt32(model.get("_rows"));
  const places = kept.length > rows ? kept : samples;
  const rowAt = places.map((sample) => samples.indexOf(sample));
  const tiles = summarised({
    rows,
    cols,
    height,
    width,
    codes: asUint8(model.get("_codes")),
    low: asFloat32(model.get("_low")),
    high: asFloat32(model.get("_high")),
    marks: asUint8(model.get("_marks")),
    marksColumns: height * width === 1 || kind === "sequence",
    reduction: model.get("_reduction"),
    montage: model.get("_montage"),
  });
  return { ...tiles, channels, names, samples, places, rowAt, kind, natural: naturalOrder(channels) };
}

/** Whether every place has tiles. */
export const isWhole = (sheet: Sheet): boolean => sheet.places.length === sheet.rows;

/** The places of channels in the order of their numbers. */
export const naturalOrder = (channels: Int32Array): Int32Array =>
  Int32Array.from(channels.keys()).sort((a, b) => channels[a]! - channels[b]!);

type Summary = "rowMarks" | "rowLow" | "rowHigh" | "columnMarks" | "columnLow" | "columnHigh" | "layerLow" | "layerHigh";

/** Tiles with the ranges and marks of their rows and columns. */
export function summarised(given: Omit<Tiles, Summary>): Tiles {
  const { rows, cols, marks, low, high } = given;
  const lines = (count: number) => ({
    marks: new Uint8Array(count),
    low: new Float32Array(count).fill(Infinity),
    high: new Float32Array(count).fill(-Infinity),
  });
  const [row, column] = [lines(rows), lines(cols)];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      const tile = r * cols + c;
      for (const [line, at, first] of [[row, r, c === 0], [column, c, r === 0]] as const) {
        // Comparisons with NaN are false, so tiles without a finite value leave the range alone.
        if (low[tile]! < line.low[at]!) line.low[at] = low[tile]!;
        if (high[tile]! > line.high[at]!) line.high[at] = high[tile]!;
        line.marks[at] = first ? marks[tile]! : joined(line.marks[at]!, marks[tile]!);
      }
    }
  }
  settle(row, cols);
  settle(column, rows);
  return {
    ...given,
    rowMarks: row.marks,
    rowLow: row.low,
    rowHigh: row.high,
    columnMarks: column.marks,
    columnLow: column.low,
    columnHigh: column.high,
    layerLow: column.low.reduce((least, value) => (value < least ? value : least), Infinity),
    layerHigh: column.high.reduce((most, value) => (value > most ? value : most), -Infinity),
  };
}

/** The mark of tiles together: their own where they agree. */
function joined(before: number, mark: number): number {
  if (mark === before) return mark;
  return mark >= Mark.someNotFinite || before >= Mark.someNotFinite ? Mark.someNotFinite : Mark.ordinary;
}

/** Sets right which rows, or columns, of `length` tiles are constant. */
function settle({ marks, low, high }: { marks: Uint8Array; low: Float32Array; high: Float32Array }, length: number): void {
  for (let at = 0; at < marks.length; at++) {
    // Tiles that are each constant differ from one another: together they are not.
    if (marks[at] === Mark.constant && low[at]! < high[at]!) marks[at] = Mark.ordinary;
    // A single value cannot be seen to be constant, but several of them can.
    if (marks[at] === Mark.ordinary && low[at] === high[at] && length > 1) marks[at] = Mark.constant;
  }
}

/** Where one tile is one value, only a channel that is zero or constant throughout is marked. */
export function markOf(tiles: Tiles, row: number, col: number): number {
  const mark = tiles.marks[row * tiles.cols + col]!;
  return tiles.marksColumns && mark < Mark.someNotFinite ? tiles.columnMarks[col]! : mark;
}

/** The values between which the colours of a tile are stretched. */
export function rangeOf(tiles: Tiles, row: number, col: number, range: RangeName): [number, number] {
  if (range === "layer") return [tiles.layerLow, tiles.layerHigh];
  if (range === "channel" || range === "column") return [tiles.columnLow[col]!, tiles.columnHigh[col]!];
  if (range === "row") return [tiles.rowLow[row]!, tiles.rowHigh[row]!];
  const tile = row * tiles.cols + col;
  return [tiles.low[tile]!, tiles.high[tile]!];
}

/** The value of a stored pixel, exact to 1/508 of its tile's range; NaN where it is not finite. */
export function valueAt(sheet: Tiles, row: number, col: number, y: number, x: number): number {
  const tile = row * sheet.cols + col;
  const code = sheet.codes[(tile * sheet.height + y) * sheet.width + x]!;
  if (code > TOP_CODE) return NaN;
  const low = sheet.low[tile]!;
  return low + (code / TOP_CODE) * (sheet.high[tile]! - low);
}
