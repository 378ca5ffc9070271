/** Attention in the grid: heads, tokens by their words or numbers, and words along an enlarged tile. */
import { expect, test } from "vitest";

import { describe as told, describeChannel, sheetSize } from "../../src/channel-grid/readout";
import { readSheet, type Sheet } from "../../src/channel-grid/sheet";
import { axisWords, tokenName } from "../../src/channel-grid/tokens";
import type { ChannelGridState } from "../../src/lib/wire/states";
import { FakeModel, view } from "../fake";
import { NO_HEADS, OF_OUTPUTS } from "../heads-state";

/** Two samples, one head, two targets that look at three sources. */
function sheet(more: Partial<ChannelGridState> = {}): Sheet {
  const state: Partial<ChannelGridState> = {
    ...NO_HEADS,
    ...OF_OUTPUTS,
    _view: "attention",
    _shape: [2, 1, 2, 3],
    _codes: view(Uint8Array.of(0, 127, 127, 254, 0, 0, 0, 0, 0, 0, 0, 0)),
    _low: view(new Float32Array(2)),
    _high: view(new Float32Array(2).fill(1)),
    _marks: view(new Uint8Array(2)),
    _channels: view(Int32Array.of(0)),
    _samples: view(Int32Array.of(1, 0)),
    _rows: view(new Int32Array(0)),
    channel_names: [],
    class_names: [],
    _kind: "image",
    _reduction: [1, 1],
    _montage: [1, 1],
    ...more,
  };
  return readSheet(new FakeModel(state as ChannelGridState) as never);
}

const WORDS: Partial<ChannelGridState> = {
  _token_words: ["cat", "sat", "<b>"],
  _token_shape: [2, 2, 3],
  _targets: view(Int32Array.of(2, 2, 0, 1)),
  _sources: view(Int32Array.of(2, 2, 2, 0, 1, 2)),
};

test("a pixel is a weight from a token to a token, by their words", () => {
  expect(told(sheet(WORDS), { row: 0, col: 0, y: 1, x: 0 }, [])).toBe("head 0 · sat (1) → cat (0): ≈ 1 · sample 1 · max 1");
  expect(told(sheet(), { row: 0, col: 0, y: 1, x: 0 }, [])).toBe("head 0 · token 1 → token 0: ≈ 1 · sample 1 · max 1");
  expect(sheetSize(sheet())).toBe("1 head 2×3");
  expect(describeChannel(sheet(), 0)).toMatch(/^head 0 · /);
});

test("words along a tile are those of its sample, and of an averaged one each pixel's first", () => {
  expect(axisWords(sheet(WORDS), 0)).toEqual({ down: ["cat", "sat"], across: ["cat", "sat", "<b>"] });
  expect(axisWords(sheet({ ...WORDS, _reduction: [2, 2] }), 0)).toEqual({ down: ["cat"], across: ["cat", "<b>"] });
  expect(axisWords(sheet({ ...WORDS, _targets: view(new Int32Array(0)), _token_shape: [2, 0, 3] }), 1)).toEqual({ down: [], across: ["<b>", "<b>", "<b>"] });
  expect(axisWords(sheet(), 0)).toBeNull();
  expect(axisWords(sheet({ ...WORDS, _view: "outputs" }), 0)).toBeNull();
});

test("averaged tokens are called from the first to the last", () => {
  expect(tokenName(["a", "b", "c"], 0, 2, 3)).toBe("a (0) … b (1)");
  expect(tokenName(["a", "b", "c"], 1, 2, 3)).toBe("c (2)");
  expect(tokenName([], 1, 4, 16)).toBe("tokens 4–7");
});
