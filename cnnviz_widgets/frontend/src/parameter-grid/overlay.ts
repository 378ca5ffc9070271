/** What is drawn over the tiles and changes with the mouse: numbers, selection, cursor, bars. */
import { before, BIAS_WIDTH, biasLeft, HEADER, MARGIN, rowEnd, rowName, type Layout } from "./layout";
import type { Parameters } from "./parameters";
import type { Theme } from "../lib/dom/theme";
import { visible, xOf, type Columns } from "../lib/columns/column-axis";
import type { Selection } from "../lib/linking/selection";
import { paintCursor, paintScrollbars, rowsInSight, shorten, type Place } from "../tile-view/overlay";
import { heightOf, visibleRows, yOf } from "../tile-view/rows";

export interface Scene {
  parameters: Parameters;
  layout: Layout;
  theme: Theme;
  selection: Selection;
  /** Row as it is stored, by its place on the screen. */
  rowAt: (place: number) => number;
  /** Input under the mouse; -1 for none. */
  hoveredInput: number;
  /** Place of the keyboard's cursor; null while the keyboard is elsewhere. */
  cursor: Place | null;
}

/** Middle of the line above the picture. */
const NUMBERS = HEADER / 2;
const FONT = "11px system-ui, sans-serif";

export function paintOverlay(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, theme } = scene;
  const { columns, rows } = layout;
  const height = rows.top + rows.height;
  context.font = FONT;
  context.textBaseline = "middle";
  paintColumnNumbers(context, scene);
  paintRows(context, scene);
  context.save();
  context.beginPath();
  context.rect(columns.before, rows.top, columns.width - columns.before - columns.after + 1, rows.height);
  context.clip();
  paintHoveredTile(context, scene);
  if (scene.cursor) {
    const { column, row } = scene.cursor;
    paintCursor(context, [xOf(columns, column), yOf(rows, row), columns.scale, heightOf(rows, row)], theme);
  }
  context.restore();
  const width = Math.min(columns.width, rowEnd(scene.parameters, columns) + MARGIN);
  const [from, to] = [columns.before, columns.width - columns.after];
  const across = { from, to, scroll: columns.start * columns.scale, content: columns.count * columns.scale };
  paintScrollbars(context, { across, down: rowsInSight(rows), width, height, theme });
}

/** Where the first of the inputs' numbers begins. */
export const numbersFrom = (columns: Columns): number => Math.max(columns.before, xOf(columns, 0.5) - 4);

function paintColumnNumbers(context: CanvasRenderingContext2D, scene: Scene): void {
  const { parameters, layout, theme, hoveredInput } = scene;
  const { columns } = layout;
  const { names, inputs } = parameters;
  const end = columns.width - columns.after;
  const label = (input: number): string => names[input] ?? (input < inputs ? String(input) : "RGB");
  const room = names.length > 0 ? columns.scale - 4 : Infinity;
  const widest = names.length > 0 ? 0 : String(columns.count - 1).length * 7 + 6;
  const every = roundStep(widest / columns.scale);
  const [first, last] = visible(columns);
  context.textAlign = "center";
  context.fillStyle = theme.faint;
  for (let input = Math.ceil(first / every) * every; input < last; input += every) {
    const x = xOf(columns, input + 0.5);
    const text = shorten(context, label(input), room);
    // A number that reached over the bias would be taken for its.
    if (x < columns.before || x + context.measureText(text).width / 2 > end + 4) continue;
    context.fillText(text, x, NUMBERS);
  }
  if (parameters.bias) {
    const x = biasLeft(columns);
    context.fillText("bias", x + BIAS_WIDTH / 2, NUMBERS);
    // A bias may be of the background's colour.
    context.strokeStyle = theme.line;
    context.lineWidth = 1;
    const { rows } = layout;
    const bottom = Math.min(yOf(rows, rows.count), rows.top + rows.height);
    context.strokeRect(Math.round(x) - 0.5, rows.top - 0.5, BIAS_WIDTH + 1, bottom - rows.top + 1);
  }
  if (hoveredInput < 0) return;
  const text = label(hoveredInput);
  const half = context.measureText(text).width / 2 + 4;
  const middle = Math.min(Math.max(xOf(columns, hoveredInput + 0.5), half), columns.width - half);
  context.fillStyle = theme.background;
  context.fillRect(middle - half, NUMBERS - 8, 2 * half, 16);
  context.fillStyle = theme.hover;
  context.fillText(text, middle, NUMBERS);
}

