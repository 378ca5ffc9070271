/**
 * One tile, as large as there is room for, with its numbers: in the frame's own panel where it has
 * one, else over the grid, where Escape or the button leads back.
 */
import { paintTiles, type Paint } from "./paint";
import { markOf, rangeOf, valueAt, type Tiles } from "./tiles";
import { layer, pixelRatio } from "../lib/dom/canvas";
import { button, element } from "../lib/dom/elements";
import { themeOf } from "../lib/dom/theme";
import { number, span } from "../lib/format";
import { command } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import { offerTile, type InputPicture, type ShownTile, type TileViewer } from "../lib/frame/shown-tile";
import { marginsOf, paintAxes, type AxisWords } from "../lib/plots/tile-axes";
import { Mark } from "../lib/wire/constants";

export interface Tile {
  row: number;
  /** Tile column of the sheet. */
  col: number;
}

/** A stored pixel of a tile. */
export interface TilePixel extends Tile {
  y: number;
  x: number;
}

/** What a grid knows of the tile that is enlarged. */
export interface EnlargedContent {
  tiles: () => Tiles;
  paint: () => Paint;
  /** What the tile is of, for the list of facts. */
  facts: (tile: Tile) => [name: string, value: string][];
  /** Remembers a tile; the function says where it is after a change, undefined where it is no more. */
  follow: (tile: Tile) => () => Tile | undefined;
  describe: (pixel: TilePixel) => string;
  /** The channel of a tile, and the number of its sample, where it is of one. */
  channelOf: (tile: Tile) => number;
  sampleOf?: (tile: Tile) => number;
  /** Words along the edges of a tile; null where there are none. */
  axes?: (tile: Tile) => AxisWords | null;
  /** Whether values are written into pixels that are large enough. */
  numbers?: boolean;
}

export interface EnlargedOptions extends EnlargedContent {
  stage: HTMLElement;
  say: (text: string) => void;
  onClose: () => void;
  /** The input of a sample. */
  input: (sample: number) => InputPicture | null;
  /** The tile so many channels and samples on, to which the grid goes; null where there is none. */
  step: (across: number, down: number) => Tile | null;
}

/** Pixels at least this wide, in CSS pixels, have room for their value. */
const ROOMY = 44;

function sizeText({ height, width, montage: [down, across] }: Tiles): string {
  const slices = down * across;
  return `${slices > 1 ? `${slices} × ` : ""}${height / down} × ${width / across}`;
}

/** Height that the stage grows to, if it is less, in CSS pixels. */
const ROOM = 320;
/** Sides of a tile with words along its edges are no less, words included. */
const WITH_WORDS = 244;

export class Enlarged {
  private root: HTMLElement | undefined;
  private tile: Tile | undefined;
  /** Where the tile stands when the model has been read again. */
  private moved: () => Tile | undefined = () => undefined;
  private redraw: () => void = () => undefined;
  private openUntil = new AbortController();
  /** Where the tile begins in its canvas, and how large a pixel of it is, in device pixels. */
  private area = { left: 0, top: 0, zoom: 1 };
  /** The panel that shows the tile. */
  private viewer: TileViewer | null = null;

  constructor(private readonly options: EnlargedOptions) {}

  get isOpen(): boolean {
    return this.root !== undefined;
  }

  open(tile: Tile): void {
    this.remove();
    this.tile = { ...tile };
    this.moved = this.options.follow(tile);
    this.viewer = offerTile(this.options.stage, this.shown());
    if (this.viewer) {
      command(this.options.stage, "tab:channel");
      return;
    }
    this.openUntil = new AbortController();
    const { signal } = this.openUntil;
    const { canvas, context } = layer("cnnviz-enlarged-tile");
    const facts = element("div", "cnnviz-enlarged-facts");
    const close = button("Back to the grid", "Close the enlarged tile (Escape)", () => this.close(), signal);
    const side = element("div", "cnnviz-enlarged-side", {}, close, facts);
    this.root = element("div", "cnnviz-enlarged", { role: "dialog", "aria-label": "One tile, enlarged" }, canvas, side);
    onEscape(this.root, "tile", () => this.isOpen, () => this.close(), signal);
    canvas.addEventListener("pointermove", (event) => this.point(canvas, event), { signal });
    this.options.stage.style.minHeight = `${ROOM}px`;
    this.options.stage.append(this.root);
    this.redraw = () => {
      const { width, height } = this.options.stage.getBoundingClientRect();
      this.draw(canvas, context, { width: Math.max(120, width - 260), height: height - 24 });
      this.fill(facts);
    };
    this.redraw();
    close.focus({ preventScroll: true });
  }

  /** Draw again where values or colours have changed. */
  refresh(): void {
    if (!this.tile) return;
    const tile = this.moved();
    if (!tile) return this.close();
    this.tile = tile;
    if (this.viewer) this.viewer.refresh();
    else this.redraw();
  }

  /** The tile as the frame's panel shows it. */
  private shown(): ShownTile {
    const { options } = this;
    return {
      channel: () => options.channelOf(this.tile!),
      facts: () => this.rows(),
      draw: (canvas, context, room) => this.draw(canvas, context, room),
      values: () => this.values(),
      describe: (canvas, event) => this.describe(canvas, event) ?? "",
      input: () => (options.sampleOf ? options.input(options.sampleOf(this.tile!)) : null),
      step: (across, down) => {
        const tile = options.step(across, down);
        if (!tile) return false;
        this.tile = { ...tile };
        this.moved = options.follow(tile);
        this.viewer?.refresh();
        return true;
      },
      leave: () => options.onClose(),
    };
  }

