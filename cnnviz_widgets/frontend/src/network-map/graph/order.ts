/**
 * The order of the groups in each column, so that the edges cross little.
 *
 * Sifting (Matuszewski, Schönfeld and Molitor 1999): each group in turn is tried at every place of
 * its column and stays at the best. What counts is the sum, over all pairs of edges that cross, of
 * the product of their weights: weak lines may cross, strong ones should not.
 */
import { barycentreOrder } from "./barycentre";
import { crossing, heightAt, naturalOrder, placesOf, weightedCrossings, type Order, type WeightedEdge } from "./crossings";

export { weightedCrossings, type Order, type WeightedEdge };

/** What a new order must gain before a map changes under its reader's eyes. */
const GAIN = 0.05;
const SWEEPS = 12;

/**
 * Orders that cross little, always the same for the same edges.
 *
 * `columns` says how many groups each column has. With `previous`, a map that is shown stays still:
 * it is kept where no other order crosses at least 5 % less, else the order nearest to it that does.
 * Columns of it that hold other groups than now begin in their natural order.
 */
export function siftedOrder(columns: readonly number[], edges: readonly WeightedEdge[], sweeps = SWEEPS, previous?: Order): number[][] {
  const natural = naturalOrder(columns);
  // Each start leads to another end; which is the better one differs from map to map.
  const orders = [barycentreOrder(columns, edges), natural].map((start) => new Sifting(start, edges).run(sweeps));
  if (previous) {
    const last = natural.map((groups, column) => (isOrderOf(previous[column], groups.length) ? [...previous[column]] : groups));
    orders.unshift(last, new Sifting(last, edges).run(sweeps));
  }
  const crossings = orders.map((order) => weightedCrossings(order, edges));
  const enough = Math.min(...crossings) / (previous ? 1 - GAIN : 1);
  return orders[crossings.findIndex((each) => each <= enough)];
}

function isOrderOf(groups: readonly number[] | undefined, count: number): groups is readonly number[] {
  return groups?.length === count && [...groups].sort((one, other) => one - other).every((group, at) => group === at);
}

class Sifting {
  private readonly order: number[][];
  private readonly places: number[][];
  /** By column and group: the edges that come in, and those that go out. */
  private readonly at: (readonly [WeightedEdge[], WeightedEdge[]])[][];
  /** By column: the edges that pass it. */
  private readonly over: WeightedEdge[][];

  constructor(start: Order, edges: readonly WeightedEdge[]) {
    this.order = start.map((groups) => [...groups]);
    this.places = placesOf(start);
    this.at = start.map((groups) => groups.map(() => [[], []]));
    this.over = start.map(() => []);
    for (const edge of edges) {
      this.at[edge.to[0]][edge.to[1]][0].push(edge);
      this.at[edge.from[0]][edge.from[1]][1].push(edge);
      for (let column = edge.from[0] + 1; column < edge.to[0]; column++) this.over[column].push(edge);
    }
  }

  /** The order when nothing is gained any more, or after so many sweeps to and fro. */
  run(sweeps: number): number[][] {
    const { order } = this;
    for (let sweep = 0, gained = 1; sweep < sweeps && gained > 0; sweep++) {
      gained = 0;
      for (let step = 0; step < order.length; step++) {
        const column = sweep % 2 === 0 ? step : order.length - 1 - step;
        for (const group of [...order[column]]) gained -= this.sift(column, group);
      }
    }
    return order;
  }

  /** Move a group to its best place; what that adds to the crossings, ≤ 0. */
  private sift(column: number, group: number): number {
    const groups = this.order[column];
    let place = groups.indexOf(group);
    let [change, least, best] = [0, 0, place];
    const go = (to: number): void => {
      while (place !== to) {
        const down = place < to;
        change += this.swap(column, down ? place : place - 1);
        place += down ? 1 : -1;
        // What rounding alone gains would go on for ever.
        if (change < least - 1e-9) [least, best] = [change, place];
      }
    };
    const last = groups.length - 1;
    for (const end of place > last / 2 ? [last, 0] : [0, last]) go(end);
    go(best);
    return least;
  }

  /** Change a group's place with the one below; what that adds to the crossings. */
  private swap(column: number, above: number): number {
    const { order, places } = this;
    const [one, other] = order[column].slice(above, above + 2);
    const [high, low] = [places[column][one], places[column][other]];
    // Only to lines that pass between the two does the change matter.
    const passing = this.over[column].filter((edge) => {
      const height = heightAt(edge, column, places);
      return height >= high && height <= low;
    });
    const before = this.between(column, one, other, passing);
    [order[column][above], order[column][above + 1]] = [other, one];
    [places[column][one], places[column][other]] = [low, high];
    return this.between(column, one, other, passing) - before;
  }

  /** Crossings of the edges of two groups with one another and with lines that pass. */
  private between(column: number, one: number, other: number, passing: readonly WeightedEdge[]): number {
    let sum = 0;
    for (const side of [0, 1]) {
      const [edges, others] = [this.at[column][one][side], this.at[column][other][side]];
      for (const edge of edges) for (const next of others) sum += crossing(edge, next, this.places);
      for (const line of passing) {
        for (const edge of edges) sum += crossing(edge, line, this.places);
        for (const edge of others) sum += crossing(edge, line, this.places);
      }
    }
    return sum;
  }
}
