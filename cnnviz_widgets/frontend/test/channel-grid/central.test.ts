import { expect, test } from "vitest";

import { mostCentral } from "../../src/channel-grid/central";
import { readSheet } from "../../src/channel-grid/sheet";
import { FakeModel, view } from "../fake";

const [ROWS, COLS, PIXELS] = [3, 7, 4];
/** Numbers that look like any, the same each time. */
const codes = Uint8Array.from({ length: ROWS * COLS * PIXELS }, (_, i) => (i * i * 31 + 17 * i) % 255);
const sheet = readSheet(new FakeModel({
  _shape: [ROWS, COLS, 2, 2],
  _codes: view(codes),
  _low: view(Float32Array.from({ length: ROWS * COLS }, (_, i) => -(i % 5))),
  _high: view(Float32Array.from({ length: ROWS * COLS }, (_, i) => 1 + (i % 3))),
  _marks: view(new Uint8Array(ROWS * COLS)),
  _channels: view(Int32Array.from({ length: COLS }, (_, i) => i)),
  _kind: "image",
  _reduction: [1, 1],
  _montage: [1, 1],
}) as never);

/** What a column's tiles hold, pixel by pixel. */
function values(column: number): number[] {
  const found: number[] = [];
  for (let row = 0; row < ROWS; row++) {
    const tile = row * COLS + column;
    for (let i = 0; i < PIXELS; i++) found.push(sheet.low[tile]! + (codes[tile * PIXELS + i]! / 254) * (sheet.high[tile]! - sheet.low[tile]!));
  }
  return found;
}

function distance(one: number, other: number): number {
  const [a, b] = [values(one), values(other)];
  const dot = (x: number[], y: number[]): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

test.each([[[0, 1, 2]], [[1, 2, 3, 4]], [[0, 1, 2, 3, 4, 5, 6]]])("of %j it is the one of least cosine distance to all", (columns) => {
  const sums = columns.map((one) => columns.reduce((sum, other) => sum + (one === other ? 0 : distance(one, other)), 0));
  expect(mostCentral(sheet, columns)).toBe(columns[sums.indexOf(Math.min(...sums))]);
});

test("of two it is the first, as they are as near to one another", () => {
  expect(mostCentral(sheet, [4, 2])).toBe(4);
});
