/** A dendrogram as its wire format gives it, and the questions that the view asks of it. */
import type { AnyModel } from "@anywidget/types";

import { asFloat32, asFloat64, asInt32 } from "../lib/linking/buffers";
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
 * Cluster of each drawn column after a cut, numbered from the left; merges at or below the cut
 * stay joined. A cluster of one column is -1: it is nobody's kin.
 */
export function clusters(tree: Tree, cut: number): Int32Array {
  const starts = new Uint8Array(tree.columns.length + 1);
  starts[0] = 1;
  for (let merge = 0; merge < tree.merges; merge++) {
    if (mergeHeight(tree, merge) > cut) starts[tree.split[merge]!] = 1;
  }
  const labels = new Int32Array(tree.columns.length);
  let cluster = -1;
  for (let column = 0; column < labels.length; ) {
    let end = column + 1;
    while (end < labels.length && !starts[end]) end++;
    labels.fill(end - column > 1 ? ++cluster : -1, column, end);
    column = end;
  }
  return labels;
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
