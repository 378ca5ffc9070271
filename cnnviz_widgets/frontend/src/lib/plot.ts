/** bqplot's marks, axes and scales, driven from the page. */
import type { AnyModel } from "@anywidget/types";

/** A mark, an axis or a scale: what it holds is bqplot's affair. */
export type MarkModel = AnyModel;

/** Backbone sets several attributes in one go, which keeps a mark's x and y of one length. */
export const put = (mark: MarkModel, values: Record<string, unknown>): void =>
  (mark.set as (values: Record<string, unknown>) => void)(values);

/** A scale as bqplot's marks take it: they need the model itself, not the host's view of it. */
export const scaleOf = (model: AnyModel, reference: string): Promise<MarkModel> =>
  model.widget_manager.get_model(reference.replace(/^anywidget:|^IPY_MODEL_/, "")) as Promise<MarkModel>;

/**
 * Draw when the present event has been dealt with, however many of its changes ask for it.
 *
 * bqplot changes its curves in the animation frame after its marks change. Marks told in a frame
 * of our own would show a frame behind grid and dendrogram; told in the mouse's event, which the
 * browser delivers once a frame and before it, they show in the same one.
 */
export function afterEvent(draw: () => void, signal: AbortSignal): () => void {
  let requested = false;
  return () => {
    if (requested) return;
    requested = true;
    queueMicrotask(() => {
      requested = false;
      if (!signal.aborted) draw();
    });
  };
}
