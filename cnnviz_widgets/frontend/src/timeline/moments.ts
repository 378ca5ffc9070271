/** The moments that have a tick, and the way from one to the next. */
import type { AnyModel } from "@anywidget/types";

import { count } from "../lib/format";
import { asFloat64, asUint8 } from "../lib/linking/buffers";
import { LIVE } from "../lib/wire/constants";
import type { MomentsState } from "../lib/wire/payloads";

/** So many moments a key goes on, or back. */
export const MOVES: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -Infinity,
  End: Infinity,
};

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

  /** The last step; 0 where there is none. */
  get last(): number {
    return this.steps[this.count - 1] ?? 0;
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

  /** The moment at which what began at a step was seen. */
  of(step: number): number {
    return this.steps[this.nearest(step)]!;
  }

  /** A position in words, of so many moments of which those here may be some. */
  text(position: number, training: boolean, moments: number): string {
    if (position === LIVE) return training ? "live: following training" : "live: the model as it is now";
    const index = this.at(position);
    const moment = index >= 0 && this.count === moments ? ` · moment ${count(index + 1)} of ${count(this.count)}` : "";
    const bare = index >= 0 && !this.recorded[index] ? " · only numbers kept" : "";
    return `step ${count(position)}${moment}${bare}`;
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

/** So many times what has been trained is shown of what is planned. */
const AHEAD = 4;

/**
 * How far the axis reaches of a training that is planned to the step `end`: not so far that what is
 * done is a few pixels wide, and by doubling, as an axis that moves with each step cannot be read.
 */
export function horizon(first: number, last: number, end: number): number {
  const done = Math.max(1, last - first);
  return Math.min(end, first + 2 ** Math.ceil(Math.log2(AHEAD * done)));
}
