/** What is drawn in the boxes: patches, class matrix, density or health. */
import { layer, prepare } from "../../lib/dom/canvas";
import { number, percent } from "../../lib/format";
import { STATE_NAMES, strengthOf, type Group, type MapData } from "../data";
import { insideOf, type Facet, type Inside } from "./cells";
import type { Box } from "../stage/layout";
import type { Palette } from "../stage/palette";
import type { Pictures, Rect } from "./pictures";

/** From here on a channel is strong on a class, as a share of its own range. */
export const STRONG = 0.6;
const FAINT = 0.2;
/** A pin or a warning at a box's corner. */
export const MARK = 12;
/** Space between lines of words in a box. */
const LINE = 13;

export interface Look {
  data: MapData;
  pictures: Pictures;
  palette: Palette;
  facet: Facet;
  /** The column of the matrix that is looked at; −1 for none. */
  column: number;
}

export class BoxPainter {
  readonly layer = layer("cnnviz-map-boxes");
  private readonly insides = new Map<number, Inside>();

  /** How a box is divided now. */
  inside(box: Box): Inside {
    return this.insides.get(box.id) ?? { cells: [], matrix: undefined };
  }

  paint(boxes: readonly Box[], look: Look, width: number, height: number): void {
    prepare(this.layer, width, height);
    this.insides.clear();
    for (const box of boxes) {
      const inside = insideOf(box, look.facet);
      this.insides.set(box.id, inside);
      paintBox(this.layer.context, box, inside, look);
    }
  }
}

/** A box by itself, so many pixels a unit. */
export function boxPicture(box: Box, look: Look, scale: number): HTMLCanvasElement {
  const { canvas, context } = layer("");
  [canvas.width, canvas.height] = [Math.ceil(box.width * scale), Math.ceil(box.height * scale)];
  context.setTransform(scale, 0, 0, scale, -box.x * scale, -box.y * scale);
  paintBox(context, box, insideOf(box, look.facet), look);
  return canvas;
}

function paintBox(context: CanvasRenderingContext2D, box: Box, inside: Inside, look: Look): void {
  const { palette, facet } = look;
  const { x, y, width, height, group } = box;
  context.fillStyle = palette.box;
  context.fillRect(x, y, width, height);
  if (!group) return paintThin(context, box, palette);
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  if (facet === "density") paintDensity(context, box, group, palette);
  else if (facet === "health") paintHealth(context, box, group, palette);
  else {
    paintCells(context, group, inside, look);
    if (inside.matrix) paintMatrix(context, group, inside.matrix, look);
  }
  context.restore();
}

function paintThin(context: CanvasRenderingContext2D, { x, y, width, height, channels, state }: Box, palette: Palette): void {
  context.fillStyle = state === "nonfinite" ? palette.error : palette.warning;
  context.font = `11px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(`${channels.length} ${STATE_NAMES[state || "silent"]}`, x + width / 2, y + height / 2 + 0.5, width - 4);
}

function paintCells(context: CanvasRenderingContext2D, group: Group, { cells }: Inside, { data, pictures, palette, column }: Look): void {
  context.imageSmoothingQuality = "high";
  for (const cell of cells) {
    const rect = { x: cell.x + 0.5, y: cell.y + 0.5, width: Math.max(0, cell.width - 1), height: Math.max(0, cell.height - 1) };
    context.globalAlpha = column >= 0 && strengthOf(data, group, cell.place, column) < STRONG ? FAINT : 1;
    context.fillStyle = palette.bands[1];
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
    const patch = group.patches.get(cell.channel);
    if (pictures.has(patch)) pictures.draw(context, patch, rect);
    else label(context, String(cell.channel), rect, palette);
  }
  context.globalAlpha = 1;
}

/** A channel without a picture is its number, where there is room for that. */
function label(context: CanvasRenderingContext2D, text: string, { x, y, width, height }: Rect, palette: Palette): void {
  if (width < 6.5 * text.length || height < 11) return;
  context.fillStyle = palette.faint;
  context.font = `10px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x + width / 2, y + height / 2);
}

