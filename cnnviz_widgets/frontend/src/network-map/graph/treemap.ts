/** Tiles that fill a box, each as large as it counts [squarified treemap: Bruls, Huizing and van Wijk 2000]. */

export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The largest area over the smallest: what counts little is still seen. */
const MOST_TIMES = 16;

/**
 * A tile for each of `areas`, in their order, that together fill the box.
 *
 * They are laid out one after the other, so the largest should come first: it stands at the top
 * left, and the tiles are nearly square. Areas below 1/16 of the largest (zero, negative or not
 * finite ones too) count as that. In a box without size all have none.
 */
export function squarified(areas: readonly number[], width: number, height: number): Tile[] {
  if (!(width > 0 && height > 0)) return areas.map(() => ({ x: 0, y: 0, width: 0, height: 0 }));
  const finite = areas.map((area) => (Number.isFinite(area) ? Math.max(area, 0) : 0));
  const largest = Math.max(...finite) || 1;
  const clipped = finite.map((area) => Math.max(area / largest, 1 / MOST_TIMES));
  const tiles: Tile[] = [];
  let rest: Tile = { x: 0, y: 0, width, height };
  while (tiles.length < clipped.length) {
    const left = clipped.slice(tiles.length);
    const scale = (rest.width * rest.height) / total(left);
    const strip = stripOf(left.map((area) => area * scale), Math.min(rest.width, rest.height));
    const isLast = strip.length === left.length;
    const area = total(strip);
    // Along the shorter side; the last strip takes what is left, whatever was rounded.
    const down = rest.height <= rest.width;
    const side = down ? rest.height : rest.width;
    const thick = isLast ? Math.max(rest.width, rest.height) : area / side;
    let at = 0;
    strip.forEach((each, index) => {
      const end = index === strip.length - 1 ? side : at + (each / area) * side;
      tiles.push(down
        ? { x: rest.x, y: rest.y + at, width: thick, height: end - at }
        : { x: rest.x + at, y: rest.y, width: end - at, height: thick });
      at = end;
    });
    rest = down
      ? { ...rest, x: rest.x + thick, width: width - rest.x - thick }
      : { ...rest, y: rest.y + thick, height: height - rest.y - thick };
  }
  return tiles;
}

/** The first areas, as many as make the worst tile of a strip along a side the least oblong. */
function stripOf(areas: readonly number[], side: number): number[] {
  let [sum, least, most] = [0, Infinity, 0];
  let worst = Infinity;
  const count = areas.findIndex((area) => {
    [sum, least, most] = [sum + area, Math.min(least, area), Math.max(most, area)];
    const next = Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
    if (next > worst) return true;
    worst = next;
    return false;
  });
  return areas.slice(0, count < 0 ? areas.length : count);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
