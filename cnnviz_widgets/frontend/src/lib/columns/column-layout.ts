/**
 * Where channels stand from left to right, in grid and dendrogram alike: square tiles in slots,
 * parted by group of the cut. A slot is one channel or, where not all have room at the least size,
 * a run of neighbours that folds to one tile.
 */
import { clamp } from "../clamp";

/** The side of a tile in CSS pixels: at least, at most where many fit and where few do, and at most by choice. */
export const LEAST_TILE = 24;
const FITTED_TILE = 48;
const FITTED_FEW = 192;
export const LARGEST_TILE = 320;
/** So many pixels a few tiles take together: the fewer they are, the larger. */
const FEW_TILES = 480;
/** The share of a narrow view that one tile takes. */
const FEW_SHARE = 1 / 3;
/** Between two tiles, and between two groups: in a wide view, and in a narrow one. */
const GAP = 1;
const GROUP_GAP = 7;
const NARROW_GROUP_GAP = 3;
/** A view of less width is narrow. */
const NARROW = 760;
/** Width of the stack of zero channels, and what is kept free right of the tiles without one. */
export const STACK = 38;
const MARGIN = 10;
/** A group of more channels is too large for one tile where there is room for several, or none anyway. */
const MOST_IN_A_TILE = 16;
const MOST_WHERE_IT_SCROLLS = 32;

/** Columns from the first to one past the last. */
export type Range = readonly [first: number, past: number];
/** A group of the cut, and the distance at which it holds together. */
export type Group = readonly [first: number, past: number, height: number];

export interface LayoutRequest {
  /** How many columns there are. */
  count: number;
  /** Columns of something else right of them. */
  beside?: number;
  /** So many are to have room, though there are less: grids of as many places stand in line. */
  places?: number;
  /** Groups of two columns or more, from left to right; what is in none stands alone. */
  groups: readonly Group[];
  /** Columns that are zero throughout; null where they stand among the others. */
  zeros: Range | null;
  width: number;
  /** Pixels before the first column. */
  before: number;
  /** The column at the left edge. */
  start: number;
  /** The side of a tile; 0: the largest at which all fit. */
  scale: number;
  /** First columns of groups, or of the zeros, that are not to fold. */
  unfolded: readonly number[];
  isSelected: (column: number) => boolean;
}

export interface Slot {
  first: number;
  past: number;
  /** Its left edge, right of `before` and unscrolled. */
  x: number;
}

/** Neighbours that stand close: a group, columns of none, or the zeros. */
export interface Neighbours {
  first: number;
  past: number;
  /** Number of the group; -1 for columns that are in none. */
  group: number;
  zero: boolean;
  folded: boolean;
}

export interface Block extends Neighbours {
  /** Its slots. */
  from: number;
  to: number;
}

export interface ColumnLayout {
  width: number;
  before: number;
  after: number;
  /** The side of a tile. */
  size: number;
  narrow: boolean;
  slots: readonly Slot[];
  /** All zero channels in one place at the right edge, which does not scroll. */
  stack: Range | null;
  blocks: readonly Block[];
  /** The slot of each column; that of the stack is one more than the last. */
  slotOf: Int32Array;
  /** Pixels that the slots take, and how many of them are scrolled past. */
  content: number;
  scroll: number;
}

/** Where the axis is put. */
export interface AxisPlace {
  start: number;
  scale: number;
}

export const isNarrow = (width: number): boolean => width < NARROW;

/** Pixels between two groups. */
export const partingOf = (width: number): number => (isNarrow(width) ? NARROW_GROUP_GAP : GROUP_GAP);

