/** Colour maps as tables of 256 pixels, and the range of values that they are stretched over. */
import { interpolateRdBu, interpolateViridis } from "d3-scale-chromatic";

import { pixel, rgb } from "../dom/theme";
import type { ChannelGridState, ParameterGridState } from "../wire/states";

export type ColormapName = ChannelGridState["colormap"];
export type RangeName = ChannelGridState["value_range"] | ParameterGridState["value_range"];

const MAPS: Record<ColormapName, (t: number) => string> = {
  grey: (t) => `rgb(${Math.round(255 * t)}, ${Math.round(255 * t)}, ${Math.round(255 * t)})`,
  viridis: interpolateViridis,
  // Red for positive, blue for negative values, white at zero.
  diverging: (t) => interpolateRdBu(1 - t),
};

const tables = new Map<ColormapName, Uint32Array>();

/** 256 pixels (little-endian RGBA), from the low to the high end of the range. */
export function colorTable(name: ColormapName): Uint32Array {
  let table = tables.get(name);
  if (!table) {
    table = Uint32Array.from({ length: 256 }, (_, i) => pixel(rgb(MAPS[name](i / 255))));
    tables.set(name, table);
  }
  return table;
}

export const cssColor = (name: ColormapName, t: number): string => MAPS[name](t);

/** The range a colour map spans: symmetric about zero for the diverging one. */
export function colorRange(name: ColormapName, low: number, high: number): [number, number] {
  if (name !== "diverging") return [low, high];
  const reach = Math.max(Math.abs(low), Math.abs(high));
  return [-reach, reach];
}
