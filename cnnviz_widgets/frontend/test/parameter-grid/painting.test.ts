/** What is painted of a layer's weights. */
import { describe, expect, test } from "vitest";

import { spansAcross, spansDown } from "../../src/parameter-grid/layout";
import { readWindow, type Parameters } from "../../src/parameter-grid/parameters";
import { paintTiles, type Paint } from "../../src/tile-view/paint";
import { view } from "../fake";
import { read, strips } from "./states";

describe("painting", () => {
  /** Codes as they are, so that a painted pixel tells which code it came from. */
  const paint: Paint = {
    colormap: "grey",
    range: "row",
    dark: false,
    table: Uint32Array.from({ length: 256 }, (_, i) => i),
    background: 1000,
    stripe: 2000,
    notFinite: 3000,
  };
  const columns = { before: 0, after: 0, least: 0, widest: 100, start: 0, scale: 1, count: 8, width: 8 };
  const rows = { size: 1, count: 2, gap: 0, scroll: 0, height: 2, top: 0 };
  const painted = (parameters: Parameters, order: Int32Array | null, parts = [parameters.whole], range = paint.range) => {
    const pixels = new Uint32Array(16).fill(9);
    for (const part of parts) {
      const clip = { left: part.columns[0], top: 0, right: part.columns[1], bottom: 2 };
      const picture = { pixels, stride: 8, clip };
      paintTiles(picture, part.tiles, spansAcross(part, { columns, gap: 0 }, 1), spansDown(part, rows, order, 1), { ...paint, range });
    }
    return [[...pixels.slice(0, 8)], [...pixels.slice(8)]];
  };

  test("a stored pixel covers the inputs that it is the mean of", () => {
    // code · 255 / 254, rounded.
    const first = [0, 0, 100, 100, 201, 201, 255, 255];
    expect(painted(read(strips), null)).toEqual([first, [...first].reverse()]);
  });

  test("in natural order rows change places", () => {
    const [top, bottom] = painted(read(strips), Int32Array.of(1, 0));
    expect(top![0]).toBe(255);
    expect(bottom![0]).toBe(0);
  });

  test("a window is painted over the means, in the colours of its whole row", () => {
    const parameters = read(strips);
    const window = readWindow({
      serial: 1,
      rows: [1, 2],
      columns: [2, 5],
      shape: [1, 1, 1, 3],
      codes: view(Uint8Array.of(0, 254, 127)),
      low: view(Float32Array.of(1)),
      high: view(Float32Array.of(2)),
      marks: view(Uint8Array.of(0)),
      kind: "strip",
      reduction: [1, 1],
      montage: [1, 1],
    }, parameters);
    const [top, bottom] = painted(parameters, null, [parameters.whole, window]);
    expect(top).toEqual([0, 0, 100, 100, 201, 201, 255, 255]);
    // The row runs from 0 to 2: the window's 1, 2 and 1.5 are 1/2, 1 and 3/4 of 255.
    expect(bottom).toEqual([255, 255, 128, 255, 191, 100, 0, 0]);
  });

  test("a window that is zero does not make its row all zero", () => {
    const parameters = read(strips);
    const wire = { rows: [0, 1], columns: [0, 2], shape: [1, 1, 1, 2], codes: view(new Uint8Array(2)) } as const;
    const values = { low: view(new Float32Array(1)), high: view(new Float32Array(1)), marks: view(Uint8Array.of(1)) };
    const more = { kind: "strip", reduction: [1, 1], montage: [1, 1] } as const;
    const window = readWindow({ ...wire, ...values, ...more } as never, parameters);
    expect([...window.tiles.marks]).toEqual([0]);
  });
});
