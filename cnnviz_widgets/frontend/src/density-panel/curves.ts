/** The density curves of a layer as their wire format gives them. */
import type { AnyModel } from "@anywidget/types";

import { asFloat32, asFloat64, asInt32, asUint8 } from "../lib/linking/buffers";
import type { DensityCurvesState } from "../lib/wire/payloads";

export interface Curves {
  channels: Int32Array;
  points: number;
  grid: Float64Array;
  density: Float64Array;
  zeroShare: Float32Array;
  nonfiniteShare: Float32Array;
  /** 1 for each that is strokes: of too few values for a curve. */
  few: Uint8Array;
  /** Which curve is a channel's. */
  of: Map<number, number>;
}

export function readCurves(model: AnyModel<DensityCurvesState>): Curves {
  const channels = asInt32(model.get("_channels"));
  return {
    channels,
    points: model.get("_points"),
    grid: asFloat64(model.get("_grid")),
    density: asFloat64(model.get("_density")),
    zeroShare: asFloat32(model.get("_zero_share")),
    nonfiniteShare: asFloat32(model.get("_nonfinite_share")),
    // Widget state that was saved before it was told has none.
    few: asUint8(model.get("_few")),
    of: new Map(Array.from(channels, (channel, curve) => [channel, curve])),
  };
}

/** Abscissae and densities of some curves; a channel that is only zeros has nothing to draw. */
export function lines(curves: Curves, numbers: readonly number[]): { x: Float64Array[]; y: Float64Array[] } {
  const part = (values: Float64Array, curve: number): Float64Array =>
    values.slice(curve * curves.points, (curve + 1) * curves.points);
  return {
    x: numbers.map((curve) => part(curves.grid, curve)),
    y: numbers.map((curve) => part(curves.density, curve)),
  };
}
