/** What is drawn over the tiles and changes with the mouse: heads, selection, cursor, bars. */
import { HEADER } from "./layout";
import { hasHeads, paintAnswers, paintChosenRows, paintRowHeads, type HeadScene, type TileColumn } from "./row-heads";
import type { Theme } from "../lib/dom/theme";
import { count } from "../lib/format";
import { columnsOf, leftOf, visibleSlots, widthOf, type ColumnLayout } from "../lib/columns/column-layout";
import { HEAD, paintCursor, paintScrollbars, rowsInSight, shorten, type Place } from "../tile-view/overlay";
import { contentHeight, heightOf, visibleRows, yOf, type Rows } from "../tile-view/rows";

export interface Scene extends Pick<HeadScene, "heads" | "samples"> {
  columns: ColumnLayout;
  rows: Rows;
  width: number;
  height: number;
  theme: Theme;
  /** A name for each row. */
  labels: readonly string[];
  /** Whether a row has no tiles. */
  isBlank?: (row: number) => boolean;
  /** What the channel of a slot is called: its number, and its class where it stands for one. */
  nameAt: (slot: number) => string;
  /** Channel of a slot. */
  channelAt: (slot: number) => number;
  /** Whether all channels of a slot are selected, or some. */
  isSelected: (slot: number) => boolean;
  /** Whether a row's sample is selected. */
  isChosen?: (row: number) => boolean;
  /** Slot of the hovered channel, and row under the mouse; -1 for none. */
  hoveredSlot: number;
  hoveredRow: number;
  /** Whether the channels are the classes that answers are of. */
  marksAnswers: boolean;
  /** Place of the keyboard's cursor; null while the keyboard is elsewhere. */
  cursor: Place | null;
}

const FONT = "11px system-ui, sans-serif";
/** A head this wide has a name of its own, if need be its beginning. */
const NAMED = 40;

export function paintOverlay(context: CanvasRenderingContext2D, scene: Scene): void {
  const { columns, rows, width, height, theme } = scene;
  context.font = FONT;
  context.textBaseline = "middle";
  // Below the words: wrong ones stay as red as they are.
  paintChosenRows(context, { ...scene, right: rightOf(scene) });
  if (hasHeads(scene)) paintRowHeads(context, scene);
  else paintRowLabels(context, scene);
  context.font = FONT;
  const [from, to] = [columns.before, width - columns.after];
  context.save();
  context.beginPath();
  context.rect(from - 3, 0, to - from + 6, height);
  context.clip();
  for (let slot = visibleSlots(columns)[0]; slot < visibleSlots(columns)[1]; slot++) paintHead(context, scene, slot);
  if (scene.marksAnswers) paintAnswers(context, scene, tileColumns(scene));
  paintOutlines(context, scene);
  if (scene.hoveredSlot < columns.slots.length) paintHovered(context, scene);
  context.restore();
  if (columns.stack) paintStack(context, scene);
  if (scene.cursor) {
    const { column, row } = scene.cursor;
    const [left, wide] = column === HEAD ? [0, columns.before - 1] : [leftOf(columns, column), widthOf(columns, column)];
    const box = [left, yOf(rows, row), wide, heightOf(rows, row) - rows.gap] as const;
    paintCursor(context, box, theme);
  }
  const across = { from, to, scroll: columns.scroll, content: columns.content };
  paintScrollbars(context, { across, down: rowsInSight(rows), width: columns.stack ? width - 2 : width, height, theme });
}

/** Where the last column in sight ends. */
function rightOf({ columns, width }: Scene): number {
  const last = columns.slots.length - 1;
  if (columns.stack || last < 0) return width;
  return Math.min(width - columns.after, leftOf(columns, last) + widthOf(columns, last) + 2);
}

function tileColumns({ columns, channelAt }: Scene): TileColumn[] {
  const [first, last] = visibleSlots(columns);
  return Array.from({ length: Math.max(0, last - first) }, (_, at) => {
    const slot = first + at;
    return { channel: channelAt(slot), left: leftOf(columns, slot), width: widthOf(columns, slot) };
  });
}

function paintRowLabels(context: CanvasRenderingContext2D, { columns, rows, height, theme, labels, isBlank, hoveredRow }: Scene): void {
  const edge = columns.before;
  context.save();
  context.beginPath();
  context.rect(0, HEADER, edge, height - HEADER);
  context.clip();
  context.textAlign = "right";
  const every = Math.max(1, Math.ceil(13 / rows.size));
  let named = -Infinity;
  const [first, past] = visibleRows(rows);
  for (let row = rows.starts ? first : first - (first % every); row < past; row += rows.starts ? 1 : every) {
    const room = heightOf(rows, row);
    const y = yOf(rows, row) + (room - rows.gap) / 2;
    if (row === hoveredRow) {
      context.fillStyle = theme.line;
      context.globalAlpha = 0.35;
      context.fillRect(0, yOf(rows, row), edge - 1, room - rows.gap);
      context.globalAlpha = 1;
    }
    // Half a name says nothing.
    if (y < HEADER + 6 || y > height - 6) continue;
    // An empty row without room for its name stands between others that have one.
    if (rows.starts && (y < named + 13 || (room < 13 && isBlank?.(row)))) continue;
    named = y;
    context.fillStyle = row === hoveredRow ? theme.text : theme.faint;
    context.globalAlpha = isBlank?.(row) ? 0.5 : 1;
    context.fillText(shorten(context, labels[row]!, edge - 16), edge - 8, y);
    context.globalAlpha = 1;
  }
  context.restore();
}

