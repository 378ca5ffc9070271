/** Boxes and lines in words and numbers. */
import { counted, number, percent, wholePercent } from "../lib/format";
import { groupStrength, STATE_NAMES, strengthOf, type Group, type MapData, type Pair } from "./data";
import type { Curve } from "./stage/edges";
import type { Box } from "./stage/layout";
import type { Spot } from "./stage/stage";

/** What acts on a group, or what it acts on. */
export interface Acting {
  other: Group;
  rms: number;
  mean: number;
  /** Of all that acts on the child group. */
  share: number;
}

export interface Neighbours {
  into: Acting[];
  out: Acting[];
}

/** What stands where nothing is pointed at. */
export const HINT = "Point at a group: what acts on it (←), what it acts on (→). Click: select channels. Double click: enlarge. Right click: more.";
/** Lines of so many others are written out. */
const MOST = 4;

/** All effects on a group and of it, the strongest first. */
export function neighboursOf({ stations }: MapData, pairs: readonly Pair[], group: Group): Neighbours {
  const found: Neighbours = { into: [], out: [] };
  for (const { parent, child, rms, mean } of pairs) {
    if (parent !== group.station && child !== group.station) continue;
    const [parents, children] = [stations[parent]!.groups, stations[child]!.groups];
    const across = children.length;
    const add = (list: Acting[], other: Group, p: number, c: number): void => {
      const edge = p * across + c;
      const whole = actingOn(stations[child]!.index, c, across, pairs);
      if (rms[edge]! > 0 && Number.isFinite(rms[edge])) list.push({ other, rms: rms[edge]!, mean: mean[edge]!, share: rms[edge]! / whole });
    };
    if (child === group.station) parents.forEach((other, p) => add(found.into, other, p, group.group));
    else children.forEach((other, c) => add(found.out, other, group.group, c));
  }
  for (const list of [found.into, found.out]) list.sort((one, other) => other.rms - one.rms);
  return found;
}

/** The sum of all effects on a group of a station. */
function actingOn(station: number, column: number, across: number, pairs: readonly Pair[]): number {
  let sum = 0;
  for (const { child, rms } of pairs) {
    if (child !== station) continue;
    for (let edge = column; edge < rms.length; edge += across) if (Number.isFinite(rms[edge])) sum += rms[edge]!;
  }
  return sum;
}

const nameOf = ({ stations }: MapData, { station, group }: Group): string => `${stations[station]!.title} #${group}`;

/** `+0.61`: what raises has a plus, what lowers a minus. */
export const signed = ({ rms, mean }: Pick<Acting, "rms" | "mean">): string => `${mean < 0 ? "−" : "+"}${number(rms, 2)}`;

export const acting = (data: MapData, pairs: readonly Pair[], list: readonly Acting[], most = MOST): string => {
  const unit = pairs === data.effects ? " σ" : "";
  const some = list.slice(0, most).map((each) => `${nameOf(data, each.other)}  ${signed(each)}${unit} (${wholePercent(each.share)})`);
  return [...some, ...(list.length > most ? [`${list.length - most} more`] : [])].join(",  ");
};

/** What a box is called, and what there is to know of it. */
export function boxWords({ stations }: MapData, { station, group, state, channels }: Box): string {
  const { title, shape } = stations[station]!;
  const size = counted(channels.length, shape.length > 1 ? "channel" : "unit");
  if (!group) return `${title} · ${size} ${STATE_NAMES[state || "silent"]}`;
  const parts = [`${title} · group #${group.group}`, size];
  if (group.stability !== null) parts.push(`stability ${wholePercent(group.stability)}`);
  if (group.pinned.length > 0) parts.push(`${group.pinned.length} pinned`);
  return [...parts, ...group.findings].join(" · ");
}

/** What the pointer is over, within its box. */
export function spotWords(data: MapData, { box: { group }, channel, column }: Spot): string {
  if (!group || channel < 0) return "";
  const place = group.channels.indexOf(channel);
  const parts = [`channel ${channel}`];
  if (Number.isFinite(group.values[place])) parts.push(`largest value ${number(group.values[place]!)}`);
  if (column >= 0 && group.rows > 0) parts.push(`on ${data.columns[column]}: ${wholePercent(strengthOf(data, group, place, column))} of its range`);
  return parts.join(" · ");
}

/** What a line says: who acts on whom, and how strongly. */
export function curveWords(data: MapData, pairs: readonly Pair[], { from, to, sign }: Curve, unit: string): string {
  const several = from.length * to.length > 1;
  const names = (indices: readonly number[]): string => {
    const groups = indices.map((index) => data.groups[index]!);
    return `${data.stations[groups[0]!.station]!.title} ${groups.map(({ group }) => `#${group}`).join(", ")}`;
  };
  const verb = sign > 0 ? "raises" : "lowers";
  const words = `${names(from)} ${from.length > 1 ? verb.slice(0, -1) : verb} ${names(to)}`;
  if (several) return words;
  const edge = neighboursOf(data, pairs, data.groups[from[0]!]!).out.find(({ other }) => other.index === to[0]);
  return edge ? `${words}: ${number(edge.rms, 2)}${unit}, mean ${number(edge.mean, 2)}, ${percent(edge.share)} of all that acts on it` : words;
}

/** Groups whose rows are strong in a column, by their index. */
export function strongGroups(data: MapData, column: number, least: number): Set<number> {
  return new Set(data.groups.filter((group) => groupStrength(data, group, column) >= least).map(({ index }) => index));
}
