/**
 * Tiles to pixels. Only what can be seen is computed, straight from the codes, so that the cost
 * of a picture follows the screen and not the layer; a shrunken tile is averaged, never thinned.
 */
import { markOf, rangeOf, type Tiles } from "./tiles";
import { pixel, rgb, type Theme } from "../lib/dom/theme";
import { colorRange, colorTable, type ColormapName, type RangeName } from "../lib/plots/colormaps";
import { HIGHEST_CODE, Mark } from "../lib/wire/constants";

/** One column or row: which one, and the device pixels [from, to) that it would cover whole. */
export interface Span {
  index: number;
  from: number;
  to: number;
}

/** The part of the picture that tiles may cover, in device pixels. */
export interface Clip {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Paint {
  colormap: ColormapName;
  range: RangeName;
  dark: boolean;
  table: Uint32Array;
  background: number;
  /** Stripes over a tile that is all zero, or constant. */
  stripe: number;
  /** Pixels and tiles that are not finite. */
  notFinite: number;
}

/** The colours of tiles, and of what marks them, on a page of this theme. */
export const paintOf = (colormap: ColormapName, range: RangeName, theme: Theme): Paint => ({
  colormap,
  range,
  dark: theme.dark,
  table: colorTable(colormap, theme.dark),
  background: pixel(rgb(theme.background)),
  stripe: pixel(theme.dark ? [104, 104, 104] : [168, 168, 168]),
  notFinite: pixel([213, 94, 0]),
});

/** Device pixels of one period of the stripes. */
const PERIOD = 6;
const STROKE = 1;

/** Which stored pixels stand behind the drawn ones [from, to) of a tile `size` device pixels long. */
function sources(length: number, size: number, from: number, to: number): Int32Array {
  const edges = new Int32Array(2 * Math.max(0, to - from));
  for (let i = from; i < to; i++) {
    const first = Math.floor((i * length) / size);
    edges[2 * (i - from)] = first;
    edges[2 * (i - from) + 1] = Math.max(first + 1, Math.floor(((i + 1) * length) / size));
  }
  return edges;
}

/** The part of a span within [low, high), and the stored pixels behind it. */
export interface Line extends Span {
  edges: Int32Array;
}

/** Spans cut to what may be painted; those of one length that are whole share their edges. */
export function cut(spans: readonly Span[], length: number, low: number, high: number): Line[] {
  const whole = new Map<number, Int32Array>();
  const lines: Line[] = [];
  for (const { index, from, to } of spans) {
    const [first, last] = [Math.max(from, low), Math.min(to, high)];
    const size = to - from;
    if (first >= last) continue;
    const part = last - first < size;
    let edges = part ? undefined : whole.get(size);
    if (!edges) {
      edges = sources(length, size, first - from, last - from);
      if (!part) whole.set(size, edges);
    }
    lines.push({ index, from: first, to: last, edges });
  }
  return lines;
}

/** A picture under way: its pixels, how wide it is, and where tiles may be. */
export interface Picture {
  pixels: Uint32Array;
  stride: number;
  clip: Clip;
}

/** Fills all that `columns` × `rows` span: what shows of it later are the gaps between tiles. */
export function paintGaps(
  { pixels, stride, clip }: Picture,
  columns: readonly Span[],
  rows: readonly Span[],
  color: number,
): void {
  const left = Math.max(clip.left, columns[0]?.from ?? clip.right);
  const right = Math.min(clip.right, columns.at(-1)?.to ?? clip.left);
  const top = Math.max(clip.top, rows[0]?.from ?? clip.bottom);
  const bottom = Math.min(clip.bottom, rows.at(-1)?.to ?? clip.top);
  if (left >= right) return;
  for (let y = top; y < bottom; y++) pixels.fill(color, y * stride + left, y * stride + right);
}

/** Draws the tiles of `columns` × `rows` into the picture. */
export function paintTiles(
  picture: Picture,
  tiles: Tiles,
  columns: readonly Span[],
  rows: readonly Span[],
  paint: Paint,
): void {
  const { clip } = picture;
  const across = cut(columns, tiles.width, clip.left, clip.right);
  for (const row of cut(rows, tiles.height, clip.top, clip.bottom)) {
    for (const column of across) paintTile(picture, tiles, column, row, paint);
  }
}

function paintTile({ pixels, stride }: Picture, tiles: Tiles, column: Line, row: Line, paint: Paint): void {
  const { width, height, codes } = tiles;
  const { table, notFinite } = paint;
  const tile = row.index * tiles.cols + column.index;
  const mark = markOf(tiles, row.index, column.index);
  const low = tiles.low[tile]!;
  const high = tiles.high[tile]!;
  const [from, to] = colorRange(paint.colormap, ...rangeOf(tiles, row.index, column.index, paint.range));
  // code → colour index is affine; a range of no width shows the middle of the map.
  const reach = to - from;
  const offset = reach > 0 ? ((low - from) / reach) * 255 : 127;
  const step = reach > 0 ? ((high - low) / reach) * (255 / HIGHEST_CODE) : 0;
  const base = tile * width * height;
  // Most tiles hold no pixel that is not finite, and need not be searched for one.
  const finite = tiles.marks[tile]! < Mark.someNotFinite;
  const [across, down] = [column.edges, row.edges];
  const area = { left: column.from, right: column.to, top: row.from, bottom: row.to };
  for (let y = area.top; y < area.bottom; y++) {
    const top = down[2 * (y - row.from)]!;
    const bottom = down[2 * (y - row.from) + 1]!;
    for (let x = area.left; x < area.right; x++) {
      const at = y * stride + x;
      const left = across[2 * (x - column.from)]!;
      const right = across[2 * (x - column.from) + 1]!;
      let sum = 0;
      if (finite) {
        for (let line = base + top * width; line < base + bottom * width; line += width) {
          for (let k = line + left; k < line + right; k++) sum += codes[k]!;
        }
        const index = (offset + (step * sum) / ((bottom - top) * (right - left)) + 0.5) | 0;
        pixels[at] = table[index < 0 ? 0 : index > 255 ? 255 : index]!;
        continue;
      }
      let n = 0;
      let bad = false;
      for (let sy = top; sy < bottom; sy++) {
        for (let k = base + sy * width + left, end = base + sy * width + right; k < end; k++) {
          const code = codes[k]!;
          if (code <= HIGHEST_CODE) {
            sum += code;
            n++;
          } else bad = true;
        }
      }
      if (bad) pixels[at] = notFinite;
      else {
        const index = (offset + (step * sum) / n + 0.5) | 0;
        pixels[at] = table[index < 0 ? 0 : index > 255 ? 255 : index]!;
      }
    }
  }
  if (mark !== Mark.ordinary && mark !== Mark.someNotFinite) {
    paintMark(pixels, stride, area, mark, paint);
  }
}

/** Diagonal stripes: all zero. Level stripes: constant. Crossed stripes: not one finite value. */
function paintMark(
  pixels: Uint32Array,
  stride: number,
  area: Clip,
  mark: number,
  paint: Paint,
): void {
  for (let y = area.top; y < area.bottom; y++) {
    for (let x = area.left; x < area.right; x++) {
      const rising = (x + y) % PERIOD < STROKE;
      const falling = (x - y + PERIOD * y) % PERIOD < STROKE;
      const at = y * stride + x;
      if (mark === Mark.zero) pixels[at] = rising ? paint.stripe : paint.background;
      else if (mark === Mark.constant) {
        if (y % PERIOD < STROKE) pixels[at] = paint.stripe;
      } else pixels[at] = rising || falling ? paint.notFinite : paint.background;
    }
  }
}

