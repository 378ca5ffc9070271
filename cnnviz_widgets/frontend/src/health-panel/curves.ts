/** The numbers of all layers over time, as their wire format gives them. */
import type { AnyModel } from "@anywidget/types";

import { asFloat32, asFloat64 } from "../lib/linking/buffers";
import type { HealthCurvesState, NumberEntry } from "../lib/wire/payloads";

export class Curves {
  constructor(
    readonly numbers: readonly NumberEntry[],
    readonly paths: readonly string[],
    readonly steps: Float64Array,
    private readonly values: Float32Array,
  ) {}

  static of(model: AnyModel<HealthCurvesState>): Curves {
    return new Curves(
      model.get("_numbers"),
      model.get("_paths"),
      asFloat64(model.get("_steps")),
      asFloat32(model.get("_values")),
    );
  }

  /** One number of one layer, over time. */
  curve(number: number, layer: number): Float32Array {
    const at = (number * this.paths.length + layer) * this.steps.length;
    return this.values.subarray(at, at + this.steps.length);
  }

  /** Every value of a number: layer by layer. */
  all(number: number): Float32Array {
    const size = this.paths.length * this.steps.length;
    return this.values.subarray(number * size, (number + 1) * size);
  }

  /** The last point at or before a step, or the first one. */
  pointAt(step: number): number {
    let point = this.steps.length - 1;
    while (point > 0 && this.steps[point]! > step) point--;
    return point;
  }
}
