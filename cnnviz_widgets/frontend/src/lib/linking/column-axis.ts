/**
 * The horizontal axis that grid and dendrogram share: which column stands at which pixel.
 *
 * Both draw with these functions from one `ColumnAxis` model, so that leaf i stands over
 * column i at every zoom, whatever the widths of the two views.
 */
import type { AnyModel } from "@anywidget/types";

import type { Publisher } from "./publish";
import { clamp } from "../clamp";
import type { ColumnAxisState } from "../wire/states";

/** Pixels left of the first column: sample labels in the grid, distances in the dendrogram. */
export const GUTTER = 84;
/** Pixels kept free right of the last column. */
export const MARGIN = 10;
/** A fitted column is no wider than this, so that three channels do not fill the screen. */
const WIDEST_FIT = 88;

/** What a view keeps free beside its columns, and how wide a fitted one may be, in CSS pixels. */
export interface Room {
  before: number;
  after: number;
  widest: number;
}

/** The room in grid and dendrogram: the same, or they would not stand in line. */
const ROOM: Room = { before: GUTTER, after: MARGIN, widest: WIDEST_FIT };

/** The axis resolved for one view: `count` columns drawn in `width` CSS pixels. */
export interface Columns extends Room {
  start: number;
  scale: number;
  count: number;
  width: number;
}

type Extent = Room & Pick<Columns, "count" | "width">;

const plotWidth = ({ width, before, after }: Omit<Extent, "count">): number =>
  Math.max(1, width - before - after);

export function fitScale(count: number, width: number, room = ROOM): number {
  return Math.min(room.widest, plotWidth({ ...room, width }) / Math.max(1, count));
}

function limited(start: number, scale: number, { count, width, before, after, widest }: Extent): Columns {
  const extent = { count, width, before, after, widest };
  const fitted = fitScale(count, width, extent);
  const limitedScale = clamp(scale, fitted, Math.max(fitted, plotWidth(extent) * 0.9));
  const hidden = count - plotWidth(extent) / limitedScale;
  return { ...extent, start: clamp(start, 0, hidden), scale: limitedScale };
}

export function resolve(
  state: Pick<ColumnAxisState, "start" | "scale">,
  count: number,
  width: number,
  room = ROOM,
): Columns {
  return state.scale > 0
    ? limited(state.start, state.scale, { ...room, count, width })
    : { ...room, start: 0, scale: fitScale(count, width, room), count, width };
}

/** Left edge of a column, in CSS pixels of the view. A leaf stands at `xOf(columns, i + 0.5)`. */
export const xOf = (columns: Columns, column: number): number =>
  columns.before + (column - columns.start) * columns.scale;

/** The column under x, or -1 outside the columns. */
export function columnAt(columns: Columns, x: number): number {
  const column = Math.floor(columns.start + (x - columns.before) / columns.scale);
  return x >= columns.before && column >= 0 && column < columns.count ? column : -1;
}

/** First column and one past the last that can be seen. */
export function visible(columns: Columns): [number, number] {
  const last = columns.start + (columns.width - columns.before) / columns.scale;
  return [Math.max(0, Math.floor(columns.start)), Math.min(columns.count, Math.ceil(last))];
}

export const isFitted = (columns: Columns): boolean =>
  columns.scale <= fitScale(columns.count, columns.width, columns) * 1.0001;

/** Zoom so that what stands under x stays there. */
export function zoomed(columns: Columns, factor: number, x: number): Columns {
  const under = columns.start + (x - columns.before) / columns.scale;
  const { scale } = limited(0, columns.scale * factor, columns);
  return limited(under - (x - columns.before) / scale, scale, columns);
}

export function panned(columns: Columns, pixels: number): Columns {
  return limited(columns.start - pixels / columns.scale, columns.scale, columns);
}

/** Pixels that the wheel was turned by; some browsers count in lines. */
export const wheelPixels = ({ deltaY, deltaMode }: WheelEvent): number => deltaY * (deltaMode === 1 ? 16 : 1);

/** What the wheel does: zoom to the cursor or, with Shift, move sideways. */
export function wheeled(columns: Columns, event: WheelEvent, x: number): Columns {
  if (event.shiftKey) return panned(columns, -(event.deltaX || event.deltaY));
  return zoomed(columns, Math.exp(-wheelPixels(event) * 0.0022), Math.max(x, columns.before));
}

/** Scroll as little as is needed to see a column whole. */
export function scrolledTo(columns: Columns, column: number): Columns {
  const across = plotWidth(columns) / columns.scale;
  const start = clamp(columns.start, column + 1 - across, column);
  return limited(start, columns.scale, columns);
}

/** Put the axis where `columns` says, for every view that shares it. */
export function moveTo(model: AnyModel<ColumnAxisState>, columns: Columns, publish: Publisher): void {
  const fitted = isFitted(columns);
  model.set("start", fitted ? 0 : columns.start);
  model.set("scale", fitted ? 0 : columns.scale);
  publish();
}
