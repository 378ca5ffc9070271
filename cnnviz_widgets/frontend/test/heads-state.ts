/** What leads rows, as a grid's state has it: of no samples, and of some. */
import type { HeadEntry } from "../src/lib/wire/payloads";
import type { ChannelGridState } from "../src/lib/wire/states";
import { view } from "./fake";

type HeadState = Pick<
  ChannelGridState,
  "_heads" | "_head_shape" | "_head_pixels" | "_head_range" | "_head_note" | "_marks_answers" | "sort_rows"
>;

export const NO_HEADS: HeadState = {
  _heads: [],
  _head_shape: [0, 0, 0, 1],
  _head_pixels: view(new Uint8Array(0)),
  _head_range: [0, 0],
  _head_note: "",
  _marks_answers: false,
  sort_rows: "given",
};

/** A grid that shows outputs. */
export const OF_OUTPUTS: Pick<ChannelGridState, "sample_selection" | "_view" | "composite" | "_token_words" | "_token_shape" | "_targets" | "_sources"> = {
  sample_selection: "samples",
  composite: true,
  _view: "outputs",
  _token_words: [],
  _token_shape: [0, 0, 0],
  _targets: view(new Int32Array(0)),
  _sources: view(new Int32Array(0)),
};

export const headEntry = (more: Partial<HeadEntry> = {}): HeadEntry => ({
  text: "",
  more: "",
  truth: "coat",
  answer: "coat",
  confidence: 0.9,
  right: true,
  is_old: false,
  true_class: 1,
  answer_class: 1,
  ...more,
});

/** Heads with a picture of one pixel each, unless a word stands for it. */
export const withHeads = (entries: HeadEntry[]): HeadState => ({
  ...NO_HEADS,
  _heads: entries,
  _head_shape: [entries.length, 1, 1, 1],
  _head_pixels: view(Uint8Array.from(entries, (_, at) => at)),
  _head_range: [-1, 1],
});
