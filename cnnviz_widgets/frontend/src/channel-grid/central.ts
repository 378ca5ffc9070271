/** Which channel stands for a run of neighbours: the one whose answers are most like those of all. */
import type { Sheet } from "./sheet";
import { HIGHEST_CODE } from "../lib/wire/constants";

/**
 * The column of least cosine distance to the others of a run, on what the tiles hold: the one whose
 * direction is nearest to the sum of all directions, as the sum of cosines to all is the cosine to
 * their sum.
 */
export function mostCentral(sheet: Sheet, columns: readonly number[]): number {
  if (columns.length < 3) return columns[0] ?? 0;
  const length = sheet.rows * sheet.height * sheet.width;
  const sum = new Float64Array(length);
  const values = new Float32Array(length);
  const norms = columns.map((column) => {
    fill(values, sheet, column);
    const norm = Math.sqrt(values.reduce((total, value) => total + value * value, 0));
    if (norm > 0) for (let i = 0; i < length; i++) sum[i]! += values[i]! / norm;
    return norm;
  });
  let [best, most] = [columns[0]!, -Infinity];
  columns.forEach((column, at) => {
    if (norms[at] === 0) return;
    fill(values, sheet, column);
    let product = 0;
    for (let i = 0; i < length; i++) product += values[i]! * sum[i]!;
    if (product / norms[at]! <= most) return;
    [best, most] = [column, product / norms[at]!];
  });
  return best;
}

/** A channel's values as they are stored, sample by sample; what is not finite counts as nothing. */
function fill(values: Float32Array, { rows, cols, height, width, codes, low, high }: Sheet, column: number): void {
  const pixels = height * width;
  for (let row = 0, at = 0; row < rows; row++) {
    const tile = row * cols + column;
    const [from, reach] = [low[tile]!, high[tile]! - low[tile]!];
    for (let i = tile * pixels; i < (tile + 1) * pixels; i++, at++) {
      const value = codes[i]! > HIGHEST_CODE ? 0 : from + (codes[i]! / HIGHEST_CODE) * reach;
      values[at] = Number.isFinite(value) ? value : 0;
    }
  }
}
