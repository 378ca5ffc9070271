/** A colour and a shape for each class, and their small pictures. */
import { pixelRatio } from "../lib/dom/canvas";
import { ALONE, groupColors } from "../lib/plots/group-colors";

/** Circle, square, triangle, diamond. */
type Shape = 0 | 1 | 2 | 3;
/**
 * Classes of one shape differ in colour for every kind of eye: Lab distances of 22 or more in both
 * themes, as normal, protan, deutan and tritan eyes see them.
 */
const SHAPES = [0, 1, 0, 1, 1, 2, 3, 2];
/** More classes than these repeat a colour and a shape. */
export const DIFFERENT = 4 * SHAPES.length;

const CORNERS: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]],
  [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
];

const shapeOf = (number: number): Shape =>
  (number < 0 ? 0 : (SHAPES[number % SHAPES.length]! + Math.floor(number / SHAPES.length)) % 4) as Shape;

export const classColor = (number: number, dark: boolean): string =>
  number < 0 ? ALONE(dark) : groupColors(dark)[number % SHAPES.length]!;

function outline(context: CanvasRenderingContext2D, shape: Shape, middle: number, radius: number): void {
  context.beginPath();
  if (shape === 0) context.arc(middle, middle, radius, 0, 2 * Math.PI);
  else for (const [x, y] of CORNERS[shape]!) context.lineTo(middle + radius * x, middle + radius * y);
  context.closePath();
}

export interface Look {
  /** −1: not known. */
  number: number;
  radius: number;
  /** Colour of a ring; "" for none. */
  ring: string;
  /** Colour of its edge, which is wide where it stands out. */
  edge: string;
  stands?: boolean;
  dark: boolean;
}

/** Pictures of points, each drawn once: thousands are copies. */
export class Marks {
  private readonly made = new Map<string, HTMLCanvasElement>();

  clear(): void {
    this.made.clear();
  }

  /** Width and height of a point's picture in CSS pixels. */
  static side = (radius: number, ring: boolean): number => 2 * Math.ceil(radius * 1.4 + (ring ? 4 : 1));

  of(look: Look): HTMLCanvasElement {
    const { number, radius, ring, edge, stands = false, dark } = look;
    const [color, shape] = [classColor(number, dark), shapeOf(number)];
    const key = [color, shape, radius, ring, edge, stands].join();
    const known = this.made.get(key);
    if (known) return known;
    const side = Marks.side(radius, ring !== "");
    const ratio = pixelRatio();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = Math.ceil(side * ratio);
    const context = canvas.getContext("2d")!;
    context.scale(ratio, ratio);
    outline(context, shape, side / 2, radius);
    context.fillStyle = color;
    context.fill();
    // Where points lie over one another their edges tell them apart.
    context.lineWidth = stands ? 1.5 : 0.75;
    context.strokeStyle = edge;
    context.stroke();
    if (ring) {
      context.beginPath();
      context.arc(side / 2, side / 2, radius + 2.5, 0, 2 * Math.PI);
      context.lineWidth = 1.5;
      context.strokeStyle = ring;
      context.stroke();
    }
    this.made.set(key, canvas);
    return canvas;
  }
}
