/** What leads the rows of a grid: each sample as a picture or in words, what it is, and the answer to it. */
import type { AnyModel } from "@anywidget/types";

import { layer } from "../dom/canvas";
import { number, percent } from "../format";
import { asUint8 } from "../linking/buffers";
import type { HeadEntry, HeadsState } from "../wire/payloads";
import type { ChannelGridState } from "../wire/states";

export type HeadsModel = AnyModel<
  HeadsState & Pick<ChannelGridState, "_head_note" | "sort_rows" | "sample_labels">
>;
export type RowSort = ChannelGridState["sort_rows"];

export interface Heads {
  entries: readonly HeadEntry[];
  /** All pictures, `ACROSS` side by side; null where samples are none. */
  atlas: HTMLCanvasElement | null;
  /** Pixels of one picture. */
  height: number;
  width: number;
  /** What they show, and over which range, in words. */
  note: string;
}

/** Pictures side by side in the atlas: a canvas may not be as high as all of them. */
const ACROSS = 16;
/** Pictures stay the same while answers come and go. */
const drawnBefore = new WeakMap<DataView, HTMLCanvasElement>();
/** Letters of an answer that is told in a sentence. */
const LONGEST = 120;

export function readHeads(model: HeadsModel): Heads {
  // Widget state that was saved before there were heads has none.
  const entries = model.get("_heads") ?? [];
  const [count, height, width, channels] = model.get("_head_shape") ?? [0, 0, 0, 1];
  const pixels = asUint8(model.get("_head_pixels"));
  const whole = count > 0 && pixels.length === count * height * width * channels;
  const [low, high] = model.get("_head_range") ?? [null, null];
  const range = low === null || high === null ? "" : `black is ${number(low)}, white ${number(high)}`;
  const note = whole ? [model.get("_head_note"), range].filter(Boolean).join("; ") : "";
  const bytes = model.get("_head_pixels");
  const atlas = whole ? (drawnBefore.get(bytes) ?? drawn(pixels, count, height, width, channels)) : null;
  if (atlas) drawnBefore.set(bytes, atlas);
  return { entries, atlas, height, width, note };
}

function drawn(pixels: Uint8Array, count: number, height: number, width: number, channels: number): HTMLCanvasElement {
  const { canvas, context } = layer("");
  const down = Math.ceil(count / ACROSS);
  canvas.width = ACROSS * width;
  canvas.height = down * height;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let sample = 0; sample < count; sample++) {
    const corner = Math.floor(sample / ACROSS) * height * canvas.width + (sample % ACROSS) * width;
    for (let pixel = 0; pixel < height * width; pixel++) {
      const to = 4 * (corner + Math.floor(pixel / width) * canvas.width + (pixel % width));
      const from = (sample * height * width + pixel) * channels;
      for (let color = 0; color < 3; color++) image.data[to + color] = pixels[from + (channels === 3 ? color : 0)]!;
      image.data[to + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Draw a sample's picture as large as fits a box, in the middle of it; false where there is none. */
export function drawSample(
  context: CanvasRenderingContext2D,
  { atlas, height, width, entries }: Heads,
  sample: number,
  box: { x: number; y: number; width: number; height: number },
): boolean {
  if (!atlas || sample >= entries.length) return false;
  const scale = Math.min(box.width / width, box.height / height);
  const [wide, high] = [width * scale, height * scale];
  // Pixels that grow stay pixels.
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(
    atlas,
    (sample % ACROSS) * width,
    Math.floor(sample / ACROSS) * height,
    width,
    height,
    box.x + (box.width - wide) / 2,
    box.y + (box.height - high) / 2,
    wide,
    high,
  );
  return true;
}

/** How sure, in the room of three letters: `.90`, `1.0`; what is not all never reads so. */
export const sure = (confidence: number): string =>
  confidence >= 1 ? "1.0" : Math.min(confidence, 0.99).toFixed(2).slice(1);

/** A sample in a sentence. */
export function describeSample(heads: Heads, sample: number, name: string): string {
  const head = heads.entries[sample];
  if (!head) return name;
  const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
  const parts = [name];
  if (head.text) parts.push(`“${short(head.text)}”`);
  if (head.truth) parts.push(`true: ${short(head.truth)}`);
  if (head.answer) {
    const confidence = head.confidence === null ? "" : `, ${percent(head.confidence)} sure`;
    parts.push(`answer: ${short(head.answer)}${confidence}${head.is_old ? ", of an earlier look" : ""}`);
  }
  if (head.right === false) parts.push("wrong");
  if (head.more) parts.push(...head.more.split("\n").map(short));
  if (heads.note) parts.push(heads.note);
  return parts.join(" · ");
}

/** Samples in the order in which their rows are to stand. */
export function sorted(samples: Int32Array, entries: readonly HeadEntry[], sort: RowSort | undefined): Int32Array {
  if (!sort || sort === "given" || entries.length === 0) return samples;
  const confidence = (head?: HeadEntry): number => head?.confidence ?? 1;
  const key: Record<Exclude<RowSort, "given">, (head: HeadEntry | undefined) => number> = {
    wrong: (head) => (head?.right === false ? -confidence(head) : 1),
    class: (head) => (head && head.true_class >= 0 ? head.true_class : Infinity),
    unsure: (head) => confidence(head),
  };
  const of = key[sort];
  const keys = new Map(Array.from(samples, (sample) => [sample, of(entries[sample])]));
  const compare = (a: number, b: number): number => (keys.get(a)! < keys.get(b)! ? -1 : keys.get(a)! > keys.get(b)! ? 1 : 0);
  return Int32Array.from([...samples].sort(compare));
}
