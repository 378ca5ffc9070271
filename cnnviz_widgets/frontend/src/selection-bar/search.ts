/** Finding channels by words: numbers, dead ones, the most alike, the highest, comparisons, and class names. */
import { comparison, isComparison, type Numbers } from "./comparisons";
import { count } from "../lib/format";
import { CHANNEL_NUMBERS } from "../lib/wire/constants";

/** What the page knows of a layer's channels. */
export interface Channels {
  /** How many there are; the numbers below are of those that are drawn. */
  count: number;
  /** Those of the tree first, from left to right. */
  drawn: ArrayLike<number>;
  /** The height at which each channel of the tree is joined to the one right of it. */
  gaps: ArrayLike<number>;
  /** What is known of each that is drawn. */
  numbers: Numbers;
  /** 1 for each that is zero throughout. */
  dead: ArrayLike<number>;
  names: readonly string[];
  /** Selections that were kept under a name. */
  kept: Readonly<Record<string, readonly number[]>>;
}

export interface Found {
  channels: number[];
  /** What was found, or why nothing was. */
  said: string;
}

/** What can be typed, beside numbers and class names. */
export const WORDS = ["dead", "most alike", "top by mean", "top by max"] as const;

/** So many are found where no number is typed: `top by mean 12` finds twelve. */
const SOME = 5;

/** The channels that a line of text means. */
export function search(text: string, channels: Channels, selected: readonly number[]): Found {
  const words = text.trim().toLowerCase();
  if (!words) return { channels: [], said: "" };
  const kept = Object.entries(channels.kept).find(([name]) => name.toLowerCase() === words);
  // The layer may have had more channels when they were named.
  if (kept) return said(kept[1].filter((channel) => channel < channels.count), channels, true);
  if (/^[\d\s,;–-]+$/.test(words)) return byNumber(words, channels);
  if (isComparison(words)) return byNumbers(words, channels);
  const many = Number(/\s(\d+)$/.exec(words)?.[1] ?? SOME);
  const word = words.replace(/\s\d+$/, "");
  if (word === "dead" || word === "zero") return said(ofDrawn(channels, (i) => channels.dead[i] === 1), channels);
  if (word === "most alike" || word === "alike") return mostAlike(channels, selected, many);
  if (word === "top by mean" || word === "top mean") return top(channels, channels.numbers.mean, many);
  if (word === "top by max" || word === "top max") return top(channels, channels.numbers.max, many);
  return byName(words, channels);
}

function said(found: number[], { count: all, drawn }: Channels, ofAll = false): Found {
  const of = ofAll || drawn.length === all ? count(all) : `${count(drawn.length)} drawn`;
  return { channels: found, said: `${count(found.length)} of ${of}` };
}

const ofDrawn = ({ drawn }: Channels, holds: (place: number) => boolean): number[] =>
  Array.from(drawn).filter((_, place) => holds(place));

/** `3, 7-9`: numbers and runs of them. */
function byNumber(words: string, channels: Channels): Found {
  const found = new Set<number>();
  let missing = "";
  for (const part of words.split(/[\s,;]+/).filter(Boolean)) {
    const [, first, last] = /^(\d+)(?:[–-](\d+))?$/.exec(part) ?? [];
    if (first === undefined) return { channels: [], said: `“${part}” is no number and no range, such as 7-9` };
    const [a, b] = [Number(first), Number(last ?? first)];
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    if (to >= channels.count) missing = `; the last one is ${count(channels.count - 1)}`;
    for (let channel = from; channel <= Math.min(to, channels.count - 1); channel++) found.add(channel);
  }
  const { said: text } = said([...found], channels, true);
  return { channels: [...found], said: text + missing };
}

/** Those that are joined to the selected ones at the lowest heights, and these themselves. */
function mostAlike(channels: Channels, selected: readonly number[], many: number): Found {
  const { drawn, gaps } = channels;
  // A leaf more than gaps; a layer of which nothing is compared has neither.
  const leaves = Math.min(drawn.length, gaps.length + 1);
  const chosen = new Set(selected);
  const heights = new Float64Array(leaves).fill(Infinity);
  let known = false;
  for (let place = 0; place < leaves; place++) {
    if (!chosen.has(drawn[place]!)) continue;
    known = true;
    // Two leaves meet at the highest gap between them.
    for (const step of [-1, 1]) {
      let height = 0;
      for (let other = place + step; other >= 0 && other < leaves; other += step) {
        height = Math.max(height, gaps[step > 0 ? other - 1 : other]!);
        heights[other] = Math.min(heights[other]!, height);
      }
    }
  }
  if (!known) {
    return { channels: [], said: selected.length === 0 ? "Select a channel first" : "What is selected is not in the tree" };
  }
  const near = Array.from(heights.keys()).filter((place) => !chosen.has(drawn[place]!));
  near.sort((a, b) => heights[a]! - heights[b]! || a - b);
  const found = near.slice(0, many).map((place) => drawn[place]!);
  return { channels: [...selected, ...found], said: `${count(found.length)} more of ${count(channels.count)}` };
}

function top(channels: Channels, values: ArrayLike<number>, many: number): Found {
  const places = Array.from({ length: channels.drawn.length }, (_, place) => place);
  const ordered = places.filter((place) => !Number.isNaN(values[place]!)).sort((a, b) => values[b]! - values[a]! || a - b);
  return said(ordered.slice(0, many).map((place) => channels.drawn[place]!), channels);
}

function byNumbers(words: string, channels: Channels): Found {
  const { holds, wrong } = comparison(words, channels.numbers);
  return wrong ? { channels: [], said: wrong } : said(ofDrawn(channels, holds), channels);
}

function byName(words: string, channels: Channels): Found {
  const { names } = channels;
  if (names.length === 0) return { channels: [], said: `Numbers, ${WORDS.join(", ")}, or mean > 0.1 (${CHANNEL_NUMBERS.join(", ")})` };
  const found = [...names.keys()].filter((channel) => names[channel]!.toLowerCase().includes(words));
  return said(found, channels, true);
}
