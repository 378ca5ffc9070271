/** What both grids draw over their tiles: the cursor and thin scrollbars. */
import { contentHeight, heightOf, yOf, type Rows } from "./rows";
import type { Theme } from "../lib/dom/theme";
import { xOf, type Columns } from "../lib/linking/column-axis";

/** A column and a row. */
export interface Place {
  column: number;
  row: number;
}

interface Where {
  columns: Columns;
  rows: Rows;
  theme: Theme;
}

/** A dashed frame where the keyboard is. */
export function paintCursor(
  context: CanvasRenderingContext2D,
  { columns, rows, theme, cursor }: Where & { cursor: Place | null },
): void {
  if (!cursor) return;
  const box = [
    xOf(columns, cursor.column) + 0.5,
    yOf(rows, cursor.row) + 0.5,
    Math.max(2, columns.scale - 1),
    Math.max(2, heightOf(rows, cursor.row) - 1),
  ] as const;
  // Light and dark dashes in turn can be seen on any tile.
  context.lineWidth = 1;
  context.strokeStyle = theme.background;
  context.strokeRect(...box);
  context.strokeStyle = theme.text;
  context.setLineDash([3, 3]);
  context.strokeRect(...box);
  context.setLineDash([]);
}

/** Thin bars that say where one is in a picture larger than the view. */
export function paintScrollbars(
  context: CanvasRenderingContext2D,
  { columns, rows, width, height, theme }: Where & { width: number; height: number },
): void {
  context.fillStyle = theme.faint;
  const room = width - columns.before - columns.after;
  const across = room / columns.scale / columns.count;
  if (across < 0.999) {
    context.fillRect(columns.before + (columns.start / columns.count) * room, height - 3, across * room, 3);
  }
  const down = rows.height / contentHeight(rows);
  if (down < 0.999) {
    const top = rows.top + (rows.scroll / contentHeight(rows)) * rows.height;
    context.fillRect(width - 5, top, 3, down * rows.height);
  }
}

/** The beginning of a text that has not room enough. */
export function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}
