import { expect, test } from "vitest";

import { squarified } from "../../src/network-map/graph/treemap";
import { randomNumbers } from "./random";

test.each([[60, 120, 8], [300, 40, 32], [80, 80, 100], [33.3, 7.7, 5], [50, 50, 1]])("tiles of a box %d × %d fill it and do not overlap", (width, height, count) => {
  const random = randomNumbers(count);
  const areas = Array.from({ length: count }, () => random()).sort((one, other) => other - one);
  const tiles = squarified(areas, width, height);
  expect(tiles.length).toBe(count);
  expect(tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0)).toBeCloseTo(width * height, 6);
  for (const [at, tile] of tiles.entries()) {
    expect(Math.min(tile.x, tile.y, tile.width, tile.height)).toBeGreaterThanOrEqual(0);
    expect(tile.x + tile.width).toBeLessThanOrEqual(width + 1e-9);
    expect(tile.y + tile.height).toBeLessThanOrEqual(height + 1e-9);
    for (const other of tiles.slice(0, at)) {
      const across = Math.min(tile.x + tile.width, other.x + other.width) - Math.max(tile.x, other.x);
      const down = Math.min(tile.y + tile.height, other.y + other.height) - Math.max(tile.y, other.y);
      expect(Math.min(across, down)).toBeLessThan(1e-9);
    }
  }
  expect(Math.max(...tiles.map((tile) => tile.x + tile.width))).toBe(width);
  expect(Math.max(...tiles.map((tile) => tile.y + tile.height))).toBe(height);
});

test("areas are in proportion, in the order given", () => {
  // The example of the paper.
  const areas = [6, 6, 4, 3, 2, 2, 1];
  const tiles = squarified(areas, 6, 4);
  tiles.forEach((tile, at) => expect(tile.width * tile.height).toBeCloseTo(areas[at], 9));
  expect(tiles.slice(0, 2)).toEqual([{ x: 0, y: 0, width: 3, height: 2 }, { x: 0, y: 2, width: 3, height: 2 }]);
});

test("tiles of many sizes are nearly square", () => {
  const random = randomNumbers(9);
  let sum = 0;
  for (let round = 0; round < 30; round++) {
    const tiles = squarified(Array.from({ length: 20 }, () => random()).sort((one, other) => other - one), 60, 120);
    sum += tiles.reduce((ratios, { width, height }) => ratios + Math.min(width, height) / Math.max(width, height), 0) / tiles.length;
  }
  expect(sum / 30).toBeGreaterThan(0.6);
});

test("the smallest is a sixteenth of the largest, so that it is seen", () => {
  const tiles = squarified([1, 1e-9, 0, -3, NaN], 40, 40);
  const areas = tiles.map(({ width, height }) => width * height);
  for (const area of areas.slice(1)) expect(area).toBeCloseTo(areas[0] / 16, 9);
  for (const { width, height } of squarified([0, 0, 0, 0], 20, 20)) expect([width, height]).toEqual([10, 10]);
});

test("no areas, or no box, are no fault", () => {
  expect(squarified([], 20, 20)).toEqual([]);
  for (const tile of squarified([3, 2, 1], 0, 20)) expect(Object.values(tile).every(Number.isFinite)).toBe(true);
});
