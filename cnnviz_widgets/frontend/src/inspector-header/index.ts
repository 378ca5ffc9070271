/** InspectorHeader: which layer and view is shown, what comes next, and what went wrong. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { Guide } from "./guide";
import { ViewSwitch } from "./view-switch";
import { button, element, mount } from "../lib/dom/elements";
import { onChange } from "../lib/linking/changes";
import { Connection } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import { INSPECTOR_HEADER_TRAITS } from "../lib/wire/constants";
import type { InspectorHeaderState } from "../lib/wire/states";

function render({ model, el, signal }: RenderProps<InspectorHeaderState>): void {
  const title = element("div", "cnnviz-inspector-title", { role: "heading", "aria-level": 3 });
  const message = element("div", "cnnviz-inspector-message cnnviz-faint", { role: "status", "aria-live": "polite" });
  const error = element("div", "cnnviz-error", { role: "alert" });
  const connection = new Connection({ model, el, signal });
  const views = new ViewSwitch(model, connection, signal);
  const guide = new Guide(model, connection, signal);
  const slowAnswer = new SlowAnswer(() => show(), signal);
  const diagnose = button(
    "Diagnose",
    "Look through every layer for signs of trouble, each with its evidence and its cure",
    () => ask("_diagnose_asked"),
    signal,
  );
  const refresh = button(
    "Read again",
    "Read the live model again: its present weights on the same inputs",
    () => ask("_asked"),
    signal,
  );
  const controls = element(
    "div",
    "cnnviz-inspector-controls",
    {},
    views.root,
    element("span", "cnnviz-group", {}, diagnose, refresh, guide.opener),
  );
  const root = element("div", "cnnviz cnnviz-inspector-header");
  root.append(title, controls, guide.root, message, error);
  mount(el, root, signal);

  function ask(key: "_asked" | "_diagnose_asked"): void {
    model.set(key, model.get(key) + 1);
    model.save_changes();
    show();
  }

  function show(): void {
    title.replaceChildren(model.get("title"), " ", element("small", "", {}, model.get("facts")));
    const text = model.get("error");
    if (error.textContent !== text) error.textContent = text;
    error.hidden = text === "";
    slowAnswer.wait(connection.alive && model.get("view") !== model.get("_shown_view"));
    if (!connection.alive) message.replaceChildren(connection.notice(), ...warnings(model));
    else message.replaceChildren(...(slowAnswer.over && !model.get("message") ? [WAITING] : working(model)));
    const waiting = connection.alive && model.get("_asked") > model.get("_answered");
    connection.need(refresh, waiting);
    refresh.textContent = waiting ? "Waiting for the kernel…" : "Read again";
    const diagnosing = connection.alive && model.get("_diagnose_asked") > model.get("_diagnosed");
    connection.need(diagnose, diagnosing);
    diagnose.textContent = diagnosing ? "Diagnosing…" : "Diagnose";
    diagnose.hidden = refresh.hidden = !model.get("live");
    views.show();
    guide.show();
  }

  onChange(model, INSPECTOR_HEADER_TRAITS, show);
  connection.onChange(show);
  show();
}

const warnings = (model: AnyModel<InspectorHeaderState>): Node[] =>
  model.get("warnings").map((text) => element("div", "cnnviz-warning", {}, `⚠ ${text}`));

/** A progress bar with its words while work goes on; warnings otherwise. */
function working(model: AnyModel<InspectorHeaderState>): Node[] {
  const message = model.get("message");
  if (!message) return warnings(model);
  const progress = model.get("progress");
  const bar = element("progress", "cnnviz-progress", { max: 1, "aria-label": message });
  // Without a value the bar moves to and fro.
  if (progress >= 0) bar.value = progress;
  return [bar, document.createTextNode(message)];
}

export default entry(render);
