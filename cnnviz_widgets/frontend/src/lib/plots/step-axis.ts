/** Ticks of an axis of steps, and the room beside it. */
import { roundTicks } from "./ticks";

/** Pixels left and right of the first and the last moment. */
export const LEFT = 64;
export const RIGHT = 56;

/** Round, whole steps from the first to the last one, about so many as `count`. */
export function stepTicks(first: number, last: number, count: number): number[] {
  if (last <= first) return [first];
  return Array.from(roundTicks(last, count, first)).filter(Number.isInteger);
}
