/** InspectorHeader: which layer is shown, whether work goes on, and what went wrong. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { button, element } from "./lib/dom";

interface State {
  title: string;
  facts: string;
  /** What is being done just now; "" when nothing is. */
  message: string;
  /** Share of the work that is done, from 0 to 1; below 0 where it is not known. */
  progress: number;
  error: string;
  warnings: string[];
  /** How often the user asked for a fresh reading, and how many of these were answered. */
  _asked: number;
  _answered: number;
}

function render({ model, el, signal }: RenderProps<State>): void {
  const title = element("div", "cnnviz-inspector-title", { role: "heading", "aria-level": 3 });
  const message = element("div", "cnnviz-inspector-message cnnviz-faint", { role: "status", "aria-live": "polite" });
  const error = element("div", "cnnviz-error", { role: "alert" });
  const refresh = button(
    "Read again",
    "Read the live model again: its present weights on the same inputs",
    () => {
      model.set("_asked", model.get("_asked") + 1);
      model.save_changes();
      show();
    },
    signal,
  );
  const root = element(
    "div",
    "cnnviz cnnviz-inspector-header",
    {},
    title,
    refresh,
    message,
    error,
  );
  el.append(root);

  function show(): void {
    title.replaceChildren(model.get("title"), " ", element("small", "", {}, model.get("facts")));
    const text = model.get("error");
    if (error.textContent !== text) error.textContent = text;
    error.hidden = text === "";
    message.replaceChildren(...working(model));
    const waiting = model.get("_asked") > model.get("_answered");
    refresh.disabled = waiting;
    refresh.textContent = waiting ? "Waiting for the kernel…" : "Read again";
  }

  const events = Object.keys({
    title: 0,
    facts: 0,
    message: 0,
    progress: 0,
    error: 0,
    warnings: 0,
    _asked: 0,
    _answered: 0,
  } satisfies Record<keyof State, 0>);
  for (const key of events) model.on(`change:${key}`, show);
  show();
}

/** A progress bar with its words while work goes on; warnings otherwise. */
function working(model: AnyModel<State>): Node[] {
  const message = model.get("message");
  if (!message) {
    return model.get("warnings").map((text) => element("div", "cnnviz-warning", {}, `⚠ ${text}`));
  }
  const progress = model.get("progress");
  const bar = element("progress", "cnnviz-progress", { max: 1, "aria-label": message });
  // Without a value the bar moves to and fro.
  if (progress >= 0) bar.value = progress;
  return [bar, document.createTextNode(message)];
}

export default { render };