export function layoutOf(request: LayoutRequest): ColumnLayout {
  const { count, width, before, scale, zeros, unfolded } = request;
  const some = zeros !== null && zeros[0] < zeros[1] && zeros[1] - zeros[0] < count;
  // Where all channels are zero there is nothing to stand beside.
  const stack = some && !unfolded.includes(zeros[0]) ? zeros : null;
  const after = stack ? STACK + GROUP_GAP : MARGIN;
  const room = Math.max(1, width - before - after);
  const parting = partingOf(width);
  const drafts = neighbours(request, stack);
  const pieces = folded(request, drafts, room, parting);
  const tiles = pieces.reduce((sum, block) => sum + block.length, 0);
  const beside = request.beside ?? 0;
  const more = Math.max(beside, (request.places ?? 0) - count);
  const gaps = gapsOf(tiles + more, drafts.length, parting);
  const fits = Math.floor((room - gaps) / Math.max(1, tiles + more));
  const size = scale > 0 ? clamp(Math.round(scale), LEAST_TILE, LARGEST_TILE) : clamp(fits, LEAST_TILE, fittedTile(tiles + more, room));
  const slots: Slot[] = [];
  const slotOf = new Int32Array(count).fill(-1);
  let x = 0;
  const blocks = drafts.map((draft, at): Block => {
    if (at > 0) x += parting - GAP;
    const from = slots.length;
    for (const [first, past] of pieces[at]!) {
      slotOf.fill(slots.length, first, past);
      slots.push({ first, past, x });
      x += size + GAP;
    }
    return { ...draft, from, to: slots.length };
  });
  if (stack) slotOf.fill(slots.length, ...stack);
  const content = Math.max(0, x - GAP) + beside * (parting + size);
  const layout = { width, before, after, size, narrow: isNarrow(width), slots, stack, blocks, slotOf, content, scroll: 0 };
  const scroll = xOfColumn(layout, request.start);
  return { ...layout, scroll: scale > 0 ? clamp(scroll, 0, mostZoomed(layout)) : limited(layout, scroll) };
}

/** The largest side at first sight of so many tiles: a few would leave the pane nearly empty, and rows are to be seen, too. */
export const fittedTile = (tiles: number, room: number): number =>
  clamp(Math.floor(Math.min(FEW_TILES / Math.max(1, tiles), FEW_SHARE * room)), FITTED_TILE, FITTED_FEW);

/** Pixels between so many tiles in so many blocks. */
const gapsOf = (tiles: number, blocks: number, parting: number): number =>
  Math.max(0, tiles - blocks) * GAP + Math.max(0, blocks - 1) * parting;

/** What stands close among so many columns, without those of the stack. */
export function neighbours({ count, groups, zeros }: Pick<LayoutRequest, "count" | "groups" | "zeros">, stack: Range | null = null): Neighbours[] {
  const blocks: Neighbours[] = [];
  const put = (first: number, past: number, group: number, zero = false): void => {
    if (past > first) blocks.push({ first, past, group, zero, folded: false });
  };
  /** Columns of no group, the zeros among them apart. */
  const alone = (first: number, past: number): void => {
    const [zero, end] = zeros ?? [past, past];
    put(first, Math.min(past, zero), -1);
    if (!stack) put(Math.max(first, zero), Math.min(past, end), -1, true);
    put(Math.max(first, end), past, -1);
  };
  let at = 0;
  groups.forEach(([first, past], group) => {
    // Groups of a layer that was shown before may be there for a frame.
    if (first < at || past > count) return;
    alone(at, first);
    put(first, past, group);
    at = past;
  });
  alone(at, count);
  return blocks;
}

