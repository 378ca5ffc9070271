/** Three channels of a picture as its red, green and blue: each averaged by itself where it is shrunken. */
import type { Colours, Three } from "./colours";
import { cut, type Picture, type Span } from "../paint";
import type { Tiles } from "../tiles";
import { clamp } from "../../lib/clamp";
import { HIGHEST_CODE } from "../../lib/wire/constants";

/** Draws a row's picture in colour at each of `rows`. */
export function paintComposite(
  { pixels, stride, clip }: Picture,
  tiles: Tiles,
  three: Three,
  column: Span,
  rows: readonly Span[],
  colours: Colours,
  notFinite: number,
): void {
  const [across] = cut([column], tiles.width, clip.left, clip.right);
  if (!across) return;
  for (const row of cut(rows, tiles.height, clip.top, clip.bottom)) {
    for (let y = row.from; y < row.to; y++) {
      const [top, bottom] = [row.edges[2 * (y - row.from)]!, row.edges[2 * (y - row.from) + 1]!];
      for (let x = across.from; x < across.to; x++) {
        const [left, right] = [across.edges[2 * (x - across.from)]!, across.edges[2 * (x - across.from) + 1]!];
        let color = 0xff000000;
        for (let part = 0; part < 3; part++) {
          const value = meanOf(tiles, row.index * tiles.cols + three[part]!, top, bottom, left, right);
          if (Number.isNaN(value)) {
            color = notFinite;
            break;
          }
          color |= byteOf(value, colours) << (8 * part);
        }
        pixels[y * stride + x] = color >>> 0;
      }
    }
  }
}

/** The mean of a rectangle of a tile; NaN where a value is not finite. */
function meanOf({ codes, low, high, height, width }: Tiles, tile: number, top: number, bottom: number, left: number, right: number): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    const line = (tile * height + y) * width;
    for (let at = line + left; at < line + right; at++) {
      if (codes[at]! > HIGHEST_CODE) return NaN;
      sum += codes[at]!;
    }
  }
  const share = sum / ((bottom - top) * (right - left) * HIGHEST_CODE);
  return low[tile]! * (1 - share) + high[tile]! * share;
}

/** A range of no width is the middle of the scale. */
function byteOf(value: number, { low, high }: Colours): number {
  return high > low ? Math.round(255 * clamp((value - low) / (high - low), 0, 1)) : 128;
}
