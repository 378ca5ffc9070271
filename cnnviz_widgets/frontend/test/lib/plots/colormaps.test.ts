import { interpolateMagma, interpolateRdBu } from "d3-scale-chromatic";
import { expect, test } from "vitest";

import { chosenColormap, colorRange, colorTable, cssColor } from "../../../src/lib/plots/colormaps";

test("by itself the map is for values above zero, or for values of both signs", () => {
  const chosen = ([low, high]: [number, number]) => chosenColormap("auto", low, high);
  expect(([[0, 3], [-0.1, 3], [2, 5], [-3, 5], [-5, -1], [Infinity, -Infinity]] as [number, number][]).map(chosen)).toEqual([
    "magma", "magma", "magma", "diverging", "diverging", "magma",
  ]);
  expect(chosenColormap("grey", -3, 5)).toBe("grey");
});

test("maps are the published ones", () => {
  expect(cssColor("magma", 0.3)).toBe(interpolateMagma(0.3));
  expect(cssColor("diverging", 0.3)).toBe(interpolateRdBu(0.7));
  expect(colorRange("diverging", -1, 3)).toEqual([-3, 3]);
});

test("on a dark page zero is the page's dark, and the ends stay blue and red", () => {
  expect(cssColor("diverging", 0.5, true)).toBe("rgb(33, 33, 33)");
  const [blue, red] = [0, 255].map((at) => colorTable("diverging", true)[at]!);
  const parts = (pixel: number): [number, number] => [pixel & 255, (pixel >> 16) & 255];
  expect(parts(blue!)[1]).toBeGreaterThan(parts(blue!)[0] + 100);
  expect(parts(red!)[0]).toBeGreaterThan(parts(red!)[1] + 100);
  expect(colorTable("magma", true)).toBe(colorTable("magma"));
});
