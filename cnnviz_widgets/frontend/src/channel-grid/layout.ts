/** How high rows of samples are, and which device pixels their tiles cover. */
import type { Sheet } from "./sheet";
import { clamp } from "../lib/clamp";
import { leftOf, slotAt, visibleSlots, widthOf, type Block, type ColumnLayout } from "../lib/columns/column-layout";
import { HEAD, type Place } from "../tile-view/overlay";
import type { Span } from "../tile-view/paint";
import { rowAt, type Rows } from "../tile-view/rows";

/** Height of the strip of heads that stays at the top. */
export const HEADER = 20;
/** Rows are no lower, or nobody could read whose they are; nor than a row's picture. */
const LEAST_ROW = 13;
const LEAST_LED_ROW = 24;

/** Height of a row with its gap. Tiles keep their proportion; heat maps keep a readable height. */
export function rowSize(sheet: Sheet, size: number, room: number, led: boolean): number {
  const share = room / Math.max(1, sheet.places.length);
  const least = led ? LEAST_LED_ROW : 0;
  if (sheet.kind === "vector") return Math.max(least, clamp(share, LEAST_ROW, 26));
  if (sheet.kind === "sequence") return clamp(share, 24, 160);
  const aspect = clamp((sheet.height * sheet.reduction[0]) / (sheet.width * sheet.reduction[1]), 0.25, 4);
  return Math.max(least, LEAST_ROW, Math.round(size * aspect)) + 1;
}

/** Sequences run on from row to row unless a clear gap parts them. */
export const rowGap = (sheet: Sheet, size: number): number => (sheet.kind === "sequence" ? 3 : size >= 8 ? 1 : 0);

/** A box on the screen, in CSS pixels. */
export interface TileBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The stored pixel of a tile that is drawn in a box. */
export function pixelAt({ width, height }: Pick<Sheet, "width" | "height">, x: number, y: number, box: TileBox): { x: number; y: number } {
  const within = (share: number, pixels: number): number => clamp(Math.floor(share * pixels), 0, pixels - 1);
  return { x: within((x - box.left) / box.width, width), y: within((y - box.top) / box.height, height) };
}

/** The slots of a block that can be seen, in device pixels; `shown` says whose tiles they show. */
export function spansOf(layout: ColumnLayout, { from, to }: Block, shown: (slot: number) => number, ratio: number): Span[] {
  const [first, past] = visibleSlots(layout);
  const spans: Span[] = [];
  for (let slot = Math.max(first, from); slot < Math.min(past, to); slot++) spans.push(spanOf(layout, slot, shown(slot), ratio));
  return spans;
}

export function spanOf(layout: ColumnLayout, slot: number, index: number, ratio: number): Span {
  const left = leftOf(layout, slot);
  return { index, from: Math.round(left * ratio), to: Math.round((left + widthOf(layout, slot)) * ratio) };
}

/** What stands at a point; between groups and beside them no column does. */
export function placeUnder(columns: ColumnLayout, rows: Rows, x: number, y: number): Place {
  const slot = slotAt(columns, x);
  return { column: slot >= 0 ? slot : x < columns.before ? HEAD : HEAD - 1, row: rowAt(rows, y) };
}
