/** A layer's colour, its own for the whole run: by its place among the layers. */
import { rgb } from "../lib/dom/theme";

/**
 * From the first layer to the last one: the colour map plasma without the end
 * that the background swallows. Its lightness changes, too, for those who cannot tell its colours.
 */
const SCALE = {
  light: ["#0d0887", "#6a00a8", "#b12a90", "#e16462", "#f2844b"],
  dark: ["#a01f9b", "#cc4778", "#f2844b", "#fca636", "#f0f921"],
} as const;

/** Colours for so many layers, spread over the scale. */
export function layerColors(count: number, dark: boolean): string[] {
  const stops = SCALE[dark ? "dark" : "light"].map(rgb);
  return Array.from({ length: count }, (_, layer) => {
    const place = (layer / Math.max(1, count - 1)) * (stops.length - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    const [from, to] = [stops[below]!, stops[below + 1]!];
    const mixed = from.map((part, i) => Math.round(part + (to[i]! - part) * (place - below)));
    return `rgb(${mixed.join(", ")})`;
  });
}