/** The least of 1, 2, 5, 10, 20 … that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => step >= least)!;
}

/** Row numbers, what is selected and what is hovered. */
function paintRows(context: CanvasRenderingContext2D, scene: Scene): void {
  const { parameters, layout, theme, selection } = scene;
  const { columns, rows } = layout;
  context.save();
  context.beginPath();
  context.rect(0, HEADER - 1, columns.width, rows.height + 1);
  context.clip();
  context.textAlign = "right";
  const end = rowEnd(parameters, columns);
  const left = columns.before;
  const every = Math.max(1, Math.ceil(13 / rows.size));
  const [first, last] = visibleRows(rows);
  let from = -1;
  for (let place = first; place <= last; place++) {
    const output = place < last ? parameters.outputs[scene.rowAt(place)]! : -1;
    const selected = output >= 0 && selection.has(output);
    if (selected && from < 0) from = place;
    // Groups are outlined each by itself.
    if (from >= 0 && (!selected || (place > from && rows.parted?.[place - 1]))) {
      paintOutline(context, scene, from, place - 1, end);
      from = selected ? place : -1;
    }
    if (output < 0) continue;
    const height = heightOf(rows, place);
    const middle = yOf(rows, place) + height / 2;
    const hovered = output === selection.hovered;
    // Half a number says nothing.
    if (!(selected || hovered || place % every === 0) || middle < HEADER + 5 || middle > HEADER + rows.height - 5) continue;
    if (selected || hovered) {
      context.fillStyle = selected ? theme.accent : theme.line;
      context.globalAlpha = selected ? 1 : 0.45;
      const tall = Math.max(14, height - rows.gap);
      context.fillRect(0, middle - tall / 2, left - 5, tall);
      context.globalAlpha = 1;
    }
    context.fillStyle = selected ? (theme.dark ? "#10222e" : "#ffffff") : hovered ? theme.text : theme.faint;
    context.fillText(shorten(context, rowName(parameters.classes, output), left - 14), left - 8, middle);
    if (hovered) paintHoveredRow(context, scene, place, left, end);
  }
  context.restore();
}

/** In the gaps around a run of selected rows. */
function paintOutline(context: CanvasRenderingContext2D, { layout: { rows, columns }, theme }: Scene, from: number, to: number, end: number): void {
  const top = yOf(rows, from) + before(rows.gap);
  const bottom = yOf(rows, to) + heightOf(rows, to) - (rows.gap - before(rows.gap));
  context.strokeStyle = theme.accent;
  context.lineWidth = 2;
  context.strokeRect(columns.before - 1, top - 1, end - columns.before + 2, bottom - top + 2);
}

function paintHoveredRow(context: CanvasRenderingContext2D, { layout: { rows }, theme }: Scene, place: number, left: number, end: number): void {
  context.strokeStyle = theme.hover;
  context.lineWidth = 1;
  const top = yOf(rows, place) + before(rows.gap) - 0.5;
  context.strokeRect(left - 0.5, top, end - left + 1, heightOf(rows, place) - rows.gap + 1);
}

/** The tile of the hovered row and input, where tiles are large enough to have a frame. */
function paintHoveredTile(context: CanvasRenderingContext2D, { parameters, layout, theme, selection, hoveredInput, rowAt }: Scene): void {
  const { columns, rows } = layout;
  if (hoveredInput < 0 || columns.scale < 6 || rows.size < 6) return;
  const [first, last] = visibleRows(rows);
  for (let place = first; place < last; place++) {
    if (parameters.outputs[rowAt(place)] !== selection.hovered) continue;
    context.strokeStyle = theme.hover;
    context.lineWidth = 2;
    const [x, y] = [xOf(columns, hoveredInput) + before(layout.gap), yOf(rows, place) + before(rows.gap)];
    context.strokeRect(x, y, columns.scale - layout.gap, heightOf(rows, place) - rows.gap);
  }
}
