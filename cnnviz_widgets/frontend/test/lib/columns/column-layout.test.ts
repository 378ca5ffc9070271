/** Where channels stand: what fits, what folds, what scrolls. */
import { describe, expect, test } from "vitest";

import {
  columnsOf,
  fittedTile,
  layoutOf,
  LARGEST_TILE,
  LEAST_TILE,
  leftOf,
  panned,
  placesOf,
  revealed,
  slotAt,
  STACK,
  visibleSlots,
  widthOf,
  zoomed,
  type Group,
  type LayoutRequest,
} from "../../../src/lib/columns/column-layout";

const request = (more: Partial<LayoutRequest> = {}): LayoutRequest => ({
  count: 32,
  groups: [],
  zeros: null,
  width: 1000,
  before: 84,
  start: 0,
  scale: 0,
  unfolded: [],
  isSelected: () => false,
  ...more,
});
const layout = (more: Partial<LayoutRequest> = {}) => layoutOf(request(more));
const sizes = ({ slots }: ReturnType<typeof layout>): number[] => slots.map(({ first, past }) => past - first);

/** Groups of so many columns each, one column alone between them, the first the loosest. */
function groupsOf(...lengths: number[]): Group[] {
  let at = 0;
  return lengths.map((length, i): Group => {
    const group: Group = [at, at + length, 1 - i / 100];
    at += length + 1;
    return group;
  });
}

/** Every column has one slot, from left to right, and no tile lies on another. */
function checkSound(found: ReturnType<typeof layout>, count: number): void {
  const covered = found.slots.flatMap(({ first, past }) => Array.from({ length: past - first }, (_, i) => first + i));
  const stacked = found.stack ? found.stack[1] - found.stack[0] : 0;
  expect(covered.length + stacked).toBe(count);
  expect([...covered].sort((a, b) => a - b)).toEqual(covered);
  found.slots.forEach(({ x }, slot) => {
    if (slot > 0) expect(x - found.slots[slot - 1]!.x).toBeGreaterThanOrEqual(found.size + 1);
  });
  expect(found.size).toBeGreaterThanOrEqual(LEAST_TILE);
}

test("a large group folds no farther than the room asks for", () => {
  // Eight alone and 24 of one group, at the least size in room for 24 tiles.
  const found = layout({ count: 32, groups: [[0, 24, 0.2]], width: 84 + 24 * 25 + 24 });
  expect(found.slots.length).toBeGreaterThan(18);
  expect(Math.max(...sizes(found))).toBe(2);
  expect(found.size).toBeLessThan(2 * LEAST_TILE);
});

test("a group that folded before a large one did unfolds where that leaves room", () => {
  const found = layout({ count: 40, groups: [[0, 2, 0.1], [2, 32, 0.2]], width: 84 + 20 * 25 + 30 });
  expect(sizes(found).slice(0, 2)).toEqual([1, 1]);
});

test("where all channels are zero they are not stacked beside nothing", () => {
  const found = layout({ count: 8, zeros: [0, 8] });
  expect([found.stack, found.slots.length]).toEqual([null, 8]);
  expect(layout({ count: 8, zeros: [1, 8] }).stack).toEqual([1, 8]);
});

describe("what fits", () => {
  test.each([1, 2, 10, 32, 36])("%i channels are as large as fits, and no larger than is of use", (count) => {
    const found = layout({ count });
    checkSound(found, count);
    expect(found.size).toBeLessThanOrEqual(fittedTile(count, 906));
    expect(leftOf(found, count - 1) + found.size).toBeLessThanOrEqual(1000 - found.after);
    if (found.size < fittedTile(count, 906)) expect((found.size + 2) * count - 1).toBeGreaterThan(1000 - 84 - found.after);
  });

  test("few channels do not leave the pane nearly empty, and no tile is too large for several rows", () => {
    expect([1, 2, 3, 4, 6, 10, 11, 500].map((count) => layout({ count }).size)).toEqual([192, 192, 160, 120, 80, 48, 48, 24]);
    // In a narrow view a second row is in sight.
    expect(layout({ count: 1, width: 500 }).size).toBe(135);
    // Grids of as many places stand in line, whatever each holds.
    expect(layout({ count: 2, places: 6 }).size).toBe(layout({ count: 6 }).size);
  });

  test("a pixel parts tiles, seven part groups, three in a narrow view", () => {
    const groups: Group[] = [[0, 2, 0.1], [2, 4, 0.2]];
    for (const [width, parting] of [[1000, 7], [500, 3]] as const) {
      const { slots, size } = layout({ count: 4, groups, width });
      const gaps = slots.slice(1).map(({ x }, i) => x - slots[i]!.x - size);
      expect(gaps).toEqual([1, parting, 1]);
    }
  });

  test("grids of as many places stand in line", () => {
    const [few, many] = [layout({ count: 5, places: 30 }), layout({ count: 30, places: 30 })];
    expect(few.size).toBe(many.size);
    for (let slot = 0; slot < 5; slot++) expect(leftOf(few, slot)).toBe(leftOf(many, slot));
  });

  test("no channels at all are no error", () => {
    const none = layout({ count: 0 });
    expect([slotAt(none, 200), placesOf(none), panned(none, -50), revealed(none, 0)]).toEqual([-1, 0, 0, 0]);
  });
});

