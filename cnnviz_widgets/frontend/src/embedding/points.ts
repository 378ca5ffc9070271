/** The points as the page draws them: where they are, what they are of, and how they move. */
import type { AnyModel } from "@anywidget/types";

import { asFloat32, asInt32 } from "../lib/linking/buffers";
import { readHeads, type Heads, type HeadsModel } from "../lib/samples/heads";
import { isSurveyed } from "./sample-points";
import type { ColumnAxisState, EmbeddingState } from "../lib/wire/states";

export interface Points {
  /** Number of the sample or channel of each point, below −1 of samples that were surveyed (sample-points.ts). */
  numbers: Int32Array;
  /** Class of each sample, group of each channel; −1 for none. */
  classes: Int32Array;
  /** 1 where the answer is wrong. */
  wrong: Uint8Array;
  /** Place in `heads` of each sample; −1 for none. */
  places: Int32Array;
  areSamples: boolean;
  /** So many are samples that were surveyed and are not shown. */
  surveyed: number;
  heads: Heads;
  /** What each class is called. */
  names: Map<number, string>;
  /** Right and up, within −1 to 1, both alike. */
  positions: Float32Array;
  /** How far they reach right and up. */
  reach: readonly [number, number];
  /** Place of each number. */
  at: Map<number, number>;
}

export function readPoints(model: AnyModel<EmbeddingState>, axis: AnyModel<ColumnAxisState>): Points {
  // What is of another layer, or of other answers, is not shown under this one's name.
  const late = model.get("_late");
  const numbers = late ? new Int32Array(0) : asInt32(model.get("_points"));
  const areSamples = model.get("_noun") === "sample";
  const heads = readHeads(model as unknown as HeadsModel);
  const places = areSamples ? asInt32(model.get("_places")) : new Int32Array(numbers.length).fill(-1);
  const names = new Map<number, string>();
  const classes = new Int32Array(numbers.length).fill(-1);
  const wrong = new Uint8Array(numbers.length);
  for (let point = 0; point < numbers.length; point++) {
    const head = heads.entries[places[point]!];
    if (!head) continue;
    classes[point] = head.true_class;
    wrong[point] = Number(head.right === false);
    if (head.true_class >= 0 && !names.has(head.true_class)) names.set(head.true_class, head.truth);
  }
  const at = new Map(Array.from(numbers, (number, point) => [number, point]));
  if (!areSamples) {
    const leaves = asInt32(model.get("_leaves"));
    axis.get("_groups").forEach(([first, past], group) => {
      for (const channel of leaves.subarray(first, past)) {
        const point = at.get(channel);
        if (point !== undefined) classes[point] = group;
      }
      names.set(group, `group ${group + 1}`);
    });
  }
  const surveyed = numbers.reduce((sum, number) => sum + Number(isSurveyed(number)), 0);
  return { numbers, classes, wrong, places, areSamples, surveyed, heads, names, at, ...withinOne(late ? new Float32Array(0) : asFloat32(model.get("_positions"))) };
}

function withinOne(positions: Float32Array): Pick<Points, "positions" | "reach"> {
  const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
  positions.forEach((value, i) => {
    low[i % 2] = Math.min(low[i % 2]!, value);
    high[i % 2] = Math.max(high[i % 2]!, value);
  });
  const half = [0, 1].map((axis) => Math.max(0, high[axis]! - low[axis]!) / 2);
  const most = Math.max(...half) || 1;
  return {
    positions: positions.map((value, i) => (value - (low[i % 2]! + high[i % 2]!) / 2) / most),
    reach: [half[0]! / most || 0.1, half[1]! / most || 0.1],
  };
}

const MOVE_MS = 450;

/** Where points are while they go from one picture to the next. */
export class Moving {
  positions: Float32Array = new Float32Array(0);
  private from: Float32Array = new Float32Array(0);
  private began = -Infinity;

  /** Go on to these, from wherever the same points are now. */
  to(points: Points, before: Points | undefined): void {
    const { positions, numbers } = points;
    const still = !before || before.areSamples !== points.areSamples || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.from = positions.slice();
    let moved = false;
    for (let point = 0; !still && point < numbers.length; point++) {
      const then = before.at.get(numbers[point]!);
      if (then === undefined) continue;
      this.from[2 * point] = this.positions[2 * then]!;
      this.from[2 * point + 1] = this.positions[2 * then + 1]!;
      moved ||= this.from[2 * point] !== positions[2 * point] || this.from[2 * point + 1] !== positions[2 * point + 1];
    }
    this.began = moved ? performance.now() : -Infinity;
    this.positions = this.from.slice();
    if (!moved) this.positions = positions;
  }

  /** Where they are now; whether they still move. */
  step(target: Float32Array): boolean {
    const t = (performance.now() - this.began) / MOVE_MS;
    if (t >= 1 || this.from.length !== target.length) {
      this.positions = target;
      return false;
    }
    const part = t * t * (3 - 2 * t);
    this.positions = target.map((value, i) => this.from[i]! + part * (value - this.from[i]!));
    return true;
  }
}
