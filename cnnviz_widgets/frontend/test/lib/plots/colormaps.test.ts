import { interpolateMagma, interpolateViridis } from "d3-scale-chromatic";
import { expect, test } from "vitest";

import { rgb } from "../../../src/lib/dom/theme";
import { chosenColormap, colorRange, colorTable, cssColor } from "../../../src/lib/plots/colormaps";

test("by itself the map is for values above zero, or for values of both signs", () => {
  const chosen = ([low, high]: [number, number]) => chosenColormap("auto", low, high);
  expect(([[0, 3], [-0.1, 3], [2, 5], [-3, 5], [-5, -1], [Infinity, -Infinity]] as [number, number][]).map(chosen)).toEqual([
    "magma", "magma", "magma", "diverging", "diverging", "magma",
  ]);
  expect(chosenColormap("grey", -3, 5)).toBe("grey");
});

test.each([["magma", interpolateMagma], ["viridis", interpolateViridis]] as const)("%s is the published one, to what an eye can see", (name, published) => {
  for (let i = 0; i < 256; i++) {
    const found = rgb(cssColor(name, i / 255));
    rgb(published(i / 255)).forEach((value, channel) => expect(Math.abs(found[channel]! - value)).toBeLessThanOrEqual(5));
  }
});

test("the diverging one is as bright on both sides of a white zero, and darker from it on", () => {
  const light = (t: number): number => {
    const [red, green, blue] = rgb(cssColor("diverging", t));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  expect(light(0.5)).toBeGreaterThan(240);
  for (let i = 1; i <= 20; i++) {
    expect(light(0.5 + i / 40)).toBeLessThan(light(0.5 + (i - 1) / 40));
    expect(light(0.5 - i / 40)).toBeLessThan(light(0.5 - (i - 1) / 40));
    expect(Math.abs(light(0.5 + i / 40) - light(0.5 - i / 40))).toBeLessThan(40);
  }
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
