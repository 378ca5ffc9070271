/** Down and across of a picture whose longer side has so many pixels; the shorter keeps at least one. */
export function onScale(height: number, width: number, side: number): [high: number, wide: number] {
  const scale = side / Math.max(height, width, 1);
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}
