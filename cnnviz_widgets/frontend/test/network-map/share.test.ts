import { expect, test } from "vitest";

import { strongestEdges, strongestShare } from "../../src/network-map/graph/share";
import { randomNumbers } from "./random";

test("the fewest edges that make the share are drawn, whatever their sign", () => {
  expect([...strongestShare(Float32Array.of(1, -4, 2, 3), 0.7)]).toEqual([0, 1, 0, 1]);
  expect([...strongestShare(Float32Array.of(1, -4, 2, 3), 0.71)]).toEqual([0, 1, 1, 1]);
});

test("no fewer edges than drawn make the share", () => {
  const random = randomNumbers(3);
  for (let round = 0; round < 50; round++) {
    const effects = Float32Array.from({ length: 1 + Math.floor(9 * random()) }, () => random() - 0.5);
    const share = random();
    const drawn = strongestShare(effects, share);
    const strength = (chosen: (at: number) => unknown): number => effects.reduce((sum, effect, at) => sum + (chosen(at) ? Math.abs(effect) : 0), 0);
    const wanted = share * strength(() => true);
    const count = drawn.reduce((sum, each) => sum + each, 0);
    expect(strength((at) => drawn[at])).toBeGreaterThanOrEqual(wanted - 1e-9);
    for (let set = 0; set < 1 << effects.length; set++) {
      const size = [...effects.keys()].filter((at) => (set >> at) & 1).length;
      if (size < count) expect(strength((at) => (set >> at) & 1)).toBeLessThan(wanted);
    }
  }
});

test("of equal effects the first ones; zeros and what is not finite never", () => {
  expect([...strongestShare(Float32Array.of(1, 1, 1, 1), 0.5)]).toEqual([1, 1, 0, 0]);
  expect([...strongestShare(Float32Array.of(0, NaN, 2, Infinity), 1)]).toEqual([0, 0, 1, 0]);
  expect([...strongestShare(new Float32Array(3), 0.8)]).toEqual([0, 0, 0]);
  expect([...strongestShare(Float32Array.of(3, 0.001, 0, -2), 1)]).toEqual([1, 1, 0, 1]);
  expect([...strongestShare(Float32Array.of(3, 2), 0)]).toEqual([0, 0]);
});

test("each child group has its share, over all of its parents together", () => {
  // Into the first group mostly from the shortcut, into the second hardly anything.
  const chain = Float32Array.of(1, 0.001, 2, 0.003);
  const shortcut = Float32Array.of(7, 0);
  expect(strongestEdges([chain, shortcut], 0.7, 2).map((mask) => [...mask])).toEqual([[0, 0, 0, 1], [1, 0]]);
  expect(strongestEdges([chain, shortcut], 0.9, 2).map((mask) => [...mask])).toEqual([[0, 1, 1, 1], [1, 0]]);
});

test("a nearly constant group, of which everything is many deviations, takes no edges from others", () => {
  const matrix = Float32Array.of(0.5, 900, 0.1, 800, 0.2, 700);
  expect([...strongestEdges([matrix], 0.6, 2)[0]]).toEqual([1, 1, 0, 1, 0, 0]);
});

test("the strongest edge into a group is drawn at no share, too", () => {
  expect([...strongestEdges([Float32Array.of(1, 5, 2, 4)], 0, 2)[0]]).toEqual([0, 1, 1, 0]);
  expect([...strongestEdges([Float32Array.of(1e-9, 0, 3e-9, 0)], 0, 2)[0]]).toEqual([0, 0, 1, 0]);
});
