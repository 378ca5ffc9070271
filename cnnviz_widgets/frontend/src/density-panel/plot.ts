/** bqplot's figure as the panel stands: with all its axes by itself, bare in a frame's drawer. */
import { LEFT, RIGHT } from "./strips";
import { put, type MarkModel } from "../lib/plots/bqplot";
import { DENSITY_MARGINS, marginsWhileShown, type Margins } from "../lib/plots/margins";

/** What bqplot's own figure has of its own where the panel stands alone. */
const HEIGHT = { alone: 220, framed: 116 } as const;
const FRAMED: Margins = { top: 6, bottom: 20, left: LEFT, right: RIGHT };

export class Plot {
  private framed = false;
  private readonly layMargins: () => void;
  private readonly x: MarkModel;
  private readonly axes: MarkModel[];
  private readonly labels: unknown[];

  constructor(private readonly figure: MarkModel, beside: HTMLElement, signal: AbortSignal) {
    this.layMargins = marginsWhileShown(figure, beside, () => (this.framed ? FRAMED : DENSITY_MARGINS), signal);
    this.axes = figure.get("axes") as MarkModel[];
    this.x = this.axes[0]!.get("scale") as MarkModel;
    this.labels = this.axes.map((axis) => axis.get("label"));
  }

  /** Where it stands: in the drawer the strips below are in line with it, over the same values. */
  lay(framed: boolean, reach: readonly [number, number] | null): void {
    const [values, , , shares] = this.axes;
    if (framed !== this.framed) {
      this.framed = framed;
      this.layMargins();
      put(this.figure.get("layout") as MarkModel, { height: `${HEIGHT[framed ? "framed" : "alone"]}px` });
      put(values!, { label: framed ? "" : this.labels[0] });
      put(shares!, { visible: !framed });
    }
    const bare = framed && reach !== null;
    put(this.x, { min: bare ? reach[0] : null, max: bare ? reach[1] : null });
    put(values!, { tick_values: bare ? ends(reach) : null, tick_format: bare ? ".2~g" : null });
  }
}

const ROOM = 0.02;

/** Both ends, and between them zero or the middle, where there is room. */
function ends([low, high]: readonly [number, number]): Float64Array {
  const far = (value: number): boolean => Math.min(value - low, high - value) > 0.15 * (high - low);
  const between = far(0) ? 0 : (low + high) / 2;
  // Room beside the curves is no value: an end that is all but zero is zero.
  const whole = (end: number): number => (Math.abs(end) < ROOM * (high - low) ? 0 : end);
  return Float64Array.of(whole(low), between, whole(high));
}
