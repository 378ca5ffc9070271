/** Which values of three channels are black and white, where they are shown together in colour. */
import { number } from "../../lib/format";
import { valueAt, type Tiles } from "../tiles";

export interface Colours {
  low: number;
  high: number;
  /** Which values the colours stand for, in words. */
  note: string;
}

/** The columns of tiles that are red, green and blue. */
export type Three = readonly [red: number, green: number, blue: number];

/** Rounding may lead so far past the end of a range. */
const BESIDE = 1e-5;

/** Pictures are of values from 0 to 1, from −1 to 1, or of a range of their own; null where none is finite. */
export function coloursOfOutputs(low: number, high: number): Colours | null {
  if (!(low <= high)) return null;
  const within = (least: number): boolean => low >= least - BESIDE && high <= 1 + BESIDE;
  if (within(0)) return { low: 0, high: 1, note: "black 0, white 1" };
  if (within(-1)) return { low: -1, high: 1, note: "black −1, white 1" };
  return { low, high, note: `black ${number(low)}, white ${number(high)}, the layer's own range` };
}

/** Weights have a sign: 0 is grey in each of the three, and all of the layer are on one scale. */
export function coloursOfKernels(low: number, high: number): Colours | null {
  if (!(low <= high)) return null;
  const reach = Math.max(Math.abs(low), Math.abs(high));
  if (reach === 0) return { low: 0, high: 0, note: "grey 0" };
  return { low: -reach, high: reach, note: `grey 0, black ${number(-reach)}, white ${number(reach)} in the whole layer` };
}

/** The red, green and blue value of a pixel, and what the colours stand for. */
export function describeColour(tiles: Tiles, three: Three, row: number, y: number, x: number, { note }: Colours): string {
  const values = three.map((col) => {
    const value = valueAt(tiles, row, col, y, x);
    return Number.isNaN(value) ? "not finite" : number(value, 3);
  });
  return `${values.join(", ")} · ${note}`;
}
