import { expect, test } from "vitest";

import { ChannelColors } from "../../../src/lib/plots/channel-colors";

const PALETTE = ["red", "green", "blue"];

test("a channel keeps its colour whatever else is selected", () => {
  const colors = new ChannelColors();
  expect(colors.of([7, 2], PALETTE)).toEqual(["red", "green"]);
  expect(colors.of([2], PALETTE)).toEqual(["green"]);
  expect(colors.of([5, 2], PALETTE)).toEqual(["blue", "green"]);
  expect(colors.of([7, 5, 2], PALETTE)).toEqual(["red", "blue", "green"]);
});

test("when all colours are taken, those selected together differ", () => {
  const colors = new ChannelColors();
  colors.of([0, 1, 2], PALETTE);
  expect(colors.of([1, 9], PALETTE)).toEqual(["green", "red"]);
  expect(colors.of([9, 1], PALETTE)).toEqual(["red", "green"]);
});

test("more channels than colours repeat them; another layer begins anew", () => {
  const colors = new ChannelColors();
  expect(new Set(colors.of([0, 1, 2, 3, 4], PALETTE))).toEqual(new Set(PALETTE));
  colors.clear();
  expect(colors.of([4], PALETTE)).toEqual(["red"]);
});
