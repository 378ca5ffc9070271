/** Below each column: how far its weights moved, how strong its gradients are, what is silent. */
import { svg } from "../../lib/dom/svg";
import { number, percent, wholePercent } from "../../lib/format";
import { clamp } from "../../lib/clamp";
import type { MapData, Station } from "../data";
import type { Layout } from "./layout";
import type { Palette } from "./palette";
import { words } from "./words";

/** Steps of weights below or above these, as a share of the weights, are trouble. */
const HEALTHY = [1e-4, 0.1] as const;
/** Powers of ten from one end of the bar to the other. */
const ENDS = [-5, 0] as const;
const BAR = 6;
const LINE = 13;
const SPARK = 16;

type Known = "update" | "spark" | "gradient" | "silent";

const last = (values: readonly (number | null)[]): number | null => values[values.length - 1] ?? null;
const isKnown = (value: number | null): value is number => value !== null && Number.isFinite(value);
const moments = (values: readonly (number | null)[]): number => values.filter(isKnown).length;

/** Rows that any station has something to say in. */
function rowsOf({ stations }: MapData): [Known, number][] {
  const rows: [Known, boolean, number][] = [
    ["update", stations.some(({ update }) => isKnown(last(update))), BAR + LINE + 1],
    ["spark", stations.some(({ update, silent_shares }) => moments(update) > 1 || moments(silent_shares) > 1), SPARK + 5],
    ["gradient", stations.some(({ gradient }) => isKnown(gradient)), LINE],
    ["silent", stations.some((station) => silentShare(station) > 0), LINE],
  ];
  return rows.filter(([, known]) => known).map(([name, , height]) => [name, height]);
}

/** Of all channels, now. */
export const silentShare = ({ silent_shares, silent, channels }: Station): number => last(silent_shares) ?? (channels > 0 ? silent / channels : 0);

/** Pixels that the strip takes. */
export const stripHeight = (data: MapData): number => rowsOf(data).reduce((sum, [, height]) => sum + height, 0) + 6;

const along = (value: number): number => clamp((Math.log10(Math.max(value, 1e-12)) - ENDS[0]) / (ENDS[1] - ENDS[0]), 0, 1);
export const isTrouble = (value: number): boolean => value < HEALTHY[0] || value > HEALTHY[1];

type Range = readonly [low: number, high: number];

/** Of all stations' curves, so that they compare: what moves little is seen to. */
function rangeOf({ stations }: MapData): Range {
  const all = stations.flatMap(({ update }) => update.filter(isKnown).map(along));
  const [low, high] = [Math.min(...all, 1), Math.max(...all, 0)];
  return high - low < 0.1 ? [low - 0.05, low + 0.1] : [low, high];
}

export function paintStrip(data: MapData, layout: Layout, palette: Palette): SVGElement[] {
  const rows = rowsOf(data);
  const range = rangeOf(data);
  return data.stations.flatMap((station, at) => {
    const { x, width } = layout.columns[at]!;
    let y = layout.bottom + 14;
    return rows.flatMap(([name, height]) => {
      const made = rowOf(name, station, x, y, width, range, palette);
      y += height;
      return made;
    });
  });
}

function rowOf(name: Known, station: Station, x: number, y: number, width: number, range: Range, palette: Palette): SVGElement[] {
  const middle = x + width / 2;
  if (name === "update") return updateOf(last(station.update), x, y, width, palette);
  if (name === "spark") return sparkOf(station, x, y, width, range, palette);
  if (name === "gradient") return isKnown(station.gradient) ? [words(`∇ ${number(station.gradient, 2)}`, middle, y + 9, { fill: palette.faint })] : [];
  const share = silentShare(station);
  return share > 0 ? [words(`${wholePercent(share)} silent`, middle, y + 9, { fill: palette.warning })] : [];
}

/** On a scale of powers of ten, with marks where it begins to be trouble. */
function updateOf(value: number | null, x: number, y: number, width: number, palette: Palette): SVGElement[] {
  if (!isKnown(value)) return [];
  const colour = isTrouble(value) ? palette.warning : palette.faint;
  return [
    svg("rect", { x, y, width, height: BAR, rx: 1, fill: palette.line, opacity: 0.5 }),
    svg("rect", { x, y, width: Math.max(1, width * along(value)), height: BAR, rx: 1, fill: colour }),
    ...HEALTHY.map((end) => svg("rect", { x: x + width * along(end) - 0.5, y: y - 2, width: 1, height: BAR + 4, fill: palette.text, opacity: 0.55 })),
    words(percent(value), x + width / 2, y + BAR + 11, { fill: isTrouble(value) ? palette.warning : palette.text }),
  ];
}

/** How it came to this: the movement of the weights as a line, the silent share below it as an area. */
function sparkOf({ update, silent_shares }: Station, x: number, y: number, width: number, [low, high]: Range, palette: Palette): SVGElement[] {
  const many = Math.max(update.length, silent_shares.length) - 1;
  if (many < 1) return [];
  const place = (at: number): number => Math.round(10 * (x + (at / many) * width)) / 10;
  const tall = (share: number): number => Math.round(10 * (y + SPARK - share * SPARK)) / 10;
  const line = pathOf(update, (value, at) => `${place(at)} ${tall((along(value) - low) / (high - low))}`);
  const dead = silent_shares.map((value, at) => `L${place(at)} ${tall(value ?? 0)}`).join("");
  const parts: SVGElement[] = [svg("line", { x1: x, x2: x + width, y1: y + SPARK, y2: y + SPARK, stroke: palette.line })];
  if (silent_shares.some((value) => (value ?? 0) > 0)) parts.push(svg("path", { d: `M${x} ${y + SPARK}${dead}V${y + SPARK}Z`, fill: palette.warning, opacity: 0.35 }));
  if (line) parts.push(svg("path", { d: line, fill: "none", stroke: palette.text, "stroke-width": 1.2, "stroke-linejoin": "round", opacity: 0.8 }));
  return parts;
}

/** A line that is broken where nothing is known. */
function pathOf(values: readonly (number | null)[], point: (value: number, at: number) => string): string {
  let [path, goesOn] = ["", false];
  values.forEach((value, at) => {
    if (isKnown(value)) path += `${goesOn ? "L" : "M"}${point(value, at)}`;
    goesOn = isKnown(value);
  });
  return path;
}
