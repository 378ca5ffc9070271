/** The lines between boxes: which are drawn, which way each takes, and from where to where it leads. */
import { bundles, type Bundle } from "../graph/bicliques";
import { edgePath, type Point } from "../graph/geometry";
import type { WeightedEdge } from "../graph/order";
import { routed, type Line } from "../graph/routes";
import { strongestEdges } from "../graph/share";
import type { MapData, Pair } from "../data";
import type { Box, Layout } from "./layout";

/** The drawn edges of a pair of stations. */
export interface DrawnPair extends Pair {
  bundles: readonly Bundle[];
  /** 0 to 1: of the strongest edge into the child station. */
  strength: (parent: number, child: number) => number;
}

/** A line from a box to a box, or half of one, to or from the node of its bundle. */
export interface Curve {
  path: string;
  sign: 1 | -1;
  width: number;
  strength: number;
  /** All groups that it leads from, and to, by their index in the map. */
  from: readonly number[];
  to: readonly number[];
}

/** Where several lead to several. */
export interface BundleNode extends Point {
  sign: 1 | -1;
}

/** Those edges that make `share` of what acts on each group. */
function strongest({ stations }: MapData, pairs: readonly Pair[], share: number): { pair: Pair; drawn: Uint8Array; most: number }[] {
  return stations.flatMap(({ index, groups }) => {
    const into = pairs.filter(({ child }) => child === index);
    const drawn = strongestEdges(into.map(({ rms }) => rms), share, groups.length);
    let most = 0;
    for (const { rms } of into) for (const each of rms) if (each > most && each < Infinity) most = each;
    return into.map((pair, at) => ({ pair, drawn: drawn[at]!, most: most || 1 }));
  });
}

/** As few lines as these edges take. */
export function drawnPairs(data: MapData, pairs: readonly Pair[], share: number): DrawnPair[] {
  return strongest(data, pairs, share).map(({ pair, drawn, most }) => {
    const across = data.stations[pair.child]!.groups.length;
    const sign = Int8Array.from(drawn, (is, edge) => (is ? (pair.mean[edge]! < 0 ? -1 : 1) : 0));
    return {
      ...pair,
      bundles: bundles(sign, data.stations[pair.parent]!.groups.length, across),
      strength: (parent, child) => pair.rms[parent * across + child]! / most,
    };
  });
}

/** What the order of the groups is made by. */
export function weightedEdges(data: MapData, pairs: readonly Pair[], share: number): WeightedEdge[] {
  return strongest(data, pairs, share).flatMap(({ pair: { parent, child, rms }, drawn, most }) => {
    const across = data.stations[child]!.groups.length;
    return [...drawn.keys()].filter((edge) => drawn[edge]).map((edge): WeightedEdge => ({
      from: [parent, Math.floor(edge / across)],
      to: [child, edge % across],
      weight: rms[edge]! / most,
    }));
  });
}

/** All lines of the map, the faintest first, and their nodes. */
export function curvesOf({ stations }: MapData, drawn: readonly DrawnPair[], layout: Layout): { curves: Curve[]; nodes: BundleNode[] } {
  const { lines, nodes } = routed(layout.columns, drawn.map((pair) => ({ ...pair, from: pair.parent, to: pair.child })));
  const below = ({ x, y }: Point): Point => ({ x, y: y + layout.top });
  const curves = lines.map((line: Line): Curve => {
    const pair = drawn[line.pair]!;
    const { parents, children } = pair.bundles[line.bundle]!;
    const index = (station: number, numbers: readonly number[]): number[] => numbers.map((number) => stations[station]!.groups[number]!.index);
    const passes = line.parent === null ? [] : layout.stacks.slice(pair.parent + 1, pair.child);
    return {
      path: pathPast(below(line.from), below(line.to), passes),
      sign: line.sign,
      width: line.width,
      strength: line.strength,
      from: index(pair.parent, line.parent === null ? parents : [line.parent]),
      to: index(pair.child, line.child === null ? children : [line.child]),
    };
  });
  return {
    curves: curves.sort((one, other) => one.strength - other.strength),
    nodes: nodes.map((node) => ({ ...below(node), sign: drawn[node.pair]!.bundles[node.bundle]!.sign })),
  };
}

/** A line goes between the boxes of the columns that it passes, not behind them. */
function pathPast(start: Point, end: Point, passed: readonly (readonly Box[])[]): string {
  let path = "";
  let at = start;
  for (const boxes of passed.filter(({ length }) => length > 0)) {
    const [left, right] = [boxes[0]!.x - 2, boxes[0]!.x + boxes[0]!.width + 2];
    const straight = at.y + ((end.y - at.y) * (left - at.x)) / (end.x - at.x);
    const y = gapsOf(boxes).reduce((best, gap) => (Math.abs(gap - straight) < Math.abs(best - straight) ? gap : best));
    path += `${edgePath(at, { x: left, y })}L${right} ${y}`;
    at = { x: right, y };
  }
  return path + edgePath(at, end);
}

/** The middles of the gaps between boxes, and just outside of all of them. */
const gapsOf = (boxes: readonly Box[]): number[] => [
  boxes[0]!.y - 5,
  ...boxes.map(({ y, height }, at) => (at + 1 < boxes.length ? (y + height + boxes[at + 1]!.y) / 2 : y + height + 5)),
];

/** A line by itself from the middle of a box to that of another. */
export const straightTo = (from: Box, to: Box, layout: Layout): string =>
  pathPast(
    { x: from.x + from.width, y: from.y + from.height / 2 },
    { x: to.x, y: to.y + to.height / 2 },
    layout.stacks.slice(from.station + 1, to.station),
  );
