/** A strip a channel, in the grid's order: where its values lie, in its group's colour. */
import type { Curves } from "./curves";
import type { Groups } from "./groups";
import { Painter } from "./shading";
import { layer, pixelRatio, prepare } from "../lib/dom/canvas";
import { element, keyboard } from "../lib/dom/elements";
import { pixel, rgb, type Theme } from "../lib/dom/theme";
import { onEscape } from "../lib/frame/escape";
import { combineOf, type Selection } from "../lib/linking/selection";
import { groupColor } from "../lib/plots/group-colors";

/** Pixels left of the values: the group's colour, then the share of zeros; and right of them. */
export const LEFT = 22;
export const RIGHT = 22;
const BAR = 4;
const ZEROS = { from: 6, width: 13 } as const;
/** A strip is at most so high, and all of them together. */
const HIGHEST = 9;
const ROOM = 200;

export interface StripScene {
  curves: Curves;
  groups: Groups;
  /** The curves that have a strip, from top to bottom. */
  rows: readonly number[];
  /** The values at both ends. */
  reach: readonly [number, number];
  /** Over so many powers of ten colours fade; 0 fades them evenly. */
  decades: number;
  theme: Theme;
}

export class Strips {
  readonly root: HTMLElement;
  private readonly heat = layer("cnnviz-strips-heat");
  private readonly marks = layer("cnnviz-strips-marks");
  private scene: StripScene | undefined;

  constructor(
    private readonly selection: Selection,
    noun: string,
    signal: AbortSignal,
  ) {
    const { canvas } = this.marks;
    this.root = element("div", "cnnviz-strips", {}, this.heat.canvas, canvas);
    keyboard(canvas);
    canvas.setAttribute("role", "application");
    canvas.setAttribute(
      "aria-label",
      `A strip for each ${noun}, in the grid's order. Arrow keys: move; Space: select; Escape: clear`,
    );
    const at = (event: MouseEvent): number => this.channelAt(event.clientY - canvas.getBoundingClientRect().top);
    canvas.addEventListener("pointermove", (event) => selection.hover(at(event)), { signal });
    canvas.addEventListener("pointerleave", () => selection.hover(-1), { signal });
    canvas.addEventListener("click", (event) => {
      const channel = at(event);
      if (channel >= 0) selection.combine([channel], combineOf(event));
    }, { signal });
    canvas.addEventListener("keydown", (event) => this.onKey(event), { signal });
    onEscape(this.root, "selection", () => selection.list.length > 0, () => selection.clear(), signal);
    canvas.addEventListener("blur", () => selection.hover(-1), { signal });
  }

  /** Draw them anew, in all the width that there is. */
  show(scene: StripScene): void {
    this.scene = scene;
    this.root.hidden = scene.rows.length === 0;
    const width = this.root.clientWidth;
    if (this.root.hidden || width <= LEFT + RIGHT) return;
    const height = this.height;
    this.root.style.height = `${height}px`;
    prepare(this.heat, width, height);
    prepare(this.marks, width, height);
    const { canvas, context } = this.heat;
    const image = context.createImageData(canvas.width, canvas.height);
    this.paint(new Uint32Array(image.data.buffer), canvas.width, canvas.height, scene);
    context.putImageData(image, 0, 0);
    this.mark();
  }

  private get height(): number {
    const count = this.scene?.rows.length ?? 0;
    return Math.round(Math.min(ROOM, count * HIGHEST));
  }

  private paint(pixels: Uint32Array, width: number, height: number, scene: StripScene): void {
    const count = scene.rows.length;
    // More channels than lines of pixels share them.
    const bands = Math.min(count, height);
    const ratio = pixelRatio();
    const gap = height / bands >= 4 * ratio ? Math.round(ratio) : 0;
    const px = (at: number): number => Math.round(at * ratio);
    const painter = new Painter(scene, Math.max(1, width - px(RIGHT) - px(LEFT)), ratio);
    for (let band = 0; band < bands; band++) {
      const rows = scene.rows.slice(Math.floor((band * count) / bands), Math.floor(((band + 1) * count) / bands));
      const line = this.line(rows, width, ratio, scene, painter);
      const last = Math.round(((band + 1) * height) / bands) - gap;
      for (let y = Math.round((band * height) / bands); y < last; y++) pixels.set(line, y * width);
    }
  }

  /** One line of pixels: the mean of some channels, in the colour of the first one's group. */
  private line(rows: readonly number[], width: number, ratio: number, scene: StripScene, painter: Painter): Uint32Array {
    const { curves, groups, theme } = scene;
    const px = (at: number): number => Math.round(at * ratio);
    const shares = painter.shares(rows);
    let zeros = 0;
    for (const curve of rows) zeros += curves.zeroShare[curve]! / rows.length;
    const hue = rgb(groupColor(groups.of[rows[0]!]!, theme.dark));
    const paper = rgb(theme.background);
    const line = new Uint32Array(width);
    line.fill(pixel(hue), 0, px(BAR));
    line.fill(pixel(rgb(theme.faint)), px(ZEROS.from), px(ZEROS.from + zeros * ZEROS.width));
    const left = px(LEFT);
    for (let x = 0; x < shares.length; x++) {
      const share = shares[x]!;
      if (share === 0) continue;
      const part = (i: 0 | 1 | 2): number => Math.round(paper[i] + share * (hue[i] - paper[i]));
      line[left + x] = pixel([part(0), part(1), part(2)]);
    }
    return line;
  }

  /** What is selected and hovered: a bar at the right, and a frame. */
  mark(): void {
    const { scene } = this;
    if (!scene || this.root.hidden) return;
    const { canvas, context } = this.marks;
    const width = canvas.width / pixelRatio();
    context.clearRect(0, 0, width, this.height);
    const size = this.height / scene.rows.length;
    scene.rows.forEach((curve, row) => {
      const channel = scene.curves.channels[curve]!;
      if (this.selection.has(channel)) {
        context.fillStyle = scene.theme.accent;
        context.fillRect(width - RIGHT + 3, row * size, 4, Math.max(1.5, size - 1));
      }
      if (channel !== this.selection.hovered) return;
      context.strokeStyle = scene.theme.text;
      context.lineWidth = 1;
      context.strokeRect(0.5, Math.round(row * size) - 0.5, width - RIGHT, Math.max(2, Math.round(size)));
    });
  }

  private channelAt(y: number): number {
    const { scene } = this;
    if (!scene) return -1;
    const curve = scene.rows[Math.floor((y / this.height) * scene.rows.length)];
    return curve === undefined ? -1 : scene.curves.channels[curve]!;
  }

  private onKey(event: KeyboardEvent): void {
    const { scene, selection } = this;
    if (!scene) return;
    const channels = scene.rows.map((curve) => scene.curves.channels[curve]!);
    const now = channels.indexOf(selection.hovered);
    const last = channels.length - 1;
    const to = { ArrowDown: now + 1, ArrowUp: now < 0 ? last : now - 1, Home: 0, End: last }[event.key];
    if (to !== undefined) selection.hover(channels[Math.min(Math.max(to, 0), last)] ?? -1);
    else if (event.key === " " && now >= 0) selection.toggle([channels[now]!]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
