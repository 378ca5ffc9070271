/** The axis of distances, with a break where all-zero maps stand apart at 2. */
import { ZERO_DISTANCE, type Tree } from "./tree";
import { clamp } from "../lib/clamp";
import { number } from "../lib/format";
import { roundTicks } from "../lib/plots/ticks";

/** Pixels beyond the plot, and on the side of the leaves for the ribbon of the groups. */
export const TOP = 8;
export const RIBBON = 4;
/** Length of the broken-off part of the axis, as a share of all and at most. */
const APART = { share: 0.2, most: 26 };

export interface Scale {
  bottom: number;
  /** Where the readable part ends. */
  top: number;
  tallest: number;
  /** Where distance 2 stands, if it is broken off. */
  apart: number | null;
}

/** `zeros` says whether all-zero channels are drawn with the others. */
export function scaleOf(tree: Tree, height: number, zeros = true): Scale {
  const bottom = height - RIBBON - 2;
  const broken = tree.broken && zeros;
  const top = broken ? TOP + Math.round(Math.min(APART.most, APART.share * height)) : TOP;
  return { bottom, top, tallest: Math.max(tree.tallest, Math.min(ZERO_DISTANCE, tree.tallest * 1.05)), apart: broken ? TOP : null };
}

export function yOf(scale: Scale, distance: number): number {
  // Ward's heights can be more.
  if (scale.apart !== null && distance >= Math.max(ZERO_DISTANCE, scale.tallest)) return scale.apart;
  return scale.bottom - (distance / scale.tallest) * (scale.bottom - scale.top);
}

/** The distance at y; between the readable part and 2 the line rests at the former's end. */
export function distanceAt(scale: Scale, y: number): number {
  const distance = ((scale.bottom - y) / (scale.bottom - scale.top)) * scale.tallest;
  return clamp(distance, 0, scale.tallest);
}

/** Round distances on the readable part, and where they stand. */
export const ticksOf = (scale: Scale): [text: string, at: number][] =>
  Array.from(roundTicks(scale.tallest, Math.max(1, (scale.bottom - scale.top) / 34)), (distance) => [
    number(distance),
    yOf(scale, distance),
  ]);