/** A number, or a class where there is room; of a fold how many it holds. */
function headOf(context: CanvasRenderingContext2D, { columns, nameAt }: Scene, slot: number): string {
  const [first, past] = columnsOf(columns, slot);
  if (past - first > 1) return `×${count(past - first)}`;
  const name = nameAt(slot);
  const [, number, title] = /^(\d+) \((.*)\)$/.exec(name) ?? [];
  if (number === undefined) return columns.size < NAMED ? name : shorten(context, name, columns.size);
  return columns.size < NAMED ? number : shorten(context, title!, columns.size);
}

function paintHead(context: CanvasRenderingContext2D, scene: Scene, slot: number): void {
  const { columns, theme, hoveredSlot, isSelected } = scene;
  const [x, size] = [leftOf(columns, slot), widthOf(columns, slot)];
  // Half a number is another one.
  if (slot < columns.slots.length && (x + 1 < columns.before || x + size - 1 > columns.width - columns.after)) return;
  const selected = isSelected(slot);
  if (selected || slot === hoveredSlot) {
    context.fillStyle = selected ? theme.accent : theme.line;
    context.globalAlpha = selected ? 1 : 0.45;
    context.beginPath();
    context.roundRect(x - 0.5, 1, size + 1, HEADER - 3, 3);
    context.fill();
    context.globalAlpha = 1;
  }
  const folded = columnsOf(columns, slot)[1] - columnsOf(columns, slot)[0] > 1;
  context.textAlign = "center";
  context.font = folded || selected ? `600 ${FONT}` : FONT;
  context.fillStyle = selected ? (theme.dark ? "#10222e" : "#ffffff") : theme.text;
  const text = headOf(context, scene, slot);
  // Four digits, or how many there are, are a little wide for the least tile.
  if (context.measureText(text).width > size - 2) context.font = context.font.replace("11px", "9px");
  context.fillText(text, x + size / 2, HEADER / 2);
  context.font = FONT;
}

/** In the gaps around each run of selected neighbours. */
function paintOutlines(context: CanvasRenderingContext2D, { columns, rows, theme, isSelected }: Scene): void {
  const bottom = Math.min(rows.top + rows.height, yOf(rows, rows.count) - rows.gap);
  const [first, past] = visibleSlots(columns);
  context.strokeStyle = theme.accent;
  context.lineWidth = 2;
  const box = (from: number, to: number): void => {
    const [left, right] = [leftOf(columns, from), leftOf(columns, to) + widthOf(columns, to)];
    context.strokeRect(left - 1, 1, right - left + 2, bottom);
  };
  for (const block of columns.blocks) {
    let start = -1;
    for (let slot = Math.max(block.from, first - 1); slot <= Math.min(block.to, past + 1); slot++) {
      const selected = slot < block.to && isSelected(slot);
      if (selected && start < 0) start = slot;
      if (selected || start < 0) continue;
      box(start, slot - 1);
      start = -1;
    }
    if (start >= 0) box(start, Math.min(block.to, past + 1) - 1);
  }
}

/** A thin frame around the channel, and one around the tile. */
function paintHovered(context: CanvasRenderingContext2D, { columns, rows, theme, hoveredSlot, hoveredRow }: Scene): void {
  if (hoveredSlot < 0) return;
  const [x, size] = [leftOf(columns, hoveredSlot), widthOf(columns, hoveredSlot)];
  const bottom = Math.min(rows.top + rows.height, yOf(rows, rows.count) - rows.gap);
  context.strokeStyle = theme.hover;
  context.lineWidth = 1;
  context.strokeRect(x - 0.5, HEADER - 0.5, size + 1, bottom - HEADER + 1);
  if (hoveredRow < 0) return;
  const top = yOf(rows, hoveredRow);
  if (top + heightOf(rows, hoveredRow) <= HEADER) return;
  context.lineWidth = 2;
  context.strokeRect(x, Math.max(top, HEADER), size, heightOf(rows, hoveredRow) - rows.gap);
}

/** The head of the zeros: a mark that unfolds them. */
function paintStack(context: CanvasRenderingContext2D, scene: Scene): void {
  const { columns, rows, theme, isSelected, hoveredSlot } = scene;
  const slot = columns.slots.length;
  const [x, size] = [leftOf(columns, slot), widthOf(columns, slot)];
  const [selected, hovered] = [isSelected(slot), hoveredSlot === slot];
  if (selected || hovered) {
    context.strokeStyle = theme.accent;
    context.lineWidth = selected ? 2 : 1;
    context.strokeRect(x - 0.5, HEADER - 0.5, size + 1, Math.min(rows.height, contentHeight(rows)) + 1);
  }
  context.fillStyle = selected ? theme.accent : theme.text;
  context.textAlign = "center";
  context.fillText("▸", x + size / 2, HEADER / 2);
}
