/** A layer's colour, its own for the whole run: by its place among the layers. */
import { CLUSTER_COLORS, rgb } from "../lib/dom/theme";

/**
 * From the first layer to the last one where there are many: the colour map plasma without the end
 * that the background swallows. Its lightness changes, too, for those who cannot tell its colours.
 */
const MANY = {
  light: ["#0d0887", "#6a00a8", "#b12a90", "#e16462", "#f2844b"],
  dark: ["#a01f9b", "#cc4778", "#f2844b", "#fca636", "#f0f921"],
} as const;

/** Few layers have colours that are told apart at a glance, many a scale of them. */
export function layerColors(count: number, dark: boolean): string[] {
  const theme = dark ? "dark" : "light";
  const few = CLUSTER_COLORS[theme];
  if (count <= few.length) return few.slice(0, count);
  const stops = MANY[theme].map(rgb);
  return Array.from({ length: count }, (_, layer) => {
    const place = (layer / (count - 1)) * (stops.length - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    const [from, to] = [stops[below]!, stops[below + 1]!];
    const mixed = from.map((part, i) => Math.round(part + (to[i]! - part) * (place - below)));
    return `rgb(${mixed.join(", ")})`;
  });
}
