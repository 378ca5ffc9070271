/**
 * What a map's drawing keeps of the effects, and how much its lines cross: for the benchmark
 * `tests/benchmarks/bench_map_drawing.py`, which runs it in Node.
 */
import { barycentreOrder } from "../../src/network-map/graph/barycentre";
import { bundles, type Bundle } from "../../src/network-map/graph/bicliques";
import { naturalOrder } from "../../src/network-map/graph/crossings";
import { layoutColumns, type Point } from "../../src/network-map/graph/geometry";
import { siftedOrder, weightedCrossings, type Order, type WeightedEdge } from "../../src/network-map/graph/order";
import { routed, type DrawnPair } from "../../src/network-map/graph/routes";
import { strongestEdges } from "../../src/network-map/graph/share";
import { randomNumbers } from "./random";

export interface Effects {
  readonly name: string;
  /** Groups in each column. */
  readonly columns: readonly number[];
  readonly pairs: readonly {
    readonly from: number;
    readonly to: number;
    /** Parent groups × child groups. */
    readonly rms: readonly (readonly number[])[];
    readonly mean: readonly (readonly number[])[];
  }[];
}

interface Crossings {
  readonly count: number;
  /** Each as the product of the strengths of its lines. */
  readonly weighted: number;
}

export interface Measured {
  readonly name: string;
  readonly edges: number;
  readonly drawn: number;
  /** Of all effects at once, and the median over the pairs of stations. */
  readonly fit: number;
  readonly pairFit: number;
  /** Weighted, as `siftedOrder` counts. */
  readonly crossings: { readonly natural: number; readonly barycentre: number; readonly sifted: number };
  /** Of the curves as they are drawn: edges one by one, and at last in bundles. */
  readonly painted: { readonly natural: Crossings; readonly barycentre: Crossings; readonly sifted: Crossings; readonly bundled: Crossings };
  readonly lines: number;
  readonly milliseconds: { readonly order: number; readonly bundles: number };
}

/** Measure the drawing of one network with a share of its effect, on a clock of processor time in ms. */
export function measure(effects: Effects, share: number, clock: () => number): Measured {
  const { name, columns, pairs } = effects;
  const matrices = pairs.map(({ rms }) => Float32Array.from(rms.flat()));
  const masks = drawnOf(effects, matrices, share);
  const strongest = matrices.map((matrix) => Math.max(...matrix));
  const edges = pairs.flatMap(({ from, to }, pair) => [...masks[pair]].flatMap((drawn, at): WeightedEdge[] => (drawn
    ? [{ from: [from, Math.floor(at / columns[to])], to: [to, at % columns[to]], weight: matrices[pair][at] / strongest[pair] }]
    : [])));
  const [sifted, orderTime] = timed(() => siftedOrder(columns, edges), clock);
  const signs = pairs.map(({ mean }, pair) => Int8Array.from(mean.flat(), (value, at) => (masks[pair][at] ? (value < 0 ? -1 : 1) : 0)));
  const [bundled, bundleTime] = timed(() => pairs.map(({ from, to }, pair) => bundles(signs[pair], columns[from], columns[to])), clock);
  const single = bundled.map((list) => list.flatMap(({ sign, parents, children }) =>
    parents.flatMap((parent) => children.map((child): Bundle => ({ sign, parents: [parent], children: [child] })))));
  const painting = (order: Order, of: readonly (readonly Bundle[])[]): readonly Curve[] => painted(columns, order, pairs.map(({ from, to }, pair) => ({
    from, to, bundles: of[pair], strength: (parent, child) => matrices[pair][parent * columns[to] + child] / strongest[pair],
  })));
  const orders = { natural: naturalOrder(columns), barycentre: barycentreOrder(columns, edges, 24), sifted };
  const inOrders = <T>(count: (order: Order) => T): Record<keyof typeof orders, T> =>
    ({ natural: count(orders.natural), barycentre: count(orders.barycentre), sifted: count(orders.sifted) });
  return {
    name,
    edges: matrices.reduce((sum, matrix) => sum + matrix.length, 0),
    drawn: edges.length,
    fit: fitOf(matrices, masks),
    pairFit: median(matrices.map((matrix, pair) => fitOf([matrix], [masks[pair]]))),
    crossings: inOrders((order) => weightedCrossings(order, edges)),
    painted: { ...inOrders((order) => curvesCrossing(painting(order, single))), bundled: curvesCrossing(painting(sifted, bundled)) },
    lines: painting(sifted, bundled).length,
    milliseconds: { order: orderTime, bundles: bundleTime },
  };
}

