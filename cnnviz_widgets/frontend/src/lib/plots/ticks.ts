/** Where an axis has its ticks. */

/** Round numbers from `bottom` to `top`, about `count` of them. */
export function roundTicks(top: number, count: number, bottom = 0): Float64Array {
  const rough = (top - bottom) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((candidate) => candidate >= 0.7 * rough)!;
  // A tick at the very end of the axis may miss it by a rounding error.
  const slack = 1e-4;
  const first = Math.ceil(bottom / step - slack);
  const last = Math.floor(top / step + slack);
  return Float64Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Powers of ten from bottom to top, where a logarithmic axis has its ticks. */
export function powersOfTen(bottom: number, top: number): Float64Array {
  const from = Math.ceil(Math.log10(bottom));
  const to = Math.floor(Math.log10(top));
  return Float64Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => 10 ** (from + i));
}
