/** Rows of which some have no tiles: they share what the others leave, and stay in their order. */
import { describe, expect, test } from "vitest";

import { contentHeight, heightOf, limitScroll, rowAt, rowSpans, withBlanks, yOf, type Rows } from "../../src/tile-view/rows";

// Eight of 32, as a quick look spreads them.
const ROW_AT = Int32Array.from({ length: 32 }, () => -1);
[0, 4, 9, 13, 18, 22, 27, 31].forEach((place, row) => (ROW_AT[place] = row));

const rows = (size: number, height: number, scroll = 0): Rows => ({ size, height, scroll, count: 32, gap: 1, top: 22 });

describe.each([
  ["room for all", 10, 400, 10],
  ["room for some", 26, 418, (418 - 8 * 26) / 24],
  ["room for none", 60, 418, 3],
  ["rows as slim as can be", 2, 20, 2],
])("%s", (_, size, height, blank) => {
  const found = withBlanks(rows(size, height), ROW_AT);

  test("those with tiles are whole, the others what is left", () => {
    for (let row = 0; row < 32; row++) expect(heightOf(found, row)).toBeCloseTo(ROW_AT[row]! < 0 ? blank : size, 9);
    expect(contentHeight(found)).toBeCloseTo(8 * size + 24 * blank, 9);
  });

  test("each place is under its own pixels, scrolled or not", () => {
    for (const scroll of [0, 17.5]) {
      const moved = { ...found, scroll };
      for (let row = 0; row < 32; row++) {
        const middle = yOf(moved, row) + heightOf(moved, row) / 2;
        expect(rowAt(moved, middle)).toBe(middle < moved.top ? -1 : row);
      }
      expect(rowAt(moved, yOf(moved, 32) + 0.01)).toBe(-1);
      const spans = rowSpans(moved, 1, ROW_AT).filter(({ index }) => index >= 0);
      for (const { index, from } of spans) {
        expect(Math.abs(from - yOf(moved, ROW_AT.indexOf(index)))).toBeLessThanOrEqual(0.5);
      }
    }
  });
});

test("rows that all have tiles are as they were", () => {
  const whole = rows(10, 400);
  expect(withBlanks(whole, Int32Array.from({ length: 32 }, (_, row) => row))).toBe(whole);
});

test("rows that all fit are scrolled as far as their growth about the pointer needs", () => {
  const rows = { size: 20, count: 5, gap: 1, scroll: 60, height: 200, top: 20 };
  expect([limitScroll(rows), limitScroll(rows, 45), limitScroll(rows, 500)]).toEqual([0, 45, 60]);
  expect(limitScroll({ ...rows, scroll: -3 }, 45)).toBe(0);
  expect(limitScroll({ ...rows, count: 50, scroll: 900 }, 45)).toBe(800);
});
