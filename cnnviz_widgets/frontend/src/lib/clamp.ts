/** The value, or the nearer end of a range that it lies outside of; `low` where the range is empty. */
export const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), Math.max(low, high));
