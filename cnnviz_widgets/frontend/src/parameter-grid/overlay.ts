/** What is drawn over the tiles and changes with the mouse: numbers, selection, cursor, bars. */
import { before, BIAS_WIDTH, biasLeft, HEADER, MARGIN, rowEnd, visibleRows, type Layout } from "./layout";
import type { Parameters } from "./parameters";
import type { Theme } from "../lib/dom/theme";
import { visible, xOf } from "../lib/linking/column-axis";
import type { Selection } from "../lib/linking/selection";
import { paintCursor, paintScrollbars, shorten, type Place } from "../tile-view/overlay";
import { yOf } from "../tile-view/rows";

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

/** Baselines of the two lines above the picture. */
const [TITLE, NUMBERS] = [9, 26];
const FONT = "11px system-ui, sans-serif";

export function paintOverlay(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, theme } = scene;
  const { columns, rows } = layout;
  const height = rows.top + rows.height;
  context.font = FONT;
  context.textBaseline = "middle";
  paintTitles(context, scene);
  paintColumnNumbers(context, scene);
  paintRows(context, scene);
  context.save();
  context.beginPath();
  context.rect(columns.before, rows.top, columns.width - columns.before - columns.after + 1, rows.height);
  context.clip();
  paintHoveredTile(context, scene);
  paintCursor(context, { columns, rows, theme, cursor: scene.cursor });
  context.restore();
  const width = Math.min(columns.width, rowEnd(scene.parameters, columns) + MARGIN);
  paintScrollbars(context, { columns, rows, theme, width, height });
}

function paintTitles(context: CanvasRenderingContext2D, { parameters, layout, theme }: Scene): void {
  const { columns } = layout;
  context.fillStyle = theme.faint;
  context.textAlign = "left";
  const across = parameters.names.length > 0 ? "" : `    ${parameters.inputWord} →`;
  const text = `${parameters.outputWord} ↓${across}`;
  context.fillText(shorten(context, text, columns.width - 8), 4, TITLE);
}

function paintColumnNumbers(context: CanvasRenderingContext2D, scene: Scene): void {
  const { parameters, layout, theme, hoveredInput } = scene;
  const { columns } = layout;
  const { names } = parameters;
  const end = columns.width - columns.after;
  const label = (input: number): string => names[input] ?? String(input);
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
  const some = selection.list.length > 0;
  const every = Math.max(1, Math.ceil(13 / rows.size));
  const [first, last] = visibleRows(rows);
  let hovered = -1;
  for (let place = first; place < last; place++) {
    const output = parameters.outputs[scene.rowAt(place)]!;
    const y = yOf(rows, place);
    const height = Math.max(1, rows.size - rows.gap);
    if (some && !selection.has(output)) {
      // What is not selected steps back; nothing of it is hidden.
      context.fillStyle = theme.dark ? "rgba(0, 0, 0, 0.3)" : "rgba(255, 255, 255, 0.3)";
      context.fillRect(left, y, end - left, rows.size);
    } else if (some) {
      context.fillStyle = theme.accent;
      const top = y + before(rows.gap);
      context.fillRect(left - 5, top, 4, height);
      context.fillRect(end + 1, top, 2, height);
    }
    if (output === selection.hovered) hovered = place;
    const middle = y + rows.size / 2;
    // Half a number says nothing.
    if (place % every === 0 && middle > HEADER + 5 && middle < HEADER + rows.height - 5) {
      context.fillStyle = theme.faint;
      context.fillText(String(output), left - 8, middle);
    }
  }
  if (hovered >= 0) paintHoveredRow(context, scene, hovered, left, end);
  context.restore();
}

function paintHoveredRow(context: CanvasRenderingContext2D, scene: Scene, place: number, left: number, end: number): void {
  const { parameters, layout, theme } = scene;
  const { rows } = layout;
  const text = String(parameters.outputs[scene.rowAt(place)]);
  const y = yOf(rows, place);
  const middle = y + rows.size / 2;
  context.strokeStyle = theme.hover;
  context.lineWidth = 2;
  context.strokeRect(left - 1, y + before(rows.gap) - 1, end - left + 2, rows.size - rows.gap + 2);
  const width = context.measureText(text).width;
  context.fillStyle = theme.background;
  context.fillRect(left - 10 - width, middle - 8, width + 4, 16);
  context.fillStyle = theme.hover;
  context.fillText(text, left - 8, middle);
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
    context.strokeRect(x, y, columns.scale - layout.gap, rows.size - rows.gap);
  }
}
