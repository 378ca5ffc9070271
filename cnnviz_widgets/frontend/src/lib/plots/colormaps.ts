/** Colour maps as tables of 256 pixels, and the range of values that they are stretched over. */
import { interpolateMagma, interpolateRdBu, interpolateViridis } from "d3-scale-chromatic";

import { pixel, rgb } from "../dom/theme";
import type { ChannelGridState, ParameterGridState } from "../wire/states";

/** What a trait may say, and the maps there are. */
export type ColormapChoice = ChannelGridState["colormap"];
export type ColormapName = Exclude<ColormapChoice, "auto">;
export type RangeName = ChannelGridState["value_range"] | ParameterGridState["value_range"];

/** Values that reach below zero by this share of what they reach above are of both signs. */
const BOTH_SIGNS = 0.25;

/** The map that is meant for values from `low` to `high`. */
export function chosenColormap(choice: ColormapChoice, low: number, high: number): ColormapName {
  if (choice !== "auto") return choice;
  return -low > BOTH_SIGNS * Math.max(0, high) ? "diverging" : "magma";
}

const DARK_MIDDLE = "#212121";

/** From blue by the page's dark to red: as on a light page, zero is next to nothing. */
function darkDiverging(t: number): string {
  const [end, share] = t < 0.5 ? [[100, 181, 246], 1 - 2 * t] as const : [[255, 138, 101], 2 * t - 1] as const;
  const mixed = rgb(DARK_MIDDLE).map((from, at) => Math.round(from + share * (end[at]! - from)));
  return `rgb(${mixed.join(", ")})`;
}

const MAPS: Record<ColormapName, (t: number) => string> = {
  magma: interpolateMagma,
  grey: (t) => `rgb(${Math.round(255 * t)}, ${Math.round(255 * t)}, ${Math.round(255 * t)})`,
  viridis: interpolateViridis,
  // Red for positive, blue for negative values, white at zero.
  diverging: (t) => interpolateRdBu(1 - t),
};

const tables = new Map<string, Uint32Array>();

export const cssColor = (name: ColormapName, t: number, dark = false): string =>
  dark && name === "diverging" ? darkDiverging(t) : MAPS[name](t);

/** 256 pixels (little-endian RGBA), from the low to the high end of the range. */
export function colorTable(name: ColormapName, dark = false): Uint32Array {
  const key = `${name} ${dark && name === "diverging"}`;
  let table = tables.get(key);
  if (!table) {
    table = Uint32Array.from({ length: 256 }, (_, i) => pixel(rgb(cssColor(name, i / 255, dark))));
    tables.set(key, table);
  }
  return table;
}

/** The range a colour map spans: symmetric about zero for the diverging one. */
export function colorRange(name: ColormapName, low: number, high: number): [number, number] {
  if (name !== "diverging") return [low, high];
  const reach = Math.max(Math.abs(low), Math.abs(high));
  return [-reach, reach];
}
