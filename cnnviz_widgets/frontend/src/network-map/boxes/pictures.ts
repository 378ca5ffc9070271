/** The pictures that patches are cut from, side by side on one canvas. */
import type { AnyModel } from "@anywidget/types";

import { layer } from "../../lib/dom/canvas";
import { asUint8 } from "../../lib/linking/buffers";
import type { MapViewState } from "../../lib/wire/states";
import type { Patch } from "../data";

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export class Pictures {
  private canvas: HTMLCanvasElement | undefined;
  private height = 0;
  private width = 0;
  private across = 1;
  private count = 0;

  constructor(model: AnyModel<MapViewState>) {
    const [count, height, width, colours] = model.get("_picture_shape");
    const bytes = asUint8(model.get("_pictures"));
    if (count * height * width === 0 || bytes.length < count * height * width * colours) return;
    Object.assign(this, { count, height, width, across: Math.ceil(Math.sqrt(count * (height / width))) });
    const { canvas, context } = layer("");
    canvas.width = this.across * width;
    canvas.height = Math.ceil(count / this.across) * height;
    for (let at = 0; at < count; at++) {
      const image = context.createImageData(width, height);
      for (let pixel = 0; pixel < width * height; pixel++) {
        const from = (at * width * height + pixel) * colours;
        for (let colour = 0; colour < 3; colour++) image.data[4 * pixel + colour] = bytes[from + (colours === 3 ? colour : 0)]!;
        image.data[4 * pixel + 3] = 255;
      }
      context.putImageData(image, (at % this.across) * width, Math.floor(at / this.across) * height);
    }
    this.canvas = canvas;
  }

  has(patch: Patch | undefined): patch is Patch {
    return patch !== undefined && patch.sample >= 0 && patch.sample < this.count;
  }

  /** Fill a cell with the middle of a patch, as large as covers it; what is outside the picture stays. */
  draw(context: CanvasRenderingContext2D, { sample, box }: Patch, cell: Rect): void {
    const [top, bottom, left, right] = box;
    const scale = Math.max(cell.width / Math.max(1, right - left), cell.height / Math.max(1, bottom - top));
    const x = (left + right - cell.width / scale) / 2;
    const y = (top + bottom - cell.height / scale) / 2;
    const [x0, y0] = [Math.max(0, x), Math.max(0, y)];
    const [x1, y1] = [Math.min(this.width, x + cell.width / scale), Math.min(this.height, y + cell.height / scale)];
    if (!this.canvas || x1 <= x0 || y1 <= y0) return;
    const [column, row] = [sample % this.across, Math.floor(sample / this.across)];
    context.drawImage(
      this.canvas,
      column * this.width + x0, row * this.height + y0, x1 - x0, y1 - y0,
      cell.x + (x0 - x) * scale, cell.y + (y0 - y) * scale, (x1 - x0) * scale, (y1 - y0) * scale,
    );
  }
}
