/** A tile of the grid, enlarged in the card: its pixels, its input, its values, and the way on. */
import { histogram } from "./small-curve";
import { layer } from "../lib/dom/canvas";
import { element, keyboard, say } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { onEscape } from "../lib/frame/escape";
import type { InputPicture, ShownTile, TileViewer } from "../lib/frame/shown-tile";

/** Sides of the tile and of its input, in CSS pixels. */
const SIDE = 176;
const INPUT = 84;

const STEPS: Record<string, readonly [across: number, down: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class TilePart implements TileViewer {
  readonly root = element("section", "cnnviz-card-tile", { "aria-label": "A tile, enlarged. Arrow keys: the next one; Escape: back to the grid" });
  private readonly picture = layer("cnnviz-card-picture");
  private readonly input = element("div", "cnnviz-card-input");
  private readonly readout = element("div", "cnnviz-card-readout", { role: "status", "aria-live": "polite" });
  private readonly facts = element("div", "cnnviz-card-facts");
  private readonly values = element("div", "");
  private tile: ShownTile | undefined;

  constructor(
    private readonly onShow: (channel: number) => void,
    signal: AbortSignal,
  ) {
    const step = (across: number, down: number) => () => this.step(across, down);
    const { canvas } = this.picture;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "The tile's pixels");
    const buttons = element(
      "div",
      "cnnviz-card-steps",
      {},
      iconButton("chevron-left", "Channel before", "The channel before (←)", step(-1, 0), signal),
      iconButton("chevron-right", "Next channel", "The next channel (→)", step(1, 0), signal),
      turned(iconButton("chevron-left", "Sample before", "The sample before (↑)", step(0, -1), signal)),
      turned(iconButton("chevron-right", "Next sample", "The next sample (↓)", step(0, 1), signal)),
      iconButton("close", "Back to the grid", "Back to the grid (Escape)", () => this.leave(), signal),
    );
    const head = element("div", "cnnviz-card-head", {}, element("span", "cnnviz-card-title", {}, "Tile"), buttons);
    this.root.append(
      head,
      element("div", "cnnviz-card-pictures", {}, canvas, this.input),
      this.readout,
      this.facts,
      this.values,
    );
    this.root.hidden = true;
    keyboard(this.root);
    this.root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    onEscape(this.root, "tile", () => this.isOpen && this.root.contains(document.activeElement), () => this.leave(), signal);
    canvas.addEventListener("pointermove", (event) => say(this.readout, this.tile?.describe(canvas, event) ?? ""), { signal });
  }

  get isOpen(): boolean {
    return this.tile !== undefined;
  }

  open(tile: ShownTile): void {
    this.tile = tile;
    this.root.hidden = false;
    this.refresh();
    // The panel's tab is opened in the same breath; before it is, nothing in it takes the focus.
    requestAnimationFrame(() => {
      if (this.tile !== tile || !this.root.isConnected) return;
      this.refresh();
      this.root.focus({ preventScroll: true });
      this.root.scrollIntoView({ block: "nearest" });
    });
  }

  refresh(): void {
    const { tile } = this;
    if (!tile) return;
    this.onShow(tile.channel());
    tile.draw(this.picture.canvas, this.picture.context, { width: SIDE, height: SIDE });
    const input = tile.input();
    this.input.replaceChildren(...(input ? [painted(input), element("span", "cnnviz-faint", {}, "input")] : []));
    say(this.readout, "");
    this.facts.replaceChildren(
      ...tile.facts().flatMap(([name, value]) => [element("span", "cnnviz-faint", {}, name), element("span", "", {}, value)]),
    );
    const bars = histogram(tile.values());
    this.values.replaceChildren(...(bars ? [bars] : []));
  }

  close(): void {
    this.tile = undefined;
    this.root.hidden = true;
  }

  private step(across: number, down: number): void {
    this.tile?.step(across, down);
  }

  private leave(): void {
    const { tile } = this;
    this.close();
    tile?.leave();
  }

  private onKey(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step) this.step(...step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function turned(button: HTMLButtonElement): HTMLButtonElement {
  button.classList.add("cnnviz-card-turned");
  return button;
}

/** An input in whole pixels where it is small, and as large as there is room for. */
function painted({ width, height, pixels }: InputPicture): HTMLCanvasElement {
  const { canvas, context } = layer("cnnviz-card-input-picture");
  canvas.width = width;
  canvas.height = height;
  const image = context.createImageData(width, height);
  image.data.set(pixels);
  context.putImageData(image, 0, 0);
  const zoom = INPUT / Math.max(width, height);
  canvas.style.width = `${width * zoom}px`;
  canvas.style.height = `${height * zoom}px`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The sample's input");
  return canvas;
}
