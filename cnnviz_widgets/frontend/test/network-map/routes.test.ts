import { expect, test } from "vitest";

import { bundles } from "../../src/network-map/graph/bicliques";
import { naturalOrder } from "../../src/network-map/graph/crossings";
import { layoutColumns } from "../../src/network-map/graph/geometry";
import { passages } from "../../src/network-map/graph/passages";
import { routed, type DrawnPair, type Line } from "../../src/network-map/graph/routes";
import { randomNumbers } from "./random";

function laidOut(counts: readonly number[], height = 500) {
  const columns = counts.map((count) => ({ groups: Array.from({ length: count }, (_, at) => ({ size: 1 + at })), thin: 0, stage: "", folded: 0 }));
  return layoutColumns({ width: 900, height, columns, order: naturalOrder(counts) });
}

function randomPair(counts: readonly number[], from: number, to: number, seed: number): DrawnPair {
  const random = randomNumbers(seed);
  const signs = Int8Array.from({ length: counts[from] * counts[to] }, () => (random() < 0.8 ? (random() < 0.5 ? 1 : -1) : 0));
  const strengths = Array.from(signs, () => random());
  return { from, to, bundles: bundles(signs, counts[from], counts[to]), strength: (parent, child) => strengths[parent * counts[to] + child] };
}

const counts = [8, 6, 8, 3];
const columns = laidOut(counts);
const pairs = [randomPair(counts, 0, 1, 1), randomPair(counts, 1, 2, 2), randomPair(counts, 2, 3, 3), randomPair(counts, 0, 2, 4)];

test("lines begin and end at their boxes' sides, or at their node", () => {
  const { lines, nodes } = routed(columns, pairs);
  for (const { pair, bundle, parent, child, from, to } of lines) {
    const node = nodes.find((each) => each.pair === pair && each.bundle === bundle);
    const [start, end] = [columns[pairs[pair].from], columns[pairs[pair].to]];
    if (parent === null) expect(from).toBe(node);
    else expect(from.x).toBe(start.x + start.width);
    if (child === null) expect(to).toBe(node);
    else expect(to.x).toBe(end.x);
    if (parent !== null) expect(from.y > start.boxes[parent].y && from.y < start.boxes[parent].y + start.boxes[parent].height).toBe(true);
    if (child !== null) expect(to.y > end.boxes[child].y && to.y < end.boxes[child].y + end.boxes[child].height).toBe(true);
  }
});

test("a bundle has a line to each of its groups, and a node only where several go to several", () => {
  const { lines, nodes } = routed(columns, pairs);
  pairs.forEach((pair, at) => pair.bundles.forEach(({ parents, children }, bundle) => {
    const mine = lines.filter((line) => line.pair === at && line.bundle === bundle);
    const hasNode = nodes.some((node) => node.pair === at && node.bundle === bundle);
    expect(hasNode).toBe(parents.length > 1 && children.length > 1);
    expect(mine.length).toBe(hasNode ? parents.length + children.length : 1);
  }));
});

/** The y and width of all ends at each side of each box. */
function endsAtSides(lines: readonly Line[]): Map<string, { y: number; width: number }[]> {
  const sides = new Map<string, { y: number; width: number }[]>();
  const add = (key: string, y: number, width: number): void => void sides.set(key, [...(sides.get(key) ?? []), { y, width }]);
  for (const { pair, parent, child, from, to, width } of lines) {
    if (parent !== null) add(`${pairs[pair].from} ${parent} right`, from.y, width);
    if (child !== null) add(`${pairs[pair].to} ${child} left`, to.y, width);
  }
  return sides;
}

test.each([500, 40])("widths do not overlap at a box, in a map %i pixels high", (height) => {
  const { lines } = routed(laidOut(counts, height), pairs);
  for (const ends of endsAtSides(lines).values()) {
    ends.sort((one, other) => one.y - other.y);
    for (let at = 1; at < ends.length; at++) {
      expect(ends[at].y - ends[at - 1].y).toBeGreaterThanOrEqual((ends[at].width + ends[at - 1].width) / 2 - 1e-9);
    }
  }
});

test("a stronger edge is a wider line, at most 6 pixels", () => {
  const { lines } = routed(columns, pairs);
  const sorted = [...lines].sort((one, other) => one.strength - other.strength);
  for (let at = 1; at < sorted.length; at++) expect(sorted[at].width).toBeGreaterThanOrEqual(sorted[at - 1].width);
  expect(Math.max(...lines.map(({ width }) => width))).toBeLessThanOrEqual(6);
});

test("ends at a box are in the order of what they lead to", () => {
  const pair: DrawnPair = { from: 0, to: 1, bundles: bundles(Int8Array.of(1, -1, 1, -1), 1, 4), strength: () => 1 };
  const { lines } = routed(laidOut([1, 4]), [pair]);
  const sorted = [...lines].sort((one, other) => one.from.y - other.from.y);
  expect(sorted.map(({ child }) => child)).toEqual([0, 1, 2, 3]);
});

test("nodes in the same gap can be told apart, and stay in the map", () => {
  const { nodes } = routed(columns, pairs);
  expect(nodes.length).toBeGreaterThan(3);
  for (const [at, node] of nodes.entries()) {
    expect(node.y >= 0 && node.y <= 500).toBe(true);
    for (const other of nodes.slice(0, at)) if (other.x === node.x) expect(Math.abs(other.y - node.y)).toBeGreaterThanOrEqual(14 - 1e-9);
  }
});

test("a line over several columns passes between their boxes, and others go by no way", () => {
  const { lines } = routed(columns, pairs);
  for (const { from, to, via } of lines) {
    const passed = columns.filter(({ x }) => x > from.x && x < to.x);
    expect(via.map(({ x }) => x)).toEqual(passed.flatMap((column) => [column.x, column.x + column.width]));
    for (const [at, column] of passed.entries()) {
      const { y } = via[2 * at];
      expect(via[2 * at + 1].y).toBe(y);
      for (const box of column.boxes) expect(y < box.y || y > box.y + box.height).toBe(true);
    }
  }
  expect(lines.some(({ via }) => via.length > 0)).toBe(true);
});

test("lines in one gap lie beside one another, as they come", () => {
  const box = { x: 100, y: 0, width: 50, height: 100 };
  const column = { ...laidOut([1])[0], x: 100, width: 50, boxes: [box, { ...box, y: 108 }], thin: [] };
  const line = (start: number, end: number, width: number) => ({ from: { x: 0, y: start }, to: { x: 250, y: end }, width });
  expect(passages([column], [line(90, 130, 2), line(100, 100, 4)]).map(([{ y }]) => y)).toEqual([106, 103]);
  // Where the nearest gap is full, the next one.
  expect(passages([column], [line(100, 100, 5), line(101, 101, 4)]).map(([{ y }]) => y)).toEqual([104, -4]);
  // Where all are full, the emptiest; none goes behind a box.
  const crowd = passages([column], Array.from({ length: 9 }, (_, at) => line(100 + at, 100, 6))).map(([{ y }]) => y);
  expect(crowd.every((y) => y < 0 || (y > 100 && y < 108) || y > 208)).toBe(true);
  expect(new Set(crowd).size).toBe(9);
});

test("no pairs are no lines", () => {
  expect(routed(columns, [])).toEqual({ lines: [], nodes: [] });
  expect(routed([], [])).toEqual({ lines: [], nodes: [] });
});
