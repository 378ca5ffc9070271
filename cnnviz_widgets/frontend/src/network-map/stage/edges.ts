/** The lines between boxes: which are drawn, which way each takes, and from where to where it leads. */
import { bundles, type Bundle } from "../graph/bicliques";
import { edgePath, type Point } from "../graph/geometry";
import type { WeightedEdge } from "../graph/order";
import { passages } from "../graph/passages";
import { routed, type Line } from "../graph/routes";
import { strongestEdges } from "../graph/share";
import type { Link } from "../chain";
import type { MapData, Pair } from "../data";
import type { Box, Layout } from "./layout";

/** The drawn edges of a pair of stations. */
export interface DrawnPair extends Pair {
  bundles: readonly Bundle[];
  /** 0 to 1: of the strongest edge into the child station. */
  strength: (parent: number, child: number) => number;
}

/** Pixels that a chain is wide. */
export const STRAND = 4;

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
  const below = belowHead(layout);
  const curves = lines.map((line: Line): Curve => {
    const pair = drawn[line.pair]!;
    const { parents, children } = pair.bundles[line.bundle]!;
    const index = (station: number, numbers: readonly number[]): number[] => numbers.map((number) => stations[station]!.groups[number]!.index);
    return {
      path: edgePath(below(line.from), below(line.to), ...line.via.map(below)),
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

/** On the stage, of a place among the boxes. */
const belowHead = ({ top }: Layout) => ({ x, y }: Point): Point => ({ x, y: y + top });

/** A path from box to box that is shown above all others. */
export interface Strand {
  path: string;
  mean: number;
}

/** The links of a chain, each from the middle of a box to that of the next. */
export function strandsOf(links: readonly Link[], layout: Layout): Strand[] {
  const ends = links.map(({ from, to }) => {
    const [start, end] = [layout.ofGroup.get(from)!, layout.ofGroup.get(to)!];
    const middle = ({ y, height }: Box): number => y + height / 2 - layout.top;
    return { from: { x: start.x + start.width, y: middle(start) }, to: { x: end.x, y: middle(end) }, width: STRAND };
  });
  const via = passages(layout.columns, ends);
  const below = belowHead(layout);
  return ends.map(({ from, to }, at) => ({ mean: links[at]!.mean, path: edgePath(below(from), below(to), ...via[at]!.map(below)) }));
}
