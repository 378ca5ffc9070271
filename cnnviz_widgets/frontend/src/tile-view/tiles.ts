/** Quantised tiles as they come over the wire, and over which values they range. */
import type { RangeName } from "../lib/plots/colormaps";
import { HIGHEST_CODE, Mark } from "../lib/wire/constants";

/** What is said of a tile, or a line of tiles, by its mark. */
export const MARK_WORDS: Record<number, string> = {
  [Mark.zero]: "all zero",
  [Mark.constant]: "constant",
  [Mark.notFinite]: "no finite value",
};

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
  if (code > HIGHEST_CODE) return NaN;
  const low = sheet.low[tile]!;
  return low + (code / HIGHEST_CODE) * (sheet.high[tile]! - low);
}
