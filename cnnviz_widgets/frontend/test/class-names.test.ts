/** Channels that stand for classes are called by them wherever they are told of. */
import { describe, expect, it } from "vitest";

import { describe as describeSpot, describeChannel } from "../src/channel-grid/readout";
import { readSheet } from "../src/channel-grid/sheet";
import { describeAlone, describePair, pairName } from "../src/comparison-panel/rows";
import { named } from "../src/lib/format";
import type { PairEntry, SheetState } from "../src/lib/wire/payloads";
import { FakeModel } from "./fake";

const CLASSES = ["ape", "bee", "cat"];
const bytes = (array: ArrayLike<number>, Kind: Uint8ArrayConstructor | Int32ArrayConstructor | Float32ArrayConstructor) =>
  new DataView(Kind.from(array).buffer);
const PAIR: PairEntry = {
  number: 0,
  channels: [2, 1],
  distance: 0.5,
  shift: 0.25,
  zeros: [0, 0.5],
  dead: [false, false],
  nonfinite: [false, false], saturated: [false, false],
};

/** A layer of one sample and three channels, in the order 2, 0, 1. */
const sheet = (names: Partial<SheetState>) =>
  readSheet(
    new FakeModel({
      _shape: [1, 3, 1, 1],
      _codes: bytes([0, 1, 2], Uint8Array),
      _low: bytes([1, 2, 3], Float32Array),
      _high: bytes([1, 2, 3], Float32Array),
      _marks: bytes([0, 0, 0], Uint8Array),
      _channels: bytes([2, 0, 1], Int32Array),
      _samples: bytes([0], Int32Array),
      _kind: "vector",
      _reduction: [1, 1],
      _montage: [1, 1],
      channel_names: [],
      class_names: [],
      ...names,
    }) as never,
  );

describe("a channel", () => {
  it("is called by number and class", () => expect(named(2, CLASSES)).toBe("2 (cat)"));

  it("is called by its number where it has no class", () => {
    expect(named(3, CLASSES)).toBe("3");
    expect(named(0, [])).toBe("0");
    // Widget state that was saved before there were class names has none.
    expect(named(0, undefined)).toBe("0");
  });

  it("has the name in the grid, in its column's place", () => {
    const found = sheet({ class_names: CLASSES });
    expect(found.names).toEqual(["2 (cat)", "0 (ape)", "1 (bee)"]);
    expect(describeSpot(found, { row: 0, col: 1, y: 0, x: 0 }, [])).toMatch(/^channel 0 \(ape\) · .*sample 0/);
    expect(describeChannel(found, 0)).toMatch(/^channel 2 \(cat\) · /);
  });

  it("keeps the name that its column was given", () => {
    expect(sheet({ class_names: CLASSES, channel_names: ["x", "y", "z"] }).names).toEqual(["x", "y", "z"]);
    expect(sheet({}).names).toEqual(["2", "0", "1"]);
  });
});

describe("a pair of channels", () => {
  it("is called by both classes", () => {
    const pair: PairEntry = { ...PAIR, names: ["2 (cat)", "1 (bee)"] };
    expect(pairName(pair)).toBe("2 (cat) → 1 (bee)");
    expect(describePair(pair)).toMatch(/^channel 2 \(cat\) → 1 \(bee\): cosine distance 0\.500/);
    expect(pairName({ ...pair, names: ["2 (cat)", "2 (cat)"] })).toBe("2 (cat)");
  });

  it("is called by its numbers where it has none", () => expect(pairName(PAIR)).toBe("2 → 1"));

  it("a channel alone has its class, too", () => {
    const facts = { channel: 1, zeroShare: 0.5, dead: false, nonfinite: false };
    expect(describeAlone(facts, "v1", CLASSES)).toBe("channel 1 (bee): only in v1 · exact zeros 50 %");
  });
});
