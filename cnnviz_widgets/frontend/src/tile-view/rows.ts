/** Where rows stand; the columns come from the shared column axis. */
import type { Span } from "./paint";
import { clamp } from "../lib/clamp";
import { type Columns, visible, xOf } from "../lib/linking/column-axis";

export interface Rows {
  /** Height of a row in CSS pixels. */
  size: number;
  count: number;
  /** Pixels of background between two rows. */
  gap: number;
  /** Pixels scrolled down. */
  scroll: number;
  /** Height of the part of the view that rows are drawn in. */
  height: number;
  /** Where that part begins: the height of the strip of numbers above it. */
  top: number;
  /** Where each row begins, and the last one ends, below the first one's top; else all are alike. */
  starts?: Float64Array;
}

/** A row without tiles is at least so high. */
const LEAST_BLANK = 3;

export const contentHeight = (rows: Rows): number => startOf(rows, rows.count);

/** Where a row begins, below the first one's top. */
const startOf = ({ starts, size }: Rows, row: number): number => (starts ? starts[row]! : row * size);

export const heightOf = (rows: Rows, row: number): number => startOf(rows, row + 1) - startOf(rows, row);

/** Rows of which those without tiles share the room that the others leave. */
export function withBlanks(rows: Rows, rowAt: Int32Array): Rows {
  const blanks = rowAt.reduce((sum, at) => sum + Number(at < 0), 0);
  if (blanks === 0) return rows;
  const room = rows.height - (rows.count - blanks) * rows.size;
  const blank = clamp(room / blanks, Math.min(LEAST_BLANK, rows.size), rows.size);
  const starts = new Float64Array(rows.count + 1);
  rowAt.forEach((at, row) => (starts[row + 1] = starts[row]! + (at < 0 ? blank : rows.size)));
  return { ...rows, starts };
}

export const limitScroll = (rows: Rows): number =>
  clamp(rows.scroll, 0, contentHeight(rows) - rows.height);

export const yOf = (rows: Rows, row: number): number => rows.top + startOf(rows, row) - rows.scroll;

/** The row under y, or -1 outside the rows. */
export function rowAt(rows: Rows, y: number): number {
  const below = y - rows.top + rows.scroll;
  let row = Math.floor(below / rows.size);
  if (rows.starts) {
    row = rows.count;
    while (row >= 0 && rows.starts[row]! > below) row--;
  }
  return y >= rows.top && row >= 0 && row < rows.count ? row : -1;
}

/** Visible columns in device pixels; wide ones keep a hair of background between them. */
export function columnSpans(columns: Columns, order: ArrayLike<number> | null, ratio: number): Span[] {
  const gap = columns.scale >= 8 ? Math.max(1, Math.round(ratio)) : 0;
  const [first, last] = visible(columns);
  const spans: Span[] = [];
  for (let column = first; column < last; column++) {
    const from = Math.round(xOf(columns, column) * ratio);
    const to = Math.round(xOf(columns, column + 1) * ratio) - gap;
    if (to > from) spans.push({ index: order ? order[column]! : column, from, to });
  }
  return spans;
}

/** Visible rows in device pixels; `order` says which row stands where, if not each in its own place. */
export function rowSpans(rows: Rows, ratio: number, order: ArrayLike<number> | null = null): Span[] {
  const gap = Math.round(rows.gap * ratio);
  const spans: Span[] = [];
  const bottom = rows.top + rows.height;
  const first = Math.max(0, rowAt(rows, rows.top));
  for (let row = first; row < rows.count && yOf(rows, row) < bottom; row++) {
    const from = Math.round(yOf(rows, row) * ratio);
    const to = Math.round(yOf(rows, row + 1) * ratio) - gap;
    spans.push({ index: order ? order[row]! : row, from, to });
  }
  return spans;
}
