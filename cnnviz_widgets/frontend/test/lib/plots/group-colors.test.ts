import { expect, test } from "vitest";

import { rgb } from "../../../src/lib/dom/theme";
import { ALONE, groupColor, groupColors } from "../../../src/lib/plots/group-colors";

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
