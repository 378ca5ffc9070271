/** How grave a finding is: a shape and a word, so that nobody has to tell colours apart. */
import { svg } from "./dom/svg";
import type { Severity } from "./wire/payloads";

/** An octagon, a triangle and a disc, each in a box of 12 × 12. */
const SHAPES: Record<Severity, string> = {
  severe: "M3.8 0.6 H8.2 L11.4 3.8 V8.2 L8.2 11.4 H3.8 L0.6 8.2 V3.8 Z",
  warning: "M6 0.8 L11.6 11 H0.4 Z",
  note: "M6 1.5 A4.5 4.5 0 1 1 5.99 1.5 Z",
};

export function severityIcon(severity: Severity): SVGSVGElement {
  const shape = svg("path", { d: SHAPES[severity] });
  return svg("svg", { viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" }, shape);
}
