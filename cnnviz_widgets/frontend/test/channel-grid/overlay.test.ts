import { expect, test } from "vitest";

import { paintOverlay, type Scene } from "../../src/channel-grid/overlay";
import { layoutOf } from "../../src/lib/columns/column-layout";
import { GUTTER } from "../../src/lib/columns/column-axis";

/** The channels' names that the header shows, with their middles, of a grid of 500 channels. */
function header(start: number, scale: number, nameAt: (slot: number) => string = String): Map<string, number> {
  const written = new Map<string, number>();
  const context = new Proxy({} as Record<string, unknown>, {
    get: (held, name) => {
      if (name === "measureText") return (text: string) => ({ width: 7 * text.length });
      if (name === "fillText") return (text: string, x: number, y: number) => { if (y < 20) written.set(text, x); };
      return held[name as string] ?? (() => undefined);
    },
  });
  const columns = layoutOf({
    count: 500, groups: [], zeros: null, width: 400, before: GUTTER, start, scale, unfolded: [], isSelected: () => false,
  });
  const rows = { size: 20, count: 2, gap: 1, scroll: 0, height: 40, top: 22 };
  const scene = {
    columns, rows, width: 400, height: 62, theme: {}, labels: ["a", "b"],
    nameAt, isSelected: () => false, hoveredSlot: -1, hoveredRow: -1, cursor: null,
  };
  paintOverlay(context as never, scene as unknown as Scene);
  return written;
}

test.each([[0, 0], [0.2, 24], [103.4, 25], [480, 30], [250, 100]])("from column %f on, %f pixels each, numbers are whole", (start, scale) => {
  const numbers = header(start, scale);
  expect(numbers.size).toBeGreaterThan(1);
  for (const [text, x] of numbers) {
    expect(x - 3.5 * text.length).toBeGreaterThanOrEqual(GUTTER - 1);
    expect(x + 3.5 * text.length).toBeLessThanOrEqual(400);
  }
});

test("each channel in sight has its number", () => {
  expect([...header(0, 24).keys()].slice(0, 3)).toEqual(["0", "1", "2"]);
});

test("each column with room for it is called by its class, if need be by the beginning of its name", () => {
  const classes = ["tram", "pedestrian crossing", "lorry"];
  const written = [...header(0, 88, (slot) => `${slot} (${classes[slot % 3]}${slot})`)];
  expect(written.map(([text]) => text)).toEqual(["tram0", "pedestrian …", "lorry2"]);
  written.forEach(([text, x], at) => {
    expect(x).toBe(GUTTER + 89 * at + 44);
    expect(7 * text.length).toBeLessThanOrEqual(88);
  });
});

test("narrow columns have numbers alone", () => {
  expect([...header(0, 30, (slot) => `${slot} (pedestrian)`).keys()].slice(0, 2)).toEqual(["0", "1"]);
});
