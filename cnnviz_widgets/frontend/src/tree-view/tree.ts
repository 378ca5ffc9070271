/** A dendrogram as its wire format gives it, and the questions that the view asks of it. */
import type { AnyModel } from "@anywidget/types";

import { asFloat32, asFloat64, asInt32 } from "../lib/linking/buffers";
import type { Group } from "../lib/columns/column-layout";
import type { TreeState } from "../lib/wire/payloads";

/** Distance of an all-zero map to every other one [WL20 §1.1.1]. */
export const ZERO_DISTANCE = 2;

export interface Tree {
  columnCount: number;
  columns: Int32Array;
  feet: Float32Array;
  heights: Float64Array;
  span: Int32Array;
  split: Int32Array;
  order: Int32Array;
  merges: number;
  /** Greatest height of merges between channels that are not zero: what the axis has to reach. */
  tallest: number;
  /** Leaves from this column on are zero throughout. */
  zeroFrom: number;
  /** Whether all-zero channels stand apart at 2, behind a break of the axis. */
  broken: boolean;
}

export function readTree(model: AnyModel<TreeState>): Tree {
  const heights = asFloat64(model.get("_heights"));
  const merges = heights.length / 3;
  let tallest = 0;
  let broken = false;
  const split = asInt32(model.get("_split"));
  const columns = asInt32(model.get("_columns"));
  const zeroFrom = columns.length - model.get("_zero_columns");
  for (let merge = 0; merge < merges; merge++) {
    // Opposite channels are 2 apart as well, but on the axis like any others.
    if (split[merge]! >= zeroFrom) broken = true;
    else tallest = Math.max(tallest, heights[3 * merge + 2]!);
  }
  return {
    columnCount: model.get("_column_count"),
    columns,
    feet: asFloat32(model.get("_feet")),
    heights,
    span: asInt32(model.get("_span")),
    split,
    order: asInt32(model.get("_order")),
    merges,
    zeroFrom,
    tallest: tallest || 1,
    broken,
  };
}

/** Column of every channel of the tree; a channel that is not drawn shares its neighbour's. */
export function positions({ order, columns }: Tree): Map<number, number> {
  const drawn = new Map(Array.from(columns, (channel, column) => [channel, column]));
  const columnOf = new Map<number, number>();
  let column = 0;
  for (const channel of order) {
    column = drawn.get(channel) ?? column;
    columnOf.set(channel, column);
  }
  return columnOf;
}

export const mergeHeight = (tree: Tree, merge: number): number => tree.heights[3 * merge + 2]!;

/** Every channel below a merge, drawn or not. */
export function channelsBelow(tree: Tree, merge: number): number[] {
  return Array.from(tree.order.subarray(tree.span[2 * merge]!, tree.span[2 * merge + 1]!));
}

/**
 * Groups of the drawn columns after a cut, from the left: merges at or below it stay joined. A
 * column by itself is no group, and all-zero ones are nobody's kin.
 */
export function groupsAt(tree: Tree, cut: number): Group[] {
  const { zeroFrom } = tree;
  const starts = new Uint8Array(zeroFrom + 1);
  const height = new Float64Array(zeroFrom + 1);
  for (let merge = 0; merge < tree.merges; merge++) {
    const at = tree.split[merge]!;
    if (at >= zeroFrom) continue;
    height[at] = mergeHeight(tree, merge);
    if (height[at]! > cut) starts[at] = 1;
  }
  const groups: Group[] = [];
  for (let first = 0; first < zeroFrom; ) {
    let past = first + 1;
    let tallest = 0;
    for (; past < zeroFrom && !starts[past]; past++) tallest = Math.max(tallest, height[past]!);
    if (past - first > 1) groups.push([first, past, tallest]);
    first = past;
  }
  return groups;
}

/**
 * Where a tree is cut that nobody has cut: where most groups hold most channels, by their number
 * times the square of the share of channels that are in one, short of one group of all; the highest such, half the way to the
 * next merge, so that it holds when values move a little. SciPy's 0.7 of the tallest merge would
 * leave one group of nearly all and strays, as single linkage makes chains; by number alone few
 * channels would be in a group.
 */
