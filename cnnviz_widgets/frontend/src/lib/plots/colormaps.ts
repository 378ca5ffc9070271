/** Colour maps as tables of 256 pixels, and the range of values that they are stretched over. */
import { clamp } from "../clamp";
import { pixel } from "../dom/theme";
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

/** Colours at even steps, six digits each; between them a straight line is as good to the eye. */
const KNOTS: Record<Exclude<ColormapName, "grey"> | "darkDiverging", string> = {
  // Magma and viridis by Smith and van der Walt, who gave them away.
  magma:
    "0000040303120a0822130d341d114729115a36106b440f7651127c5d177f6a1c81762181832681902a819c2e7faa337d" +
    "b73779c43c75d0416fdc4869e75263ef5d5ef56b5cf9795dfc8961fd9869fea772feb67cfec488fed395fde2a3fcf0b2fcfdbf",
  viridis:
    "440154470d6048186a482374472d7b4537814240863e49893b528b375b8d33638d2f6b8e2c728e297a8e26828e23898e" +
    "21918c1f988b1fa08822a78528ae8032b67a3fbc734ec36b5ec96270cf5784d44b98d83eaddc30c2df23d8e219ece51bfde725",
  // Blue for negative values, red for positive ones, white at zero.
  diverging: "0b3c6f2f6fae7fb0d8cfe2f0f4f4f2f8d6c6ee9f83cf55467a0c22",
  // On a dark page zero is next to nothing as well.
  darkDiverging: "64b5f6212121ff8a65",
};

function mixed(knots: string, t: number): [number, number, number] {
  const at = clamp(t, 0, 1) * (knots.length / 6 - 1);
  const knot = Math.min(Math.floor(at), knots.length / 6 - 2);
  const byte = (which: number, channel: number): number => parseInt(knots.slice(6 * which + 2 * channel, 6 * which + 2 * channel + 2), 16);
  const part = (channel: number): number => Math.round(byte(knot, channel) + (at - knot) * (byte(knot + 1, channel) - byte(knot, channel)));
  return [part(0), part(1), part(2)];
}

function colorAt(name: ColormapName, t: number, dark: boolean): [number, number, number] {
  if (name !== "grey") return mixed(KNOTS[dark && name === "diverging" ? "darkDiverging" : name], t);
  const level = Math.round(255 * t);
  return [level, level, level];
}

const tables = new Map<string, Uint32Array>();

export const cssColor = (name: ColormapName, t: number, dark = false): string => `rgb(${colorAt(name, t, dark).join(", ")})`;

/** 256 pixels (little-endian RGBA), from the low to the high end of the range. */
export function colorTable(name: ColormapName, dark = false): Uint32Array {
  const key = `${name} ${dark && name === "diverging"}`;
  let table = tables.get(key);
  if (!table) {
    table = Uint32Array.from({ length: 256 }, (_, i) => pixel(colorAt(name, i / 255, dark)));
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
