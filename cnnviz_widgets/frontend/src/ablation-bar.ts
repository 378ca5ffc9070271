/** AblationBar: what does the model do without the selected channels? Tried on the live model. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { button, element, keyboard } from "./lib/dom";
import { counted } from "./lib/format";
import { Selection } from "./lib/selection";

type How = "silence" | "mean" | "merge";

interface Trial {
  how: How;
  channels: number[];
  layer: string;
  summary: string;
  /** Pairs of a label and a value. */
  details: [string, string][];
}

interface State {
  selection: string;
  /** Path of the layer whose channels are selected. */
  layer: string;
  enabled: boolean;
  /** The newest first. */
  trials: Trial[];
  error: string;
  /** Serial, how, channels, and the layer meant. */
  _asked: [serial: number, how: string, channels: number[], layer: string];
  /** Serials of the last trial that the kernel began, and of the last that ended. */
  _started: number;
  _answered: number;
}

/** After so long without an answer the reader is told what is being waited for. */
const PATIENCE_MS = 800;
const UNTOUCHED = "The model's weights are not touched.";
const WAYS: readonly (readonly [how: How, text: string, title: string])[] = [
  ["silence", "Silence", "Their output is zero."],
  ["mean", "Replace by mean", "Each channel is everywhere its own mean over samples and positions."],
  ["merge", "Merge", "Each channel is replaced by the mean map of all of them."],
];
const DONE: Record<How, string> = { silence: "silenced", mean: "replaced by mean", merge: "merged" };

class Bar {
  readonly root: HTMLElement;
  private readonly lead = element("span", "cnnviz-ablation-lead");
  private readonly buttons: Map<How, HTMLButtonElement>;
  private readonly state = element("span", "cnnviz-ablation-state", { role: "status", "aria-live": "polite" });
  private readonly error = element("div", "cnnviz-ablation-error", { role: "alert" });
  private readonly result = element("div", "cnnviz-ablation-result", { role: "status", "aria-live": "polite" });
  private readonly earlier = element("ol", "cnnviz-ablation-earlier", { "aria-label": "Earlier trials" });
  private readonly clear: HTMLButtonElement;
  private patience: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: AnyModel<State>,
    private readonly selection: Selection,
    signal: AbortSignal,
  ) {
    this.buttons = new Map(
      WAYS.map(([how, text, title]) => [how, button(text, `${title} ${UNTOUCHED}`, () => this.ask(how), signal)]),
    );
    this.clear = button("Clear trials", "Forget what was tried", () => this.forget(), signal);
    const line = element(
      "div",
      "cnnviz-toolbar",
      {},
      element("b", "", { title: `Try it on the live model. ${UNTOUCHED}` }, "Check the hint"),
      this.lead,
      element("span", "cnnviz-group", {}, ...this.buttons.values()),
      this.state,
      this.clear,
    );
    this.root = element("div", "cnnviz cnnviz-ablation-bar", {}, line, this.error, this.result, this.earlier);
    selection.onChange(() => this.show());
    for (const key of ["layer", "enabled", "_asked", "_answered"] as const) {
      model.on(`change:${key}`, () => this.show());
    }
    model.on("change:_started", () => this.showWaiting());
    model.on("change:error", () => this.show());
    model.on("change:trials", () => this.show());
    signal.addEventListener("abort", () => clearTimeout(this.patience));
  }

  show(): void {
    const channels = this.selection.list;
    const layer = this.model.get("layer");
    this.root.hidden = channels.length === 0;
    if (channels.length === 0) return;
    const of = layer ? ` of ${layer}` : "";
    this.lead.textContent = `${counted(channels.length, "channel")}${of} selected — without ${channels.length === 1 ? "it" : "them"}:`;
    const busy = this.waiting();
    for (const [how, text, title] of WAYS) {
      const made = this.buttons.get(how)!;
      const alone = how === "merge" && channels.length < 2;
      made.disabled = busy || alone || !this.model.get("enabled");
      made.title = !this.model.get("enabled")
        ? `${text}: not possible for this layer`
        : `${alone ? "Select two channels or more. " : ""}${title} ${UNTOUCHED}`;
    }
    this.showWaiting();
    const error = this.model.get("error");
    if (this.error.textContent !== error) this.error.textContent = error;
    this.error.hidden = error === "" || busy;
    this.showTrials(channels, layer);
  }

  private waiting(): boolean {
    return this.model.get("_asked")[0] > this.model.get("_answered");
  }

  private showWaiting(): void {
    clearTimeout(this.patience);
    const waiting = this.waiting();
    this.state.classList.toggle("cnnviz-running", waiting);
    this.say(waiting ? "running…" : "");
    if (waiting && this.model.get("_started") < this.model.get("_asked")[0]) {
      const text = "Waiting for the kernel. Where a cell is running, this may come after it.";
      this.patience = setTimeout(() => this.say(text), PATIENCE_MS);
    }
  }

  private say(text: string): void {
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  /** What came of the newest trial of this very selection, in full; the others in a line each. */
  private showTrials(channels: readonly number[], layer: string): void {
    const trials = this.model.get("trials");
    const now = trials.findIndex((trial) => trial.layer === layer && same(trial.channels, channels));
    const trial = trials[now];
    this.result.replaceChildren();
    if (trial) this.result.append(element("b", "", {}, trial.summary), facts(trial));
    this.earlier.replaceChildren(...trials.filter((_, index) => index !== now).map(earlier));
    this.earlier.hidden = this.earlier.childElementCount === 0;
    this.clear.hidden = trials.length === 0;
  }

  private ask(how: How): void {
    const serial = this.model.get("_asked")[0] + 1;
    this.model.set("_asked", [serial, how, [...this.selection.list], this.model.get("layer")]);
    this.model.save_changes();
    this.show();
  }

  private forget(): void {
    this.model.set("trials", []);
    this.model.save_changes();
    this.show();
  }
}

const same = (a: readonly number[], b: readonly number[]): boolean => {
  const known = new Set(a);
  return a.length === b.length && b.every((channel) => known.has(channel));
};

function facts({ details }: Trial): HTMLElement {
  const list = element("div", "cnnviz-ablation-facts");
  for (const [label, value] of details) {
    list.append(element("span", "", {}, element("span", "cnnviz-faint", {}, `${label}: `), value));
  }
  return list;
}

function earlier(trial: Trial): HTMLElement {
  const { how, channels, layer, summary } = trial;
  const title = [layer, `${counted(channels.length, "channel")} ${DONE[how]}`].filter(Boolean).join(": ");
  if (trial.details.length === 0) return element("li", "", { title }, summary);
  const head = element("summary", "", { title }, summary);
  keyboard(head);
  return element("li", "", {}, element("details", "", {}, head, facts(trial)));
}

async function render({ model, el, host, signal }: RenderProps<State>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const bar = new Bar(model, selection, signal);
  el.append(bar.root);
  bar.show();
}

export default { render };
