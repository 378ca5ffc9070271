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

/** A model as ipywidgets has it; of its queue of changes, each waits for the one before. */
interface Closable extends AnyModel {
  state_change: Promise<unknown>;
  once(event: "destroy", callback: () => void): void;
}

/** What is let go of already when it is closed. */
const letGo = new WeakSet<Closable>();

/**
 * Lets go of a plot's views when its models are closed.
 *
 * The page keeps closed models as long as it has the kernel. They lead to the whole drawing: by
 * bqplot's listeners, and by the view made last, which ipywidgets keeps as what the queue came to.
 */
export async function releasePlot(model: AnyModel, reference: string): Promise<void> {
  const figure = await scaleOf(model, reference);
  const [marks, axes] = ["marks", "axes"].map((name) => figure.get(name) as AnyModel[]) as [AnyModel[], AnyModel[]];
  const scales = [
    ...marks.flatMap((mark) => Object.values(mark.get("scales") as Record<string, AnyModel>)),
    ...axes.map((axis) => axis.get("scale") as AnyModel),
    ...["scale_x", "scale_y"].map((name) => figure.get(name) as AnyModel),
  ];
  for (const each of [figure, ...marks, ...axes, ...scales] as Closable[]) {
    if (letGo.has(each)) continue;
    letGo.add(each);
    each.once("destroy", () => {
      each.state_change = each.state_change.then(() => {
        (each.off as () => void)();
      });
    });
  }
}

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
