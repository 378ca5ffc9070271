/** An axis of columns that are all alike, drawn to any scale: the inputs of a layer's weights. */
import type { AnyModel } from "@anywidget/types";

import type { Publisher } from "../linking/publish";
import { clamp } from "../clamp";
import type { ColumnAxisState } from "../wire/states";

/** Pixels left of the first column: names of rows, distances. */
export const GUTTER = 84;

/** What a view keeps free beside its columns, and between which widths a fitted one is, in CSS pixels. */
export interface Room {
  before: number;
  after: number;
  least: number;
  widest: number;
}

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

export function fitScale(count: number, width: number, room: Room): number {
  return clamp(plotWidth({ ...room, width }) / Math.max(1, count), Math.min(room.least, room.widest), room.widest);
}

function limited(start: number, scale: number, { count, width, before, after, least, widest }: Extent): Columns {
  const extent = { count, width, before, after, least, widest };
  const fitted = fitScale(count, width, extent);
  const limitedScale = clamp(scale, fitted, Math.max(fitted, plotWidth(extent) * 0.9));
  const hidden = count - plotWidth(extent) / limitedScale;
  return { ...extent, start: clamp(start, 0, hidden), scale: limitedScale };
}

export function resolve(
  state: Pick<ColumnAxisState, "start" | "scale">,
  count: number,
  width: number,
  room: Room,
): Columns {
  const extent = { ...room, count, width };
  return limited(state.start, state.scale > 0 ? state.scale : fitScale(count, width, room), extent);
}

/** Left edge of a column, in CSS pixels of the view. */
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

/** Scroll as little as is needed to see a column whole. */
export function scrolledTo(columns: Columns, column: number): Columns {
  const across = plotWidth(columns) / columns.scale;
  const start = clamp(columns.start, column + 1 - across, column);
  return limited(start, columns.scale, columns);
}

/** Put the axis where `columns` says, for every view that shares it. */
export function moveTo(model: AnyModel<ColumnAxisState>, columns: Columns, publish: Publisher): void {
  model.set("start", columns.start);
  model.set("scale", isFitted(columns) ? 0 : columns.scale);
  publish();
}