/** The slots of each block: what does not fit at the least size folds, the tightest group first. */
function folded({ groups, unfolded, isSelected }: LayoutRequest, blocks: Neighbours[], room: number, parting: number): Range[][] {
  const single = ({ first, past }: Neighbours): Range[] => Array.from({ length: past - first }, (_, i) => [first + i, first + i + 1]);
  const pieces = blocks.map(single);
  let tiles = pieces.reduce((sum, block) => sum + block.length, 0);
  const overflow = (): number => tiles * LEAST_TILE + gapsOf(tiles, blocks.length, parting) - room;
  const replace = (at: number, ranges: Range[]): void => {
    tiles += ranges.length - pieces[at]!.length;
    pieces[at] = ranges;
    blocks[at]!.folded = ranges.length < blocks[at]!.past - blocks[at]!.first;
  };
  const large = ({ first, past }: Neighbours): boolean => past - first > MOST_IN_A_TILE;
  const candidates = blocks
    .map((block, at) => ({ block, at, height: groups[block.group]?.[2] ?? Infinity }))
    .filter(({ block }) => block.group >= 0 && !unfolded.includes(block.first))
    // A group of which some channels are selected and some are not cannot show it in one tile.
    .filter(({ block }) => large(block) || !isMixed([block.first, block.past], isSelected))
    .sort((one, other) => one.height - other.height || one.at - other.at);
  const chosen: typeof candidates = [];
  for (const candidate of candidates) {
    if (overflow() <= 0) break;
    chosen.push(candidate);
    replace(candidate.at, runs(candidate.block, Infinity, isSelected));
  }
  // What folded before a large group did may have room again, the loosest first.
  for (const { at, block } of chosen.filter(({ block }) => !large(block)).reverse()) {
    const was = pieces[at]!;
    replace(at, single(block));
    if (overflow() > 0) replace(at, was);
  }
  const split = chosen.filter(({ block }) => large(block));
  if (split.length === 0) return pieces;
  const most = tiles + Math.floor(-overflow() / (LEAST_TILE + GAP));
  const tilesAt = (length: number): number =>
    split.reduce((sum, { at, block }) => sum - pieces[at]!.length + runs(block, length, isSelected).length, tiles);
  // As many tiles as there is room for.
  let [short, long] = [1, Math.max(...split.map(({ block }) => block.past - block.first))];
  if (tilesAt(long) > most) short = long = MOST_WHERE_IT_SCROLLS;
  while (short < long) {
    const middle = (short + long) >> 1;
    if (tilesAt(middle) <= most) long = middle;
    else short = middle + 1;
  }
  for (const { at, block } of split) replace(at, runs(block, long, isSelected));
  return pieces;
}

/** Equal runs of a group of at most so many columns; a selected one among others stands by itself. */
function runs({ first, past }: Neighbours, length: number, isSelected: LayoutRequest["isSelected"]): Range[] {
  const parts = Math.max(1, Math.ceil((past - first) / length));
  const edge = (part: number): number => first + Math.round((part * (past - first)) / parts);
  return Array.from({ length: parts }, (_, part): Range => [edge(part), edge(part + 1)]).flatMap((run) =>
    isMixed(run, isSelected) ? apart(run, isSelected) : [run],
  );
}

function isMixed([first, past]: Range, isSelected: LayoutRequest["isSelected"]): boolean {
  const same = isSelected(first);
  for (let column = first + 1; column < past; column++) if (isSelected(column) !== same) return true;
  return false;
}

function apart([first, past]: Range, isSelected: LayoutRequest["isSelected"]): Range[] {
  const parts: [number, number][] = [];
  for (let column = first; column < past; column++) {
    const last = parts.at(-1);
    if (last && !isSelected(column) && !isSelected(column - 1)) last[1] = column + 1;
    else parts.push([column, column + 1]);
  }
  return parts;
}

// Where a slot is, and what is where ----------------------------------------------------------

type Placed = Pick<ColumnLayout, "slots" | "slotOf" | "content" | "width" | "before" | "after">;

const roomOf = ({ width, before, after }: Placed): number => Math.max(1, width - before - after);
/** Where tiles were made larger, what is under the pointer stays there even if all would fit. */
const mostZoomed = (layout: Placed): number => Math.max(layout.content - roomOf(layout), Math.min(layout.content, roomOf(layout)) / 2);
const limited = (layout: Placed, scroll: number): number => clamp(scroll, 0, layout.content - roomOf(layout));

/** Left edge of a slot, or of the stack, in CSS pixels of the view. */
export const leftOf = ({ slots, before, scroll, width }: ColumnLayout, slot: number): number =>
  slot < slots.length ? before + slots[slot]!.x - scroll : width - STACK;

