/** Which axis suits the values of a number, from where to where, and where it has its ticks. */
import type { NumberEntry } from "../wire/payloads";
import { count, number, percent } from "../format";
import { powersOfTen, roundTicks } from "./ticks";

/** How a number is written, and which axis suits it. */
export type Look = NumberEntry["look"];

export interface ValueScale {
  log: boolean;
  min: number;
  max: number;
  ticks: Float64Array;
  /** A format of d3's. */
  format: string;
  /** Some values are 0, which a logarithmic axis does not have. */
  zeros: boolean;
}

/** Values that span less than this factor look best on a linear axis. */
const LOG_FROM = 8;
const TICKS = 4;
/** A logarithmic axis spans so many powers of ten at the most. */
const DECADES = 12;
/** Fewer powers of ten than this have ticks at 2 and 5 between them. */
const DENSE = 3;

export function scaleFor(look: Look, values: Float32Array): ValueScale {
  let [low, high, least, zeros] = [Infinity, -Infinity, Infinity, false];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (value > 0) least = Math.min(least, value);
    zeros ||= value === 0;
  }
  // Nothing is known: an empty axis.
  if (low > high) [low, high] = [0, 1];
  if (look === "size" && low >= 0 && high >= LOG_FROM * least) return logarithmic(least, high, zeros);
  return linear(look, low, high);
}

function logarithmic(least: number, high: number, zeros: boolean): ValueScale {
  const bottom = Math.max(least, high * 10 ** -DECADES);
  // What is 0 runs along the bottom, clear of the least value.
  const min = bottom / (zeros ? 3 : 1.15);
  const max = high * 1.15;
  const powers = powersOfTen(min, max);
  const ticks = powers.length >= DENSE ? powers : between(min, max);
  const every = Math.ceil(ticks.length / 6);
  return { log: true, min, max, ticks: ticks.filter((_, i) => i % every === 0), format: "~g", zeros };
}

/** 1, 2 and 5 times each power of ten. */
function between(min: number, max: number): Float64Array {
  const powers = Array.from(powersOfTen(min / 10, max));
  return Float64Array.from(powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((tick) => tick >= min && tick <= max));
}

function linear(look: Look, low: number, high: number): ValueScale {
  // A share or a count is measured from 0; a curve along an edge stays visible.
  const fromZero = look !== "value" && (look !== "size" || low < 0.5 * high);
  const bottom = fromZero ? Math.min(0, low) : low;
  const reach = look === "count" ? Math.max(high, 1) : look === "share" ? Math.max(high, 0.01) : high;
  const span = reach - bottom || Math.abs(reach) || 1;
  const min = bottom - 0.04 * span;
  const max = reach + 0.06 * span;
  const ticks = roundTicks(max, TICKS, fromZero ? Math.max(bottom, min) : min);
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : 1;
  return {
    log: false,
    min,
    max,
    ticks: look === "count" ? ticks.filter(Number.isInteger) : ticks,
    // As many digits as tell the ticks apart.
    format: look === "share" ? `.${step < 0.0099 ? (step < 0.00099 ? 2 : 1) : 0}%` : look === "count" ? "~s" : "~g",
    zeros: false,
  };
}

/** A value in words, as its number wants it. */
export function written(look: Look, value: number): string {
  if (Number.isNaN(value)) return "not known";
  return look === "share" ? percent(value) : look === "count" ? count(value) : number(value);
}
