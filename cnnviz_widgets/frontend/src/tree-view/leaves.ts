/** Where the leaves of a tree stand along its axis, and what of it is drawn as one wedge. */
import { columnsBelow, feetOver, mergeHeight, type Tree } from "./tree";
import type { Neighbours } from "../lib/columns/column-layout";

/** The edges of a leaf's place; NaN where it has none. */
export interface Edges {
  left: (column: number) => number;
  right: (column: number) => number;
}

/** A group that is drawn without its forks. */
export interface Wedge {
  block: Neighbours;
  /** The merge at its tip. */
  merge: number;
}

/** All of it unscrolled: `offset` takes it to where it is drawn. */
export interface Leaves extends Edges {
  feet: Float64Array;
  /** Columns below each merge. */
  below: Int32Array;
  /** 1 for merges that are not drawn. */
  hidden: Uint8Array;
  wedges: Wedge[];
  blocks: readonly Neighbours[];
  offset: number;
}

/** Leaves of a tree at such edges, in such blocks. */
export function leavesOf(tree: Tree, { left, right }: Edges, blocks: readonly Neighbours[]): Omit<Leaves, "offset"> {
  const below = columnsBelow(tree);
  const feet = feetOver(tree, below, (column) => (left(column) + right(column)) / 2);
  const hidden = new Uint8Array(tree.merges);
  const foldOf = new Int32Array(tree.columns.length).fill(-1);
  blocks.forEach(({ first, past, folded }, at) => folded && foldOf.fill(at, first, past));
  const tips = new Map<number, number>();
  for (let merge = 0; merge < tree.merges; merge++) {
    const fold = foldOf[below[2 * merge]!]!;
    const within = fold >= 0 && below[2 * merge + 1]! <= blocks[fold]!.past;
    hidden[merge] = Number(within || Number.isNaN(feet[2 * merge + 1]!));
    // Merges come lowest first: the last within a fold is its tip.
    if (within) tips.set(fold, merge);
  }
  const wedges = [...tips].map(([at, merge]) => ({ block: blocks[at]!, merge }));
  return { left, right, feet, below, hidden, wedges, blocks };
}

/** The corners of a wedge, tip first: where it is drawn. */
export function wedgeOf({ left, right, feet, offset }: Leaves, { block, merge }: Wedge) {
  const tip = (feet[2 * merge]! + feet[2 * merge + 1]!) / 2;
  return { tip: tip + offset, from: left(block.first) + offset, to: right(block.past - 1) + offset };
}

/** The wedge under a point at a distance of the axis; undefined for none. */
export function wedgeAt(tree: Tree, leaves: Leaves, x: number, distance: number): Wedge | undefined {
  return leaves.wedges.find((wedge) => {
    const { tip, from, to } = wedgeOf(leaves, wedge);
    const share = distance / mergeHeight(tree, wedge.merge);
    return share <= 1 && x >= from + share * (tip - from) && x <= to + share * (tip - to);
  });
}
