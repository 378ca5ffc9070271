/** The strongest chain through a group: the path whose product of effects is greatest. */
import type { MapData, Pair } from "./data";

/** An edge of a chain, by the map's numbers of groups. */
export interface Link {
  from: number;
  to: number;
  rms: number;
  mean: number;
}

/** From a first station to a last one, in the order of the stations; the group stands in it. */
export function strongestChain(data: MapData, pairs: readonly Pair[], group: number): Link[] {
  return [...along(data, pairs, group, "up").reverse(), ...along(data, pairs, group, "down")];
}

/** From the group on, to the last station that anything leads to. */
function along({ stations, groups }: MapData, pairs: readonly Pair[], start: number, way: "up" | "down"): Link[] {
  // By group: the greatest product of a path from the start to it, and the last edge of that path.
  const best = new Map<number, { product: number; link: Link | undefined }>([[start, { product: 1, link: undefined }]]);
  const goesOn = new Set<number>();
  const begun = groups[start]!.station;
  const near = way === "down" ? "parent" : "child";
  const walk = [...stations.keys()].filter((at) => (way === "down" ? at >= begun : at <= begun));
  if (way === "up") walk.reverse();
  for (const at of walk) {
    for (const pair of pairs.filter((each) => each[near] === at)) {
      const [parents, children] = [stations[pair.parent]!.groups, stations[pair.child]!.groups];
      pair.rms.forEach((rms, edge) => {
        const [from, to] = [parents[Math.floor(edge / children.length)]!.index, children[edge % children.length]!.index];
        const [here, there] = way === "down" ? [from, to] : [to, from];
        const product = (best.get(here)?.product ?? 0) * rms;
        if (!Number.isFinite(product) || product <= (best.get(there)?.product ?? 0)) return;
        goesOn.add(at);
        best.set(there, { product, link: { from, to, rms, mean: pair.mean[edge]! } });
      });
    }
  }
  // Of the stations that nothing leads on from, the one whose chain is strongest.
  const ends = [...best].filter(([each]) => !goesOn.has(groups[each]!.station)).sort((one, other) => other[1].product - one[1].product);
  const links: Link[] = [];
  for (let link = ends[0]?.[1].link; link; link = best.get(way === "down" ? link.from : link.to)?.link) links.push(link);
  return links.reverse();
}
