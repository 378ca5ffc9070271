/** Below the grid: what is under the cursor, what the marks mean, which values the colours span. */
import { paintTiles, type Paint } from "./paint";
import { rangeOf, summarised, type Tiles } from "./tiles";
import { layer, type Layer } from "../lib/dom/canvas";
import { element, keyboard } from "../lib/dom/elements";
import { count, counted, number } from "../lib/format";
import { colorRange, cssColor } from "../lib/plots/colormaps";
import { Mark } from "../lib/wire/constants";

/** Each kind of mark: what it says, and how it looks to those who cannot tell its colour. */
const KINDS: readonly (readonly [mark: number, text: string, look: string])[] = [
  [Mark.zero, "all zero", "diagonal stripes"],
  [Mark.constant, "constant", "level stripes"],
  [Mark.someNotFinite, "some NaN or ∞", "orange pixels"],
  [Mark.notFinite, "only NaN or ∞", "orange crossed stripes"],
];
const BAR_WIDTH = 120;

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

export class Foot {
  readonly root: HTMLElement;
  private readonly readout = element("div", "cnnviz-readout", { role: "status", "aria-live": "polite" });
  private readonly legend = element("div", "cnnviz-legend");
  private readonly low = element("span", "");
  private readonly high = element("span", "");
  private readonly bar: Layer = layer("");

  constructor(
    private readonly choose: (channels: number[], event: MouseEvent) => void,
    private readonly signal: AbortSignal,
  ) {
    const title = "The colours and the values they stand for";
    const bar = element("div", "cnnviz-colorbar", { title }, this.low, this.bar.canvas, this.high);
    this.root = element("div", "cnnviz-grid-foot", {}, this.readout, this.legend, bar);
    this.bar.canvas.width = BAR_WIDTH;
    this.bar.canvas.height = 1;
  }

  say(text: string): void {
    if (this.readout.textContent !== text) this.readout.textContent = text;
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
        `${text}${briefly ? ` ${briefly}` : ""}: ${count(channels.length)}`,
      );
      keyboard(chip);
      chip.addEventListener("click", (event) => this.choose(channels, event), { signal: this.signal });
      this.legend.append(chip);
    }
  }

  showColors(paint: Paint): void {
    for (let x = 0; x < BAR_WIDTH; x++) {
      this.bar.context.fillStyle = cssColor(paint.colormap, x / (BAR_WIDTH - 1));
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
      this.low.textContent = diverging ? `−max of ${range}` : `lowest of ${range}`;
      this.high.textContent = diverging ? "+max" : "highest";
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
