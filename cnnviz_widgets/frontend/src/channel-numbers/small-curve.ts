/** A channel's density among those of its group, small and without axes. */
import { lines, type Curves } from "../density-panel/curves";
import { isLive, reachOf } from "../density-panel/groups";
import { svg } from "../lib/dom/svg";
import { number } from "../lib/format";

const WIDTH = 260;
const HEIGHT = 72;
/** Room for the values at the ends. */
const BELOW = 16;
/** More curves would be a blot. */
const MOST = 40;

/** The picture; null where the channel has no density. */
export function smallCurve(curves: Curves, curve: number, group: readonly number[], color: string): SVGSVGElement | null {
  if (!isLive(curves, curve)) return null;
  const others = group.filter((other) => other !== curve && isLive(curves, other)).slice(0, MOST);
  const drawn = [...others, curve];
  const [low, high] = reachOf(curves, drawn)!;
  const { x, y } = lines(curves, drawn);
  const peak = y.reduce((top, heights) => heights.reduce((most, value) => Math.max(most, value), top), 0);
  const at = (value: number): number => ((value - low) / (high - low || 1)) * WIDTH;
  const path = (line: number): string =>
    Array.from(x[line]!, (value, i) => `${i ? "L" : "M"}${at(value).toFixed(1)} ${(HEIGHT * (1 - y[line]![i]! / peak)).toFixed(1)}`).join("");
  const picture = svg("svg", {
    class: "cnnviz-card-curve",
    viewBox: `-2 -2 ${WIDTH + 4} ${HEIGHT + BELOW + 2}`,
    role: "img",
    "aria-label": `Density from ${number(low)} to ${number(high)}, beside ${others.length} of its group`,
  });
  drawn.forEach((_, line) => {
    const own = line === drawn.length - 1;
    picture.append(svg("path", { d: path(line), fill: "none", stroke: color, "stroke-width": own ? 2.2 : 1, opacity: own ? 1 : 0.35 }));
  });
  picture.append(svg("path", { d: `M0 ${HEIGHT}H${WIDTH}`, class: "cnnviz-card-line" }));
  for (const [value, anchor] of [[low, "start"], [high, "end"]] as const) {
    const label = svg("text", { x: at(value), y: HEIGHT + BELOW - 3, "text-anchor": anchor });
    label.textContent = number(value);
    picture.append(label);
  }
  return picture;
}

const BINS = 32;
const TALL = 40;

/** How the values of a tile are distributed; null where there is none, or no range. */
export function histogram(values: Float64Array): SVGSVGElement | null {
  if (values.length === 0) return null;
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = high > low ? Math.floor(((value - low) / (high - low)) * BINS) : 0;
    counts[Math.min(BINS - 1, bin)]!++;
  }
  const most = Math.max(...counts);
  const width = WIDTH / BINS;
  const picture = svg("svg", {
    class: "cnnviz-card-histogram",
    viewBox: `-2 -2 ${WIDTH + 4} ${TALL + BELOW + 2}`,
    role: "img",
    "aria-label": `Histogram of ${values.length} values from ${number(low)} to ${number(high)}`,
  });
  counts.forEach((count, bin) => {
    // What is there can be seen, however little it is.
    const height = count > 0 ? Math.max(1, (TALL * count) / most) : 0;
    picture.append(svg("rect", { x: bin * width, y: TALL - height, width: width - 1, height }));
  });
  for (const [text, x, anchor] of [[low, 0, "start"], [high, WIDTH, "end"]] as const) {
    const label = svg("text", { x, y: TALL + BELOW - 3, "text-anchor": anchor });
    label.textContent = number(text);
    picture.append(label);
  }
  return picture;
}