describe("what does not fit", () => {
  const groups = groupsOf(10, 10, 12);

  test("the tightest group folds to one tile, then the next, until all have room", () => {
    // 34 columns want 34 · 24 + 33 gaps; each group that folds gives back its tiles but one.
    expect(new Set(sizes(layout({ count: 34, groups, width: 1000 })))).toEqual(new Set([1]));
    const one = layout({ count: 34, groups, width: 850 });
    expect(one.blocks.filter(({ folded }) => folded).map(({ group }) => group)).toEqual([2]);
    const two = layout({ count: 34, groups, width: 500 });
    expect(two.blocks.filter(({ folded }) => folded).map(({ group }) => group)).toEqual([1, 2]);
    for (const found of [one, two]) {
      checkSound(found, 34);
      expect(leftOf(found, found.slots.length - 1) + found.size).toBeLessThanOrEqual(found.width - found.after);
    }
  });

  test("what is unfolded by hand stays so, and another folds in its stead", () => {
    const found = layout({ count: 34, groups, width: 850, unfolded: [groups[2]![0]] });
    expect(found.blocks.filter(({ folded }) => folded).map(({ group }) => group)).toEqual([1]);
  });

  test("a group of which some are selected does not fold; one that is selected whole may", () => {
    const [first, past] = groups[2]!;
    const some = layout({ count: 34, groups, width: 850, isSelected: (column) => column === first + 3 });
    expect(some.blocks.filter(({ folded }) => folded).map(({ group }) => group)).toEqual([1]);
    const whole = layout({ count: 34, groups, width: 850, isSelected: (column) => column >= first && column < past });
    expect(whole.blocks.filter(({ folded }) => folded).map(({ group }) => group)).toEqual([2]);
  });

  test("where there is nothing to fold it scrolls", () => {
    const found = layout({ count: 300 });
    expect([found.size, found.slots.length]).toEqual([LEAST_TILE, 300]);
    expect(found.content).toBe(300 * 25 - 1);
  });

  test("a group too large for one tile folds to equal runs that fill the room", () => {
    const found = layout({ count: 500, groups: [[0, 485, 0.7]] });
    checkSound(found, 500);
    const runs = sizes(found).slice(0, -15);
    expect(Math.max(...runs) - Math.min(...runs)).toBeLessThanOrEqual(1);
    expect(found.content).toBeLessThanOrEqual(1000 - 84 - found.after);
    // One run more would not fit.
    expect(found.content + 25 + (found.size - LEAST_TILE) * -found.slots.length).toBeGreaterThan(1000 - 84 - found.after - 25);
  });

  test("in a large group what is selected stands by itself", () => {
    const found = layout({ count: 500, groups: [[0, 485, 0.7]], isSelected: (column) => column === 100 || column === 101 });
    checkSound(found, 500);
    expect(columnsOf(found, found.slotOf[100]!)).toEqual([100, 101]);
    expect(columnsOf(found, found.slotOf[101]!)).toEqual([101, 102]);
    expect(sizes(found).filter((size) => size > 1).length).toBeGreaterThan(10);
  });

  test("2,048 channels in many groups are laid out whole", () => {
    const many = Array.from({ length: 200 }, (_, i): Group => [i * 10, i * 10 + 9, i / 200]);
    const found = layout({ count: 2048, groups: many });
    checkSound(found, 2048);
    expect(found.blocks.filter(({ folded }) => folded).length).toBe(200);
  });
});

