/** The evidence as a small picture: what was measured as filled bars, the reference as an outline. */
import { valueText } from "./report";
import { element } from "../lib/dom/elements";
import { svg } from "../lib/dom/svg";
import { percent } from "../lib/format";
import type { EvidenceEntry } from "../lib/wire/payloads";

const WIDTH = 240;
const HEIGHT = 64;

interface Bin {
  from: number;
  to: number;
  /** Share of the values, and the height of the bar: their share a unit of width. */
  share: number;
  density: number;
}

/** The bins across WIDTH pixels; bars of unequal width keep their areas in proportion. */
export function binsOf(edges: EvidenceEntry["edges"], shares: EvidenceEntry["shares"]): Bin[] {
  const at = edges.map((edge) => edge ?? NaN);
  const low = at[0]!;
  const span = at[at.length - 1]! - low;
  // Edges that cannot be measured out (all equal, or infinite) stand evenly.
  const even = !(span > 0 && Number.isFinite(span));
  const place = (i: number): number => (even ? i / shares.length : (at[i]! - low) / span) * WIDTH;
  return shares.map((sent, i) => {
    const [from, to, share] = [place(i), place(i + 1), sent ?? 0];
    return { from, to, share, density: to > from ? share / (to - from) : 0 };
  });
}

/** Bars from the bottom; a bin that holds anything at all can be seen. */
function outline(bins: readonly Bin[], top: number): string {
  const height = ({ share, density }: Bin): number =>
    share > 0 ? Math.max(1, (density / top) * (HEIGHT - 2)) : 0;
  const steps = bins.map((bin) => `L${bin.from} ${HEIGHT - height(bin)} H${bin.to}`);
  return `M0 ${HEIGHT} ${steps.join(" ")} V${HEIGHT} Z`;
}

/** Picture, legend in words, and an axis with its label and ends. */
export function histogram(evidence: EvidenceEntry, reference: string): HTMLElement {
  const { label, edges, shares } = evidence;
  const measured = binsOf(edges, shares);
  const compared = binsOf(edges, evidence.reference);
  const top = Math.max(...[...measured, ...compared].map((bin) => bin.density), 1e-12);
  const highest = measured.reduce((best, bin, i) => (bin.density > measured[best]!.density ? i : best), 0);
  const ends = [endText(edges[0]), endText(edges[edges.length - 1])] as const;
  const alike = typeof edges[0] === "number" && edges[0] === edges[edges.length - 1];
  const said = alike
    ? `Histogram of ${label}: all ${ends[0]}`
    : `Histogram of ${label}, from ${ends[0]} to ${ends[1]}; most, ${percent(measured[highest]?.share ?? 0)}, ` +
      `between ${endText(edges[highest])} and ${endText(edges[highest + 1])}`;
  const picture = svg("svg", {
    class: "cnnviz-histogram",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": said,
  });
  picture.append(svg("path", { class: "cnnviz-histogram-measured", d: outline(measured, top) }));
  if (compared.length > 0) {
    picture.append(svg("path", { class: "cnnviz-histogram-reference", d: outline(compared, top) }));
  }
  return element(
    "div",
    "cnnviz-evidence",
    { title: said },
    picture,
    element(
      "div",
      "cnnviz-evidence-axis",
      {},
      element("span", "", {}, ends[0]),
      element("span", "cnnviz-evidence-label", {}, label),
      element("span", "", {}, alike ? "" : ends[1]),
    ),
    element(
      "div",
      "cnnviz-evidence-legend",
      {},
      key("measured", "this layer"),
      ...(compared.length > 0 ? [key("reference", reference || "compared with")] : []),
    ),
  );
}

const endText = (edge: number | null | undefined): string => valueText(edge ?? null, false);

const key = (look: "measured" | "reference", text: string): HTMLElement =>
  element("span", "", {}, element("i", `cnnviz-key-${look}`), text);
