/**
 * The usual way to order columns: each group by the weighted mean place of its neighbours
 * [Sugiyama, Tagawa and Toda 1981]. Fast and rough: where sifting begins.
 */
import { naturalOrder, placesOf, weightedCrossings, type Order, type WeightedEdge } from "./crossings";

/** The best order that sweeps to and fro come by, from the natural one. */
export function barycentreOrder(columns: readonly number[], edges: readonly WeightedEdge[], sweeps = 8): Order {
  let order = naturalOrder(columns);
  let best = order;
  let least = weightedCrossings(order, edges);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    order = swept(order, edges, sweep % 2 === 0);
    const crossings = weightedCrossings(order, edges);
    if (crossings < least) [best, least] = [order, crossings];
  }
  return best;
}

function swept(before: Order, edges: readonly WeightedEdge[], forth: boolean): number[][] {
  const order = before.map((groups) => [...groups]);
  const places = placesOf(order);
  const [mine, theirs] = forth ? (["to", "from"] as const) : (["from", "to"] as const);
  const pulls = order.map((groups) => groups.map(() => ({ weight: 0, sum: 0 })));
  for (let step = 0; step < order.length; step++) {
    const column = forth ? step : order.length - 1 - step;
    const pull = pulls[column];
    const wanted = places[column].map((place, group) => (pull[group].weight > 0 ? pull[group].sum / pull[group].weight : place));
    const old = places[column];
    order[column].sort((one, other) => wanted[one] - wanted[other] || old[one] - old[other]);
    places[column] = placesOf([order[column]])[0];
    for (const edge of edges) {
      if (edge[theirs][0] !== column) continue;
      const next = pulls[edge[mine][0]][edge[mine][1]];
      next.weight += edge.weight;
      next.sum += edge.weight * places[column][edge[theirs][1]];
    }
  }
  return order;
}
