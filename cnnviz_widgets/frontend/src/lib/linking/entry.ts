/** What anywidget is given of a widget: its `render`, and an end that leaves little behind. */
import type { AnyModel, RenderProps } from "@anywidget/types";

/** A model of ipywidgets itself. */
interface Model {
  attributes?: Record<string, unknown>;
  once?(event: "comm:close", callback: () => void): void;
  set(values: Record<string, unknown>, options?: { silent: boolean }): Model | undefined;
}

/** Texts of so many letters are programs, styles and the like. */
const LONG = 1000;

export const entry = <State extends Record<string, any>>(
  render: (props: RenderProps<State>) => void | Promise<void>,
) => ({
  render(props: RenderProps<State>): void | Promise<void> {
    letGo(props.model);
    return render(props);
  },
});

/**
 * Empty a model once its widget is closed: JupyterLab holds each that it was ever told of, with
 * all that was sent to draw it, for as long as the kernel lives.
 */
function letGo(model: AnyModel): void {
  // Setting nothing gives the model itself; the view may be gone by the time it is closed.
  const itself = (model as unknown as Model).set({});
  itself?.once?.("comm:close", () => {
    const empty: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(itself.attributes ?? {})) {
      if (value instanceof DataView) empty[name] = new DataView(new ArrayBuffer(0));
      else if (typeof value === "string" && value.length > LONG) empty[name] = "";
    }
    itself.set(empty, { silent: true });
    // What was before the last change is held as well.
    itself.set({}, { silent: true });
  });
}
