/** How dark a strip is along its values: by densities, or by how many of few values a cell holds. */
import { counted, valuesOf } from "./cells";
import { addCurve } from "./groups";
import type { StripScene } from "./strips";

/** Width of a cell of few values, and what parts it from the next, in CSS pixels. */
const CELL = 7;
const PARTING = 1;
/** A cell with one value is so dark. */
const ONE = 0.35;

export class Painter {
  private readonly heights: Float64Array;
  private readonly sum: Float64Array;
  private readonly cells: number;
  /** The most values that a cell of any channel holds. */
  private readonly most: number;
  private readonly counts = new Map<number, Uint16Array>();

  constructor(
    private readonly scene: StripScene,
    width: number,
    private readonly ratio: number,
  ) {
    this.heights = new Float64Array(width);
    this.sum = new Float64Array(width);
    this.cells = Math.max(1, Math.round(width / ratio / CELL));
    let most = 1;
    for (const curve of scene.rows) {
      if (scene.curves.few[curve] !== 1) continue;
      const counts = counted(valuesOf(scene.curves, curve), scene.reach, this.cells);
      this.counts.set(curve, counts);
      for (const many of counts) most = Math.max(most, many);
    }
    this.most = most;
  }

  /** The mean darkness of some channels, 0 to 1 for each pixel; good until the next call. */
  shares(rows: readonly number[]): Float64Array {
    const { sum } = this;
    sum.fill(0);
    for (const curve of rows) {
      const counts = this.counts.get(curve);
      if (counts) this.addCells(counts, rows.length);
      else this.addDensity(curve, rows.length);
    }
    return sum;
  }

  private addCells(counts: Uint16Array, rows: number): void {
    const { sum, cells, most } = this;
    const parting = Math.round(PARTING * this.ratio);
    for (let cell = 0; cell < cells; cell++) {
      if (counts[cell] === 0) continue;
      const [first, past] = [Math.round((cell * sum.length) / cells), Math.round(((cell + 1) * sum.length) / cells)];
      const dark = most === 1 ? 1 : ONE + ((1 - ONE) * (counts[cell]! - 1)) / (most - 1);
      for (let x = first; x < Math.max(first + 1, past - parting); x++) sum[x] = sum[x]! + dark / rows;
    }
  }

  private addDensity(curve: number, rows: number): void {
    const { heights, sum, scene: { curves, decades, reach: [low, high] } } = this;
    heights.fill(0);
    addCurve(curves, curve, heights, low, (high - low) / Math.max(1, heights.length - 1));
    let peak = 0;
    for (let x = 0; x < heights.length; x++) if (heights[x]! > peak) peak = heights[x]!;
    if (peak === 0) return;
    for (let x = 0; x < heights.length; x++) {
      const height = heights[x]!;
      if (height > 0) sum[x] = sum[x]! + shade(height / peak, decades) / rows;
    }
  }
}

/** Seen as a whole number, a float is its logarithm, but for a mantissa that is taken as it is. */
const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);
const MANTISSA = 2 ** -23;
/** The exponent's offset, less half of what the mantissa is too low at the most, 0.086. */
const OFFSET = 127 - 0.043;

/** How dark a height above 0 is, as a share of the curve's own peak: to 1 part in 200. */
function shade(share: number, decades: number): number {
  if (decades === 0) return share;
  FLOAT[0] = share;
  const dark = 1 + ((BITS[0]! * MANTISSA - OFFSET) * Math.LOG10E * Math.LN2) / decades;
  return dark < 0 ? 0 : dark > 1 ? 1 : dark;
}
