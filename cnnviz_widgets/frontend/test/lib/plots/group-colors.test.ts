import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { rgb } from "../../../src/lib/dom/theme";
import { layerColors } from "../../../src/health-panel/colors";
import { ALONE, groupColor, groupColors, selectedColors } from "../../../src/lib/plots/group-colors";

/** WCAG 2's relative luminance and contrast. */
function luminance(color: string): number {
  const [red, green, blue] = rgb(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test.each([["light", false, "#ffffff", 4.5, 8.0], ["dark", true, "#212121", 6.6, 9.1]] as const)("eight hues can be read on a %s page", (_, dark, page, least, most) => {
  expect(new Set(groupColors(dark)).size).toBe(8);
  for (const color of groupColors(dark)) {
    expect(contrast(color, page)).toBeGreaterThanOrEqual(least - 0.05);
    expect(contrast(color, page)).toBeLessThanOrEqual(most);
  }
  // For graphics 3 to 1 is enough.
  expect(contrast(ALONE(dark), page)).toBeGreaterThanOrEqual(3);
});

test("groups have their colours by number, again from the ninth on; none is grey", () => {
  expect(groupColor(8, false)).toBe(groupColor(0, false));
  expect(groupColor(-1, true)).toBe(ALONE(true));
});

/** Lightness, and how far towards red and yellow, of CIE 1976. */
function lab(color: string): [number, number, number] {
  const [red, green, blue] = rgb(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const bent = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = bent((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047);
  const y = bent(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = bent((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const apart = (one: string, other: string): number => {
  const [from, to] = [lab(one), lab(other)];
  return Math.hypot(...from.map((part, at) => part - to[at]!));
};

/** Of losses and metrics, as the timeline's style sheet has them. */
function metricColors(dark: boolean): string[] {
  const sheet = readFileSync("src/timeline/style.css", "utf8");
  return [...sheet.matchAll(/^(:is\(.*)?\.cnnviz-hue-\d \{ --cnnviz-line-hue: (#\w+); \}/gm)]
    .filter(([, isDark]) => Boolean(isDark) === dark)
    .map(([, , color]) => color!);
}

test.each([["light", false, "#ffffff"], ["dark", true, "#212121"]] as const)("no colour of one family is taken for one of another on a %s page", (_, dark, page) => {
  const families = { groups: groupColors(dark), selected: selectedColors(dark), metrics: metricColors(dark) };
  const meant = dark ? { trouble: "#ffb74d", wrong: "#ff8a80" } : { trouble: "#a84a05", wrong: "#c62828" };
  expect(families.metrics.length).toBe(4);
  for (const color of families.metrics) expect(contrast(color, page)).toBeGreaterThanOrEqual(4.5);
  for (const color of families.selected) expect(contrast(color, page)).toBeGreaterThanOrEqual(2.95);
  const all = Object.entries(families).flatMap(([family, colors]) => colors.map((color) => [family, color] as const));
  for (const [family, color] of all) {
    for (const [other, otherColor] of all) if (other !== family) expect(apart(color, otherColor), `${color} ${otherColor}`).toBeGreaterThan(12);
    if (family !== "groups") for (const other of Object.values(meant)) expect(apart(color, other), `${color} ${other}`).toBeGreaterThan(12);
  }
  // A layer's colour is one of a scale; those that groups have are not among them.
  for (const color of layerColors(6, dark)) expect(groupColors(dark)).not.toContain(color);
});
