/** The drawn edges: painted once, and lit or faded as the pointer moves. */
import { svg } from "../../lib/dom/svg";
import type { BundleNode, Curve } from "./edges";
import type { Palette } from "./palette";

const FADED = 0.05;
const NODE = 3;

export class Lines {
  readonly root = svg("g", {});
  private curves: readonly Curve[] = [];
  private paths: SVGElement[] = [];
  private nodes: SVGElement = svg("g", {});

  /** `hover`: what the pointer is over; none when it leaves. */
  constructor(hover: (curve: Curve | undefined) => void, signal: AbortSignal) {
    const of = (event: Event): Curve | undefined => this.curves[this.paths.indexOf(event.target as SVGElement)];
    this.root.addEventListener("pointerover", (event) => hover(of(event)), { signal });
    this.root.addEventListener("pointerout", () => hover(undefined), { signal });
  }

  paint(curves: readonly Curve[], nodes: readonly BundleNode[], palette: Palette): void {
    this.curves = curves;
    const colour = (sign: 1 | -1): string => (sign > 0 ? palette.raises : palette.lowers);
    this.paths = curves.map(({ path, sign, width, strength }) => svg("path", {
      d: path, fill: "none", stroke: colour(sign), "stroke-width": Math.round(100 * width) / 100, ...dashed(sign, width), opacity: usual(strength),
    }));
    this.nodes = svg("g", {}, ...nodes.map(({ x, y, sign }) =>
      svg("circle", { cx: x, cy: y, r: NODE, fill: colour(sign), stroke: palette.bands[0], "stroke-width": 1 })));
    this.root.replaceChildren(...this.paths, this.nodes);
  }

  /** Some stand out, and the others fade; all are as usual without a choice. */
  light(isLit: ((curve: Curve) => boolean) | undefined): void {
    this.curves.forEach((curve, at) => {
      const opacity = !isLit ? usual(curve.strength) : isLit(curve) ? Math.max(0.75, usual(curve.strength)) : FADED;
      this.paths[at]!.setAttribute("opacity", String(opacity));
    });
    this.nodes.setAttribute("opacity", String(isLit ? 0.3 : 1));
  }
}

const usual = (strength: number): number => Math.round(100 * Math.min(0.95, 0.22 + 0.75 * strength)) / 100;

/** What lowers is dashed, the wider the longer. */
export const dashed = (sign: number, width: number): Record<string, string> =>
  sign > 0 ? {} : { "stroke-dasharray": `${Math.round(10 * (3 + 0.6 * width)) / 10} ${Math.round(10 * (1.8 + 0.3 * width)) / 10}` };