export const widthOf = ({ slots, size }: ColumnLayout, slot: number): number => (slot < slots.length ? size : STACK - 4);

/** How many places there are: slots, and the stack. */
export const placesOf = ({ slots, stack }: ColumnLayout): number => slots.length + (stack ? 1 : 0);

/** The columns of a slot, or of the stack. */
export function columnsOf({ slots, stack }: ColumnLayout, slot: number): Range {
  if (slot === slots.length && stack) return stack;
  return [slots[slot]?.first ?? 0, slots[slot]?.past ?? 0];
}

/** The slot under x, the stack where there is one; -1 in gaps and outside. */
export function slotAt(layout: ColumnLayout, x: number): number {
  const { slots, before, after, width, scroll, size, stack } = layout;
  if (stack && x >= width - STACK && x < width) return slots.length;
  if (x < before || x >= width - after) return -1;
  const slot = slotUnder(slots, x - before + scroll);
  return slot >= 0 && x - before + scroll < slots[slot]!.x + size + GAP ? slot : -1;
}

/** The last slot that begins at or before x; -1 for none. */
function slotUnder(slots: readonly Slot[], x: number): number {
  let [low, high] = [0, slots.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (slots[middle]!.x <= x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Slots in sight, first and one past the last. */
export function visibleSlots(layout: ColumnLayout): Range {
  const first = Math.max(0, slotUnder(layout.slots, layout.scroll));
  return [first, slotUnder(layout.slots, layout.scroll + roomOf(layout)) + 1];
}

/** Where the next slot begins. */
const nextX = ({ slots, content }: Placed, slot: number): number => slots[slot + 1]?.x ?? content + GAP;

/** Unscrolled x of a place among the columns: 2.5 is the middle of column 2. */
function xOfColumn(layout: Placed, column: number): number {
  const slot = layout.slotOf[Math.max(0, Math.floor(column))] ?? -1;
  const at = layout.slots[slot];
  if (!at) return slot < 0 && column <= 0 ? 0 : layout.content;
  return at.x + ((column - at.first) / (at.past - at.first)) * (nextX(layout, slot) - at.x);
}

/** The place among the columns at an unscrolled x. */
function columnAtX(layout: Placed, x: number): number {
  const slot = slotUnder(layout.slots, x);
  const at = layout.slots[slot];
  if (!at) return 0;
  return at.first + ((x - at.x) / (nextX(layout, slot) - at.x)) * (at.past - at.first);
}

// Moving --------------------------------------------------------------------------------------

/** Where the axis has to start for so many pixels to be scrolled past; no farther than it is beyond the end. */
const scrolledBy = (layout: ColumnLayout, scroll: number): number =>
  columnAtX(layout, clamp(scroll, 0, Math.max(layout.content - roomOf(layout), layout.scroll)));

/** Moved with the pointer by so many pixels. */
export const panned = (layout: ColumnLayout, pixels: number): number => scrolledBy(layout, layout.scroll - pixels);

/** Larger tiles, or smaller ones, so that what stands under x stays there. */
export function zoomed(request: LayoutRequest, factor: number, x: number): AxisPlace {
  const before = layoutOf(request);
  const scale = clamp((request.scale || before.size) * factor, LEAST_TILE, LARGEST_TILE);
  const layout = layoutOf({ ...request, scale });
  const under = columnAtX(before, x - before.before + before.scroll);
  const scroll = xOfColumn(layout, under) - (x - layout.before);
  return { scale, start: columnAtX(layout, clamp(scroll, 0, mostZoomed(layout))) };
}

/** Scrolled as little as is needed to see a slot whole. */
export function revealed(layout: ColumnLayout, slot: number): number {
  const at = layout.slots[slot];
  if (!at) return scrolledBy(layout, layout.scroll);
  return scrolledBy(layout, clamp(layout.scroll, at.x + layout.size - roomOf(layout), at.x));
}
