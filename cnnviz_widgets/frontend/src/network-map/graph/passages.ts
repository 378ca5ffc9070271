/**
 * How a line passes the columns between its ends: between their boxes, not behind one, where it
 * would seem to end.
 */
import type { ColumnBox, Point } from "./geometry";

export interface Passing {
  readonly from: Point;
  readonly to: Point;
  readonly width: number;
}

interface Gap {
  readonly y: number;
  readonly height: number;
  /** Pixels that are left for further lines. */
  room: number;
  readonly lines: { readonly line: number; readonly width: number; readonly y: number }[];
}

/** Above the first box and below the last one. */
const OUTSIDE = 8;

/**
 * For each line the points by which it goes, two at each column that it passes.
 *
 * The widest lines choose first: the nearest gap that has room for them, or else the emptiest one. In
 * one gap they lie beside one another, in the order in which they would cross the column. Some go
 * above the first box or below the last one, up to 8 pixels away.
 */
export function passages(columns: readonly ColumnBox[], lines: readonly Passing[]): Point[][] {
  const points = lines.map((): Point[] => []);
  const widest = [...lines.keys()].sort((one, other) => lines[other].width - lines[one].width || one - other);
  for (const column of columns) {
    const gaps = gapsOf(column);
    for (const line of widest) {
      const { from, to, width } = lines[line];
      if (from.x >= column.x || to.x <= column.x + column.width) continue;
      const y = from.y + ((to.y - from.y) * (column.x + column.width / 2 - from.x)) / (to.x - from.x);
      const room = Math.min(width, Math.max(...gaps.map((gap) => gap.room)));
      const gap = gaps.filter((each) => each.room >= room).reduce((best, each) => (Math.abs(each.y - y) < Math.abs(best.y - y) ? each : best));
      gap.room -= width;
      gap.lines.push({ line, width, y });
    }
    for (const gap of gaps) {
      const total = gap.lines.reduce((sum, { width }) => sum + width, 0);
      // More than there is room for lie over one another, but never behind a box.
      const scale = Math.min(1, gap.height / total);
      let y = gap.y - (scale * total) / 2;
      for (const { line, width } of gap.lines.sort((one, other) => one.y - other.y)) {
        const middle = y + (scale * width) / 2;
        points[line].push({ x: column.x, y: middle }, { x: column.x + column.width, y: middle });
        y += scale * width;
      }
    }
  }
  return points;
}

function gapsOf({ boxes, thin }: ColumnBox): Gap[] {
  const sorted = [...boxes, ...thin].sort((one, other) => one.y - other.y);
  const above = [-OUTSIDE, ...sorted.map(({ y, height }) => y + height)];
  const below = [...sorted.map(({ y }) => y), above[above.length - 1] + OUTSIDE];
  return above.map((start, at) => {
    const height = below[at] - start;
    return { y: start + height / 2, height, room: height, lines: [] };
  });
}
