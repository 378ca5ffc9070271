import { expect, test } from "vitest";

import { describeChannel } from "../../src/channel-grid/readout";
import { readSheet, type Sheet } from "../../src/channel-grid/sheet";
import { Mark } from "../../src/lib/wire/constants";
import type { SheetState } from "../../src/lib/wire/payloads";
import { paintGaps, paintTiles, type Paint } from "../../src/tile-view/paint";
import { markOf, rangeOf, valueAt } from "../../src/tile-view/tiles";
import { FakeModel, view } from "../fake";

/** Codes as they are, so that a painted pixel tells which code it came from. */
const paint: Paint = {
  colormap: "grey",
  range: "tile",
  dark: false,
  table: Uint32Array.from({ length: 256 }, (_, i) => i),
  background: 1000,
  stripe: 2000,
  notFinite: 3000,
};

function sheetOf(parts: Partial<Record<keyof SheetState, unknown>>): Sheet {
  const [rows, cols] = parts._shape as number[];
  const tiles = rows! * cols!;
  const model = new FakeModel({
    _low: view(new Float32Array(tiles)),
    _high: view(new Float32Array(tiles).fill(1)),
    _marks: view(new Uint8Array(tiles)),
    _channels: view(Int32Array.from({ length: cols! }, (_, i) => i)),
    _kind: "image",
    _reduction: [1, 1],
    _montage: [1, 1],
    ...parts,
  });
  return readSheet(model as never);
}

function painted(sheet: Sheet, width: number, height: number, options = paint): number[] {
  const pixels = new Uint32Array(width * height).fill(9);
  const clip = { left: 0, top: 0, right: width, bottom: height };
  paintTiles({ pixels, stride: width, clip }, sheet, [{ index: 0, from: 0, to: width }], [{ index: 0, from: 0, to: height }], options);
  return [...pixels];
}

test("a tile at its own size keeps each pixel in its place", () => {
  const sheet = sheetOf({ _shape: [1, 1, 2, 3], _codes: view(Uint8Array.of(0, 127, 254, 254, 127, 0)) });
  // code 127 of 254 is the middle: 127 / 254 · 255 = 127.5, rounded up.
  expect(painted(sheet, 3, 2)).toEqual([0, 128, 255, 255, 128, 0]);
});

test("a shrunken tile is averaged, not thinned", () => {
  const sheet = sheetOf({ _shape: [1, 1, 2, 2], _codes: view(Uint8Array.of(0, 254, 254, 0)) });
  expect(painted(sheet, 1, 1)).toEqual([128]);
});

test("an enlarged tile repeats its pixels", () => {
  const sheet = sheetOf({ _shape: [1, 1, 1, 2], _codes: view(Uint8Array.of(0, 254)) });
  expect(painted(sheet, 4, 1)).toEqual([0, 0, 255, 255]);
});

test("pixels that are not finite have a colour of their own, also when averaged", () => {
  const sheet = sheetOf({ _shape: [1, 1, 1, 2], _codes: view(Uint8Array.of(254, 255)), _marks: view(Uint8Array.of(3)) });
  expect(painted(sheet, 2, 1)).toEqual([255, 3000]);
  expect(painted(sheet, 1, 1)).toEqual([3000]);
});

test("an all-zero tile is striped, never just dark", () => {
  const sheet = sheetOf({ _shape: [1, 1, 1, 1], _codes: view(Uint8Array.of(0)), _marks: view(Uint8Array.of(Mark.zero)) });
  const pixels = painted(sheet, 12, 12);
  expect(new Set(pixels)).toEqual(new Set([paint.background, paint.stripe]));
});

test("only what the clip allows is painted", () => {
  const sheet = sheetOf({ _shape: [1, 1, 2, 2], _codes: view(new Uint8Array(4).fill(254)) });
  const pixels = new Uint32Array(16).fill(9);
  const clip = { left: 2, top: 1, right: 4, bottom: 4 };
  paintTiles({ pixels, stride: 4, clip }, sheet, [{ index: 0, from: -2, to: 4 }], [{ index: 0, from: -1, to: 3 }], paint);
  expect([...pixels]).toEqual([9, 9, 9, 9, 9, 9, 255, 255, 9, 9, 255, 255, 9, 9, 9, 9]);
});

test("gaps are filled between tiles, within the clip, and nowhere else", () => {
  const pixels = new Uint32Array(16).fill(9);
  const clip = { left: 1, top: 0, right: 4, bottom: 3 };
  const spans = (...all: [number, number][]) => all.map(([from, to], index) => ({ index, from, to }));
  paintGaps({ pixels, stride: 4, clip }, spans([-1, 1], [2, 3]), spans([1, 2], [3, 4]), 7);
  expect([...pixels]).toEqual([9, 9, 9, 9, 9, 7, 7, 9, 9, 7, 7, 9, 9, 9, 9, 9]);
  paintGaps({ pixels, stride: 4, clip }, [], spans([0, 4]), 5);
  paintGaps({ pixels, stride: 4, clip }, spans([0, 4]), [], 5);
  expect(pixels).not.toContain(5);
});