  private values(): Float64Array {
    const tiles = this.options.tiles();
    const { row, col } = this.tile!;
    const values = Float64Array.from({ length: tiles.height * tiles.width }, (_, at) =>
      valueAt(tiles, row, col, Math.floor(at / tiles.width), at % tiles.width),
    );
    return values.filter(Number.isFinite);
  }

  close(): void {
    if (!this.tile) return;
    const wasOver = this.isOpen;
    this.remove();
    this.tile = undefined;
    if (wasOver) this.options.onClose();
  }

  private remove(): void {
    this.openUntil.abort();
    this.viewer?.close();
    this.viewer = null;
    this.root?.remove();
    this.options.stage.style.minHeight = "";
    this.root = undefined;
  }

  private draw(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, room: { width: number; height: number }): void {
    const sheet = this.options.tiles();
    const { row, col } = this.tile!;
    const ratio = pixelRatio();
    const words = this.options.axes?.(this.tile!) ?? null;
    const { left, top } = words ? marginsOf(context, words) : { left: 0, top: 0 };
    const side = words ? WITH_WORDS : 0;
    const high = Math.max(side, room.height) - top / ratio;
    const wide = Math.max(side, room.width) - left / ratio;
    const fits = Math.min(high / sheet.height, wide / sheet.width);
    // Whole device pixels a stored pixel, so that every pixel is drawn alike.
    const zoom = Math.max(1, Math.floor(Math.max(1, fits) * ratio));
    this.area = { left, top, zoom };
    const [width, height] = [sheet.width * zoom, sheet.height * zoom];
    canvas.width = left + width;
    canvas.height = top + height;
    canvas.style.width = `${canvas.width / ratio}px`;
    canvas.style.height = `${canvas.height / ratio}px`;
    const image = context.createImageData(width, height);
    const picture = {
      pixels: new Uint32Array(image.data.buffer),
      stride: width,
      clip: { left: 0, top: 0, right: width, bottom: height },
    };
    paintTiles(
      picture,
      sheet,
      [{ index: col, from: 0, to: width }],
      [{ index: row, from: 0, to: height }],
      this.options.paint(),
    );
    context.putImageData(image, left, top);
    if (words) paintAxes(context, words, { left, top }, zoom, themeOf(this.options.stage));
    if (this.options.numbers && zoom / ratio >= ROOMY) this.write(context, zoom, ratio, picture.pixels);
  }

  /** Each pixel's value, dark on light colours and light on dark ones. */
  private write(context: CanvasRenderingContext2D, zoom: number, ratio: number, pixels: Uint32Array): void {
    const tiles = this.options.tiles();
    const { row, col } = this.tile!;
    context.font = `${12 * ratio}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let y = 0; y < tiles.height; y++) {
      for (let x = 0; x < tiles.width; x++) {
        const [middle, line] = [(x + 0.5) * zoom, (y + 0.5) * zoom];
        const color = pixels[Math.floor(line) * tiles.width * zoom + Math.floor(middle)]!;
        context.fillStyle = isLight(color) ? "#000000" : "#ffffff";
        context.fillText(number(valueAt(tiles, row, col, y, x), 2), middle, line);
      }
    }
  }

  private fill(facts: HTMLElement): void {
    facts.replaceChildren();
    for (const [name, value] of this.rows()) facts.append(element("span", "cnnviz-faint", {}, name), element("span", "", {}, value));
  }

  private rows(): [string, string][] {
    const sheet = this.options.tiles();
    const { row, col } = this.tile!;
    const paint = this.options.paint();
    const tile = row * sheet.cols + col;
    const [down, across] = sheet.reduction;
    const [from, to] = rangeOf(sheet, row, col, paint.range);
    const marks: Record<number, string> = {
      [Mark.zero]: "every value is zero",
      [Mark.constant]: "every value is the same",
      [Mark.someNotFinite]: "some values are NaN or infinite",
      [Mark.notFinite]: "every value is NaN or infinite",
    };
    const rows: [string, string][] = [
      ...this.options.facts(this.tile!),
      ["Size", `${sizeText(sheet)}${down * across > 1 ? `, each the mean of ${down} × ${across}` : ""}`],
      ["Lowest", number(sheet.low[tile]!, 4)],
      ["Highest", number(sheet.high[tile]!, 4)],
      ["Colours", from <= to ? `${span(from, to)} (range of the ${paint.range})` : "–"],
    ];
    const mark = marks[markOf(sheet, row, col)];
    if (mark) rows.push(["Note", mark]);
    return rows;
  }

  private point(canvas: HTMLCanvasElement, event: PointerEvent): void {
    const text = this.describe(canvas, event);
    if (text !== null) this.options.say(text);
  }

  /** What is told of the pixel under the pointer; null beside the tile. */
  private describe(canvas: HTMLCanvasElement, event: PointerEvent): string | null {
    const sheet = this.options.tiles();
    const box = canvas.getBoundingClientRect();
    const { left, top, zoom } = this.area;
    const x = Math.floor((((event.clientX - box.left) / box.width) * canvas.width - left) / zoom);
    const y = Math.floor((((event.clientY - box.top) / box.height) * canvas.height - top) / zoom);
    if (x < 0 || y < 0 || x >= sheet.width || y >= sheet.height) return null;
    return this.options.describe({ ...this.tile!, x, y });
  }
}

/** Whether black can be read on a pixel (little-endian RGBA) better than white. */
function isLight(color: number): boolean {
  const [red, green, blue] = [color & 255, (color >> 8) & 255, (color >> 16) & 255];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 128;
}
