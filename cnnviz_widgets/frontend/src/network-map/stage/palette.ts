/** The map's colours on a page of this theme; what is drawn carries them, so that a file does too. */
import { pixel, type Theme } from "../../lib/dom/theme";
import type { MapViewState } from "../../lib/wire/states";

export interface Palette extends Theme {
  raises: string;
  lowers: string;
  /** Of neighbouring stages. */
  bands: readonly [string, string];
  /** Behind what is drawn in a box. */
  box: string;
  outline: string;
  /** 256 pixels, from a row's least to its greatest value. */
  ramp: Uint32Array;
  rampEnd: string;
  /** The same scale in CSS, from left to right. */
  scale: string;
  font: string;
}

/** What raises and what lowers: on light 4.7 to 5.9 to one, on dark 5.8 to 9.4. */
const SIGNS: Record<MapViewState["colours"], readonly [light: readonly [string, string], dark: readonly [string, string]]> = {
  "green-red": [["#0f7a43", "#c2255c"], ["#4fc486", "#ff7b9c"]],
  "blue-orange": [["#1f66b5", "#b34700"], ["#6db3f2", "#ffa24d"]],
};

type Color = readonly [number, number, number];

/** Nothing, some, all: on either page the most stands out. */
const RAMPS: readonly [light: readonly Color[], dark: readonly Color[]] = [
  [[255, 255, 255], [120, 172, 222], [12, 62, 130]],
  [[30, 32, 36], [46, 104, 168], [170, 218, 255]],
];

export function paletteOf(theme: Theme, colours: MapViewState["colours"], font: string): Palette {
  const dark = Number(theme.dark);
  const [raises, lowers] = SIGNS[colours][dark]!;
  const knots = RAMPS[dark]!;
  return {
    ...theme,
    raises,
    lowers,
    bands: theme.dark ? ["#26282c", "#2f3237"] : ["#f5f7f9", "#e9edf2"],
    box: theme.dark ? "#1e2024" : "#ffffff",
    outline: theme.dark ? "#9aa0a8" : "#4b5157",
    ramp: Uint32Array.from({ length: 256 }, (_, level) => pixel(mixed(knots, level / 255))),
    rampEnd: cssOf(knots[2]!),
    scale: `linear-gradient(90deg,${knots.map(cssOf).join(",")})`,
    font,
  };
}

const cssOf = (color: Color): string => `rgb(${color.join(",")})`;

function mixed(knots: readonly Color[], t: number): [number, number, number] {
  const knot = t < 0.5 ? 0 : 1;
  const [from, to] = [knots[knot]!, knots[knot + 1]!];
  const part = (at: number): number => Math.round(from[at]! + (2 * t - knot) * (to[at]! - from[at]!));
  return [part(0), part(1), part(2)];
}
