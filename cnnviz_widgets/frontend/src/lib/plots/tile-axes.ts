/** Words along the edges of a picture: to the left of its lines, and above its columns. */
import { pixelRatio } from "../dom/canvas";
import type { Theme } from "../dom/theme";

/** What lines and columns of a picture are called; of an averaged one, each line's first. */
export interface AxisWords {
  down: readonly string[];
  across: readonly string[];
}

/** Device pixels that the words take before the picture. */
export interface Margins {
  left: number;
  top: number;
}

const SIZE = 11;
const LONGEST = 76;
const GAP = 4;

const fontOf = (ratio: number): string => `${SIZE * ratio}px system-ui, sans-serif`;

/** Room for the words in device pixels. */
export function marginsOf(context: CanvasRenderingContext2D, { down, across }: AxisWords): Margins {
  const ratio = pixelRatio();
  context.font = fontOf(ratio);
  const widest = (words: readonly string[]): number =>
    words.length > 0 ? Math.ceil(Math.min(LONGEST * ratio, Math.max(...words.map((word) => context.measureText(word).width))) + GAP * ratio) : 0;
  return { left: widest(down), top: widest(across) };
}

/** Writes the words beside a picture whose pixels are `zoom` device pixels, as many as have room. */
export function paintAxes(context: CanvasRenderingContext2D, { down, across }: AxisWords, { left, top }: Margins, zoom: number, theme: Theme): void {
  const ratio = pixelRatio();
  const every = Math.max(1, Math.ceil((SIZE * ratio) / zoom));
  context.font = fontOf(ratio);
  context.fillStyle = theme.text;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let at = 0; at < down.length; at += every) {
    context.fillText(down[at]!, left - GAP * ratio, top + (at + 0.5) * zoom, LONGEST * ratio);
  }
  context.textAlign = "left";
  for (let at = 0; at < across.length; at += every) {
    context.save();
    context.translate(left + (at + 0.5) * zoom, top - GAP * ratio);
    context.rotate(-Math.PI / 2);
    context.fillText(across[at]!, 0, 0, LONGEST * ratio);
    context.restore();
  }
}
