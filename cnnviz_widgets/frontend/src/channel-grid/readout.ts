/** What stands under the cursor, in words. */
import { isWhole, type Sheet } from "./sheet";
import { tokenName, type Tokens } from "./tokens";
import { count, counted, number, span } from "../lib/format";
import type { TilePixel } from "../tile-view/enlarged";
import { MARK_WORDS, markOf, valueAt } from "../tile-view/tiles";

export const HELP =
  "Wheel: rows; Shift and wheel: sideways; Ctrl and wheel: size; drag: move; " +
  "click, Shift-click, Ctrl-click: select channels or, at what leads a row, samples; double click: enlarge a tile; " +
  "arrow keys: move; Space: select; Enter: enlarge, or unfold; Escape: clear; + − 0: size";

export const sampleName = (sample: number, labels: readonly string[]): string =>
  labels[sample] ? `${labels[sample]} (${sample})` : `sample ${sample}`;

/** `32 channels 14×14`; of some samples, how many there are tiles of. */
export function sheetSize(sheet: Sheet): string {
  const [down, across] = [sheet.height * sheet.reduction[0], sheet.width * sheet.reduction[1]];
  const slices = sheet.montage[0] * sheet.montage[1];
  const size = sheet.kind === "image" ? ` ${down}×${across}` : sheet.kind === "volume" ? ` ${slices}×${down / sheet.montage[0]}×${across / sheet.montage[1]}` : sheet.kind === "sequence" ? ` ${down} steps` : "";
  const some = isWhole(sheet) ? "" : ` · ${count(sheet.rows)} of ${counted(sheet.places.length, "sample")}`;
  return `${counted(sheet.cols, sheet.noun)}${size}${some}`;
}

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
  const place = `(${(y - row * high) * reduction[0]}, ${(x - column * wide) * reduction[1]})`;
  const slices = montage[0] * montage[1];
  return slices > 1 ? `slice ${row * montage[1] + column} of ${slices}, ${place}` : place;
}

/** `cat (3) → sat (5):`, from a target to a source. */
function lookText(sheet: Sheet, { targets, sources }: Tokens, { row, y, x }: TilePixel): string {
  const sample = sheet.samples[row]!;
  const [down, across] = sheet.reduction;
  const from = tokenName(targets(sample), y, down, sheet.height * down);
  return `${from} → ${tokenName(sources(sample), x, across, sheet.width * across)}:`;
}

/** `channel 25 · (3, 5) ≈ 0.5 · Trouser · max 4.33`: what is asked for first, as the end may be cut. */
export function describe(sheet: Sheet, spot: TilePixel, labels: readonly string[]): string {
  const parts = [`${sheet.noun} ${sheet.names[spot.col]}`];
  const [down, across] = sheet.reduction;
  const pixels = sheet.height * sheet.width > 1;
  const high = sheet.high[spot.row * sheet.cols + spot.col]!;
  const pixel = (): string => (sheet.tokens ? lookText(sheet, sheet.tokens, spot) : pixelText(sheet, spot));
  const place = sheet.kind === "sequence" ? `step ${spot.y * down} ` : pixels || sheet.tokens ? `${pixel()} ` : "";
  parts.push(`${place}${valueText(sheet, spot)}`);
  parts.push(sampleName(sheet.samples[spot.row]!, labels));
  if (pixels && Number.isFinite(high)) parts.push(`max ${number(high)}`);
  if (down * across > 1) parts.push(`mean of ${down} × ${across}`);
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
  return `${sheet.noun} ${sheet.names[col]} · ${range} over ${counted(sheet.rows, "sample")}${mark ? ` · ${mark}` : ""}`;
}
