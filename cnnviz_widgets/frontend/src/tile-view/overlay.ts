/** What both grids draw over their tiles: the cursor and thin scrollbars. */
import { contentHeight, type Rows } from "./rows";
import type { Theme } from "../lib/dom/theme";

/** The column of what leads a row, left of all others. */
export const HEAD = -1;

/** A column and a row; less than `HEAD` is no column. */
export interface Place {
  column: number;
  row: number;
}

/** A rectangle in CSS pixels. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** A dashed frame where the keyboard is. */
export function paintCursor(context: CanvasRenderingContext2D, [x, y, width, height]: Box, theme: Theme): void {
  const box = [x + 0.5, y + 0.5, Math.max(2, width - 1), Math.max(2, height - 1)] as const;
  // Light and dark dashes in turn can be seen on any tile.
  context.lineWidth = 1;
  context.strokeStyle = theme.background;
  context.strokeRect(...box);
  context.strokeStyle = theme.text;
  context.setLineDash([3, 3]);
  context.strokeRect(...box);
  context.setLineDash([]);
}

/** Part of a line of pixels that is in sight: where all of it begins and ends, and of how much what. */
export interface Sight {
  from: number;
  to: number;
  scroll: number;
  content: number;
}

export const rowsInSight = (rows: Rows): Sight => ({
  from: rows.top,
  to: rows.top + rows.height,
  scroll: rows.scroll,
  content: contentHeight(rows),
});

/** Thin bars that say where one is in a picture larger than the view. */
export function paintScrollbars(
  context: CanvasRenderingContext2D,
  { across, down, width, height, theme }: { across: Sight; down: Sight; width: number; height: number; theme: Theme },
): void {
  const bar = ({ from, to, scroll, content }: Sight, paint: (start: number, length: number) => void): void => {
    const room = to - from;
    if (room / content < 0.999) paint(from + (scroll / content) * room, Math.max(16, (room / content) * room));
  };
  context.fillStyle = theme.faint;
  bar(across, (start, length) => context.fillRect(start, height - 3, length, 3));
  bar(down, (start, length) => context.fillRect(width - 4, start, 3, length));
}

/** The beginning of a text that has not room enough. */
export function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && context.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}
