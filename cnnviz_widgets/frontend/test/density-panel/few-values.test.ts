/** Channels of too few values for a curve: cells that count them, in strips and in groups' curves. */
import { describe, expect, test } from "vitest";

import { counted, valuesOf } from "../../src/density-panel/cells";
import type { Curves } from "../../src/density-panel/curves";
import { meanCurve } from "../../src/density-panel/groups";
import { Painter } from "../../src/density-panel/shading";
import type { StripScene } from "../../src/density-panel/strips";

const POINTS = 101;
const FLOOR = 1e-6;

/** Curves over 0 to 1: strokes at some points, or a smooth one. */
function curvesOf(all: (number[] | "smooth")[]): Curves {
  const grid = new Float64Array(all.length * POINTS);
  const density = new Float64Array(all.length * POINTS).fill(FLOOR);
  all.forEach((values, curve) => {
    for (let i = 0; i < POINTS; i++) {
      grid[curve * POINTS + i] = i / (POINTS - 1);
      if (values === "smooth") density[curve * POINTS + i] = 1;
    }
    if (values !== "smooth") for (const value of values) density[curve * POINTS + Math.round(value * (POINTS - 1))] = 7;
  });
  return {
    channels: Int32Array.from(all.keys()),
    points: POINTS,
    grid,
    density,
    zeroShare: new Float32Array(all.length),
    nonfiniteShare: new Float32Array(all.length),
    few: Uint8Array.from(all, (values) => Number(values !== "smooth")),
    of: new Map(),
  };
}

const scene = (curves: Curves, decades = 0): StripScene =>
  ({ curves, rows: [...curves.channels.keys()], reach: [0, 1], decades, groups: { list: [], of: new Int32Array(9) }, theme: {} }) as unknown as StripScene;

describe("few values", () => {
  test("are counted, those at both ends included", () => {
    expect(valuesOf(curvesOf([[0, 0.25, 1]]), 0)).toEqual([0, 0.25, 1]);
    expect([...counted([0, 0.1, 0.25, 1], [0, 1], 4)]).toEqual([2, 1, 0, 1]);
    expect([...counted([3, 3], [3, 3], 2)]).toEqual([2, 0]);
  });

  test("make a strip of cells that are the darker the more they hold", () => {
    // 140 pixels: twenty cells of seven.
    const painter = new Painter(scene(curvesOf([[0.01, 0.02, 0.03, 0.51], [0.99]])), 140, 1);
    const shares = Array.from(painter.shares([0]));
    expect(shares.slice(0, 7)).toEqual([1, 1, 1, 1, 1, 1, 0]);
    expect(new Set(shares.slice(70, 76))).toEqual(new Set([0.35]));
    expect(shares.filter((share) => share > 0)).toHaveLength(12);
    // One value is as dark in every channel's strip.
    expect(Math.max(...painter.shares([1]))).toBe(0.35);
  });

  test("one apart from another are all as dark as can be", () => {
    const painter = new Painter(scene(curvesOf([[0.1, 0.5], [0.9]])), 140, 1);
    expect(new Set(painter.shares([0]))).toEqual(new Set([0, 1]));
  });

  test("are no part of a group's curve where others have curves, and its histogram where none has", () => {
    const group = (...curves: number[]) => ({ curves, distance: 0 });
    const mixed = curvesOf(["smooth", [0.5]]);
    expect(Math.max(...meanCurve(mixed, group(0, 1)).y)).toBeCloseTo(1, 6);
    const { x, y } = meanCurve(curvesOf([[0.2, 0.21, 0.8], [0.8]]), group(0, 1));
    const area = y.reduce((sum, height) => sum + height, 0) * (x[1]! - x[0]!);
    expect(area).toBeCloseTo(1, 1);
    const at = (value: number): number => y[Math.round(value * (y.length - 1))]!;
    expect(at(0.5)).toBe(0);
    expect(at(0.8)).toBeGreaterThan(at(0.2));
  });
});

describe("densities", () => {
  test("fade over powers of ten, or evenly, as their heights do", () => {
    const curves = curvesOf(["smooth"]);
    for (let i = 0; i < POINTS; i++) curves.density[i] = 10 ** -((8 * i) / (POINTS - 1));
    const faded = Array.from(new Painter(scene(curves, 4), 101, 1).shares([0]));
    faded.forEach((share, i) => expect(share).toBeCloseTo(Math.max(0, 1 - (8 * i) / 100 / 4), 1));
    const even = Array.from(new Painter(scene(curves), 101, 1).shares([0]));
    even.forEach((share, i) => expect(share).toBeCloseTo(10 ** -((8 * i) / 100), 2));
  });

  test("of neighbours that share a line are averaged", () => {
    const curves = curvesOf(["smooth", [0.5]]);
    const both = new Painter(scene(curves), 140, 1).shares([0, 1]);
    expect([both[0], both[73]]).toEqual([0.5, 1]);
  });
});
