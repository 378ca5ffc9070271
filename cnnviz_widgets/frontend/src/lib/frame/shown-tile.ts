/** A tile that a grid gives to the panel of its frame that shows one enlarged: each is a program of its own. */
import { frameOf } from "./commands";

/** An input as it can be painted. */
export interface InputPicture {
  width: number;
  height: number;
  /** Four bytes a pixel. */
  pixels: Uint8ClampedArray;
}

/** What a grid tells of a tile, and does for who shows it. */
export interface ShownTile {
  /** The channel that it is of. */
  channel(): number;
  /** What it is of, and how it is averaged. */
  facts(): [name: string, value: string][];
  draw(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, room: { width: number; height: number }): void;
  /** Its finite values. */
  values(): Float64Array;
  /** The value under the pointer, in words. */
  describe(canvas: HTMLCanvasElement, event: PointerEvent): string;
  /** The sample's input; null where none is known. */
  input(): InputPicture | null;
  /** Show the neighbour so many channels and samples on; false where there is none. */
  step(across: number, down: number): boolean;
  /** Nobody looks at it any more: the grid has the focus again. */
  leave(): void;
}

/** Who shows a tile. */
export interface TileViewer {
  refresh(): void;
  /** The tile is no more. */
  close(): void;
}

interface Offer {
  frame: HTMLElement;
  tile: ShownTile;
  viewer: TileViewer | null;
}

const EVENT = "cnnviz-tile";

/** Who in the frame takes a tile; null where nobody does. */
export function offerTile(from: Element, tile: ShownTile): TileViewer | null {
  const frame = frameOf(from);
  if (!frame) return null;
  const detail: Offer = { frame, tile, viewer: null };
  document.dispatchEvent(new CustomEvent(EVENT, { detail }));
  return detail.viewer;
}

/** Take the tiles that are offered in the frame around this part. */
export function onTile(el: Element, take: (tile: ShownTile) => TileViewer, signal: AbortSignal): void {
  document.addEventListener(EVENT, (event) => {
    const offer = (event as CustomEvent<Offer>).detail;
    if (offer.frame.contains(el)) offer.viewer = take(offer.tile);
  }, { signal });
}
