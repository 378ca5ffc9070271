/** Which step stands at which pixel. */
import { roundTicks } from "./ticks";

/** Pixels left and right of the first and the last moment; the health panel's plot has the same. */
export const LEFT = 64;
export const RIGHT = 56;

/** Pixels that a tick's number needs. */
const LABEL = 90;

export class StepAxis {
  constructor(
    private readonly first: number,
    private readonly last: number,
    readonly width: number,
  ) {}

  private get span(): number {
    return Math.max(1, this.width - LEFT - RIGHT);
  }

  /** Where a step stands; one moment alone stands in the middle. */
  x(step: number): number {
    const share = this.last > this.first ? (step - this.first) / (this.last - this.first) : 0.5;
    return LEFT + Math.min(Math.max(share, 0), 1) * this.span;
  }

  step(x: number): number {
    return this.first + ((x - LEFT) / this.span) * (this.last - this.first);
  }

  /** Round, whole steps. */
  get ticks(): number[] {
    return stepTicks(this.first, this.last, this.span / LABEL);
  }
}

/** Round, whole steps from the first to the last one, about so many as `count`. */
export function stepTicks(first: number, last: number, count: number): number[] {
  if (last <= first) return [first];
  return Array.from(roundTicks(last, count, first)).filter(Number.isInteger);
}
