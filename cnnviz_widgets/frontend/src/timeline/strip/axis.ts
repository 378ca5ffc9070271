/** Which step stands at which pixel, and the part of the training that is in sight. */

/** Pixels left of the first step, and right of the last one: narrow, and with room for words. */
export const LEFT = 8;
export const RIGHT = { narrow: 54, wide: 112 } as const;
/** A strip narrower than this has no room for words at its right. */
const WIDE = 600;

export const rightOf = (width: number): number => (width < WIDE ? RIGHT.narrow : RIGHT.wide);

/** From which step to which. */
export type Range = readonly [from: number, to: number];

/** A key leads so many times as close, or as far. */
export const KEY_ZOOM = 1.5;
/** No closer than this many steps. */
const LEAST = 2;

export class Axis {
  constructor(
    readonly range: Range,
    readonly width: number,
  ) {}

  private get span(): number {
    return Math.max(1, this.width - LEFT - rightOf(this.width));
  }

  get right(): number {
    return LEFT + this.span;
  }

  /** Where a step stands, be it out of sight; one moment alone stands in the middle. */
  x(step: number): number {
    const [from, to] = this.range;
    return LEFT + (to > from ? (step - from) / (to - from) : 0.5) * this.span;
  }

  step(x: number): number {
    const [from, to] = this.range;
    return from + ((x - LEFT) / this.span) * (to - from);
  }

  shows(step: number): boolean {
    return step >= this.range[0] && step <= this.range[1];
  }
}

/** As much as fits of a range that was asked for; undefined where that is all. */
export function within(full: Range, [from, to]: Range): Range | undefined {
  const length = Math.min(Math.max(to - from, Math.min(LEAST, full[1] - full[0])), full[1] - full[0]);
  if (length >= full[1] - full[0]) return undefined;
  const first = Math.min(Math.max(from, full[0]), full[1] - length);
  return [first, first + length];
}

/** So many times as close, about a step that stays where it is. */
export function zoomed(full: Range, shown: Range, step: number, factor: number): Range | undefined {
  return within(full, [step - (step - shown[0]) / factor, step + (shown[1] - step) / factor]);
}
