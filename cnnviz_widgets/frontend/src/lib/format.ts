/** Numbers as a reader wants them: short, and never more exact than they are. */

export function number(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-3
      ? String(Number(value.toPrecision(digits)).toExponential()).replace("e+", "e")
      : String(Number(value.toPrecision(digits)));
  return text.replace(/-/g, "−");
}

/** `0 to 5`; `all 5` where that is one number, `all about 5` where it reads so. */
export function span(low: number, high: number): string {
  const [first, last] = [number(low), number(high)];
  if (first !== last) return `${first} to ${last}`;
  return low === high ? `all ${first}` : `all about ${first}`;
}

const COUNT = new Intl.NumberFormat("en");

const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** `4.6K`, where only the size of a number matters. */
export const compact = (value: number): string => COMPACT.format(value);

export const count = (value: number): string => COUNT.format(value);

/** `1 channel`, `2 channels`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** `a channel`, `an output`. */
export const withArticle = (noun: string): string => `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun}`;

/** A share of one as a percentage; what is not nothing never reads 0 %. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return `${value} %`;
  if (value < 0.1) return "< 0.1 %";
  if (value > 99.9) return "> 99.9 %";
  return `${value < 10 || value > 90 ? value.toFixed(1) : Math.round(value)} %`;
}

/** The same in whole per cent, where room is scarce: what is not all never reads 100 %. */
export function wholePercent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 1) return "< 1 %";
  if (value > 99 && value < 100) return "> 99 %";
  return `${Math.round(value)} %`;
}

/** A channel by its number, and by the name of its class where it stands for one: `3 (cat)`. */
export const named = (channel: number, classNames: readonly string[] | undefined): string =>
  classNames?.[channel] ? `${channel} (${classNames[channel]})` : String(channel);

/** The last name of a layer's path: `conv1` of `block3/conv1`. */
export const lastName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** A sentence that speaks of the layer by its last name. */
export const withLastName = (sentence: string, path: string): string =>
  path.includes("/") ? sentence.split(path).join(lastName(path)) : sentence;