describe("zeros", () => {
  const zeros = { count: 20, zeros: [12, 18] as const, groups: [[0, 4, 0.1]] as Group[] };

  test("stand in a stack at the right edge, which does not scroll", () => {
    const found = layout({ ...zeros, scale: 160, start: 8 });
    expect(found.stack).toEqual([12, 18]);
    expect(leftOf(found, found.slots.length)).toBe(1000 - STACK);
    expect(slotAt(found, 1000 - STACK / 2)).toBe(found.slots.length);
    expect(columnsOf(found, found.slotOf[13]!)).toEqual([12, 18]);
    // What is not finite stands behind them, and scrolls with the others.
    expect(columnsOf(found, found.slotOf[19]!)).toEqual([19, 20]);
  });

  test("unfold where they stand in the order", () => {
    const found = layout({ ...zeros, unfolded: [12] });
    checkSound(found, 20);
    expect([found.stack, found.slots.length]).toEqual([null, 20]);
    expect(found.blocks.filter(({ zero }) => zero)).toMatchObject([{ first: 12, past: 18 }]);
  });
});

describe("moving", () => {
  const wide = request({ count: 200, groups: groupsOf(30, 20, 40), scale: 40 });

  test("what is under each pixel is found there, and the gaps are nobody's", () => {
    const found = layoutOf({ ...wide, start: 31.5 });
    const [first, past] = visibleSlots(found);
    for (let slot = first; slot < past; slot++) {
      const x = leftOf(found, slot) + widthOf(found, slot) / 2;
      if (x >= found.before && x < found.width - found.after) expect(slotAt(found, x)).toBe(slot);
    }
    expect(slotAt(found, 83)).toBe(-1);
  });

  test("dragged by so many pixels, it has moved by so many", () => {
    const found = layoutOf(wide);
    const moved = layoutOf({ ...wide, start: panned(found, -333) });
    expect(moved.scroll).toBeCloseTo(333, 6);
    expect(layoutOf({ ...wide, start: panned(moved, 1e6) }).scroll).toBe(0);
    const end = layoutOf({ ...wide, start: panned(found, -1e6) });
    expect(leftOf(end, end.slots.length - 1) + end.size).toBeCloseTo(end.width - end.after, 6);
  });

  test("what is under the pointer stays there when tiles grow", () => {
    const start = panned(layoutOf(wide), -1500);
    for (const x of [90, 300, 800]) {
      const before = layoutOf({ ...wide, start });
      const slot = slotAt(before, x);
      const share = (x - leftOf(before, slot)) / before.size;
      const after = layoutOf({ ...wide, ...zoomed({ ...wide, start }, 1.5, x) });
      expect(after.size).toBe(60);
      expect(Math.abs(leftOf(after, slot) + share * after.size - x)).toBeLessThanOrEqual(1.5);
    }
  });

  test("and so before they fill the width; panning leads back, and no farther", () => {
    const few = { ...wide, count: 6, groups: [], zeros: null, scale: 40 };
    const x = 200;
    let request = few;
    const before = layoutOf(request);
    const slot = slotAt(before, x);
    const share = (x - leftOf(before, slot)) / before.size;
    for (let turn = 0; turn < 6; turn++) {
      request = { ...request, ...zoomed(request, 1.1, x) };
      const now = layoutOf(request);
      expect(now.content).toBeLessThan(now.width - now.before - now.after);
      expect(Math.abs(leftOf(now, slot) + share * now.size - x)).toBeLessThanOrEqual(1.5 * (turn + 1));
    }
    const now = layoutOf(request);
    expect(now.scroll).toBeGreaterThan(20);
    expect(layoutOf({ ...request, start: panned(now, -500) }).scroll).toBeCloseTo(now.scroll, 6);
    expect(layoutOf({ ...request, start: panned(now, 500) }).scroll).toBe(0);
  });

  test("tiles grow and shrink between their bounds, and folds stay as they are", () => {
    const small = { ...wide, ...zoomed(wide, 1e-6, 500) };
    const large = { ...wide, ...zoomed(wide, 1e6, 500) };
    expect([layoutOf(small).size, layoutOf(large).size]).toEqual([LEAST_TILE, LARGEST_TILE]);
    expect(sizes(layoutOf(large))).toEqual(sizes(layoutOf(small)));
  });

  test("a slot is scrolled to as little as is needed", () => {
    const found = layoutOf(wide);
    const moved = layoutOf({ ...wide, start: revealed(found, 100) });
    expect(leftOf(moved, 100) + moved.size).toBeCloseTo(moved.width - moved.after, 6);
    expect(layoutOf({ ...wide, start: revealed(moved, 100) }).scroll).toBeCloseTo(moved.scroll, 6);
  });
});
