import { expect, test } from "vitest";

import { barycentreOrder } from "../../src/network-map/graph/barycentre";
import { naturalOrder } from "../../src/network-map/graph/crossings";
import { siftedOrder, weightedCrossings, type WeightedEdge } from "../../src/network-map/graph/order";
import { randomNumbers } from "./random";

const edge = (from: [number, number], to: [number, number], weight = 1): WeightedEdge => ({ from, to, weight });

function randomEdges(columns: readonly number[], count: number, seed: number, longest = 1): WeightedEdge[] {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.floor(limit * random());
  return Array.from({ length: count }, () => {
    const from = below(columns.length - 1);
    const to = Math.min(from + 1 + below(longest), columns.length - 1);
    return edge([from, below(columns[from])], [to, below(columns[to])], random());
  });
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) => Array.from({ length: count }, (_, at) => [...rest.slice(0, at), count - 1, ...rest.slice(at)]));
}

const columnsOfOrder = (order: readonly (readonly number[])[]): number[][] => order.map((groups) => [...groups].sort((one, other) => one - other));

test("two edges cross where they change places; each pair counts as the product of its weights", () => {
  const cross = [edge([0, 0], [1, 1], 2), edge([0, 1], [1, 0], 3)];
  expect(weightedCrossings([[0, 1], [0, 1]], cross)).toBe(6);
  expect(weightedCrossings([[1, 0], [0, 1]], cross)).toBe(0);
});

test("edges that meet at a group do not cross", () => {
  expect(weightedCrossings([[0], [0, 1]], [edge([0, 0], [1, 0]), edge([0, 0], [1, 1])])).toBe(0);
  expect(weightedCrossings([[0, 1], [0, 1], [0, 1]], [edge([0, 0], [1, 1]), edge([1, 0], [2, 1])])).toBe(0);
});

test("an edge that passes a column crosses there as a straight line", () => {
  const over = edge([0, 0], [2, 1]);
  expect(weightedCrossings([[0, 1], [0, 1], [0, 1]], [over, edge([0, 1], [1, 0])])).toBe(1);
  expect(weightedCrossings([[0, 1], [0, 1], [0, 1]], [over, edge([0, 1], [1, 1])])).toBe(0);
  expect(weightedCrossings([[0, 1], [0, 1], [0, 1]], [over, edge([1, 1], [2, 0])])).toBe(1);
});

test.each([1, 2])("sifting gains nearly all that any order could in small maps, of edges over at most %i columns", (longest) => {
  const columns = [4, 3, 4];
  let [ours, best, natural] = [0, 0, 0];
  for (let seed = 0; seed < 12; seed++) {
    const edges = randomEdges(columns, 24, seed, longest);
    const all = permutations(4).flatMap((first) => permutations(3).flatMap((second) => permutations(4).map((third) => weightedCrossings([first, second, third], edges))));
    ours += weightedCrossings(siftedOrder(columns, edges), edges);
    best += all.reduce((least, each) => Math.min(least, each));
    natural += weightedCrossings(naturalOrder(columns), edges);
  }
  expect(natural - ours).toBeGreaterThan(0.85 * (natural - best));
});

test.each([1, 3])("it is an order of all groups, never worse than the natural one or barycentre's, and always the same", (longest) => {
  const columns = [7, 5, 8, 1, 6];
  for (let seed = 0; seed < 10; seed++) {
    const edges = randomEdges(columns, 90, seed, longest);
    const order = siftedOrder(columns, edges);
    expect(columnsOfOrder(order)).toEqual(naturalOrder(columns));
    const crossings = weightedCrossings(order, edges);
    expect(crossings).toBeLessThanOrEqual(weightedCrossings(naturalOrder(columns), edges) + 1e-9);
    expect(crossings).toBeLessThanOrEqual(weightedCrossings(barycentreOrder(columns, edges), edges) + 1e-9);
    expect(siftedOrder(columns, edges)).toEqual(order);
  }
});

test("a map stays as it was while its weights change a little", () => {
  const columns = [6, 6, 6, 6];
  const edges = randomEdges(columns, 70, 5);
  const order = siftedOrder(columns, edges);
  const random = randomNumbers(6);
  const later = edges.map((each) => ({ ...each, weight: each.weight * (0.99 + 0.02 * random()) }));
  expect(siftedOrder(columns, later, undefined, order)).toEqual(order);
});

test("it changes where 5 % of the crossings are to be gained", () => {
  const columns = [6, 6, 6, 6];
  const edges = randomEdges(columns, 70, 5);
  const before = naturalOrder(columns);
  const after = siftedOrder(columns, edges, undefined, before);
  const least = weightedCrossings(siftedOrder(columns, edges), edges);
  expect(after).not.toEqual(before);
  expect(weightedCrossings(after, edges)).toBeLessThanOrEqual(least / 0.95 + 1e-9);
  // A map without crossings keeps that, however it came about.
  expect(siftedOrder([2, 2], [edge([0, 0], [1, 0])], undefined, [[1, 0], [1, 0]])).toEqual([[1, 0], [1, 0]]);
});

test("columns of other groups than before begin anew, the others stay", () => {
  expect(siftedOrder([2, 3], [], undefined, [[1, 0], [1, 0]])).toEqual([[1, 0], [0, 1, 2]]);
  expect(siftedOrder([2, 2], [], undefined, [[1, 1], [5, 0]])).toEqual([[0, 1], [0, 1]]);
  expect(siftedOrder([2, 2], [edge([0, 0], [1, 1])], undefined, [])).toEqual([[0, 1], [0, 1]]);
});

test("a map without edges, or with empty columns, keeps its natural order", () => {
  expect(siftedOrder([], [])).toEqual([]);
  expect(siftedOrder([0, 3], [])).toEqual([[], [0, 1, 2]]);
});
