/** Where a layer's weights, its bias and its tree stand. */
import { describe, expect, test } from "vitest";

import { xOf } from "../../src/lib/linking/column-axis";
import type { ParametersState } from "../../src/lib/wire/payloads";
import { biasLeft, layoutOf, rowsAsColumns, spansAcross, spansDown } from "../../src/parameter-grid/layout";
import { yOf } from "../../src/tile-view/rows";
import { view } from "../fake";
import { kernel, read, strips } from "./states";

const layout = (state: ParametersState, place = {}, width = 700, hasTree = true) =>
  layoutOf(read(state), { start: 0, scale: 0, scroll: 0, ...place }, width, 520, hasTree);

describe("layout", () => {
  test("leaf i of the tree stands at row i, whatever the zoom and scroll", () => {
    for (const place of [{}, { scale: 150, start: 1.2 }, { scale: 300, scroll: 400 }]) {
      const { rows } = layout(kernel, place);
      const across = rowsAsColumns(rows);
      for (let row = 0; row < 5; row++) expect(xOf(across, row + 0.5)).toBeCloseTo(yOf(rows, row + 0.5), 9);
    }
  });

  test("tiles keep their proportion when zoomed, and the row numbers their room", () => {
    for (const scale of [0, 90, 200]) {
      const { columns, rows } = layout({ ...kernel, _taps: [3, 1] }, { scale });
      expect(rows.size).toBeCloseTo(3 * columns.scale, 9);
      expect(xOf(columns, columns.start)).toBe(columns.before);
    }
  });

  test("strips fill the width, and the bias stays in sight at the end of the rows", () => {
    const wide = { ...strips, _inputs: 3000, _bias: view(new Float32Array(2)) };
    const fitted = layout(wide);
    const end = fitted.columns.width - fitted.columns.after;
    expect(xOf(fitted.columns, 3000)).toBeCloseTo(end, 6);
    const { columns } = layout(wide, { scale: 20, start: 100 });
    expect(biasLeft(columns)).toBeCloseTo(biasLeft(fitted.columns), 6);
  });

  test("tiles of eight pixels or more are parted both ways, smaller ones are not", () => {
    const wide = { ...kernel, _inputs: 300 };
    for (const [scale, gap] of [[7, 0], [8, 1], [20, 2], [40, 4], [64, 4], [500, 4]] as const) {
      const found = layout(wide, { scale });
      expect([scale, found.gap, found.rows.gap]).toEqual([scale, gap, gap]);
      const [first, second] = spansAcross(read(wide).whole, found, 1);
      expect(second!.from - first!.to).toBe(gap);
      // In the middle of its place, to within half a pixel: the leaf of the tree is there.
      const [top] = spansDown(read(wide).whole, found.rows, null, 1);
      const middle = (top!.from + top!.to) / 2 - yOf(found.rows, 0.5);
      expect(Math.abs(middle)).toBeLessThanOrEqual(0.5);
    }
    // A line of weights is no tile.
    expect(layout(strips, { scale: 100 }).rows.gap).toBe(1);
  });

  test("without a tree the tiles take its place", () => {
    expect(layout(kernel, {}, 700, false).tree).toBe(0);
    expect(layout(kernel).tree).toBeGreaterThan(100);
  });
});
