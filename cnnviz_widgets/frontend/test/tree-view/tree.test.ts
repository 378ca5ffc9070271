import { expect, test } from "vitest";

import { roundTicks } from "../../src/lib/plots/ticks";
import { scaleOf, yOf } from "../../src/tree-view/scale";
import { automaticCut, channelsBelow, columnsBelow, feetOver, groupsAt, labelsOf, parents, readTree, type Tree } from "../../src/tree-view/tree";
import { FakeModel, view } from "../fake";
import { treeState } from "../tree-state";

const tree = (): Tree => readTree(new FakeModel({ ...treeState }) as never);

test("a fork knows the channels below it", () => {
  expect(channelsBelow(tree(), 0)).toEqual([4, 2]);
  expect(channelsBelow(tree(), 2)).toEqual([4, 2, 0, 3]);
});

test("a cut joins forks at or below it; lone columns and zeros belong to no group", () => {
  expect(groupsAt(tree(), 0.05)).toEqual([]);
  expect(groupsAt(tree(), 0.1)).toEqual([[0, 2, 0.1]]);
  expect(groupsAt(tree(), 0.5)).toEqual([[0, 3, 0.3]]);
  expect(groupsAt(tree(), 2)).toEqual([[0, 4, 0.6]]);
  expect([...labelsOf(tree(), groupsAt(tree(), 0.5))]).toEqual([0, 0, 0, -1, -1]);
});

/** Each cut there can be, tried one by one. */
function bestCut(shown: Tree): number {
  const heights = [...new Set(Array.from({ length: shown.merges }, (_, merge) => shown.heights[3 * merge + 2]!))]
    .filter((height) => height < 2).sort((a, b) => a - b);
  const score = (cut: number): number => {
    const groups = groupsAt(shown, cut);
    const held = groups.reduce((sum, [first, past]) => sum + past - first, 0);
    return groups.length === 1 && held === shown.zeroFrom ? 0 : groups.length * (held / shown.zeroFrom) ** 2;
  };
  const most = Math.max(...heights.map(score));
  const at = heights.map((height) => score(height) > most - 1e-12).lastIndexOf(true);
  return (heights[at]! + (heights[at + 1] ?? shown.tallest)) / 2;
}

test("by itself it is cut where most groups hold most channels", () => {
  expect(automaticCut(tree())).toBeCloseTo(bestCut(tree()), 12);
  // A chain of 40 with a pair of neighbours here and there: heights as single linkage gives them.
  const n = 40;
  const gaps = Array.from({ length: n - 1 }, (_, i) => ((i * 7919) % 101) / 100 + 0.01);
  const order = [...gaps.keys()].sort((a, b) => gaps[a]! - gaps[b]!);
  const chain = readTree(new FakeModel({
    ...treeState,
    _columns: view(Int32Array.from({ length: n }, (_, i) => i)),
    _order: view(Int32Array.from({ length: n }, (_, i) => i)),
    _heights: view(Float64Array.from(order.flatMap((gap) => [0, 0, gaps[gap]!]))),
    _feet: view(new Float32Array(2 * (n - 1))),
    _span: view(new Int32Array(2 * (n - 1))),
    _split: view(Int32Array.from(order, (gap) => gap + 1)),
    _zero_columns: 0,
  }) as never);
  expect(automaticCut(chain)).toBeCloseTo(bestCut(chain), 12);
});

test("over columns that are all alike forks stand where Python puts them", () => {
  const shown = tree();
  const feet = feetOver(shown, columnsBelow(shown), (column) => column + 0.5);
  feet.forEach((x, at) => expect(x).toBeCloseTo(shown.feet[at]!, 6));
});

test("two groups are numbered from the left", () => {
  const two = readTree(
    new FakeModel({
      ...treeState,
      _columns: view(Int32Array.of(0, 1, 2, 3)),
      _heights: view(Float64Array.of(0, 0, 0.1, 0, 0, 0.2, 0.1, 0.2, 0.9)),
      _feet: view(Float32Array.of(2.5, 3.5, 0.5, 1.5, 1, 3)),
      _span: view(Int32Array.of(2, 4, 0, 2, 0, 4)),
      _split: view(Int32Array.of(3, 1, 2)),
      _order: view(Int32Array.of(0, 1, 2, 3)),
      _zero_columns: 0,
    }) as never,
  );
  expect(groupsAt(two, 0.5)).toEqual([[0, 2, 0.2], [2, 4, 0.1]]);
  expect([...parents(two)]).toEqual([2, 2, -1]);
});

test("each fork but the root has a parent", () => {
  expect([...parents(tree())]).toEqual([1, 2, 3, -1]);
});

test("all-zero channels stand apart, and the rest keeps the height", () => {
  const scale = scaleOf(tree(), 150);
  expect(tree().tallest).toBeCloseTo(0.6);
  expect(yOf(scale, 2)).toBeLessThan(yOf(scale, 0.6));
  // Without the break 0.6 would stand at less than a third of the height.
  expect(scale.bottom - yOf(scale, 0.6)).toBeGreaterThan(0.9 * (scale.bottom - scale.top));
});

test("opposite channels are 2 apart and share the axis with the others", () => {
  const opposite = readTree(
    new FakeModel({
      ...treeState,
      _columns: view(Int32Array.of(0, 1)),
      _heights: view(Float64Array.of(0, 0, 2)),
      _feet: view(Float32Array.of(0.5, 1.5)),
      _span: view(Int32Array.of(0, 2)),
      _split: view(Int32Array.of(1)),
      _order: view(Int32Array.of(0, 1)),
      _zero_columns: 0,
    }) as never,
  );
  expect(opposite.broken).toBe(false);
  expect(opposite.tallest).toBe(2);
});

test("ticks are round and stay on the axis", () => {
  expect([...roundTicks(0.63, 3)]).toEqual([0, 0.2, 0.4, 0.6].map((tick) => expect.closeTo(tick)));
  expect([...roundTicks(2, 2)]).toEqual([0, 1, 2]);
  expect([...roundTicks(3e-7, 3)]).toEqual([0, 1e-7, 2e-7, 3e-7].map((tick) => expect.closeTo(tick, 12)));
});