/** A pixel a cell, stretched: as many as there are rows and columns, however small the box is. */
export function paintMatrix(context: CanvasRenderingContext2D, group: Group, rect: Rect, { data, palette, column }: Look): void {
  const columns = data.columns.length;
  if (columns === 0 || group.rows === 0) return;
  const small = layer("");
  small.canvas.width = columns;
  small.canvas.height = group.rows;
  const image = small.context.createImageData(columns, group.rows);
  const pixels = new Uint32Array(image.data.buffer);
  const first = group.firstRow * columns;
  for (let at = 0; at < pixels.length; at++) pixels[at] = palette.ramp[data.profile[first + at] ?? 0]!;
  small.context.putImageData(image, 0, 0);
  // Rows and columns that are smaller than pixels are averaged, others keep their edges.
  context.imageSmoothingEnabled = columns > rect.width || group.rows > rect.height;
  context.drawImage(small.canvas, rect.x, rect.y, rect.width, rect.height);
  context.imageSmoothingEnabled = true;
  if (column < 0) return;
  const [left, right] = [rect.x + (column / columns) * rect.width, rect.x + ((column + 1) / columns) * rect.width];
  context.globalAlpha = 0.72;
  context.fillStyle = palette.box;
  context.fillRect(rect.x, rect.y, left - rect.x, rect.height);
  context.fillRect(right, rect.y, rect.x + rect.width - right, rect.height);
  context.globalAlpha = 1;
}

function paintDensity(context: CanvasRenderingContext2D, { x, y, width, height }: Box, { density, density_range, zeros, pinned, findings }: Group, palette: Palette): void {
  const [low, high] = density_range;
  if (density.length === 0) return;
  const foot = height > 44 ? 13 : 2;
  const floor = y + height - foot;
  const point = (at: number): [number, number] => [x + 1 + (at / (density.length - 1 || 1)) * (width - 2), floor - (density[at]! / 255) * (height - foot - 16)];
  context.beginPath();
  context.moveTo(x + 1, floor);
  for (let at = 0; at < density.length; at++) context.lineTo(...point(at));
  context.lineTo(x + width - 1, floor);
  context.closePath();
  context.globalAlpha = 0.25;
  context.fillStyle = palette.rampEnd;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = palette.rampEnd;
  context.lineWidth = 1.5;
  context.stroke();
  if (low === null || high === null) return;
  if (low < 0 && high > 0) {
    const zero = x + 1 + (-low / (high - low)) * (width - 2);
    context.fillStyle = palette.faint;
    context.fillRect(zero, y + 14, 1, floor - y - 14);
  }
  context.fillStyle = palette.faint;
  context.font = `9px ${palette.font}`;
  context.textBaseline = "alphabetic";
  if (zeros) {
    context.textAlign = "right";
    // Beside the marks of `boxOf`, and behind the group's number.
    const right = width - 3 - MARK * (Number(pinned.length > 0) + Number(findings.length > 0));
    context.fillText(`${percent(zeros)} zeros`, x + right, y + 11, Math.max(1, right - (width < 90 ? 22 : 44)));
  }
  if (foot < 13) return;
  context.textAlign = "left";
  context.fillText(number(low, 2), x + 3, y + height - 3, width / 2 - 4);
  context.textAlign = "right";
  context.fillText(number(high, 2), x + width - 3, y + height - 3, width / 2 - 4);
}

function paintHealth(context: CanvasRenderingContext2D, { x, y, width, height }: Box, { findings }: Group, palette: Palette): void {
  const isWell = findings.length === 0;
  context.fillStyle = isWell ? palette.faint : palette.warning;
  if (!isWell) context.fillRect(x, y, 3, height);
  context.font = `10px ${palette.font}`;
  const lines = (isWell ? ["none known"] : findings).flatMap((each) => wrapped(context, each, width - 10));
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  const shown = lines.slice(0, Math.max(1, Math.floor((height - 14) / LINE)));
  shown.forEach((line, at) => context.fillText(at === shown.length - 1 && lines.length > shown.length ? `${line} …` : line, x + 7, y + 24 + at * LINE, width - 9));
}

/** Lines of a phrase in so much room. */
function wrapped(context: CanvasRenderingContext2D, phrase: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of phrase.split(" ")) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
