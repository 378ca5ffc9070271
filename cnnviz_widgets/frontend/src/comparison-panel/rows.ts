/** What Python tells of compared layers and channels, and how it reads. */
import { named, number, percent } from "../lib/format";
import type { ComparedLayerEntry, PairEntry } from "../lib/wire/payloads";

/** A channel on one side. */
export interface ChannelFacts {
  channel: number;
  zeroShare: number;
  dead: boolean;
  nonfinite: boolean;
}

/** `7` where it is the same in both, else `3 → 7`. */
export const fromTo = (before: number | string, after: number | string): string =>
  before === after ? String(before) : `${before} → ${after}`;

/** What the channels of a pair are called: `7`, `3 → 7`, or `3 (cat)`. */
export const pairName = ({ names, channels }: Pick<PairEntry, "names" | "channels">): string =>
  names ? fromTo(...names) : fromTo(...channels);

/** A distance or a shift to three places; `–` where there is none. */
export function measure(value: number | null): string {
  if (value === null) return "–";
  return value > 0 && value < 0.0005 ? "< 0.001" : value.toFixed(3);
}

/** What became of a channel, where that is more than a number. */
export function fate({ dead, nonfinite, saturated }: Pick<PairEntry, "dead" | "nonfinite" | "saturated">): string {
  if (nonfinite[1]) return nonfinite[0] ? "not finite in both" : "became NaN or ∞";
  if (nonfinite[0]) return "was NaN or ∞";
  if (dead[1]) return dead[0] ? "zero in both" : "died";
  if (saturated[1]) return saturated[0] ? "saturated in both" : "became saturated";
  if (dead[0]) return "woke";
  return saturated[0] ? "was saturated" : "";
}

export const zeros = ([before, after]: [number, number]): string => fromTo(percent(before), percent(after));

/** Dead and faulty channels of a layer, before and after. */
export function health({ dead, nonfinite, turned, saturated }: ComparedLayerEntry): string {
  const parts = [];
  if (dead[0] + dead[1] > 0) parts.push(`${fromTo(...dead)} dead`);
  // As many may have died as woke: then the counts tell neither.
  if (turned[0] > 0 && turned[1] > 0) parts.push(`${turned[0]} died and ${turned[1]} woke`);
  const [before, after] = saturated;
  if (before !== null && after !== null && before + after > 0) parts.push(`${fromTo(before, after)} saturated`);
  if (nonfinite[0] + nonfinite[1] > 0) parts.push(`${fromTo(...nonfinite)} not finite`);
  return parts.join(", ");
}

export const channelCount = ([before, after]: [number, number]): string =>
  `${fromTo(before, after)} channel${before === 1 && after === 1 ? "" : "s"}`;

/** What is told of a channel without a partner, in a line. */
export const describeAlone = ({ channel, zeroShare }: ChannelFacts, title: string, names: readonly string[]): string =>
  `channel ${named(channel, names)}: only in ${title} · exact zeros ${percent(zeroShare)}`;

/** Everything that is told of a pair, in a line. */
export function describePair(pair: PairEntry, classes = ""): string {
  const parts = [
    `cosine distance ${measure(pair.distance)}`,
    `distribution shift ${pair.shift === null ? "–" : number(pair.shift, 2)}`,
    `exact zeros ${zeros(pair.zeros)}`,
  ];
  if (classes) parts.push(classes);
  const what = fate(pair);
  return `channel ${pairName(pair)}: ${parts.join(" · ")}${what ? ` · ${what}` : ""}`;
}
