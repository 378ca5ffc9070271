/** How high rows of samples are. */
import type { Sheet } from "./sheet";
import { clamp } from "../lib/clamp";

/** Height of the strip of channel numbers that stays at the top. */
export const HEADER = 22;
/** Narrower columns are drawn this tall, or there would be nothing to see. */
const LEAST_ROW = 13;

/** Image rows follow the zoom in their tiles' proportion; heat maps keep a readable height. */
export function rowSize(sheet: Sheet, columnScale: number, room: number): number {
  const share = room / Math.max(1, sheet.places.length);
  if (sheet.kind === "vector") return clamp(share, 6, 26);
  if (sheet.kind === "sequence") return clamp(share, 24, 160);
  const aspect = clamp((sheet.height * sheet.reduction[0]) / (sheet.width * sheet.reduction[1]), 0.25, 4);
  return Math.max(columnScale, LEAST_ROW) * aspect;
}

/** Sequences run on from row to row unless a clear gap parts them. */
export const rowGap = (sheet: Sheet, size: number): number => (sheet.kind === "sequence" ? 3 : size >= 8 ? 1 : 0);