test("the range of a channel or the layer stretches the colours over several tiles", () => {
  const sheet = sheetOf({
    _shape: [2, 2, 1, 2],
    _codes: view(Uint8Array.of(0, 254, 0, 254, 0, 254, 0, 254)),
    _low: view(Float32Array.of(0, -1, 2, 5)),
    _high: view(Float32Array.of(1, 1, 4, 7)),
  });
  expect(rangeOf(sheet, 0, 0, "tile")).toEqual([0, 1]);
  expect(rangeOf(sheet, 0, 0, "channel")).toEqual([0, 4]);
  expect(rangeOf(sheet, 0, 0, "layer")).toEqual([-1, 7]);
  // Tile (0, 0) spans 0..1 of the channel's 0..4: a quarter of the map, 255 / 4 = 63.75.
  expect(painted(sheet, 2, 1, { ...paint, range: "channel" })).toEqual([0, 64]);
});

test("a diverging map has zero in its middle", () => {
  const sheet = sheetOf({
    _shape: [1, 1, 1, 2],
    _codes: view(Uint8Array.of(0, 254)),
    _low: view(Float32Array.of(0)),
    _high: view(Float32Array.of(3)),
  });
  expect(painted(sheet, 2, 1, { ...paint, colormap: "diverging" })).toEqual([128, 255]);
});

test("a value is read back to half a step", () => {
  const sheet = sheetOf({
    _shape: [1, 1, 1, 3],
    _codes: view(Uint8Array.of(0, 127, 255)),
    _low: view(Float32Array.of(-2)),
    _high: view(Float32Array.of(2)),
  });
  expect(valueAt(sheet, 0, 0, 0, 0)).toBe(-2);
  expect(valueAt(sheet, 0, 0, 0, 1)).toBe(0);
  expect(valueAt(sheet, 0, 0, 0, 2)).toBeNaN();
});

test("in a heat map a zero is a value; a channel of zeros is a mark", () => {
  const sheet = sheetOf({
    _shape: [2, 2, 1, 1],
    _codes: view(new Uint8Array(4)),
    _kind: "vector",
    _low: view(Float32Array.of(0, 0, 3, 0)),
    _high: view(Float32Array.of(0, 0, 3, 0)),
    _marks: view(Uint8Array.of(1, 1, 0, 1)),
  });
  expect(markOf(sheet, 0, 0)).toBe(Mark.ordinary);
  expect(markOf(sheet, 0, 1)).toBe(Mark.zero);
});

test("in a heat map a channel of one value throughout is constant, a single sample is not", () => {
  const ones = { _kind: "vector", _low: view(Float32Array.of(1, 1)), _high: view(Float32Array.of(1, 1)) };
  const codes = view(new Uint8Array(2));
  expect(markOf(sheetOf({ ...ones, _shape: [2, 1, 1, 1], _codes: codes }), 0, 0)).toBe(Mark.constant);
  expect(markOf(sheetOf({ ...ones, _shape: [1, 2, 1, 1], _codes: codes }), 0, 0)).toBe(Mark.ordinary);
});

test("a view into a longer message is read at its own offset", () => {
  const message = new Uint8Array(64);
  message.set(Uint8Array.of(254, 0), 3);
  const sheet = sheetOf({ _shape: [1, 1, 1, 2], _codes: new DataView(message.buffer, 3, 2) });
  expect([...sheet.codes]).toEqual([254, 0]);
  const floats = new Uint8Array(16);
  floats.set(new Uint8Array(Float32Array.of(7.5).buffer), 5);
  const odd = sheetOf({ _shape: [1, 1, 1, 1], _codes: view(Uint8Array.of(0)), _high: new DataView(floats.buffer, 5, 4) });
  expect(odd.high[0]).toBe(7.5);
});

test("in words a channel of one number is no range", () => {
  const parts = { _shape: [2, 3, 1, 1], _codes: view(new Uint8Array(6)) };
  const [low, high] = [[0, 1, 100.1, 0, 2, 100.1], [0, 1, 100.1, 0, 2, 100.2]];
  const marks = view(new Uint8Array([Mark.zero, Mark.constant, 0, Mark.zero, Mark.constant, 0]));
  const sheet = sheetOf({ ...parts, _low: view(new Float32Array(low)), _high: view(new Float32Array(high)), _marks: marks });
  expect([0, 1, 2].map((col) => describeChannel(sheet, col))).toEqual([
    "channel 0 · all 0 over 2 samples",
    "channel 1 · 1 to 2 over 2 samples",
    "channel 2 · all about 100 over 2 samples",
  ]);
});
