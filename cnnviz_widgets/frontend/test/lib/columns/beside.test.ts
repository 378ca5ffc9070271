/** Room for a column of something else, right of the channels: at first sight, and at the end of a scroll. */
import { expect, test } from "vitest";

import { layoutOf, leftOf, panned, type LayoutRequest } from "../../../src/lib/columns/column-layout";

const request = (more: Partial<LayoutRequest> = {}): LayoutRequest => ({
  count: 3,
  groups: [],
  zeros: null,
  width: 270,
  before: 138,
  start: 0,
  scale: 0,
  unfolded: [],
  isSelected: () => false,
  ...more,
});

test("tiles at first sight are as large as one more would be", () => {
  const [alone, beside, four] = [{}, { beside: 1 }, { count: 4 }].map((more) => layoutOf(request(more)).size);
  expect(alone).toBeGreaterThan(beside!);
  expect(beside).toBe(four);
  // Where there is room for grids of more places, there is for it.
  expect(layoutOf(request({ beside: 1, places: 4 })).size).toBe(four);
});

test("it can be scrolled to where tiles are large", () => {
  const large = request({ beside: 1, scale: 100 });
  const { start } = { start: panned(layoutOf(large), -10_000) };
  const end = layoutOf({ ...large, start });
  expect(leftOf(end, 2) + 100 + 100).toBeLessThanOrEqual(270);
});
