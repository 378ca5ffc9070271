/** Where the tree, the rows, the inputs and the bias stand. */
import type { Parameters, Part } from "./parameters";
import { clamp } from "../lib/clamp";
import { fitScale, resolve, visible, xOf, type Columns, type Room } from "../lib/columns/column-axis";
import { partingOf, type Neighbours } from "../lib/columns/column-layout";
import type { Clip, Span } from "../tile-view/paint";
import { contentHeight, limitScroll, rowSpans, withParts, yOf, type Rows } from "../tile-view/rows";

/** Height of the line above the picture: the numbers of the inputs, and the pill of the cut. */
export const HEADER = 26;
export const BIAS_WIDTH = 26;
const BIAS_GAP = 8;
export const MARGIN = 12;
/** The longer side of a kernel slice at first sight, when there is room and when there is not. */
const LARGE_TILE = 64;
const SMALL_TILE = 40;
/** The shorter side of a long slice is no less, if there is room. */
const NARROW_TILE = 16;
/** Rows of tiles that are thinner than this give up their proportion. */
const LEAST_ROW = 13;
/** A kernel slice is no narrower, however many there are. */
const LEAST_TILE = 24;
/** Height of a line of weights: at least, at first sight, and zoomed in. */
const LEAST_STRIP_ROW = 12;
const STRIP_ROW = 26;
const TALL_STRIP_ROW = 40;
const WIDEST = { strip: 48, vector: 104 };
/** Background between tiles: wider where they are large, or taps of its colour would hide it. */
const TILE_GAP = { from: 8, share: 1 / 10, most: 4 };
/** Pixels of a letter, about, and the most that a name of a row has room for. */
const LETTER = 7;
const MOST_LETTERS = 14;
const TREE = { least: 90, usual: 150, most: 340 };
/** The stage is at least so high, that its tree can be read. */
const LEAST_STAGE = 84;

export interface Layout {
  /** Width of the tiles' canvas. */
  width: number;
  /** Width of the tree; the tiles' canvas begins there. */
  tree: number;
  /** Inputs in the tiles' canvas; `columns.before` is the room of the row numbers. */
  columns: Columns;
  /** CSS pixels of background between two inputs. */
  gap: number;
  rows: Rows;
}

export interface Place {
  start: number;
  scale: number;
  scroll: number;
}

/** Letters of the longest name of a row, as far as there is room for it. */
function lettersOf({ outputs, natural, classes }: Parameters): number {
  if (classes.length > 0) return Math.min(MOST_LETTERS, Math.max(...Array.from(outputs, (output) => rowName(classes, output).length)));
  return String(outputs[natural.at(-1) ?? 0] ?? 0).length;
}

/** What a row is called: a class by its name, others by their number. */
export const rowName = (classes: readonly string[], output: number): string => classes[output] ?? String(output);

/** Height to width of a kernel slice; very long ones are squeezed. */
const aspectOf = ({ taps }: Parameters): number => clamp(taps[0] / taps[1], 0.25, 4);

/** How wide an input may be at first sight. */
function widest(parameters: Parameters, room: number): number {
  const { kind, outputs } = parameters;
  if (kind !== "tiles") return WIDEST[kind];
  const aspect = aspectOf(parameters);
  const most = Math.max(NARROW_TILE, LARGE_TILE / Math.max(1, aspect));
  const least = Math.max(NARROW_TILE, SMALL_TILE / Math.max(1, aspect));
  return clamp(room / Math.max(1, outputs.length) / aspect, least, most);
}

/** Height of a row where an input is `scale` wide and `fitted` wide at first sight. */
function rowSize(parameters: Parameters, scale: number, fitted: number, room: number): number {
  const share = room / Math.max(1, parameters.outputs.length);
  if (parameters.kind === "tiles") {
    return Math.max(scale * aspectOf(parameters), LEAST_ROW);
  }
  const first = clamp(share, LEAST_STRIP_ROW, STRIP_ROW);
  return clamp((first * scale) / fitted, first, Math.max(first, TALL_STRIP_ROW));
}

/** CSS pixels of background after a tile, or a line of weights, `long` one way and `wide` the other. */
function gapAfter({ kind }: Parameters, long: number, wide: number): number {
  if (kind !== "tiles") return long < TILE_GAP.from ? 0 : 1;
  const least = Math.min(long, wide);
  return least < TILE_GAP.from ? 0 : clamp(Math.round(least * TILE_GAP.share), 1, TILE_GAP.most);
}