export function automaticCut(tree: Tree): number {
  const joined = new Uint8Array(tree.zeroFrom + 1);
  const heights: number[] = [];
  const scores: number[] = [];
  let [groups, held] = [0, 0];
  for (let merge = 0; merge < tree.merges; merge++) {
    const split = tree.split[merge]!;
    if (split >= tree.zeroFrom) continue;
    // Merges come lowest first: a neighbour that is joined already is a group.
    const beside = joined[split - 1]! + joined[split + 1]!;
    groups += 1 - beside;
    held += 2 - beside;
    joined[split] = 1;
    heights.push(mergeHeight(tree, merge));
    scores.push(groups === 1 && held === tree.zeroFrom ? 0 : groups * (held / tree.zeroFrom) ** 2);
  }
  let best = -1;
  for (let at = 0; at < scores.length; at++) {
    // Merges of one height are all below a cut, or all above it.
    if (scores[at]! > 0 && heights[at] !== heights[at + 1] && scores[at]! >= (scores[best] ?? 0)) best = at;
  }
  return best < 0 ? tree.tallest / 2 : (heights[best]! + (heights[best + 1] ?? tree.tallest)) / 2;
}

export const cutOf = (tree: Tree, cut: number | null): number => cut ?? automaticCut(tree);

/** The group of each drawn column by its number; -1 for none. */
export function labelsOf(tree: Tree, groups: readonly Group[]): Int32Array {
  const labels = new Int32Array(tree.columns.length).fill(-1);
  groups.forEach(([first, past], group) => labels.fill(group, first, past));
  return labels;
}

/** First drawn column below each merge, and one past the last. */
export function columnsBelow(tree: Tree): Int32Array {
  const ranges = new Int32Array(2 * tree.merges);
  // The ends of what is joined so far, by its beginning and by its end.
  const [past, first] = [new Int32Array(tree.columns.length + 1), new Int32Array(tree.columns.length + 1)];
  for (let column = 0; column < tree.columns.length; column++) {
    past[column] = column + 1;
    first[column + 1] = column;
  }
  for (let merge = 0; merge < tree.merges; merge++) {
    const split = tree.split[merge]!;
    const [from, to] = [first[split]!, past[split]!];
    past[from] = to;
    first[to] = from;
    ranges[2 * merge] = from;
    ranges[2 * merge + 1] = to;
  }
  return ranges;
}

/** Where the two stems of each merge stand over leaves that stand at `middle`. */
export function feetOver(tree: Tree, below: Int32Array, middle: (column: number) => number): Float64Array {
  const feet = new Float64Array(2 * tree.merges);
  // Of what is joined so far, by its first column.
  const at = Float64Array.from({ length: tree.columns.length }, (_, column) => middle(column));
  for (let merge = 0; merge < tree.merges; merge++) {
    const [from, split] = [below[2 * merge]!, tree.split[merge]!];
    feet[2 * merge] = at[from]!;
    feet[2 * merge + 1] = at[split]!;
    // What has no place, as the zeros in their stack, leaves the others where they are.
    if (!Number.isNaN(at[split]!)) at[from] = (at[from]! + at[split]!) / 2;
  }
  return feet;
}

/** Parent of each merge, -1 for the root: the lowest higher merge whose leaves contain its own. */
export function parents(tree: Tree): Int32Array {
  const parent = new Int32Array(tree.merges).fill(-1);
  // Merges come lowest first; `top[leaf]` is the highest merge so far that begins at that leaf.
  const top = new Map<number, number>();
  for (let merge = 0; merge < tree.merges; merge++) {
    const [from, to] = [tree.span[2 * merge]!, tree.span[2 * merge + 1]!];
    for (let at = from; at < to; ) {
      const child = top.get(at);
      if (child === undefined) {
        at++;
        continue;
      }
      parent[child] = merge;
      top.delete(at);
      at = tree.span[2 * child + 1]!;
    }
    top.set(from, merge);
  }
  return parent;
}
