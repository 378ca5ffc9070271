/** Three channels in colour: which values are black and white, and what is painted of them. */
import { expect, test } from "vitest";

import { coloursOfKernels, coloursOfOutputs, describeColour, type Colours } from "../../src/tile-view/composite/colours";
import { paintComposite } from "../../src/tile-view/composite/paint";
import { summarised, type Tiles } from "../../src/tile-view/tiles";

const NOT_FINITE = 77;

/** One sample, three channels of so many pixels in a line. */
function tiles(codes: number[], low: number[] = [0, 0, 0], high: number[] = [1, 1, 1]): Tiles {
  return summarised({
    rows: 1,
    cols: 3,
    height: 1,
    width: codes.length / 3,
    codes: Uint8Array.from(codes),
    low: Float32Array.from(low),
    high: Float32Array.from(high),
    marks: new Uint8Array(3),
    marksColumns: false,
    reduction: [1, 1],
    montage: [1, 1],
  });
}

function painted(given: Tiles, colours: Colours, width = given.width): number[][] {
  const pixels = new Uint32Array(width);
  const clip = { left: 0, top: 0, right: width, bottom: 1 };
  paintComposite({ pixels, stride: width, clip }, given, [0, 1, 2], { index: 0, from: 0, to: width }, [{ index: 0, from: 0, to: 1 }], colours, NOT_FINITE);
  return [...pixels].map((color) => (color === NOT_FINITE ? [NOT_FINITE] : [color & 255, (color >> 8) & 255, (color >> 16) & 255]));
}

test.each([
  [0, 0.5, 0, 1],
  [0, 1, 0, 1],
  [-0.2, 0.9, -1, 1],
  [-1.000001, 1.000001, -1, 1],
  [-3, 1, -3, 1],
  [0, 255, 0, 255],
])("outputs from %d to %d are black at %d and white at %d", (low, high, black, white) => {
  expect(coloursOfOutputs(low, high)).toMatchObject({ low: black, high: white });
});

test("a range of its own is told, and without a finite value there is none", () => {
  expect(coloursOfOutputs(-3, 1)!.note).toBe("black −3, white 1, the layer's own range");
  expect(coloursOfOutputs(Infinity, -Infinity)).toBeNull();
  expect(coloursOfKernels(NaN, NaN)).toBeNull();
});

test("of kernels 0 is grey on one scale for all", () => {
  const colours = coloursOfKernels(-0.5, 0.25)!;
  expect(colours).toMatchObject({ low: -0.5, high: 0.5 });
  expect(colours.note).toBe("grey 0, black −0.5, white 0.5 in the whole layer");
  expect(painted(tiles([0, 0, 254], [-0.5, 0, 0], [0.5, 0, 0.5]), colours)).toEqual([[0, 128, 255]]);
  expect(painted(tiles([0, 0, 0], [0, 0, 0], [0, 0, 0]), coloursOfKernels(0, 0)!)).toEqual([[128, 128, 128]]);
});

test("each channel is a part of the colour, by its own range", () => {
  const given = tiles([0, 254, 127, 0, 254, 254], [0, 0, 0.5], [1, 0.5, 1]);
  expect(painted(given, coloursOfOutputs(0, 1)!)).toEqual([[0, 64, 255], [255, 0, 255]]);
  expect(painted(given, coloursOfOutputs(0, 1)!, 1)).toEqual([[128, 32, 255]]);
  expect(describeColour(given, [0, 1, 2], 0, 0, 1, coloursOfOutputs(0, 1)!)).toBe("1, 0, 1 · black 0, white 1");
});

test("a pixel of which a part is not finite is marked", () => {
  const given = tiles([0, 0, 255, 0, 0, 0]);
  expect(painted(given, coloursOfOutputs(0, 1)!)).toEqual([[NOT_FINITE], [0, 0, 0]]);
  expect(describeColour(given, [0, 1, 2], 0, 0, 0, coloursOfOutputs(0, 1)!)).toMatch(/^0, not finite, 0 ·/);
});
