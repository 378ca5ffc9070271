import { expect, test } from "vitest";

import { bundles, type Bundle } from "../../src/network-map/graph/bicliques";
import { randomNumbers } from "./random";

function randomSigns(random: () => number, count: number, density: number): Int8Array {
  return Int8Array.from({ length: count }, () => (random() < density ? (random() < 0.5 ? 1 : -1) : 0));
}

/** The signs of the edges that are drawn; raises where one is drawn twice. */
function drawn(list: readonly Bundle[], parents: number, children: number): number[] {
  const signs = new Array<number>(parents * children).fill(0);
  for (const bundle of list) {
    for (const parent of bundle.parents) {
      for (const child of bundle.children) {
        expect(signs[parent * children + child]).toBe(0);
        signs[parent * children + child] = bundle.sign;
      }
    }
  }
  return signs;
}

/** The most that a biclique of several to several saves, by trying every set of parents; −1 for none. */
function mostSaved(signs: Int8Array, parents: number, children: number, sign: number): number {
  let most = -1;
  for (let set = 0; set < 1 << parents; set++) {
    const rows = Array.from({ length: parents }, (_, row) => row).filter((row) => (set >> row) & 1);
    const columns = Array.from({ length: children }, (_, column) => column).filter((column) => rows.every((row) => signs[row * children + column] === sign));
    if (rows.length > 1 && columns.length > 1) most = Math.max(most, rows.length * columns.length - rows.length - columns.length);
  }
  return most;
}

const several = ({ parents, children }: Bundle): boolean => parents.length > 1 && children.length > 1;
const saved = ({ parents, children }: Bundle): number => parents.length * children.length - parents.length - children.length;

test.each([[1, 1], [1, 9], [9, 1], [5, 7], [8, 8], [3, 31], [6, 32], [4, 33], [5, 70], [40, 3]])(
  "every edge of %i × %i groups is drawn once, and nothing else",
  (parents, children) => {
    const random = randomNumbers(parents * 100 + children);
    for (const density of [0, 0.2, 0.5, 0.8, 1]) {
      const signs = randomSigns(random, parents * children, density);
      const list = bundles(signs, parents, children);
      expect(drawn(list, parents, children)).toEqual([...signs]);
      for (const bundle of list) expect(several(bundle) || bundle.parents.length * bundle.children.length === 1).toBe(true);
    }
  },
);

test("the first bundle saves as much ink as any could, and nothing that could be one is left", () => {
  const random = randomNumbers(7);
  for (let round = 0; round < 60; round++) {
    const [parents, children] = [2 + Math.floor(6 * random()), 2 + Math.floor(6 * random())];
    const signs = randomSigns(random, parents * children, 0.4 + 0.6 * random());
    const list = bundles(signs, parents, children);
    for (const sign of [1, -1]) {
      const ours = list.filter((bundle) => bundle.sign === sign);
      const first = ours.filter(several)[0];
      expect(first ? saved(first) : -1).toBe(mostSaved(signs, parents, children, sign));
      const left = new Int8Array(parents * children);
      for (const bundle of ours) if (!several(bundle)) left[bundle.parents[0] * children + bundle.children[0]] = sign;
      expect(mostSaved(left, parents, children, sign)).toBe(-1);
    }
  }
});

test("what all share is one bundle, beyond a word of bits too", () => {
  const [parents, children] = [5, 67];
  const list = bundles(new Int8Array(parents * children).fill(-1), parents, children);
  expect(list).toEqual([{ sign: -1, parents: [0, 1, 2, 3, 4], children: Array.from({ length: children }, (_, child) => child) }]);
});

test("raises and lowers are not bundled together", () => {
  expect(bundles(Int8Array.of(1, 1, -1, 1, 1, -1, -1, 0, -1), 3, 3)).toEqual([
    { sign: 1, parents: [0, 1], children: [0, 1] },
    { sign: -1, parents: [0], children: [2] },
    { sign: -1, parents: [1], children: [2] },
    { sign: -1, parents: [2], children: [0] },
    { sign: -1, parents: [2], children: [2] },
  ]);
});

test("a matrix of 2²⁴ maximal bicliques comes to an end", () => {
  const size = 24;
  const signs = Int8Array.from({ length: size * size }, (_, at) => (Math.floor(at / size) === at % size ? 0 : 1));
  const list = bundles(signs, size, size);
  expect(drawn(list, size, size)).toEqual([...signs]);
  // The best by hand: half of the groups to the other half, 144 edges as 24 lines.
  expect(saved(list[0])).toBe(120);
});

test("signs that do not fill the matrix are refused", () => {
  expect(() => bundles(new Int8Array(5), 2, 3)).toThrow("5 signs for 2 × 3 groups");
});
