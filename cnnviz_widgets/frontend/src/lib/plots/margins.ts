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
  savedWithout(figure, signal);
  lay();
  return lay;
}

/** What a figure's model gives when the notebook is saved. */
interface Saved extends MarkModel {
  get_state(dropDefaults?: boolean): Record<string, unknown>;
}

/** In how many views each figure is shown. */
const views = new WeakMap<MarkModel, number>();

/** Saved figures are made anew in panes that may be hidden: no margins are saved with them. */
function savedWithout(figure: MarkModel, signal: AbortSignal): void {
  const model = figure as Saved;
  const others = views.get(model) ?? 0;
  views.set(model, others + 1);
  signal.addEventListener("abort", () => {
    const left = views.get(model)! - 1;
    views.set(model, left);
    if (left === 0) Reflect.deleteProperty(model, "get_state");
  }, { once: true });
  if (others > 0) return;
  model.get_state = function (dropDefaults) {
    const state = (Object.getPrototypeOf(this) as Saved).get_state.call(this, dropDefaults);
    return "fig_margin" in state ? { ...state, fig_margin: NONE } : state;
  };
}
