/** The vertical axis: distance, with a break where all-zero maps stand apart at 2. */
import { ZERO_DISTANCE, type Tree } from "./tree";
import { number } from "../lib/format";
import { roundTicks } from "../lib/plots/ticks";

/** Pixels above the plot, and below it for the strip of cluster colours. */
export const TOP = 8;
export const STRIP = 10;
/** Height of the broken-off part at the top of the axis. */
const APART = 26;

export interface Scale {
  bottom: number;
  /** Where the readable part ends. */
  top: number;
  tallest: number;
  /** Where distance 2 stands, if it is broken off. */
  apart: number | null;
}

export function scaleOf(tree: Tree, height: number): Scale {
  const bottom = height - STRIP - 2;
  const top = tree.broken ? TOP + APART : TOP;
  return { bottom, top, tallest: Math.max(tree.tallest, Math.min(ZERO_DISTANCE, tree.tallest * 1.05)), apart: tree.broken ? TOP : null };
}

export function yOf(scale: Scale, distance: number): number {
  // Ward's heights can be more.
  if (scale.apart !== null && distance >= Math.max(ZERO_DISTANCE, scale.tallest)) return scale.apart;
  return scale.bottom - (distance / scale.tallest) * (scale.bottom - scale.top);
}

/** The distance at y; between the readable part and 2 the line rests at the former's end. */
export function distanceAt(scale: Scale, y: number): number {
  const distance = ((scale.bottom - y) / (scale.bottom - scale.top)) * scale.tallest;
  return Math.min(Math.max(distance, 0), scale.tallest);
}

/** Round distances on the readable part, and where they stand. */
export const ticksOf = (scale: Scale): [text: string, at: number][] =>
  Array.from(roundTicks(scale.tallest, (scale.bottom - scale.top) / 34), (distance) => [
    number(distance),
    yOf(scale, distance),
  ]);
