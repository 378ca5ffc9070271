/** Into which groups the tree is cut, and the curve that stands for each of them. */
import { counted, valuesOf } from "./cells";
import type { Curves } from "./curves";
import { number } from "../lib/format";
import type { ColumnAxisState } from "../lib/wire/states";

export interface Group {
  /** The curves of its channels, in leaf order. */
  curves: number[];
  /** The distance at which it holds together. */
  distance: number;
}

export interface Groups {
  list: Group[];
  /** The group of each curve; -1 for channels alone. */
  of: Int32Array;
}

/** A distance as it stands among others, in a column. */
export const distanceText = (distance: number): string =>
  distance === 0 || distance >= 0.005 ? distance.toFixed(2) : number(distance, 1);

/** The groups of the cut among the curves, which are in leaf order as the columns are. */
export function readGroups(given: ColumnAxisState["_groups"] | undefined, curves: Curves): Groups {
  const of = new Int32Array(curves.channels.length).fill(-1);
  const list: Group[] = [];
  for (const [first, last, distance] of given ?? []) {
    // The tree of another layer may be cut still.
    if (first < 0 || last > of.length || first >= last) continue;
    of.fill(list.length, first, last);
    list.push({ curves: range(first, last), distance });
  }
  return { list, of };
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first }, (_, i) => first + i);

/** Whether a channel has a density: one that is zero throughout, or not finite, has none. */
export function isLive({ density, points, zeroShare, nonfiniteShare }: Curves, curve: number): boolean {
  if (zeroShare[curve] === 1 || nonfiniteShare[curve] === 1) return false;
  for (let i = curve * points; i < (curve + 1) * points; i++) if (density[i]! > 0) return true;
  return false;
}

/** The least and the greatest value that live curves reach; null where there are none. */
export function reachOf(curves: Curves, live: readonly number[]): [number, number] | null {
  if (live.length === 0) return null;
  let [low, high] = [Infinity, -Infinity];
  for (const curve of live) {
    low = Math.min(low, curves.grid[curve * curves.points]!);
    high = Math.max(high, curves.grid[(curve + 1) * curves.points - 1]!);
  }
  return [low, high];
}

/** Adds a curve's heights at ascending places `from + i * step` to `into`. */
export function addCurve(curves: Curves, curve: number, into: Float64Array, from: number, step: number): void {
  const { grid, density, points } = curves;
  const end = (curve + 1) * points - 1;
  let at = curve * points;
  for (let i = 0; i < into.length; i++) {
    const x = from + i * step;
    if (x < grid[curve * points]! || x > grid[end]!) continue;
    while (at < end - 1 && grid[at + 1]! < x) at++;
    const width = grid[at + 1]! - grid[at]!;
    const share = width > 0 ? (x - grid[at]!) / width : 0;
    into[i] = into[i]! + density[at]! + share * (density[at + 1]! - density[at]!);
  }
}

/** Cells that a group's few values are counted in. */
const CELLS = 24;

/** Adds the density of a channel's few values, as that of cells, to `into`. */
function addCells(curves: Curves, curve: number, into: Float64Array, from: number, step: number): void {
  const values = valuesOf(curves, curve);
  const reach = step * (into.length - 1);
  const counts = counted(values, [from, from + reach], CELLS);
  const height = reach > 0 ? CELLS / (reach * values.length) : 1;
  for (let i = 0; i < into.length; i++) {
    into[i] = into[i]! + height * counts[Math.min(CELLS - 1, Math.floor((i * CELLS) / into.length))]!;
  }
}

/** Points of a group's curve. */
const POINTS = 256;

/** The mean density of a group's live channels, over the values that they reach. */
export function meanCurve(curves: Curves, group: Group): { x: Float64Array; y: Float64Array } {
  const all = group.curves.filter((curve) => isLive(curves, curve));
  const smooth = all.filter((curve) => curves.few[curve] !== 1);
  // Strokes are of no height that could be averaged with those of curves.
  const live = smooth.length > 0 ? smooth : all;
  const reach = reachOf(curves, live);
  if (!reach) return { x: new Float64Array(0), y: new Float64Array(0) };
  const [low, high] = reach;
  const step = (high - low) / (POINTS - 1);
  const y = new Float64Array(POINTS);
  for (const curve of live) (smooth.length > 0 ? addCurve : addCells)(curves, curve, y, low, step);
  return { x: Float64Array.from(y, (_, i) => low + i * step), y: y.map((sum) => sum / live.length) };
}

/** The mean share of exact zeros of a group's channels. */
export const meanZeros = ({ zeroShare }: Curves, group: Group): number =>
  group.curves.reduce((sum, curve) => sum + zeroShare[curve]!, 0) / group.curves.length;
