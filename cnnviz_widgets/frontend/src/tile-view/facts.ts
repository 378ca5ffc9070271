/** The line above the tiles: how much there is, what is under the cursor, which values colours stand for. */
import type { Counts } from "./content";
import { paintTiles, type Paint } from "./paint";
import { rangeOf, summarised, type Tiles } from "./tiles";
import { layer, type Layer } from "../lib/dom/canvas";
import { element, keyboard, say } from "../lib/dom/elements";
import { count, counted, number } from "../lib/format";
import { colorRange, cssColor } from "../lib/plots/colormaps";
import { Mark } from "../lib/wire/constants";

/** Each kind of mark: what it says, and how it looks to those who cannot tell its colour. */
const KINDS: readonly (readonly [mark: number, text: string, look: string])[] = [
  [Mark.zero, "zero", "diagonal stripes"],
  [Mark.constant, "constant", "level stripes"],
  [Mark.someNotFinite, "some NaN or ∞", "orange pixels"],
  [Mark.notFinite, "NaN or ∞", "orange crossed stripes"],
];
const BAR_WIDTH = 56;

/** Whole channels and their marks, as the legend counts them. */
export interface MarkedChannels {
  channels: Int32Array;
  marks: Uint8Array;
  /** What a channel is called. */
  noun: string;
  /** Where they are so. */
  where: string;
  /** Where, in short, if that is not everywhere. */
  briefly?: string;
}

export class Facts {
  readonly root: HTMLElement;
  private readonly what = element("span", "");
  private readonly legend = element("span", "cnnviz-legend");
  private readonly groups = element("span", "");
  private readonly readout = element("div", "cnnviz-readout", { role: "status", "aria-live": "polite" });
  private readonly low = element("span", "");
  private readonly high = element("span", "");
  private readonly bar: Layer = layer("");

  constructor(
    settings: HTMLElement,
    private readonly choose: (channels: number[], event: MouseEvent) => void,
    private readonly signal: AbortSignal,
  ) {
    const counts = element("div", "cnnviz-facts-counts", {}, this.what, this.legend, this.groups);
    const title = "The colours and the values they stand for";
    const bar = element("div", "cnnviz-colorbar", { title }, this.low, this.bar.canvas, this.high);
    this.root = element("div", "cnnviz-facts", {}, counts, this.readout, bar, settings);
    this.bar.canvas.width = BAR_WIDTH;
    this.bar.canvas.height = 1;
  }

  say(text: string): void {
    say(this.readout, text);
    if (this.readout.title !== text) this.readout.title = text;
  }

  count({ what, groups }: Counts): void {
    const [number] = /^[\d,]*/.exec(what)!;
    if (this.what.textContent !== what) this.what.replaceChildren(element("b", "", {}, number), what.slice(number.length));
    say(this.groups, groups && `· ${groups}`);
  }

  /** A button for each kind of mark that whole channels bear: their number; a click selects them. */
  showLegend({ channels: every, marks, noun, where, briefly }: MarkedChannels, paint: Paint): void {
    this.legend.replaceChildren();
    for (const [mark, text, look] of KINDS) {
      const channels = [...every].filter((_, at) => marks[at] === mark);
      if (channels.length === 0) continue;
      const chip = element(
        "button",
        "cnnviz-mark",
        {
          type: "button",
          title: `${counted(channels.length, noun)} ${text} ${where} (${look}). Click to select.`,
        },
        swatch(mark, paint),
        element("b", "", {}, count(channels.length)),
        ` ${text}${briefly ? ` ${briefly}` : ""}`,
      );
      keyboard(chip);
      chip.addEventListener("click", (event) => this.choose(channels, event), { signal: this.signal });
      this.legend.append(chip);
    }
  }

  showColors(paint: Paint): void {
    for (let x = 0; x < BAR_WIDTH; x++) {
      this.bar.context.fillStyle = cssColor(paint.colormap, x / (BAR_WIDTH - 1), paint.dark);
      this.bar.context.fillRect(x, 0, 1, 1);
    }
  }

  /** The ends of the colour bar: those of what is under the cursor, or of the layer. */
  showRange(tiles: Tiles, paint: Paint, row: number, col: number): void {
    const { range, colormap } = paint;
    const across = range === "row" || range === "layer" || col >= 0;
    const down = range === "channel" || range === "column" || range === "layer" || row >= 0;
    if (!across || !down) {
      const diverging = colormap === "diverging";
      this.low.textContent = diverging ? "−max" : "min";
      this.high.textContent = diverging ? "+max" : "max";
      return;
    }
    const [low, high] = colorRange(colormap, ...rangeOf(tiles, Math.max(0, row), Math.max(0, col), range));
    // A layer without one finite value has no range.
    this.low.textContent = low <= high ? number(low) : "–";
    this.high.textContent = low <= high ? number(high) : "–";
  }
}

/** A small sample of a mark, drawn by the same code as the marks themselves. */
function swatch(mark: number, paint: Paint): HTMLCanvasElement {
  const size = 12;
  const { canvas, context } = layer("cnnviz-swatch");
  canvas.width = canvas.height = size;
  const image = context.createImageData(size, size);
  const tiles = summarised({
    rows: 1,
    cols: 1,
    height: 2,
    width: 2,
    codes: mark === Mark.someNotFinite ? Uint8Array.of(40, 255, 255, 40) : Uint8Array.of(128, 128, 128, 128),
    low: Float32Array.of(0),
    high: Float32Array.of(1),
    marks: Uint8Array.of(mark),
    marksColumns: false,
    reduction: [1, 1],
    montage: [1, 1],
  });
  const span = { index: 0, from: 0, to: size };
  const clip = { left: 0, top: 0, right: size, bottom: size };
  paintTiles({ pixels: new Uint32Array(image.data.buffer), stride: size, clip }, tiles, [span], [span], paint);
  context.putImageData(image, 0, 0);
  return canvas;
}
