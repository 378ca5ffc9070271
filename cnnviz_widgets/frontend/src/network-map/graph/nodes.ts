/** Where the nodes of bundles stand: in the gap before their children. */
import type { Bundle } from "./bicliques";
import type { Box, ColumnBox, Point } from "./geometry";

/** The edges that are drawn from the groups of one column to those of a later one. */
export interface DrawnPair {
  readonly from: number;
  readonly to: number;
  readonly bundles: readonly Bundle[];
  /** 0…1: how strong the edge from a parent group to a child group is. */
  readonly strength: (parent: number, child: number) => number;
}

/** Where a bundle's halves meet. */
export interface BundleNode extends Point {
  readonly pair: number;
  readonly bundle: number;
}

/** Between two nodes in the same gap, one below the other. */
const SPACING = 14;

/** Only several to several meet: a node of one line would be a wave in it. */
export function hasNode({ parents, children }: Bundle): boolean {
  return parents.length > 1 && children.length > 1;
}

/** The strength of some edges drawn as one line. */
export function rootMeanSquare(strengths: readonly number[]): number {
  return Math.sqrt(mean(strengths.map((each) => each * each)));
}

/**
 * A node for each bundle of several to several, where its lines bend least, but none nearer to
 * another than they can be told apart.
 *
 * Places where the straight halves would cross fewer others were tried: the curves to them cross more.
 */
export function nodesOf(columns: readonly ColumnBox[], pairs: readonly DrawnPair[]): BundleNode[] {
  const gaps = new Map<number, BundleNode[]>();
  pairs.forEach(({ from, to, bundles }, pair) => {
    const nodes = bundles.flatMap((bundle, at) => {
      if (!hasNode(bundle)) return [];
      const start = mean(bundle.parents.map((group) => centre(columns[from].boxes[group])));
      const end = mean(bundle.children.map((group) => centre(columns[to].boxes[group])));
      return [{ pair, bundle: at, x: columns[to].left, y: (start + end) / 2 }];
    });
    gaps.set(to, [...(gaps.get(to) ?? []), ...nodes]);
  });
  const foot = Math.max(...columns.flatMap(({ boxes, thin }) => [...boxes, ...thin].map(({ y, height }) => y + height)));
  return [...gaps.values()].flatMap((nodes) => apart(nodes.sort((one, other) => one.y - other.y), foot));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function centre({ y, height }: Box): number {
  return y + height / 2;
}

/** Nodes from top to bottom, moved as little as possible (least squares, by pooling neighbours) so that none touch. */
function apart(nodes: readonly BundleNode[], foot: number): BundleNode[] {
  const spacing = Math.min(SPACING, foot / nodes.length);
  const pools: { sum: number; count: number }[] = [];
  nodes.forEach(({ y }, at) => {
    let pool = { sum: y - at * spacing, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  });
  const shifts = pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  const most = foot - (nodes.length - 1) * spacing;
  return nodes.map((node, at) => ({ ...node, y: Math.min(Math.max(shifts[at], 0), most) + at * spacing }));
}
