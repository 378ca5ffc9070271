/**
 * Margins of bqplot's figures: none while there is no room for them. A figure that is made in a
 * hidden pane has no width, and bqplot would draw it as wide as that less its margins.
 */
import { onResize } from "../dom/canvas";
import { put, type MarkModel } from "./bqplot";

export interface Margins {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

const NONE: Margins = { top: 0, bottom: 0, left: 0, right: 0 };

/** Around densities that stand alone: their axes with their names. */
export const DENSITY_MARGINS: Margins = { top: 10, bottom: 42, left: 84, right: 56 };

/**
 * Give a figure its margins as long as it is shown.
 *
 * @param beside an element as wide as the figure
 * @param margins those that it has now
 * @returns looks again, as where other margins are to be had
 */
export function marginsWhileShown(figure: MarkModel, beside: HTMLElement, margins: () => Margins, signal: AbortSignal): () => void {
  const lay = (): void => {
    const wanted = margins();
    const given = beside.clientWidth > wanted.left + wanted.right ? wanted : NONE;
    if (figure.get("fig_margin") !== given) put(figure, { fig_margin: given });
  };
  onResize(beside, lay, signal);
  lay();
  return lay;
}
