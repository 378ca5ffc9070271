import { expect, test } from "vitest";

import { edgePath, layoutColumns, leastSize, stageBands, type ColumnShape } from "../../src/network-map/graph/geometry";
import { naturalOrder } from "../../src/network-map/graph/crossings";

const column = (sizes: readonly number[], more: Partial<ColumnShape> = {}): ColumnShape =>
  ({ groups: sizes.map((size) => ({ size })), thin: 0, stage: "a", folded: 0, ...more });

const laidOut = (columns: readonly ColumnShape[], width = 1000, height = 500, order?: number[][]) =>
  layoutColumns({ width, height, columns, order: order ?? naturalOrder(columns.map(({ groups }) => groups.length)) });

test("boxes fill the height, each in proportion to size^0.55", () => {
  const [{ boxes }] = laidOut([column([4, 16, 64])]);
  expect(boxes[0].y).toBe(0);
  expect(boxes[2].y + boxes[2].height).toBeCloseTo(500, 6);
  expect(boxes[1].height / boxes[0].height).toBeCloseTo(4 ** 0.55, 6);
  expect(boxes[2].height / boxes[1].height).toBeCloseTo(4 ** 0.55, 6);
});

test("there is a gap of at least 6 pixels below each, and none is too low to be hit", () => {
  const [{ boxes }] = laidOut([column([1, 2000, 1, 1, 900])], 1000, 300);
  expect(Math.min(...boxes.map(({ height }) => height))).toBeGreaterThanOrEqual(24);
  for (let at = 1; at < boxes.length; at++) expect(boxes[at].y - boxes[at - 1].y - boxes[at - 1].height).toBeGreaterThanOrEqual(6 - 1e-9);
  expect(boxes[4].y + boxes[4].height).toBeCloseTo(300, 6);
});

test("a box has the height that it asks for", () => {
  const shape = { ...column([4, 4]), groups: [{ size: 4, height: 320 }, { size: 4 }] };
  const [{ boxes }] = laidOut([shape]);
  expect(boxes[0].height).toBe(320);
  expect(boxes[1].height).toBeCloseTo(500 - 320 - 8, 6);
});

test("boxes stand in the order asked for, and are listed by group", () => {
  const [{ boxes }] = laidOut([column([5, 5, 5])], 1000, 500, [[2, 0, 1]]);
  expect(boxes[2].y).toBeLessThan(boxes[0].y);
  expect(boxes[0].y).toBeLessThan(boxes[1].y);
});

test("thin boxes stand at the foot, far enough from one another to be hit", () => {
  const [{ boxes, thin }] = laidOut([column([5, 5], { thin: 2 })]);
  expect(thin[1].y + thin[1].height).toBeCloseTo(500, 6);
  expect(thin[1].y - thin[0].y).toBeGreaterThanOrEqual(24);
  expect(thin[0].y - boxes[1].y - boxes[1].height).toBeGreaterThanOrEqual(6);
  expect(laidOut([column([], { thin: 1 })])[0]).toMatchObject({ boxes: [], thin: [{ y: 484 }] });
});

test("24 columns in 1,000 pixels are as wide as is needed, and to be scrolled", () => {
  const columns = Array.from({ length: 24 }, () => column([1, 1]));
  const least = leastSize(columns);
  expect(least.width).toBeGreaterThan(1000);
  const boxes = laidOut(columns);
  expect(boxes[23].right).toBeLessThanOrEqual(least.width);
  for (let at = 1; at < 24; at++) expect(boxes[at].x - boxes[at - 1].x - boxes[at - 1].width).toBeGreaterThanOrEqual(20);
  // With room they take it.
  expect(laidOut(columns, 1600)[23].right).toBeCloseTo(1592, 6);
});

test("a column of many groups makes the map higher", () => {
  const columns = [column(new Array(30).fill(1)), column([1])];
  const [{ boxes }, { boxes: [one] }] = laidOut(columns, 1000, 200);
  const { height } = leastSize(columns);
  expect(height).toBe(30 * 24 + 29 * 8);
  expect(boxes[29].y + boxes[29].height).toBeCloseTo(height, 6);
  expect(one.height).toBeCloseTo(height, 6);
});

test("columns side by side of the same stage share a band; bands do not overlap", () => {
  const bands = stageBands(laidOut([column([1]), column([1]), column([1], { stage: "b" }), column([1])]));
  expect(bands.map(({ stage, columns }) => [stage, columns])).toEqual([["a", [0, 1]], ["b", [2]], ["a", [3]]]);
  for (let at = 1; at < bands.length; at++) expect(bands[at].x).toBeGreaterThan(bands[at - 1].x + bands[at - 1].width);
  expect(stageBands([])).toEqual([]);
});

test("what is folded is marked between two columns", () => {
  const [first, second] = laidOut([column([1]), column([1], { folded: 3 })]);
  expect(first.fold).toBeNull();
  expect(second).toMatchObject({ folded: 3, fold: first.right });
});

test("a curve leaves and arrives level, wherever it goes by too", () => {
  expect(edgePath({ x: 10, y: 20 }, { x: 50, y: 80 })).toBe("M10 20C30 20 30 80 50 80");
  expect(edgePath({ x: 10, y: 20 }, { x: 50, y: 80 }, { x: 30, y: 60 })).toBe("M10 20C20 20 20 60 30 60C40 60 40 80 50 80");
  // Over several columns it bends near its ends.
  expect(edgePath({ x: 0, y: 0 }, { x: 400, y: 100 })).toBe("M0 0C60 0 340 100 400 100");
});
