/** Which merge of the tree the pointer or a key means, and what is said of it. */
import type { Leaves } from "./leaves";
import { yOf, type Scale } from "./scale";
import { mergeHeight, type Tree } from "./tree";
import { counted, number } from "../lib/format";

/** A merge is meant when the pointer is this near, in pixels. */
const REACH = 9;

/** The merge nearest to a point, if it is near enough; -1 for none. */
export function mergeAt(tree: Tree, { feet, hidden, offset }: Leaves, scale: Scale, x: number, y: number): number {
  let best = -1;
  let nearest = REACH;
  for (let merge = 0; merge < tree.merges; merge++) {
    const left = feet[2 * merge]! + offset;
    const right = feet[2 * merge + 1]! + offset;
    if (hidden[merge] || !(x >= left - REACH && x <= right + REACH)) continue;
    const top = yOf(scale, mergeHeight(tree, merge));
    const bar = Math.hypot(y - top, Math.max(left - x, 0, x - right));
    const stem = (at: number, foot: number) =>
      Math.hypot(x - at, Math.max(top - y, 0, y - yOf(scale, foot)));
    const distance = Math.min(
      bar,
      // A stem belongs to its merge, but a crossbar under the pointer comes first.
      stem(left, tree.heights[3 * merge]!) + 4,
      stem(right, tree.heights[3 * merge + 1]!) + 4,
    );
    if (distance < nearest) {
      nearest = distance;
      best = merge;
    }
  }
  return best;
}

/** Towards the root, towards the leaves, to the next before or after of like height. */
export type Step = "up" | "down" | "before" | "after";

/** The merge one step from another; the root where there is none yet. */
export function walked(tree: Tree, parent: Int32Array, merge: number, step: Step): number {
  if (merge < 0) return tree.merges - 1;
  if (step === "up") return parent[merge]! >= 0 ? parent[merge]! : merge;
  if (step === "down") {
    // Merges come lowest first: the last child is the taller one.
    const child = parent.lastIndexOf(merge);
    return child >= 0 ? child : merge;
  }
  const middle = (one: number): number => tree.feet[2 * one]! + tree.feet[2 * one + 1]!;
  const ordered = [...Array(tree.merges).keys()].sort((a, b) => middle(a) - middle(b));
  return ordered[ordered.indexOf(merge) + (step === "before" ? -1 : 1)] ?? merge;
}

/** A merge's height and size in words. */
export function describeMerge(tree: Tree, merge: number, noun: string): string {
  const size = tree.span[2 * merge + 1]! - tree.span[2 * merge]!;
  const zero = tree.split[merge]! >= tree.zeroFrom ? ` (all-zero ${noun}s stand apart)` : "";
  return `distance ${number(mergeHeight(tree, merge))}${zero} · ${counted(size, noun)}`;
}
