/** Conditions on the numbers of channels, as they are typed: `mean > 0.1`, `zeros >= 50 % and std < 1`. */

import { CHANNEL_NUMBERS } from "../lib/wire/constants";

export type NumberName = (typeof CHANNEL_NUMBERS)[number];
/** What is known of each channel, by the word that is typed for it. */
export type Numbers = Readonly<Record<NumberName, ArrayLike<number>>>;

/** Other words for the same. */
const ALIASES: Readonly<Record<string, NumberName>> = {
  average: "mean",
  spread: "std",
  minimum: "min",
  maximum: "max",
  zero: "zeros",
  dead: "zeros",
  "zero share": "zeros",
  "dead share": "zeros",
  "share of zeros": "zeros",
  nan: "not finite",
  "non-finite": "not finite",
  nonfinite: "not finite",
};

const HOLDS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};
/** Typed otherwise. */
const SIGNS: Readonly<Record<string, string>> = { "≤": "<=", "≥": ">=", "==": "=", "≠": "!=" };
const NUMBER = /^[+\-−]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:\s*%)?$/;

export const isComparison = (text: string): boolean => /[<>=≤≥≠]/.test(text);

export interface Compared {
  /** Whether all conditions hold at a place. */
  holds(place: number): boolean;
  /** What is wrong with what was typed; "" where nothing is. */
  wrong: string;
}

export function comparison(text: string, numbers: Numbers): Compared {
  const tests: ((place: number) => boolean)[] = [];
  for (const part of text.split(/\s+and\s+|\s*&+\s*|,\s+/)) {
    const [, typed, sign, value] = /^([^<>=≤≥≠!]*?)\s*(<=|>=|==|!=|[<>=≤≥≠])\s*([^<>=≤≥≠!]*)$/.exec(part.trim()) ?? [];
    if (typed === undefined) return wrong(`“${part.trim()}” is no comparison, such as mean > 0.1`);
    const name = (CHANNEL_NUMBERS as readonly string[]).includes(typed) ? (typed as NumberName) : ALIASES[typed];
    if (!name) return wrong(`“${typed}” is not known of channels: ${CHANNEL_NUMBERS.join(", ")} are`);
    const limit = numberOf(value!);
    if (limit === undefined) return wrong(`“${value}” is no number to compare ${name} with`);
    const values = numbers[name];
    if (values.length > 0 && Array.prototype.every.call(values, Number.isNaN)) return wrong(`${name} is not known of these channels`);
    const compare = HOLDS[SIGNS[sign!] ?? sign!]!;
    // What is not known is neither.
    tests.push((place) => !Number.isNaN(values[place]!) && compare(values[place]!, limit));
  }
  return { holds: (place) => tests.every((test) => test(place)), wrong: "" };
}

const wrong = (text: string): Compared => ({ holds: () => false, wrong: text });

function numberOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text.replace("−", "-").replace(/\s*%$/, ""));
  // As it is held: 0.1 is what the page shows as 0.1.
  return Math.fround(text.endsWith("%") ? value / 100 : value);
}

/** Numbers that come one after the other, by their names. */
export function numbersOf(values: Float32Array, channels: number): Numbers {
  const entries = CHANNEL_NUMBERS.map((name, at) => [name, values.subarray(at * channels, (at + 1) * channels)]);
  return Object.fromEntries(entries) as Numbers;
}
