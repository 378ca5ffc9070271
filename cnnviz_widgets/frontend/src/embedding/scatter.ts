/** What is in sight of the points, and the canvases that they are drawn on. */
import { layer, prepare } from "../lib/dom/canvas";
import { themeOf, type Theme } from "../lib/dom/theme";
import { clamp } from "../lib/clamp";
import { isSurveyed, type PointSelection } from "./sample-points";
import { Marks } from "./marks";
import type { Points } from "./points";

export interface Place {
  x: number;
  y: number;
}

const MARGIN = 12;
const MOST_ZOOM = 40;
/** A point is meant from so many pixels away. */
const NEAR = 12;
/** Where others are selected. */
const FAINT = 0.22;

export class Scatter {
  readonly dots = layer("cnnviz-embedding-dots");
  readonly overlay = layer("cnnviz-embedding-overlay");
  private readonly marks = new Marks();
  private theme: Theme | undefined;
  private width = 0;
  private height = 0;
  /** Pixels a unit where all is in sight. */
  private fit = 1;
  private zoom = 1;
  /** What is in the middle. */
  private middle: Place = { x: 0, y: 0 };

  constructor(private readonly root: HTMLElement) {}

  readTheme(): void {
    this.theme = themeOf(this.root);
    this.marks.clear();
  }

  /** Room for points that reach so far right and up. */
  resize(width: number, height: number, [right, up]: readonly [number, number]): void {
    [this.width, this.height] = [width, height];
    this.fit = Math.max(1, Math.min((width / 2 - MARGIN) / right, (height / 2 - MARGIN) / up));
  }

  get isWhole(): boolean {
    return this.zoom === 1 && this.middle.x === 0 && this.middle.y === 0;
  }

  reset(): void {
    this.zoom = 1;
    this.middle = { x: 0, y: 0 };
  }

  private get scale(): number {
    return this.zoom * this.fit;
  }

  place(positions: Float32Array, point: number): Place {
    return {
      x: this.width / 2 + (positions[2 * point]! - this.middle.x) * this.scale,
      y: this.height / 2 - (positions[2 * point + 1]! - this.middle.y) * this.scale,
    };
  }

  /** Enlarge about a place, which stays where it is. */
  zoomAt(factor: number, { x, y }: Place): void {
    const [right, up] = [x - this.width / 2, this.height / 2 - y];
    const before = this.scale;
    this.zoom = clamp(this.zoom * factor, 1, MOST_ZOOM);
    const by = 1 / before - 1 / this.scale;
    this.moveTo({ x: this.middle.x + right * by, y: this.middle.y + up * by });
  }

  /** Move what is shown by so many pixels; false where it is at its end. */
  pan(right: number, down: number): boolean {
    const { x, y } = this.middle;
    this.moveTo({ x: x - right / this.scale, y: y + down / this.scale });
    return this.middle.x !== x || this.middle.y !== y;
  }

  /** Bring a place into sight. */
  reveal({ x, y }: Place): void {
    const beyond = (at: number, end: number): number => Math.min(0, at - MARGIN) + Math.max(0, at - end + MARGIN);
    this.pan(-beyond(x, this.width), -beyond(y, this.height));
  }

  /** The points never leave the picture. */
  private moveTo({ x, y }: Place): void {
    const most = 1 - 1 / this.zoom;
    this.middle = { x: clamp(x, -most, most), y: clamp(y, -most, most) };
  }

  /** The point at a place; −1 for none. */
  at(positions: Float32Array, { x, y }: Place): number {
    let [best, least] = [-1, NEAR * NEAR];
    for (let point = 0; point < positions.length / 2; point++) {
      const place = this.place(positions, point);
      const far = (place.x - x) ** 2 + (place.y - y) ** 2;
      if (far <= least) [best, least] = [point, far];
    }
    return best;
  }

  /** The nearest point in a direction: those ahead count more than those aside. */
  toward(positions: Float32Array, from: number, right: number, down: number): number {
    const start = this.place(positions, from);
    let [best, least] = [from, Infinity];
    for (let point = 0; point < positions.length / 2; point++) {
      const { x, y } = this.place(positions, point);
      const ahead = (x - start.x) * right + (y - start.y) * down;
      const aside = Math.abs((x - start.x) * down) + Math.abs((y - start.y) * right);
      const cost = ahead + 2.5 * aside;
      if (point !== from && ahead > 0.01 && cost < least) [best, least] = [point, cost];
    }
    return best;
  }