/** How much of a gap lies before a tile, so that its middle is that of its place, and its leaf's. */
export const before = (gap: number): number => Math.floor(gap / 2);

/** The whole layout of a stage `width` wide and at most `height` high, or just as high in a frame. */
export function layoutOf(
  parameters: Parameters,
  { start, scale, scroll }: Place,
  width: number,
  height: number,
  blocks: readonly Neighbours[] | null,
  framed = false,
): Layout {
  const { outputs, places } = parameters;
  const count = outputs.length;
  const room = Math.max(1, height - HEADER);
  const around: Room = {
    before: lettersOf(parameters) * LETTER + 16,
    after: MARGIN + (parameters.bias ? BIAS_GAP + BIAS_WIDTH : 0),
    least: parameters.kind === "tiles" ? LEAST_TILE / Math.max(1, aspectOf(parameters)) : 0,
    widest: widest(parameters, room),
  };
  // What the tiles leave free, the tree may have.
  const free = width - around.before - around.after - places * around.widest;
  const usual = clamp(width * 0.2, TREE.least, TREE.usual);
  const tree = blocks ? Math.round(clamp(free, usual, TREE.most)) : 0;
  const columns = resolve({ start, scale }, places, Math.max(1, width - tree), around);
  const fitted = fitScale(places, columns.width, around);
  const first = rowSize(parameters, fitted, fitted, room);
  const size = rowSize(parameters, columns.scale, fitted, room);
  const gap = gapAfter(parameters, columns.scale, size);
  const parted = new Float64Array(count);
  for (const { past } of blocks ?? []) if (past < count) parted[past - 1] = partingOf(width);
  const alike = { size, count, gap: gapAfter(parameters, size, columns.scale), scroll, height: room, top: HEADER };
  const rows = blocks && blocks.length > 1 ? withParts(alike, parted) : alike;
  const needed = Math.max(first * count + contentHeight(rows) - size * count, LEAST_STAGE);
  const placed = { ...rows, height: framed ? room : Math.min(room, needed) };
  return { width: columns.width, tree, columns, gap, rows: { ...placed, scroll: limitScroll(placed) } };
}

/** Left edge of the bias, which stays in sight at the end of the rows. */
export function biasLeft(columns: Columns): number {
  return Math.min(xOf(columns, columns.count), columns.width - columns.after) + BIAS_GAP;
}

/** Where a row ends, its bias included. */
export function rowEnd(parameters: Parameters, columns: Columns): number {
  return parameters.bias
    ? biasLeft(columns) + BIAS_WIDTH
    : Math.min(xOf(columns, columns.count), columns.width - columns.after);
}

/** The device pixels that the inputs may be painted in. */
export function clipOf({ columns, rows }: Layout, ratio: number): Clip {
  const right = Math.min(xOf(columns, columns.count), columns.width - columns.after);
  return {
    left: Math.round(columns.before * ratio),
    top: Math.round(rows.top * ratio),
    right: Math.round(right * ratio),
    bottom: Math.round(Math.min(rows.top + rows.height, yOf(rows, rows.count)) * ratio),
  };
}

/** A part's tiles across, in device pixels. */
export function spansAcross(
  { tiles, strip, columns: [from, to] }: Part,
  { columns, gap: parting }: Pick<Layout, "columns" | "gap">,
  ratio: number,
): Span[] {
  const x = (input: number): number => Math.round(xOf(columns, input) * ratio);
  if (strip) return [{ index: 0, from: x(from), to: x(from + tiles.width * tiles.reduction[1]) }];
  const gap = parting > 0 ? Math.max(1, Math.round(parting * ratio)) : 0;
  const shift = Math.round(before(parting) * ratio);
  const [first, last] = visible(columns);
  const spans: Span[] = [];
  for (let input = Math.max(first, from); input < Math.min(last, to); input++) {
    const span = { index: input - from, from: x(input) + shift, to: x(input + 1) - gap + shift };
    if (span.to > span.from) spans.push(span);
  }
  return spans;
}

/** A part's rows in device pixels. */
export function spansDown({ rows: [from, to] }: Part, rows: Rows, order: Int32Array | null, ratio: number): Span[] {
  const shift = Math.round(before(rows.gap) * ratio);
  return rowSpans(rows, ratio, order)
    .filter(({ index }) => index >= from && index < to)
    .map((span) => ({ index: span.index - from, from: span.from + shift, to: span.to + shift }));
}
