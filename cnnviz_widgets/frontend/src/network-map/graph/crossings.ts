/** How much the edges of a map cross: what its order is judged by. */

export interface WeightedEdge {
  readonly from: readonly [column: number, group: number];
  /** In a later column, not always the next one. */
  readonly to: readonly [column: number, group: number];
  /** ≥ 0; as wide as its line is drawn. */
  readonly weight: number;
}

/** For each column its groups from top to bottom. */
export type Order = readonly (readonly number[])[];

/** By column and group: how far down it stands, 0…1. */
export type Places = readonly (readonly number[])[];

export function naturalOrder(columns: readonly number[]): number[][] {
  return columns.map((count) => Array.from({ length: count }, (_, group) => group));
}

export function placesOf(order: Order): number[][] {
  return order.map((groups) => {
    const places = new Array<number>(groups.length);
    groups.forEach((group, at) => (places[group] = (at + 0.5) / groups.length));
    return places;
  });
}

/** The sum over all pairs of edges that cross of the product of their weights. */
export function weightedCrossings(order: Order, edges: readonly WeightedEdge[]): number {
  const places = placesOf(order);
  const sorted = [...edges].sort((one, other) => one.from[0] - other.from[0]);
  let sum = 0;
  sorted.forEach((edge, at) => {
    for (let next = at + 1; next < sorted.length && sorted[next].from[0] < edge.to[0]; next++) sum += crossing(edge, sorted[next], places);
  });
  return sum;
}

/** The product of the weights of two edges that cross as straight lines, else 0. */
export function crossing(one: WeightedEdge, other: WeightedEdge, places: Places): number {
  const start = Math.max(one.from[0], other.from[0]);
  const end = Math.min(one.to[0], other.to[0]);
  if (start >= end) return 0;
  const before = heightAt(one, start, places) - heightAt(other, start, places);
  const after = heightAt(one, end, places) - heightAt(other, end, places);
  return before * after < 0 ? one.weight * other.weight : 0;
}

/** How far down an edge is, as a straight line, at a column from its first to its last. */
export function heightAt({ from, to }: WeightedEdge, column: number, places: Places): number {
  const start = places[from[0]][from[1]];
  if (column === from[0]) return start;
  const end = places[to[0]][to[1]];
  return column === to[0] ? end : start + ((end - start) * (column - from[0])) / (to[0] - from[0]);
}
