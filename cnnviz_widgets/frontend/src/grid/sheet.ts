/** A layer's quantised tiles as the grid reads them; the one place that knows their wire format. */
import type { AnyModel } from "@anywidget/types";

import { asFloat32, asInt32, asUint8 } from "../lib/buffers";
import type { RangeName } from "../lib/colormaps";

export interface SheetState {
  /** Samples, channels, pixels down and across of a stored tile. */
  _shape: [rows: number, cols: number, height: number, width: number];
  _codes: DataView;
  _low: DataView;
  _high: DataView;
  _marks: DataView;
  /** Channel number of each tile column, in leaf order. */
  _channels: DataView;
  _kind: "image" | "vector" | "sequence" | "volume";
  /** Slices down and across within a tile. */
  _montage: [down: number, across: number];
  /** How many original pixels one stored pixel averages, down and across. */
  _reduction: [down: number, across: number];
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

export interface Sheet {
  rows: number;
  cols: number;
  height: number;
  width: number;
  codes: Uint8Array;
  /** Smallest and largest finite value of each tile, row-major; NaN where there is none. */
  low: Float32Array;
  high: Float32Array;
  marks: Uint8Array;
  channels: Int32Array;
  kind: SheetState["_kind"];
  reduction: [number, number];
  montage: [number, number];
  /** Tile columns in the channels' own numbering. */
  natural: Int32Array;
  /** A mark for each tile column where all its samples agree. */
  columnMarks: Uint8Array;
  columnLow: Float32Array;
  columnHigh: Float32Array;
  layerLow: number;
  layerHigh: number;
}

export const SHEET_EVENTS =
  "change:_shape change:_codes change:_low change:_high change:_marks change:_channels " +
  "change:_kind change:_montage change:_reduction";

export function readSheet(model: AnyModel<SheetState>): Sheet {
  const [rows, cols, height, width] = model.get("_shape");
  const channels = asInt32(model.get("_channels"));
  const sheet: Sheet = {
    rows,
    cols,
    height,
    width,
    codes: asUint8(model.get("_codes")),
    low: asFloat32(model.get("_low")),
    high: asFloat32(model.get("_high")),
    marks: asUint8(model.get("_marks")),
    channels,
    kind: model.get("_kind"),
    reduction: model.get("_reduction"),
    montage: model.get("_montage"),
    natural: Int32Array.from(channels.keys()).sort((a, b) => channels[a]! - channels[b]!),
    columnMarks: new Uint8Array(cols),
    columnLow: new Float32Array(cols).fill(Infinity),
    columnHigh: new Float32Array(cols).fill(-Infinity),
    layerLow: Infinity,
    layerHigh: -Infinity,
  };
  summarise(sheet);
  return sheet;
}

function summarise(sheet: Sheet): void {
  const { rows, cols, marks, low, high, columnLow, columnHigh, columnMarks } = sheet;
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const tile = row * cols + col;
      // Comparisons with NaN are false, so tiles without a finite value leave the range alone.
      if (low[tile]! < columnLow[col]!) columnLow[col] = low[tile]!;
      if (high[tile]! > columnHigh[col]!) columnHigh[col] = high[tile]!;
      const mark = marks[tile]!;
      if (row === 0) columnMarks[col] = mark;
      else if (mark >= Mark.someNotFinite || columnMarks[col]! >= Mark.someNotFinite) {
        columnMarks[col] = mark === columnMarks[col] ? mark : Mark.someNotFinite;
      } else if (mark !== columnMarks[col]) columnMarks[col] = Mark.ordinary;
    }
  }
  for (let col = 0; col < cols; col++) {
    // Samples that are each constant differ from one another: the channel is not.
    if (columnMarks[col] === Mark.constant && columnLow[col]! < columnHigh[col]!) columnMarks[col] = Mark.ordinary;
    // A single value cannot be seen to be constant, but several of them can.
    const same = columnLow[col] === columnHigh[col] && rows > 1;
    if (columnMarks[col] === Mark.ordinary && same) columnMarks[col] = Mark.constant;
    if (columnLow[col]! < sheet.layerLow) sheet.layerLow = columnLow[col]!;
    if (columnHigh[col]! > sheet.layerHigh) sheet.layerHigh = columnHigh[col]!;
  }
}

/** Where one tile is one value, only a channel that is zero or constant throughout is marked. */
export function markOf(sheet: Sheet, row: number, col: number): number {
  const mark = sheet.marks[row * sheet.cols + col]!;
  const single = sheet.height * sheet.width === 1 || sheet.kind === "sequence";
  return single && mark < Mark.someNotFinite ? sheet.columnMarks[col]! : mark;
}

/** The values between which the colours of a tile are stretched. */
export function rangeOf(sheet: Sheet, row: number, col: number, range: RangeName): [number, number] {
  if (range === "layer") return [sheet.layerLow, sheet.layerHigh];
  if (range === "channel") return [sheet.columnLow[col]!, sheet.columnHigh[col]!];
  const tile = row * sheet.cols + col;
  return [sheet.low[tile]!, sheet.high[tile]!];
}

/** The value of a stored pixel, exact to 1/508 of its tile's range; NaN where it is not finite. */
export function valueAt(sheet: Sheet, row: number, col: number, y: number, x: number): number {
  const tile = row * sheet.cols + col;
  const code = sheet.codes[(tile * sheet.height + y) * sheet.width + x]!;
  if (code > TOP_CODE) return NaN;
  const low = sheet.low[tile]!;
  return low + (code / TOP_CODE) * (sheet.high[tile]! - low);
}
