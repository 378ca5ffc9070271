/** What stands under the cursor, in words. */
import type { Parameters, Part } from "./parameters";
import { count, counted, number, span } from "../lib/format";
import { Mark } from "../lib/wire/constants";
import { describeColour } from "../tile-view/composite/colours";
import { MARK_WORDS, markOf, valueAt } from "../tile-view/tiles";

export interface Spot {
  /** Row as it is stored, in leaf order. */
  row: number;
  input: number;
  /** Where in the input's part of the row, as shares of its height and width. */
  down: number;
  across: number;
}

export const HELP =
  "Wheel: rows; Shift and wheel: sideways; Ctrl and wheel: size; drag: move; " +
  "click, Shift-click, Ctrl-click: select rows; double click: enlarge a tile; arrow keys, " +
  "Page Up, Page Down, Home, End: move; Space: select; Enter: enlarge; Escape: clear; + − 0: size";

export const inputName = ({ names, inputWord }: Parameters, input: number): string =>
  names[input] ?? `${inputWord} ${count(input)}`;

export function outputName({ outputWord, outputs, classes }: Parameters, row: number): string {
  const name = classes[outputs[row]!];
  return `${outputWord} ${count(outputs[row]!)}${name ? ` (${name})` : ""}`;
}

/** One weight, or the mean of several where the part holds no more. */
export function describe(parameters: Parameters, part: Part, spot: Spot): string {
  const { tiles, strip } = part;
  const [down, across] = tiles.reduction;
  const row = spot.row - part.rows[0];
  const place = spot.input - part.columns[0];
  const col = strip ? 0 : place;
  const at = (share: number, length: number): number => Math.min(length - 1, Math.max(0, Math.floor(share * length)));
  const y = strip ? 0 : at(spot.down, tiles.height);
  const x = strip ? Math.floor(place / across) : at(spot.across, tiles.width);
  const first = part.columns[0] + x * across;
  const last = Math.min(first + across, part.columns[1]) - 1;
  const parts = [
    outputName(parameters, spot.row),
    strip && last > first
      ? `${parameters.inputWord}s ${count(first)}–${count(last)}`
      : inputName(parameters, spot.input),
  ];
  if (!strip && parameters.taps[0] * parameters.taps[1] > 1) parts.push(tapText(parameters, part, y, x));
  const averaged = strip ? down * (last - first + 1) : down * across;
  const value = valueAt(tiles, row, col, y, x);
  const exact = tiles.low[row * tiles.cols + col] === tiles.high[row * tiles.cols + col];
  const text = Number.isNaN(value) ? "not finite" : `${exact ? "" : "≈ "}${number(value, exact ? 5 : 3)}`;
  parts.push(`value ${text}`);
  if (averaged > 1) {
    const what = !strip ? "weight" : down > 1 ? "weight" : parameters.inputWord;
    parts.push(`mean of ${counted(averaged, what)}`);
  }
  const mark = MARK_WORDS[markOf(tiles, row, col)];
  if (mark) parts.push(mark);
  return parts.join(" · ");
}

/** A tap in colour: its three weights. */
export function describeComposite(parameters: Parameters, spot: Spot): string {
  const { whole: { tiles }, colours, taps } = parameters;
  if (!colours) return "";
  const at = (share: number, length: number): number => Math.min(length - 1, Math.max(0, Math.floor(share * length)));
  const [y, x] = [at(spot.down, tiles.height), at(spot.across, tiles.width)];
  const place = taps[0] * taps[1] > 1 ? `${tapText(parameters, parameters.whole, y, x)} ` : "";
  return `RGB · ${place}≈ ${describeColour(tiles, [0, 1, 2], spot.row, y, x, colours)} · ${outputName(parameters, spot.row)}`;
}

/** `16 outputs ↓ · 3 inputs → · 3×3`. */
export function sizeText({ kind, taps, inputs, inputWord, outputs, outputWord }: Parameters): string {
  const size = kind === "tiles" ? ` · ${taps[0]}×${taps[1]}` : "";
  const brief = (word: string): string => word.replace(" channel", "");
  const across = kind === "vector" ? "" : ` · ${counted(inputs, brief(inputWord))} →`;
  return `${counted(outputs.length, brief(outputWord))} ↓${across}${size}`;
}

/** Which tap, or which slice of the kernel and where there; gates by their names. */
function tapText({ taps, gates }: Parameters, { tiles }: Part, y: number, x: number): string {
  const [down, across] = tiles.reduction;
  const [high, wide] = [tiles.height / tiles.montage[0], tiles.width / tiles.montage[1]];
  const [row, column] = [Math.floor(y / high), Math.floor(x / wide)];
  const slices = tiles.montage[0] * tiles.montage[1];
  const slice = row * tiles.montage[1] + column;
  const place = `tap (${(y - row * high) * down}, ${(x - column * wide) * across})`;
  if (gates.length > 0) {
    // A slice is one gate; without slices a line is, or the mean of several.
    if (slices > 1) return slice < gates.length ? `gate ${gates[slice]!}, ${place}` : place;
    const gate = `gate ${gates.slice(y * down, (y + 1) * down).join("/")}`;
    return taps[1] === 1 ? gate : `${gate}, tap ${x * across}`;
  }
  if (taps[1] === 1) return `tap ${y * down}`;
  return slices > 1 ? `slice ${slice} of ${slices}, ${place}` : place;
}

export function describeBias(parameters: Parameters, row: number): string {
  const value = parameters.bias!.low[row]!;
  return `${outputName(parameters, row)} · bias ${Number.isNaN(value) ? "not finite" : number(value, 5)}`;
}

export function describeOutput(parameters: Parameters, row: number): string {
  const { rowLow, rowHigh, rowMarks } = parameters.whole.tiles;
  const [low, high] = [rowLow[row]!, rowHigh[row]!];
  const range = low <= high ? span(low, high) : "no finite value";
  // Of a single number it says no more than the range.
  const words = low === high ? "" : MARK_WORDS[rowMarks[row]!];
  const mark = rowMarks[row] === Mark.someNotFinite ? "some NaN or ∞" : words;
  const bias = parameters.bias ? ` · bias ${number(parameters.bias.low[row]!, 3)}` : "";
  return `${outputName(parameters, row)} · ${range}${bias}${mark ? ` · ${mark}` : ""}`;
}
