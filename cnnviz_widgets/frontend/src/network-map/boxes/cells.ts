/** What is drawn where within a box: the cells of its patches, and the rows of its matrix. */
import { squarified } from "../graph/treemap";
import type { Group } from "../data";
import type { Box } from "../stage/layout";
import type { Rect } from "./pictures";
import type { MapViewState } from "../../lib/wire/states";

export type Facet = MapViewState["facet"];

export interface Cell extends Rect {
  channel: number;
  /** Among the group's channels. */
  place: number;
}

export interface Inside {
  cells: Cell[];
  /** Of the matrix; none where it is not drawn. */
  matrix: Rect | undefined;
}

/** Pixels that a patch takes at the least, and patches of a box at the most. */
const LEAST_CELL = 15;
const MOST_CELLS = 16;
/** However high its box is, of one channel a patch has no more than so many times its width. */
const MOST_HEIGHT = 2.2;
/** Of a box that shows both the matrix has so much. */
const MATRIX_SHARE = 0.42;

/** How a box is divided; without patches a facet of both is all matrix. */
export function insideOf({ group, x, y, width, height }: Box, facet: Facet): Inside {
  if (!group || facet === "density" || facet === "health") return { cells: [], matrix: undefined };
  const inner = { x: x + 1, y: y + 1, width: width - 2, height: height - 2 };
  const both = facet === "both" && group.patches.size > 0 && group.rows > 0;
  const matrixWidth = facet === "patches" ? 0 : both ? Math.round(MATRIX_SHARE * inner.width) : inner.width;
  const patchWidth = inner.width - matrixWidth - (both ? 1 : 0);
  const matrix = matrixWidth > 0 && group.rows > 0 ? { ...inner, x: inner.x + inner.width - matrixWidth, width: matrixWidth } : undefined;
  return { cells: patchWidth > 0 ? cellsOf(group, { ...inner, width: patchWidth }) : [], matrix };
}

/** The channels with the strongest patches, a cell each; the greater its value the larger. */
function cellsOf(group: Group, { x, y, width, height: most }: Rect): Cell[] {
  const height = Math.min(most, Math.ceil(MOST_HEIGHT * width * group.channels.length));
  const room = Math.max(1, Math.min(MOST_CELLS, Math.floor((width * height) / LEAST_CELL ** 2)));
  const places = [...group.channels.keys()].filter((place) => group.patches.has(group.channels[place]!));
  const value = (place: number): number => (Number.isFinite(group.values[place]) ? Math.max(0, group.values[place]!) : 0);
  // Those of one value keep the order of their rows.
  const shown = places.sort((one, other) => value(other) - value(one)).slice(0, room);
  const above = y + (most - height) / 2;
  return squarified(shown.map(value), width, height).map((tile, at) => {
    const place = shown[at]!;
    return { ...tile, x: x + tile.x, y: above + tile.y, place, channel: group.channels[place]! };
  });
}

/** The channel that is drawn at a place of a box; −1 for none. */
export function channelAt({ group }: Box, { cells, matrix }: Inside, x: number, y: number): number {
  const cell = cells.find((each) => within(each, x, y));
  if (cell) return cell.channel;
  if (!group || !matrix || !within(matrix, x, y)) return -1;
  return group.channels[Math.floor(((y - matrix.y) / matrix.height) * group.channels.length)] ?? -1;
}

/** The column of the matrix at a place; −1 for none. */
export const columnAt = ({ matrix }: Inside, columns: number, x: number, y: number): number =>
  matrix && within(matrix, x, y) ? Math.floor(((x - matrix.x) / matrix.width) * columns) : -1;

const within = (rect: Rect, x: number, y: number): boolean =>
  x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
