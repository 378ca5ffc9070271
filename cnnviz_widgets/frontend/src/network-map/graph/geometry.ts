/** Where the columns of a map stand, the boxes of their groups, and the curves between them; in pixels. */

/** Below this a box shows neither patches nor matrix, and its lines no curve. */
const LEAST_PITCH = 60;
const MOST_BOX = 150;
/** Of a column's pitch; the rest is for the lines. */
const BOX_SHARE = 0.6;
/** Between boxes, and at least: a thin box and its gap together are a hit area of 24. */
const GAP = 8;
const THIN = 16;
const LEAST_BOX = 24;
/** At either side of the map. */
const MARGIN = 8;
/** Between the bands of two stages. */
const BAND_GAP = 4;
/** How far a line of several columns bends at most. */
const MOST_BEND = 60;
/** A group of 16 times the channels is 4.6 times as high: all stay to be seen. */
const GROWTH = 0.55;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface GroupSize {
  /** Channels. */
  readonly size: number;
  /** Pixels that the box needs at least, as when it is unfolded. */
  readonly height?: number;
}

export interface ColumnShape {
  readonly groups: readonly GroupSize[];
  /** How many thin boxes stand at the foot: silent, constant, non-finite channels. */
  readonly thin: number;
  /** What a band is named by; columns side by side of the same stage share one. */
  readonly stage: string;
  /** How many alike stations are left out before this one. */
  readonly folded: number;
}

export interface ColumnBox {
  /** Of its boxes. */
  readonly x: number;
  readonly width: number;
  /** Of its place, with half the gap at either side. */
  readonly left: number;
  readonly right: number;
  /** By group, not from top to bottom. */
  readonly boxes: readonly Box[];
  readonly thin: readonly Box[];
  readonly stage: string;
  readonly folded: number;
  /** Where the mark of what is folded stands: between the column before and this one. */
  readonly fold: number | null;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly ColumnShape[];
  /** For each column its groups from top to bottom. */
  readonly order: readonly (readonly number[])[];
}

export interface StageBand {
  readonly stage: string;
  readonly x: number;
  readonly width: number;
  readonly columns: readonly number[];
}

/** The least size in which a map can be read; in a smaller frame it is to be scrolled. */
export function leastSize(columns: readonly ColumnShape[]): { width: number; height: number } {
  const heights = columns.map(({ groups, thin }) => groups.reduce((sum, group) => sum + leastHeight(group) + GAP, thin * (THIN + GAP)) - GAP);
  return { width: 2 * MARGIN + columns.length * LEAST_PITCH, height: Math.max(0, ...heights) };
}

/**
 * The columns from left to right, their boxes from 0 to `height`.
 *
 * The boxes of a column fill its height, each ∝ size^0.55 and at least as high as it needs; thin
 * ones stand at the foot. Width and height are taken to be at least `leastSize`.
 */
export function layoutColumns({ width, height, columns, order }: Layout): ColumnBox[] {
  const least = leastSize(columns);
  const pitch = (Math.max(width, least.width) - 2 * MARGIN) / Math.max(columns.length, 1);
  const boxWidth = Math.min(MOST_BOX, BOX_SHARE * pitch);
  const foot = Math.max(height, least.height);
  return columns.map((column, at) => {
    const left = MARGIN + at * pitch;
    const x = left + (pitch - boxWidth) / 2;
    const { stage, folded } = column;
    const fold = folded > 0 ? left : null;
    return { x, width: boxWidth, left, right: left + pitch, stage, folded, fold, ...stacked(column, order[at], x, boxWidth, foot) };
  });
}

function stacked({ groups, thin }: ColumnShape, order: readonly number[], x: number, width: number, height: number): { boxes: Box[]; thin: Box[] } {
  const room = height - thin * (THIN + GAP) - Math.max(groups.length - 1, 0) * GAP;
  const heights = filled(groups, groups.length > 0 ? room : 0);
  const boxes = new Array<Box>(groups.length);
  let y = 0;
  for (const group of order) {
    boxes[group] = { x, y, width, height: heights[group] };
    y += heights[group] + GAP;
  }
  const foot = height - thin * (THIN + GAP) + GAP;
  return { boxes, thin: Array.from({ length: thin }, (_, at) => ({ x, y: foot + at * (THIN + GAP), width, height: THIN })) };
}

/** Heights that add up to the room: each ∝ size^0.55, but what is too low for its box gets what that needs. */
function filled(groups: readonly GroupSize[], room: number): number[] {
  const weights = groups.map(({ size }) => Math.max(size, 1) ** GROWTH);
  const low = new Set<number>();
  for (;;) {
    const rest = groups.reduce((left, group, at) => left - (low.has(at) ? leastHeight(group) : 0), room);
    const weight = weights.reduce((sum, each, at) => sum + (low.has(at) ? 0 : each), 0);
    const heights = groups.map((group, at) => (low.has(at) ? leastHeight(group) : (weights[at] / weight) * rest));
    const lower = groups.flatMap((group, at) => (heights[at] < leastHeight(group) ? [at] : []));
    if (lower.length === 0) return heights;
    for (const at of lower) low.add(at);
    // All are as low as they may be: what rounding leaves is nothing to be seen.
    if (low.size === groups.length) return groups.map(leastHeight);
  }
}

function leastHeight({ height = 0 }: GroupSize): number {
  return Math.max(LEAST_BOX, height);
}

/** Runs of columns of the same stage, with the place that each run takes. */
export function stageBands(columns: readonly ColumnBox[]): StageBand[] {
  const runs: number[][] = [];
  columns.forEach(({ stage }, at) => {
    if (at > 0 && columns[at - 1].stage === stage) runs[runs.length - 1].push(at);
    else runs.push([at]);
  });
  return runs.map((run) => {
    const x = columns[run[0]].left + BAND_GAP / 2;
    return { stage: columns[run[0]].stage, x, width: columns[run[run.length - 1]].right - BAND_GAP / 2 - x, columns: run };
  });
}

/** A curve from one point to another, as the `d` of a path: a cubic, level at its ends and wherever it goes by. */
export function edgePath(from: Point, to: Point, ...via: readonly Point[]): string {
  const points = [from, ...via, to];
  const cubics = points.slice(1).map((end, at) => {
    const start = points[at];
    const bend = Math.min((end.x - start.x) / 2, MOST_BEND);
    return `C${[start.x + bend, start.y, end.x - bend, end.y, end.x, end.y].map(rounded).join(" ")}`;
  });
  return `M${rounded(from.x)} ${rounded(from.y)}${cubics.join("")}`;
}

function rounded(value: number): number {
  return Math.round(10 * value) / 10;
}
