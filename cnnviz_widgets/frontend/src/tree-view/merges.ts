/** Which fork of the tree the pointer or a key means, and what is said of it. */
import { yOf, type Scale } from "./scale";
import { forkHeight, type Tree } from "./tree";
import { xOf, type Columns } from "../lib/linking/column-axis";
import { counted, number } from "../lib/format";

/** A fork is meant when the pointer is this near, in pixels. */
const REACH = 9;

/** The fork nearest to a point, if it is near enough; -1 for none. */
export function forkAt(tree: Tree, columns: Columns, scale: Scale, x: number, y: number): number {
  let best = -1;
  let nearest = REACH;
  for (let fork = 0; fork < tree.forks; fork++) {
    const left = xOf(columns, tree.feet[2 * fork]!);
    const right = xOf(columns, tree.feet[2 * fork + 1]!);
    if (x < left - REACH || x > right + REACH) continue;
    const top = yOf(scale, forkHeight(tree, fork));
    const bar = Math.hypot(y - top, Math.max(left - x, 0, x - right));
    const stem = (at: number, foot: number) =>
      Math.hypot(x - at, Math.max(top - y, 0, y - yOf(scale, foot)));
    const distance = Math.min(
      bar,
      // A stem belongs to its fork, but a crossbar under the pointer comes first.
      stem(left, tree.heights[3 * fork]!) + 4,
      stem(right, tree.heights[3 * fork + 1]!) + 4,
    );
    if (distance < nearest) {
      nearest = distance;
      best = fork;
    }
  }
  return best;
}

/** Towards the root, towards the leaves, to the next before or after of like height. */
export type Step = "up" | "down" | "before" | "after";

/** The fork one step from another; the root where there is none yet. */
export function walked(tree: Tree, parent: Int32Array, fork: number, step: Step): number {
  if (fork < 0) return tree.forks - 1;
  if (step === "up") return parent[fork]! >= 0 ? parent[fork]! : fork;
  if (step === "down") {
    // Forks come lowest first: the last child is the taller one.
    const child = parent.lastIndexOf(fork);
    return child >= 0 ? child : fork;
  }
  const middle = (one: number): number => tree.feet[2 * one]! + tree.feet[2 * one + 1]!;
  const ordered = [...Array(tree.forks).keys()].sort((a, b) => middle(a) - middle(b));
  return ordered[ordered.indexOf(fork) + (step === "before" ? -1 : 1)] ?? fork;
}

/** A fork's height and size in words. */
export function describeFork(tree: Tree, fork: number, noun: string): string {
  const size = tree.span[2 * fork + 1]! - tree.span[2 * fork]!;
  const zero = tree.split[fork]! >= tree.zeroFrom ? ` (all-zero ${noun}s stand apart from every other)` : "";
  return `Fork at distance ${number(forkHeight(tree, fork))}${zero} · ${counted(size, noun)} below · click to select`;
}
