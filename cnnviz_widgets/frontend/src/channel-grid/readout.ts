/** What stands under the cursor, in words. */
import { isWhole, type Sheet } from "./sheet";
import { count, counted, number, span } from "../lib/format";
import type { TilePixel } from "../tile-view/enlarged";
import { MARK_WORDS, markOf, valueAt } from "../tile-view/tiles";

export const sampleName = (sample: number, labels: readonly string[]): string =>
  labels[sample] ? `sample ${sample} (${labels[sample]})` : `sample ${sample}`;

/** How many samples there are tiles of, and in how many rows where some stay empty. */
export const sampleCount = (sheet: Sheet): string =>
  counted(sheet.rows, "sample") + (isWhole(sheet) ? "" : ` in ${count(sheet.places.length)} rows`);

/** What is at a place whose sample has no tiles now. */
export const describeBlank = (sheet: Sheet, place: number, labels: readonly string[]): string =>
  `${sampleName(sheet.places[place]!, labels)} · not among the ${counted(sheet.rows, "sample")} looked at here`;

/** Value of a pixel; "≈" where 8 bits or an average stand for the number. */
function valueText(sheet: Sheet, { row, col, y, x }: TilePixel): string {
  const value = valueAt(sheet, row, col, y, x);
  if (Number.isNaN(value)) return "not finite";
  const tile = row * sheet.cols + col;
  const exact = sheet.low[tile] === sheet.high[tile];
  return `${exact ? "" : "≈ "}${number(value, exact ? 5 : 3)}`;
}

/** Where in the tile, or in which slice of it and where there. */
function pixelText({ height, width, montage, reduction }: Sheet, { y, x }: TilePixel): string {
  const [high, wide] = [height / montage[0], width / montage[1]];
  const [row, column] = [Math.floor(y / high), Math.floor(x / wide)];
  const place = `pixel (${(y - row * high) * reduction[0]}, ${(x - column * wide) * reduction[1]})`;
  const slices = montage[0] * montage[1];
  return slices > 1 ? `slice ${row * montage[1] + column} of ${slices}, ${place}` : place;
}

export function describe(sheet: Sheet, spot: TilePixel, labels: readonly string[]): string {
  const parts = [`channel ${sheet.names[spot.col]}`, sampleName(sheet.samples[spot.row]!, labels)];
  const [down, across] = sheet.reduction;
  if (sheet.kind === "sequence") parts.push(`step ${spot.y * down}`);
  else if (sheet.height * sheet.width > 1) parts.push(pixelText(sheet, spot));
  parts.push(`value ${valueText(sheet, spot)}`);
  if (down * across > 1) parts.push(`mean of ${down} × ${across} pixels`);
  const mark = MARK_WORDS[markOf(sheet, spot.row, spot.col)];
  if (mark) parts.push(mark);
  return parts.join(" · ");
}

export function describeChannel(sheet: Sheet, col: number): string {
  const low = sheet.columnLow[col]!;
  const high = sheet.columnHigh[col]!;
  const range = low <= high ? span(low, high) : "no finite value";
  // Of a single number it says no more than the range.
  const mark = low === high ? "" : MARK_WORDS[sheet.columnMarks[col]!];
  return `channel ${sheet.names[col]} · ${range} over ${counted(sheet.rows, "sample")}${mark ? ` · ${mark}` : ""}`;
}
