/** The moments that have a tick, and the way from one to the next. */
import type { AnyModel } from "@anywidget/types";

import { asFloat64, asUint8 } from "../lib/linking/buffers";
import { LIVE } from "../lib/wire/constants";
import type { MomentsState } from "../lib/wire/payloads";

export class Moments {
  constructor(
    readonly steps: Float64Array,
    readonly recorded: Uint8Array,
  ) {}

  static of(model: AnyModel<MomentsState>): Moments {
    return new Moments(asFloat64(model.get("_steps")), asUint8(model.get("_kept")));
  }

  get count(): number {
    return this.steps.length;
  }

  get last(): number {
    return this.steps[this.count - 1]!;
  }

  /** How many moments are before this step. */
  private before(step: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.steps[middle]! < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The moment at this step exactly, or -1. */
  at(step: number): number {
    const index = this.before(step);
    return this.steps[index] === step ? index : -1;
  }

  /** The moment nearest to a step. */
  nearest(step: number): number {
    const after = Math.min(this.before(step), this.count - 1);
    const before = Math.max(0, after - 1);
    return step - this.steps[before]! < this.steps[after]! - step ? before : after;
  }

  /** The position so many moments on, or back; live is one beyond the last. */
  moved(position: number, by: number): number {
    const present = position === LIVE ? this.count : this.before(position);
    // Between two moments, the one before is one step back and the one after one step on.
    const between = position !== LIVE && this.at(position) < 0 && by > 0 ? 1 : 0;
    const index = Math.max(0, present + by - between);
    return index < this.count ? this.steps[index]! : LIVE;
  }

  /** The next moment of a film; undefined at its end. It shows what has a record, where that makes a film. */
  next(position: number): number | undefined {
    const film = this.recorded.reduce((sum, recorded) => sum + recorded, 0) > 1;
    for (let index = this.before(position + 1); index < this.count; index++) {
      if (!film || this.recorded[index]) return this.steps[index];
    }
    return undefined;
  }
}
