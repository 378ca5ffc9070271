/** What a grid says of itself, so that its stage can draw it and answer to mouse and keyboard. */
import type { Tile } from "./enlarged";
import type { MarkedChannels } from "./facts";
import type { Place } from "./overlay";
import type { Paint } from "./paint";
import type { RangeSelection } from "./range-selection";
import type { Rows } from "./rows";
import type { SettingsState } from "./settings";
import type { ChannelGridState } from "../lib/wire/states";

export type StageState = SettingsState & Pick<ChannelGridState, "height" | "_notes">;

export interface StageLayout {
  /** Width of the canvas in CSS pixels. */
  width: number;
  /** The columns, another object where they stand elsewhere. */
  columns: object;
  rows: Rows;
}

/** A point of the canvas, and what stands there; negative where nothing does. */
export interface Pointer extends Place {
  x: number;
  y: number;
}

/** An image of the canvas in device pixels. */
export interface PixelImage {
  pixels: Uint32Array;
  width: number;
  height: number;
}

/** What the facts line counts: `32 channels 14 × 14`, and after the marks `5 groups`. */
export interface Counts {
  what: string;
  groups: string;
}

export interface StageContent<Layout extends StageLayout> {
  /** What a click selects: channels are columns, or rows. */
  readonly channels: "column" | "row";
  /** What a click on a row's head selects, left of the first column; undefined: nothing. */
  readonly heads?: RangeSelection | undefined;
  layout(): Layout;
  /** How many columns and rows the cursor can walk. */
  extent(): { columns: number; rows: number };
  placeAt(x: number, y: number, layout: Layout): Place;
  /** Columns, or rows, of tiles in the channels' own numbering. */
  natural(): Int32Array;
  /** The channel whose tiles are at a place of the screen, and all that stand for one another there. */
  channelAt(place: number): number;
  channelsAt(place: number): number[];
  /** Channels that Page Up and Page Down pass. */
  page(layout: Layout): number;
  /** A click that is not meant for channels or tiles; whether it was one. */
  press(pointer: Pointer, layout: Layout): boolean;
  /** Unfold what is folded at a place; whether there was such. */
  unfold?(place: Place): boolean;
  /** Where a step of zoom keeps what stands there: about the cursor, or in the middle. */
  zoomCentre(layout: Layout, cursor: Place | null): { x: number; y: number };
  /** Move sideways from a layout by so many pixels; false where there is nowhere to go. */
  pan(from: Layout, pixels: number): boolean;
  /** Enlarge so that what stands at x stays there. */
  zoom(factor: number, x: number): void;
  /** Move sideways as little as is needed to see a column whole. */
  reveal(column: number): void;
  /** The keyboard's cursor after a click. */
  cursorAfter(click: Place, before: Place): Place;
  /** Whether there is something to enlarge at a place. */
  enlarges(place: Place): boolean;
  tileAt(place: Place): Tile | null;

  paint(): Paint;
  paintTiles(image: PixelImage, layout: Layout): void;
  paintOverlay(context: CanvasRenderingContext2D, layout: Layout, cursor: Place | null): void;

  onPoint(pointer: Pointer, layout: Layout): void;
  onLeave(): void;
  /** The keyboard's cursor has moved here. */
  onCursor(cursor: Place): void;
  /** Read the traits anew; true where they are of something else now. */
  read(): boolean;
  /** Bring everything that is drawn up to date with the traits. */
  refresh(): void;
  counts(layout: Layout): Counts;
  legend(): MarkedChannels;
  showRange(): void;
  /** What the readout says; null where it says so already. */
  describe(layout: Layout): string | null;
}
