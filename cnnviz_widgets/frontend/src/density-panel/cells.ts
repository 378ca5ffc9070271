/** Channels of too few values for a curve: how many of them lie in each of some cells. */
import type { Curves } from "./curves";

/** Where the values of a channel stand, each once. */
export function valuesOf({ grid, density, points }: Curves, curve: number): number[] {
  const [first, past] = [curve * points, (curve + 1) * points];
  let peak = 0;
  for (let i = first; i < past; i++) peak = Math.max(peak, density[i]!);
  const values: number[] = [];
  // Between its strokes a line is nowhere quite 0, for a logarithmic axis.
  for (let i = first; i < past; i++) if (density[i]! > peak / 2) values.push(grid[i]!);
  return values;
}

/** How many values lie in each of so many cells of equal width. */
export function counted(values: readonly number[], [low, high]: readonly [number, number], cells: number): Uint16Array {
  const counts = new Uint16Array(cells);
  const scale = high > low ? cells / (high - low) : 0;
  for (const value of values) {
    const cell = Math.min(cells - 1, Math.max(0, Math.floor((value - low) * scale)));
    counts[cell] = counts[cell]! + 1;
  }
  return counts;
}
