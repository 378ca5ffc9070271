/** The ribbon below a tree: a band for each group, and none over channels that are in no group. */
import { expect, test } from "vitest";

import { themeOf } from "../../src/lib/dom/theme";
import { groupColor } from "../../src/lib/plots/group-colors";
import { leavesOf } from "../../src/tree-view/leaves";
import { paintTree, type Scene } from "../../src/tree-view/paint";
import { scaleOf } from "../../src/tree-view/scale";
import { labelsOf, readTree } from "../../src/tree-view/tree";
import { emptyPage, FakeModel } from "../fake";
import { treeState } from "../tree-state";

emptyPage();

test("a channel by itself has no band", () => {
  const tree = readTree(new FakeModel({ ...treeState }) as never);
  const block = (first: number, past: number, group: number, zero = false) => ({ first, past, group, zero, folded: false, from: first, to: past });
  const blocks = [block(0, 2, 0), block(2, 4, -1), block(4, 5, -1, true)];
  const theme = themeOf(document.body);
  const left = (column: number): number => 10 * column;
  const leaves = { ...leavesOf(tree, { left, right: (column) => left(column) + 10 }, blocks), offset: 0 };
  const scene = {
    tree, theme, leaves, cut: 0.2, merge: -1, width: 60, height: 80, clip: [0, 60], scale: scaleOf(tree, 80, true),
    selection: { list: [], has: () => false }, labels: labelsOf(tree, [[0, 2, 0]]), columnOf: () => 0,
  } as unknown as Scene;
  const bands: [string, number, number][] = [];
  let fillStyle = "";
  const context = new Proxy({}, {
    get: (_, name) => (name === "fillRect" ? (x: number, _y: number, width: number) => bands.push([fillStyle, x, width]) : () => undefined),
    set: (_, name, value) => {
      if (name === "fillStyle") fillStyle = value;
      return true;
    },
  });
  paintTree(context as CanvasRenderingContext2D, scene);
  expect(bands).toEqual([[groupColor(0, theme.dark), 0, 20], [theme.warning, 40, 10]]);
});
