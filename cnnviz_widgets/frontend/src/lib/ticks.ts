/** Round numbers from 0 to `top`, about `wanted` of them: where an axis has its ticks. */
export function roundTicks(top: number, wanted: number): Float64Array {
  const rough = top / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((candidate) => candidate >= 0.7 * rough)!;
  const last = Math.floor((top / step) * 1.0001);
  return Float64Array.from({ length: last + 1 }, (_, i) => i * step);
}
