/** What is drawn over the tiles and changes with the mouse: headers, selection, cursor, bars. */
import { HEADER } from "./layout";
import { hasHeads, paintAnswers, paintRowHeads, type HeadScene, type TileColumn } from "./row-heads";
import type { Theme } from "../lib/dom/theme";
import { GUTTER, MARGIN, visible, xOf, type Columns } from "../lib/linking/column-axis";
import type { Selection } from "../lib/linking/selection";
import { paintCursor, paintScrollbars, shorten, type Place } from "../tile-view/overlay";
import { heightOf, yOf, type Rows } from "../tile-view/rows";

export interface Scene extends Pick<HeadScene, "heads" | "samples"> {
  columns: Columns;
  rows: Rows;
  width: number;
  height: number;
  theme: Theme;
  /** A name for each row. */
  labels: readonly string[];
  /** Whether a row has no tiles. */
  isBlank?: (row: number) => boolean;
  /** Channel of the column at this place on the screen. */
  channelAt: (column: number) => number;
  /** What that channel is called. */
  nameAt: (column: number) => string;
  /** Digits of the longest name. */
  digits: number;
  selection: Selection;
  /** Row under the mouse; -1 for none. */
  hoveredRow: number;
  /** Whether the channels are the classes that answers are of. */
  marksAnswers: boolean;
  /** Place of the keyboard's cursor; null while the keyboard is elsewhere. */
  cursor: Place | null;
}

const FONT = "11px system-ui, sans-serif";
/** Pixels in which a channel's number stands whole, with the beginning of a name behind it. */
const NAMED = 48;

export function paintOverlay(context: CanvasRenderingContext2D, scene: Scene): void {
  context.font = FONT;
  context.textBaseline = "middle";
  if (hasHeads(scene)) paintRowHeads(context, scene);
  else paintRowLabels(context, scene);
  context.font = FONT;
  paintHeader(context, scene);
  context.save();
  context.beginPath();
  context.rect(GUTTER - 1, 0, scene.width - GUTTER - MARGIN + 2, scene.height);
  context.clip();
  if (scene.marksAnswers) paintAnswers(context, scene, tileColumns(scene));
  paintSelection(context, scene);
  paintCursor(context, scene);
  context.restore();
  paintScrollbars(context, scene);
}

function tileColumns({ columns, channelAt }: Scene): TileColumn[] {
  const [first, last] = visible(columns);
  return Array.from({ length: Math.max(0, last - first) }, (_, at) => {
    const column = first + at;
    return { channel: channelAt(column), left: xOf(columns, column), width: columns.scale - 1 };
  });
}

function paintRowLabels(context: CanvasRenderingContext2D, { rows, height, theme, labels, isBlank, hoveredRow }: Scene): void {
  context.save();
  context.beginPath();
  context.rect(0, HEADER, GUTTER, height - HEADER);
  context.clip();
  context.textAlign = "right";
  const every = Math.max(1, Math.ceil(13 / rows.size));
  let named = -Infinity;
  for (let row = 0; row < rows.count; row += rows.starts ? 1 : every) {
    const room = heightOf(rows, row);
    const y = yOf(rows, row) + room / 2;
    // An empty row without room for its name stands between others that have one.
    if (rows.starts && (y < named + 13 || (room < 13 && isBlank?.(row)))) continue;
    named = y;
    if (y < HEADER - rows.size || y > height + rows.size) continue;
    context.fillStyle = row === hoveredRow ? theme.text : theme.faint;
    context.globalAlpha = isBlank?.(row) ? 0.5 : 1;
    context.fillText(shorten(context, labels[row]!, GUTTER - 12), GUTTER - 7, y);
  }
  context.restore();
  context.fillStyle = theme.faint;
  context.textAlign = "left";
  context.fillText("channel", 4, HEADER / 2);
}

function paintHeader(context: CanvasRenderingContext2D, { columns, theme, nameAt, digits, width }: Scene): void {
  context.textAlign = "center";
  context.fillStyle = theme.faint;
  // A column so wide has a name of its own, if need be its beginning.
  const every = columns.scale >= NAMED ? 1 : Math.max(1, Math.ceil((digits * 7 + 6) / columns.scale));
  const [first, last] = visible(columns);
  for (let column = first - (first % every); column < last; column += every) {
    const x = xOf(columns, column + 0.5);
    const name = columns.scale >= NAMED ? shorten(context, nameAt(column), columns.scale - 6) : nameAt(column);
    // Numbers are whole, or not there: half a number is another one.
    if (x < GUTTER || x + context.measureText(name).width / 2 > width) continue;
    context.fillText(name, x, HEADER / 2);
  }
}

function paintSelection(context: CanvasRenderingContext2D, scene: Scene): void {
  const { columns, rows, theme, selection, channelAt, nameAt } = scene;
  const bottom = Math.min(HEADER + rows.height, yOf(rows, rows.count));
  const [first, last] = visible(columns);
  const some = selection.list.length > 0;
  for (let column = first; column < last; column++) {
    const channel = channelAt(column);
    const x = xOf(columns, column);
    if (some && !selection.has(channel)) {
      // What is not selected steps back; nothing of it is hidden.
      context.fillStyle = theme.dark ? "rgba(0, 0, 0, 0.3)" : "rgba(255, 255, 255, 0.3)";
      context.fillRect(x, HEADER, columns.scale + 0.5, bottom - HEADER);
    } else if (some) {
      context.fillStyle = theme.accent;
      context.fillRect(x, HEADER - 4, Math.max(1, columns.scale - 1), 4);
      context.fillRect(x, bottom - 2, Math.max(1, columns.scale - 1), 2);
    }
    if (channel === selection.hovered) {
      context.strokeStyle = theme.hover;
      context.lineWidth = 2;
      context.strokeRect(x, HEADER - 1, Math.max(1, columns.scale), bottom - HEADER);
      paintHoveredName(context, scene, x + columns.scale / 2, nameAt(column));
    }
  }
}

function paintHoveredName(context: CanvasRenderingContext2D, { theme, width }: Scene, x: number, text: string): void {
  const half = context.measureText(text).width / 2 + 4;
  const middle = Math.min(Math.max(x, GUTTER + half), width - MARGIN - half);
  context.fillStyle = theme.background;
  context.fillRect(middle - half, 2, 2 * half, HEADER - 6);
  context.fillStyle = theme.hover;
  context.fillText(text, middle, HEADER / 2);
}
