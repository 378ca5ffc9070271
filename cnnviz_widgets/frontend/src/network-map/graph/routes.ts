/** The lines of a map: where each begins and ends, how wide it is, and its curve. */
import type { Bundle } from "./bicliques";
import type { Box, ColumnBox, Point } from "./geometry";
import { hasNode, nodesOf, rootMeanSquare, type BundleNode, type DrawnPair } from "./nodes";
import { passages } from "./passages";

export type { BundleNode, DrawnPair };

/** An edge, or half a bundle's: from one of its parents to its node, or from there to a child. */
export interface Line {
  readonly pair: number;
  readonly bundle: number;
  /** The group where it begins, and where it ends; null at a node. */
  readonly parent: number | null;
  readonly child: number | null;
  readonly from: Point;
  readonly to: Point;
  /** Where it passes the columns in between. */
  readonly via: readonly Point[];
  readonly sign: 1 | -1;
  readonly strength: number;
  readonly width: number;
}

export interface Routes {
  readonly lines: readonly Line[];
  readonly nodes: readonly BundleNode[];
}

const THINNEST = 0.75;
const WIDEST = 6;

/**
 * All lines of a map.
 *
 * Ends are spread along the sides of the boxes in the order of what they lead to. Widths are of one
 * scale in the whole map, at most 6 px, and less where they would overlap at a box. A line of
 * several columns may leave the map by 8 px above and below.
 */
export function routed(columns: readonly ColumnBox[], pairs: readonly DrawnPair[]): Routes {
  const nodes = nodesOf(columns, pairs);
  const drafts = pairs.flatMap((pair, at) => pair.bundles.flatMap((bundle, index) => draftsOf(pair, at, bundle, index)));
  const nodeOf = new Map(nodes.map((node) => [`${node.pair} ${node.bundle}`, node]));
  const sides = new Map<string, End[]>();
  for (const draft of drafts) {
    const node = nodeOf.get(`${draft.pair} ${draft.bundle}`);
    const { from, to } = pairs[draft.pair];
    const start = draft.parent === null ? null : columns[from].boxes[draft.parent];
    const end = draft.child === null ? null : columns[to].boxes[draft.child];
    if (start) add(sides, `${from} ${draft.parent} right`, { draft, box: start, isStart: true, towards: end ? middle(end) : node!.y });
    if (end) add(sides, `${to} ${draft.child} left`, { draft, box: end, isStart: false, towards: start ? middle(start) : node!.y });
  }
  const scale = Math.min(1, ...[...sides.values()].map((ends) => room(ends) / total(ends.map(({ draft }) => draft.width))));
  const ports = new Map<Draft, { start?: Point; end?: Point }>();
  for (const ends of sides.values()) spread(ends, scale, ports);
  const straight = drafts.map(({ width, ...draft }, at) => {
    const node = nodeOf.get(`${draft.pair} ${draft.bundle}`)!;
    const { start = node, end = node } = ports.get(drafts[at])!;
    return { ...draft, from: start, to: end, width: width * scale };
  });
  const via = passages(columns, straight);
  return { lines: straight.map((line, at) => ({ ...line, via: via[at] })), nodes };
}

// Lines ---------------------------------------------------------------------------------------

type Draft = Omit<Line, "from" | "to" | "via">;

interface End {
  readonly draft: Draft;
  readonly box: Box;
  readonly isStart: boolean;
  /** How far down the other end is. */
  readonly towards: number;
}

function draftsOf({ strength }: DrawnPair, pair: number, bundle: Bundle, index: number): Draft[] {
  const { sign, parents, children } = bundle;
  const draft = (parent: number | null, child: number | null, strengths: readonly number[]): Draft => {
    const mean = rootMeanSquare(strengths);
    return { pair, bundle: index, parent, child, sign, strength: mean, width: THINNEST + (WIDEST - THINNEST) * Math.min(mean, 1) };
  };
  if (!hasNode(bundle)) {
    return parents.flatMap((parent) => children.map((child) => draft(parent, child, [strength(parent, child)])));
  }
  return [
    ...parents.map((parent) => draft(parent, null, children.map((child) => strength(parent, child)))),
    ...children.map((child) => draft(null, child, parents.map((parent) => strength(parent, child)))),
  ];
}

function add(sides: Map<string, End[]>, side: string, end: End): void {
  const ends = sides.get(side);
  if (ends) ends.push(end);
  else sides.set(side, [end]);
}

function room(ends: readonly End[]): number {
  return 0.9 * ends[0].box.height;
}

/** Give the ends at one side of a box their places: what is left beside their widths goes in equal parts between them. */
function spread(ends: readonly End[], scale: number, ports: Map<Draft, { start?: Point; end?: Point }>): void {
  const { box } = ends[0];
  const free = (box.height - scale * total(ends.map(({ draft }) => draft.width))) / (ends.length + 1);
  let y = box.y;
  for (const { draft, isStart } of [...ends].sort((one, other) => one.towards - other.towards)) {
    const width = scale * draft.width;
    y += free + width / 2;
    const port = { x: isStart ? box.x + box.width : box.x, y };
    ports.set(draft, { ...ports.get(draft), [isStart ? "start" : "end"]: port });
    y += width / 2;
  }
}

function middle({ y, height }: Box): number {
  return y + height / 2;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