/** Milliseconds to bundle 24 × 24 groups: edges of random signs, and the matrix of the most bicliques. */
export function measureBundles(clock: () => number): { random: number; worst: number } {
  const size = 24;
  const random = randomNumbers(0);
  const signs = Int8Array.from({ length: size * size }, () => (random() < 0.5 ? 1 : -1));
  const worst = Int8Array.from({ length: size * size }, (_, at) => (Math.floor(at / size) === at % size ? 0 : 1));
  return { random: timed(() => bundles(signs, size, size), clock)[1], worst: timed(() => bundles(worst, size, size), clock)[1] };
}

/** What a function returns, and the median of the milliseconds that it took when compiled. */
function timed<T>(run: () => T, clock: () => number): [T, number] {
  const value = run();
  const times = Array.from({ length: 7 }, () => {
    const start = clock();
    run();
    return clock() - start;
  });
  return [value, median(times)];
}

function drawnOf({ columns, pairs }: Effects, matrices: readonly Float32Array[], share: number): Uint8Array[] {
  const masks = new Array<Uint8Array>(matrices.length);
  for (const child of columns.keys()) {
    const into = [...pairs.keys()].filter((pair) => pairs[pair].to === child);
    strongestEdges(into.map((pair) => matrices[pair]), share, columns[child]).forEach((mask, at) => (masks[into[at]] = mask));
  }
  return masks;
}

/** R² of the effects when those that are not drawn count as none. */
function fitOf(matrices: readonly Float32Array[], masks: readonly Uint8Array[]): number {
  const values = matrices.flatMap((matrix) => [...matrix]);
  const missing = matrices.flatMap((matrix, at) => [...matrix].map((value, index) => (masks[at][index] ? 0 : value)));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = (list: number[]): number => list.reduce((sum, value) => sum + value * value, 0);
  return 1 - squares(missing) / squares(values.map((value) => value - mean));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

// Curves --------------------------------------------------------------------------------------

interface Curve {
  readonly from: Point;
  readonly to: Point;
  readonly via: readonly Point[];
  readonly strength: number;
}

/** Pixels between two looks at which curve is above which. */
const STEP = 3;

function painted(columns: readonly number[], order: Order, pairs: readonly DrawnPair[]): readonly Curve[] {
  const shapes = columns.map((count) => ({ groups: Array.from({ length: count }, () => ({ size: 1 })), thin: 0, stage: "", folded: 0 }));
  return routed(layoutColumns({ width: 1300, height: 600, columns: shapes, order }), pairs).lines;
}

/** How often the curves change places from left to right. */
function curvesCrossing(curves: readonly Curve[]): Crossings {
  let [count, weighted] = [0, 0];
  curves.forEach((one, at) => {
    for (let next = 0; next < at; next++) {
      const other = curves[next];
      const [start, end] = [Math.max(one.from.x, other.from.x), Math.min(one.to.x, other.to.x)];
      if (end - start < 1) continue;
      let side = 0;
      for (let x = start; ; x = Math.min(x + STEP, end)) {
        const difference = heightOn(one, x) - heightOn(other, x);
        const now = Math.abs(difference) < 1e-3 ? 0 : Math.sign(difference);
        if (now * side < 0) {
          count++;
          weighted += one.strength * other.strength;
        }
        if (now !== 0) side = now;
        if (x === end) break;
      }
    }
  });
  return { count, weighted };
}

/** The y of a curve as `edgePath` draws it. */
function heightOn({ from: first, to: last, via }: Curve, x: number): number {
  const points = [first, ...via, last];
  const at = points.findIndex((point, index) => index > 0 && x <= point.x);
  const [from, to] = at < 0 ? points.slice(-2) : [points[at - 1], points[at]];
  const bend = Math.min((to.x - from.x) / 2, 60);
  let [low, high] = [0, 1];
  for (let step = 0; step < 20; step++) {
    const t = (low + high) / 2;
    const across = 3 * t * (1 - t) ** 2 * (from.x + bend) + 3 * t * t * (1 - t) * (to.x - bend) + (1 - t) ** 3 * from.x + t ** 3 * to.x;
    if (across < x) low = t;
    else high = t;
  }
  const t = (low + high) / 2;
  return from.y + (to.y - from.y) * t * t * (3 - 2 * t);
}
