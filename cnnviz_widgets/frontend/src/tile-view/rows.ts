/** Where rows stand; the columns come from the shared column axis. */
import type { Span } from "./paint";
import { clamp } from "../lib/clamp";

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
  /** More background after some rows, which is no part of them: groups are parted by it. */
  parted?: Float64Array;
}

/** A row without tiles is at least so high. */
const LEAST_BLANK = 3;

export const contentHeight = (rows: Rows): number => startOf(rows, rows.count);

/** Where a row begins, below the first one's top. */
const startOf = ({ starts, size }: Rows, row: number): number => (starts ? starts[row]! : row * size);

export const heightOf = (rows: Rows, row: number): number =>
  startOf(rows, row + 1) - startOf(rows, row) - (rows.parted?.[row] ?? 0);

/** Rows with so much more background after some of them. */
export function withParts(rows: Rows, parted: Float64Array): Rows {
  const starts = new Float64Array(rows.count + 1);
  parted.forEach((more, row) => (starts[row + 1] = starts[row]! + rows.size + more));
  return { ...rows, starts, parted };
}

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

/** `beyond`: how far may be scrolled even if all rows fit, where they were made larger. */
export const limitScroll = (rows: Rows, beyond = 0): number =>
  clamp(rows.scroll, 0, Math.max(contentHeight(rows) - rows.height, Math.min(beyond, rows.height / 2)));

export const yOf = (rows: Rows, row: number): number => rows.top + startOf(rows, row) - rows.scroll;

/** The row under y, or -1 outside the rows. */
export function rowAt(rows: Rows, y: number): number {
  const below = y - rows.top + rows.scroll;
  const row = rows.starts ? lastStart(rows.starts, below) : Math.floor(below / rows.size);
  return y >= rows.top && row >= 0 && row < rows.count ? row : -1;
}

/** The last row that begins at or above a place; -1 for none. */
function lastStart(starts: Float64Array, below: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= below) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Rows in sight, first and one past the last. */
export function visibleRows(rows: Rows): [number, number] {
  const { starts, scroll, height, size, count } = rows;
  const [first, last] = starts
    ? [lastStart(starts, scroll), lastStart(starts, scroll + height) + 1]
    : [Math.floor(scroll / size), Math.ceil((scroll + height) / size)];
  return [clamp(first, 0, count), clamp(last, 0, count)];
}

/** Visible rows in device pixels; `order` says which row stands where, if not each in its own place. */
export function rowSpans(rows: Rows, ratio: number, order: ArrayLike<number> | null = null): Span[] {
  const gap = Math.round(rows.gap * ratio);
  const spans: Span[] = [];
  const bottom = rows.top + rows.height;
  const first = Math.max(0, rowAt(rows, rows.top));
  for (let row = first; row < rows.count && yOf(rows, row) < bottom; row++) {
    const from = Math.round(yOf(rows, row) * ratio);
    const to = Math.round((yOf(rows, row) + heightOf(rows, row)) * ratio) - gap;
    spans.push({ index: order ? order[row]! : row, from, to });
  }
  return spans;
}
