/** Where a layer's weights, its bias and its tree stand. */
import { describe, expect, test } from "vitest";

import { xOf } from "../../src/lib/columns/column-axis";
import { neighbours, type Group } from "../../src/lib/columns/column-layout";
import type { ParametersState } from "../../src/lib/wire/payloads";
import { biasLeft, layoutOf, spansAcross, spansDown } from "../../src/parameter-grid/layout";
import { heightOf, rowAt, visibleRows, yOf } from "../../src/tile-view/rows";
import { view } from "../fake";
import { kernel, read, strips } from "./states";

const blocks = (...groups: Group[]) => neighbours({ count: 5, groups, zeros: [4, 5] });
const layout = (state: ParametersState, place = {}, width = 700, tree: ReturnType<typeof blocks> | null = blocks()) =>
  layoutOf(read(state), { start: 0, scale: 0, scroll: 0, ...place }, width, 520, tree);

describe("layout", () => {
  test("groups are parted, by what is no part of any row", () => {
    for (const place of [{}, { scale: 150, start: 1.2 }, { scale: 300, scroll: 400 }]) {
      const { rows } = layout(kernel, place, 1000, blocks([1, 3, 0.2]));
      const between = [0, 1, 2, 3].map((row) => yOf(rows, row + 1) - yOf(rows, row) - heightOf(rows, row) + rows.gap);
      expect(between.map((pixels) => pixels - rows.gap)).toEqual([7, 0, 7, 7].map((pixels) => expect.closeTo(pixels, 9)));
      const [first, past] = visibleRows(rows);
      for (let row = first; row < past; row++) {
        const middle = yOf(rows, row) + heightOf(rows, row) / 2;
        if (middle >= rows.top && middle < rows.top + rows.height) expect(rowAt(rows, middle)).toBe(row);
      }
    }
  });

  test("in a frame it is as high as its pane", () => {
    const { rows } = layoutOf(read(kernel), { start: 0, scale: 0, scroll: 0 }, 700, 900, blocks(), true);
    expect(rows.top + rows.height).toBe(900);
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

  test("kernel slices are parted both ways, and no narrower than 24 pixels however many there are", () => {
    const wide = { ...kernel, _inputs: 300 };
    expect(layout(wide).columns.scale).toBe(24);
    for (const [scale, gap] of [[24, 2], [40, 4], [64, 4], [500, 4]] as const) {
      const found = layout(wide, { scale });
      expect([scale, found.gap, found.rows.gap]).toEqual([scale, gap, gap]);
      const [first, second] = spansAcross(read(wide).whole, found, 1);
      expect(second!.from - first!.to).toBe(gap);
      // In the middle of its place, to within half a pixel: the leaf of the tree is there.
      const [top] = spansDown(read(wide).whole, found.rows, null, 1);
      const middle = (top!.from + top!.to) / 2 - yOf(found.rows, 0) - heightOf(found.rows, 0) / 2;
      expect(Math.abs(middle)).toBeLessThanOrEqual(0.5);
    }
    // A line of weights is no tile.
    expect(layout(strips, { scale: 100 }).rows.gap).toBe(1);
  });

  test("without a tree the tiles take its place", () => {
    expect(layout(kernel, {}, 700, null).tree).toBe(0);
    expect(layout(kernel).tree).toBeGreaterThan(100);
  });
});
