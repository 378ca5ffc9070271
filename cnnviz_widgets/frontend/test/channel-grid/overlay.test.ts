import { expect, test } from "vitest";

import { paintOverlay, type Scene } from "../../src/channel-grid/overlay";
import { GUTTER, resolve } from "../../src/lib/linking/column-axis";

/** The channels' names that the header shows, with their middles, of a grid of 500 channels. */
function header(start: number, scale: number, nameAt: (column: number) => string = String, digits = 3): Map<string, number> {
  const written = new Map<string, number>();
  const area: number[][] = [];
  const context = new Proxy({} as Record<string, unknown>, {
    get: (held, name) => {
      if (name === "measureText") return (text: string) => ({ width: 7 * text.length });
      if (name === "rect") return (...box: number[]) => area.push(box);
      // What is written within a clip may be cut by it.
      if (name === "save") return () => area.push([]);
      if (name === "restore") return () => { area.length = 0; };
      if (name === "fillText") return (text: string, x: number) => { if (!area.length) written.set(text, x); };
      return held[name as string] ?? (() => undefined);
    },
  });
  const columns = resolve({ start, scale }, 500, 400);
  const rows = { size: 20, count: 2, gap: 1, scroll: 0, height: 40, top: 22 };
  const scene = {
    columns, rows, width: 400, height: 62, theme: {}, labels: ["a", "b"], digits,
    channelAt: (column: number) => column, nameAt, hoveredRow: -1, cursor: null,
    selection: { list: [], has: () => false, hovered: -1 },
  };
  paintOverlay(context as never, scene as unknown as Scene);
  written.delete("channel");
  return written;
}

test.each([[0, 0], [0.2, 9], [103.4, 9], [480, 30], [250, 100]])("from column %f on, %f pixels each, numbers are whole", (start, scale) => {
  const numbers = header(start, scale);
  expect(numbers.size).toBeGreaterThan(1);
  for (const [text, x] of numbers) {
    expect(x).toBeGreaterThanOrEqual(GUTTER);
    expect(x + 3.5 * text.length).toBeLessThanOrEqual(400);
  }
});

test("the first channel of a fitted grid has its number", () => {
  expect([...header(0, 0).keys()][0]).toBe("0");
});

test("each column with room for it is called by its class, if need be by the beginning of its name", () => {
  const classes = ["tram", "pedestrian crossing", "lorry"];
  const written = [...header(0, 88, (column) => `${column} (${classes[column % 3]})`, 24)];
  expect(written.map(([text]) => text)).toEqual(["0 (tram)", "1 (pedestr…", "2 (lorry)"]);
  written.forEach(([text, x], at) => {
    expect(x).toBeCloseTo(GUTTER + 88 * (at + 0.5), 0);
    expect(7 * text.length).toBeLessThanOrEqual(88);
  });
});

test("narrow columns have whole names, and fewer of them", () => {
  const written = [...header(0, 40, (column) => `${column} (pedestrian)`, 16).keys()];
  expect(written[0]).toBe("0 (pedestrian)");
  expect(written.every((text) => text.endsWith("(pedestrian)"))).toBe(true);
});
