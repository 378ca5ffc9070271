import { describe, expect, test } from "vitest";

import { columnAt, fitScale, panned, resolve, scrolledTo, visible, xOf, zoomed } from "../../../src/lib/columns/column-axis";

const [GUTTER, MARGIN] = [84, 10];
const room = { before: GUTTER, after: MARGIN, least: 0, widest: 88 };

const fitted = (count: number, width: number) => resolve({ start: 0, scale: 0 }, count, width, room);

describe("fitting", () => {
  test("all columns end at the margin", () => {
    const columns = fitted(512, 1000);
    expect(xOf(columns, 0)).toBe(GUTTER);
    expect(xOf(columns, 512)).toBeCloseTo(1000 - MARGIN, 6);
  });

  test("three channels do not fill a wide screen", () => {
    expect(fitScale(3, 1600, room)).toBeLessThan(100);
  });

  test("where columns are not to be so narrow they scroll", () => {
    const columns = resolve({ start: 400, scale: 0 }, 512, 1000, { ...room, least: 24 });
    expect([columns.scale, columns.start]).toEqual([24, 400]);
  });
});

describe("zooming", () => {
  test("what is under the cursor stays there", () => {
    for (const x of [GUTTER + 1, 300, 777]) {
      const before = fitted(512, 1000);
      const after = zoomed(before, 4, x);
      const under = (columns: typeof before) => columns.start + (x - GUTTER) / columns.scale;
      expect(under(after)).toBeCloseTo(under(before), 6);
    }
  });

  test("out again ends at the fit, whatever happened between", () => {
    const away = panned(zoomed(fitted(512, 1000), 9, 700), -333);
    expect(zoomed(away, 1e-6, 500)).toEqual(fitted(512, 1000));
  });

  test("the ends of the layer never leave the view", () => {
    const zoomedIn = zoomed(fitted(64, 1000), 8, 500);
    const [left, right] = [panned(zoomedIn, 1e6), panned(zoomedIn, -1e6)];
    expect(left.start).toBe(0);
    expect(xOf(right, 64)).toBeCloseTo(1000 - MARGIN, 6);
  });
});

test("a column is found under each of its pixels", () => {
  const columns = panned(zoomed(fitted(100, 900), 3, 400), -57);
  const [first, last] = visible(columns);
  for (let column = first; column < last; column++) {
    const middle = xOf(columns, column + 0.5);
    if (middle >= GUTTER) expect(columnAt(columns, middle)).toBe(column);
  }
  expect(columnAt(columns, GUTTER - 1)).toBe(-1);
});

test("scrolling to a column shows it whole, and moves no more than it must", () => {
  const columns = zoomed(fitted(100, 900), 5, GUTTER);
  const moved = scrolledTo(columns, 70);
  expect(xOf(moved, 71)).toBeLessThanOrEqual(900 - MARGIN + 1e-6);
  expect(scrolledTo(moved, 70)).toEqual(moved);
});

test("no columns at all are no error", () => {
  expect(columnAt(fitted(0, 500), 200)).toBe(-1);
});
