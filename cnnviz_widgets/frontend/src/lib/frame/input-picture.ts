/** The inputs that lead a grid's rows, as pictures. */
import type { AnyModel } from "@anywidget/types";

import type { InputPicture } from "./shown-tile";
import { asUint8 } from "../linking/buffers";

/** Traits of grids whose rows are led by their samples. */
interface Heads {
  /** Samples, pixels down and across, and 1 or 3 channels. */
  _head_shape?: [number, number, number, number];
  _head_pixels?: DataView;
}

/** The picture of a sample; null where there is none. */
export function inputPicture(model: AnyModel, sample: number): InputPicture | null {
  const heads = model as AnyModel<Heads>;
  const [samples, height, width, depth] = heads.get("_head_shape") ?? [0, 0, 0, 0];
  const size = height * width * depth;
  const bytes = asUint8(heads.get("_head_pixels")).subarray(sample * size, (sample + 1) * size);
  if (sample < 0 || sample >= samples || size === 0 || bytes.length < size) return null;
  const pixels = new Uint8ClampedArray(4 * height * width).fill(255);
  for (let at = 0; at < height * width; at++) {
    for (let part = 0; part < 3; part++) pixels[4 * at + part] = bytes[at * depth + Math.min(part, depth - 1)]!;
  }
  return { width, height, pixels };
}