  /** The points within an outline. */
  within(positions: Float32Array, outline: readonly Place[]): number[] {
    const inside = ({ x, y }: Place): boolean => {
      let odd = false;
      outline.forEach((a, i) => {
        const b = outline[(i + 1) % outline.length]!;
        if (a.y > y !== b.y > y && x < a.x + ((y - a.y) * (b.x - a.x)) / (b.y - a.y)) odd = !odd;
      });
      return odd;
    };
    const points = Array.from({ length: positions.length / 2 }, (_, point) => point);
    return points.filter((point) => inside(this.place(positions, point)));
  }

  private radius(count: number): number {
    const usual = count <= 500 ? 4 : count <= 3000 ? 3 : 2;
    return Math.min(8, Math.round(2 * usual * Math.sqrt(this.zoom)) / 2);
  }

  paint(points: Points, positions: Float32Array, selection: PointSelection, only: number | undefined): void {
    if (this.width <= 0 || !this.theme) return;
    prepare(this.dots, this.width, this.height);
    const { context } = this.dots;
    const radius = this.radius(points.numbers.length);
    const chosen = new Set(selection.list);
    // What is selected may have no point, as dead channels have none.
    const some = only !== undefined || [...chosen].some((number) => points.at.has(number));
    const stands = (point: number): boolean =>
      only === undefined ? chosen.has(points.numbers[point]!) : points.classes[point] === only;
    for (const front of some ? [false, true] : [true]) {
      context.globalAlpha = front ? 1 : FAINT;
      for (let point = 0; point < points.numbers.length; point++) {
        if (some && stands(point) !== front) continue;
        this.mark(context, points, positions, point, radius);
      }
    }
    context.globalAlpha = 1;
  }

  private mark(context: CanvasRenderingContext2D, points: Points, positions: Float32Array, point: number, radius: number): void {
    const { x, y } = this.place(positions, point);
    if (x < -radius || y < -radius || x > this.width + radius || y > this.height + radius) return;
    const { dark, background, text, error } = this.theme!;
    const ring = points.wrong[point] ? error : "";
    // Among those surveyed the samples shown stand out.
    const stands = points.surveyed > 0 && !isSurveyed(points.numbers[point]!);
    const wide = stands ? radius + 2 : radius;
    const side = Marks.side(wide, ring !== "");
    const mark = this.marks.of({ number: points.classes[point]!, radius: wide, ring, edge: stands ? text : background, stands, dark });
    context.drawImage(mark, x - side / 2, y - side / 2, side, side);
  }

  paintOverlay(points: Points, positions: Float32Array, hovered: number, outline: readonly Place[]): void {
    if (this.width <= 0 || !this.theme) return;
    prepare(this.overlay, this.width, this.height);
    const { context } = this.overlay;
    const point = points.at.get(hovered);
    if (point !== undefined) {
      const radius = this.radius(points.numbers.length);
      this.mark(context, points, positions, point, radius + 1.5);
      const { x, y } = this.place(positions, point);
      context.beginPath();
      context.arc(x, y, radius + 6, 0, 2 * Math.PI);
      context.strokeStyle = this.theme.hover;
      context.lineWidth = 2;
      context.stroke();
    }
    if (outline.length < 2) return;
    context.beginPath();
    for (const { x, y } of outline) context.lineTo(x, y);
    context.closePath();
    context.strokeStyle = this.theme.accent;
    context.lineWidth = 1.5;
    context.setLineDash([4, 3]);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 0.1;
    context.fillStyle = this.theme.accent;
    context.fill();
    context.globalAlpha = 1;
  }

  /** A class' picture in the legend. */
  sample(number: number, ring: boolean, stands = false): HTMLCanvasElement {
    const { dark, background, text, error } = this.theme!;
    const side = Marks.side(4, true);
    const copy = layer("");
    prepare(copy, side, side);
    const own = Marks.side(4, ring);
    const mark = this.marks.of({ number, radius: 4, ring: ring ? error : "", edge: stands ? text : background, stands, dark });
    copy.context.drawImage(mark, (side - own) / 2, (side - own) / 2, own, own);
    copy.canvas.setAttribute("aria-hidden", "true");
    return copy.canvas;
  }
}
