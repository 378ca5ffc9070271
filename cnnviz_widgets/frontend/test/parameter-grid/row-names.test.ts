/** What rows are called, and the numbers over the tree beside them. */
import { describe, expect, test } from "vitest";

import { layoutOf, rowName } from "../../src/parameter-grid/layout";
import { numbersFrom } from "../../src/parameter-grid/overlay";
import type { Parameters } from "../../src/parameter-grid/parameters";
import { paintAxis } from "../../src/parameter-grid/row-tree";
import type { Theme } from "../../src/lib/dom/theme";
import { kernel, read, strips } from "./states";

const laidOut = (parameters: Parameters) => layoutOf(parameters, { start: 0, scale: 0, scroll: 0 }, 600, 400, [{ first: 0, past: 5, group: 0 }] as never);

describe("rows that are classes", () => {
  test("are called by their names, and have room for these, up to a limit", () => {
    const bare = laidOut(read(kernel)).columns.before;
    const named = (classes: string[]) => laidOut({ ...read(kernel), classes }).columns.before;
    expect(rowName(["cat"], 0)).toBe("cat");
    expect(rowName(["cat"], 3)).toBe("3");
    expect(named(["cat", "dog", "owl", "bee", "elephant"])).toBe(8 * 7 + 16);
    expect(named(Array(5).fill("n".repeat(3000)))).toBe(14 * 7 + 16);
    expect(bare).toBe(7 + 16);
  });
});

describe("distances over the tree", () => {
  /** Every text with where it ends. */
  function ticks(width: number, numbers: number): [text: string, end: number][] {
    const texts: [string, number][] = [];
    const context = new Proxy({} as Record<string, unknown>, {
      get: (held, name) =>
        name === "measureText" ? (text: string) => ({ width: 6 * text.length })
          : name === "fillText" ? (text: string, x: number) => texts.push([text, x + 3 * text.length])
            : (held[name as string] ?? (() => undefined)),
    });
    const scale = { top: 8, bottom: width - 6, tallest: 0.9, apart: null };
    paintAxis(context as never, { scale, theme: { faint: "faint" } as Theme, height: width } as never, -100, numbers);
    return texts;
  }

  test.each([[116, 9], [116, 30], [150, 20], [340, 26], [116, 80]])("of a tree %i wide leave the numbers that begin %i right of it alone", (width, numbers) => {
    const shown = ticks(width, numbers);
    expect(shown.length).toBeGreaterThan(0);
    for (const [, end] of shown) expect(width + numbers - end).toBeGreaterThanOrEqual(48);
    expect(shown.some(([text]) => text === "0")).toBe(numbers > 48);
  });

  test("begin where the first number of the inputs does", () => {
    for (const state of [kernel, strips]) {
      const { columns } = laidOut(read(state));
      expect(numbersFrom(columns)).toBeGreaterThanOrEqual(columns.before);
    }
  });
});
