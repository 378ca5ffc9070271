/** The densities of both sides as their wire format gives them. */
import type { AnyModel } from "@anywidget/types";

import type { ChannelFacts } from "../comparison-panel/rows";
import { asFloat32, asFloat64, asInt32 } from "../lib/linking/buffers";
import type { ComparedCurvesState } from "../lib/wire/payloads";

/** The curves of one side. */
export class Curves {
  private readonly at: Map<number, number>;
  private readonly grid: Float64Array;
  private readonly density: Float32Array;
  private readonly channels: Int32Array;
  private readonly zeroShare: Float32Array;
  private readonly nonfiniteShare: Float32Array;
  private readonly points: number;

  constructor(model: AnyModel<ComparedCurvesState>, side: "a" | "b") {
    const numbers = asInt32(model.get(`_numbers_${side}`));
    this.at = new Map(Array.from(numbers, (number, curve) => [number, curve]));
    this.grid = asFloat64(model.get(`_grid_${side}`));
    this.density = asFloat32(model.get(`_density_${side}`));
    this.zeroShare = asFloat32(model.get(`_zero_share_${side}`));
    this.nonfiniteShare = asFloat32(model.get(`_nonfinite_share_${side}`));
    this.channels = asInt32(model.get(`_channels_${side}`));
    this.points = numbers.length > 0 ? this.density.length / numbers.length : 0;
  }

  has(number: number): boolean {
    return this.at.has(number);
  }

  facts(number: number): ChannelFacts | undefined {
    const curve = this.at.get(number);
    if (curve === undefined) return undefined;
    const zeroShare = this.zeroShare[curve]!;
    const nonfinite = this.nonfiniteShare[curve]! > 0;
    return { channel: this.channels[curve]!, zeroShare, nonfinite, dead: zeroShare === 1 && !nonfinite };
  }

  /** Abscissae and heights of the curves of those pairs that have one on this side. */
  lines(numbers: readonly number[]): { x: Float64Array[]; y: Float64Array[] } {
    const { points } = this;
    const curves = numbers.map((number) => this.at.get(number)).filter((curve) => curve !== undefined);
    return {
      x: curves.map((curve) =>
        Float64Array.from({ length: points }, (_, i) => this.grid[2 * curve]! + i * this.grid[2 * curve + 1]!),
      ),
      y: curves.map((curve) => Float64Array.from(this.density.subarray(curve * points, (curve + 1) * points))),
    };
  }

  /** Shares of exact zeros of the same curves, in percent. */
  zeros(numbers: readonly number[]): Float64Array {
    const curves = numbers.map((number) => this.at.get(number)).filter((curve) => curve !== undefined);
    return Float64Array.from(curves, (curve) => 100 * this.zeroShare[curve]!);
  }
}
