/** A contact sheet: one picture for each channel of a layer, in the order of its tree; a click selects it. */
import { layer, onResize, pixelRatio, prepare } from "../lib/dom/canvas";
import { element, keyboard, say } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { onThemeChange, themeOf } from "../lib/dom/theme";
import { asInt32, asUint8 } from "../lib/linking/buffers";
import type { SheetEntry } from "../lib/wire/payloads";

/** CSS pixels between two pictures. */
const GAP = 2;
/** CSS pixels of a picture's side: of so many channels at most, and of more. */
const SIDES = [[36, 48], [150, 32]] as const;
const SMALL = 24;

const [TOO_LITTLE, NOT_WOKEN, SILENT] = [1, 2, 3];

export class Sheet {
  readonly root: HTMLElement;
  private readonly picture = layer("cnnviz-sheet");
  private readonly readout = element("div", "cnnviz-sheet-readout cnnviz-faint", { role: "status", "aria-live": "polite" });
  private entry: SheetEntry | null = null;
  private channels: Int32Array = new Int32Array(0);
  /** All pictures one below the other, in their own pixels. */
  private tiles: HTMLCanvasElement | undefined;
  /** The place that the keys are at, or the pointer; -1 for none. */
  private at = -1;
  private readonly draw: () => void;

  constructor(
    private readonly isSelected: (channel: number) => boolean,
    private readonly choose: (channel: number, event: MouseEvent | KeyboardEvent) => void,
    signal: AbortSignal,
  ) {
    const { canvas } = this.picture;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-roledescription", "contact sheet");
    keyboard(canvas);
    this.root = element("div", "cnnviz-sheet-box", {}, canvas, this.readout);
    this.draw = eachFrame(() => this.paint(), signal);
    canvas.addEventListener("pointermove", (event) => this.go(this.placeAt(event)), { signal });
    canvas.addEventListener("pointerleave", () => this.go(-1), { signal });
    canvas.addEventListener("blur", () => this.go(-1), { signal });
    canvas.addEventListener("click", (event) => this.take(this.placeAt(event), event), { signal });
    canvas.addEventListener("keydown", (event) => this.onKey(event), { signal });
    onResize(this.root, this.draw, signal);
    onThemeChange(this.root, this.draw, signal);
  }

  show(entry: SheetEntry | null): void {
    this.root.hidden = entry === null;
    if (entry !== this.entry) {
      this.entry = entry;
      this.channels = entry ? asInt32(entry.channels) : new Int32Array(0);
      this.tiles = entry ? tilesOf(entry) : undefined;
    }
    this.draw();
  }

  /** Draw anew: others are selected. */
  refresh(): void {
    this.draw();
  }

  /** Sides of the room of one picture: what is flat takes less, but can be hit. */
  private get room(): [wide: number, high: number] {
    const side = SIDES.find(([most]) => this.channels.length <= most)?.[1] ?? SMALL;
    const { width, height } = this.entry ?? { width: 1, height: 1 };
    const scale = side / Math.max(width, height);
    return [Math.max(SMALL, Math.round(width * scale)), Math.max(SMALL, Math.round(height * scale))];
  }

  private get across(): number {
    return Math.max(1, Math.floor((this.root.clientWidth + GAP) / (this.room[0] + GAP)));
  }

  private paint(): void {
    const { entry, tiles, room, across } = this;
    if (!entry || !tiles || this.root.clientWidth === 0) return;
    const [right, down] = [room[0] + GAP, room[1] + GAP];
    const rows = Math.ceil(this.channels.length / across);
    prepare(this.picture, across * right - GAP, rows * down - GAP);
    const { context, canvas } = this.picture;
    const theme = themeOf(this.root);
    const states = asUint8(entry.state);
    const scale = Math.min(room[0] / entry.width, room[1] / entry.height);
    const [wide, high] = [Math.max(1, entry.width * scale), Math.max(1, entry.height * scale)];
    context.imageSmoothingEnabled = scale * pixelRatio() < 1;
    this.channels.forEach((channel, place) => {
      const [x, y] = [(place % across) * right, Math.floor(place / across) * down];
      const state = states[place];
      if (place >= entry.done || state === SILENT) {
        context.fillStyle = theme.line;
        context.globalAlpha = place >= entry.done ? 0.25 : 0.6;
        context.fillRect(x, y, ...room);
        context.globalAlpha = 1;
      } else {
        context.globalAlpha = state === TOO_LITTLE || state === NOT_WOKEN ? 0.35 : 1;
        context.drawImage(tiles, 0, place * entry.height, entry.width, entry.height, x + (room[0] - wide) / 2, y + (room[1] - high) / 2, wide, high);
        context.globalAlpha = 1;
      }
      if (state === NOT_WOKEN) hatch(context, x, y, room, theme.text);
      if (this.isSelected(channel)) outline(context, x, y, room, theme.accent, room[0] > SMALL ? 3 : 2);
      else if (place === this.at) outline(context, x, y, room, theme.text, 2);
    });
    canvas.setAttribute("aria-label", `Pictures of ${entry.done} of ${this.channels.length} channels. Arrow keys: the next one; Enter: select it`);
  }

  private placeAt(event: MouseEvent): number {
    const [wide, high] = this.room;
    const box = this.picture.canvas.getBoundingClientRect();
    const [column, row] = [Math.floor((event.clientX - box.left) / (wide + GAP)), Math.floor((event.clientY - box.top) / (high + GAP))];
    const place = row * this.across + column;
    return column >= 0 && column < this.across && place >= 0 && place < this.channels.length ? place : -1;
  }

  private go(place: number): void {
    if (place === this.at) return;
    this.at = place;
    say(this.readout, place < 0 ? "" : (this.entry?.titles[place] ?? `channel ${this.channels[place]}: not yet`));
    this.draw();
  }

  private take(place: number, event: MouseEvent | KeyboardEvent): void {
    if (place >= 0) this.choose(this.channels[place]!, event);
  }

  private onKey(event: KeyboardEvent): void {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.across, ArrowDown: this.across };
    const step = steps[event.key];
    if (step !== undefined) {
      const place = this.at < 0 ? 0 : this.at + step;
      if (place >= 0 && place < this.channels.length) this.go(place);
    } else if (event.key === "Enter" || event.key === " ") this.take(this.at, event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function tilesOf({ done, width, height, depth, pixels }: SheetEntry): HTMLCanvasElement {
  const { canvas, context } = layer("");
  canvas.width = width;
  canvas.height = Math.max(1, done * height);
  const from = asUint8(pixels);
  const image = context.createImageData(canvas.width, canvas.height);
  for (let pixel = 0; pixel < done * width * height; pixel++) {
    for (let color = 0; color < 3; color++) image.data[4 * pixel + color] = from[pixel * depth + (depth === 3 ? color : 0)]!;
    image.data[4 * pixel + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

type Room = readonly [wide: number, high: number];

function outline(context: CanvasRenderingContext2D, x: number, y: number, [wide, high]: Room, color: string, line: number): void {
  context.strokeStyle = color;
  context.lineWidth = line;
  context.strokeRect(x + line / 2, y + line / 2, wide - line, high - line);
}

function hatch(context: CanvasRenderingContext2D, x: number, y: number, [wide, high]: Room, color: string): void {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  for (let offset = 6; offset < wide + high; offset += 6) {
    context.moveTo(x + Math.max(0, offset - high), y + Math.min(high, offset));
    context.lineTo(x + Math.min(wide, offset), y + Math.max(0, offset - wide));
  }
  context.stroke();
}
