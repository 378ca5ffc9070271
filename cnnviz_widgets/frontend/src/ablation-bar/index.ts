/** AblationBar: what does the model do without the selected channels? Tried on the live model. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { button, element, keyboard, mount } from "../lib/dom/elements";
import { counted, lastName, withLastName } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { Selection } from "../lib/linking/selection";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import type { TrialEntry } from "../lib/wire/payloads";
import type { AblationBarState } from "../lib/wire/states";

type How = TrialEntry["how"];

const UNTOUCHED = "The model's weights are not touched.";
const WAYS: readonly (readonly [how: How, text: string, title: string])[] = [
  ["silence", "Silence", "Their output is zero."],
  ["mean", "Replace by mean", "Each channel is everywhere its own mean over samples and positions."],
  ["merge", "Merge", "Each channel is replaced by the mean map of all of them."],
];
const CALM = "— select channels (a column, a row or a fork) to try the model without them";
const DONE: Record<How, string> = { silence: "silenced", mean: "replaced by mean", merge: "merged" };

class AblationBar {
  readonly root: HTMLElement;
  private readonly lead = element("span", "cnnviz-ablation-lead");
  private readonly buttons: Map<How, HTMLButtonElement>;
  private readonly state = element("span", "cnnviz-ablation-state", { role: "status", "aria-live": "polite" });
  private readonly error = element("div", "cnnviz-ablation-error", { role: "alert" });
  private readonly result = element("div", "cnnviz-ablation-result", { role: "status", "aria-live": "polite" });
  private readonly earlier = element("ol", "cnnviz-ablation-earlier", { "aria-label": "Earlier trials" });
  private readonly clear: HTMLButtonElement;
  private readonly slowAnswer: SlowAnswer;
  private readonly connection: Connection;

  constructor(
    private readonly model: AnyModel<AblationBarState>,
    private readonly selection: Selection,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.buttons = new Map(
      WAYS.map(([how, text, title]) => [how, button(text, `${title} ${UNTOUCHED}`, () => this.ask(how), signal)]),
    );
    this.clear = button("Clear trials", "Forget what was tried", () => this.forget(), signal);
    const line = element(
      "div",
      "cnnviz-toolbar",
      {},
      element("b", "", { title: `Try it on the live model. ${UNTOUCHED}` }, "Check the hint"),
      element("span", "cnnviz-ablation-words", {}, this.lead, this.state),
      element("span", "cnnviz-group", {}, ...this.buttons.values()),
    );
    const newest = element("div", "cnnviz-ablation-newest", {}, this.result, this.clear);
    this.root = element("div", "cnnviz cnnviz-ablation-bar", {}, line, this.error, newest, this.earlier, this.connection.line);
    this.slowAnswer = new SlowAnswer(() => this.showWaiting(), signal);
    selection.onChange(() => this.show());
    this.connection.onChange(() => this.show());
    onChange(model, ["layer", "enabled", "reason", "_asked", "_answered"], () => this.show());
    onChange(model, ["_started"], () => this.showWaiting());
    onChange(model, ["error"], () => this.show());
    onChange(model, ["trials"], () => this.showTrials());
  }

  /** What `show` changes with the selection keeps its height, or the views below would move. */
  begin(): void {
    this.show();
    this.showTrials();
  }

  private show(): void {
    const chosen = this.selection.list.length;
    const enabled = this.model.get("enabled");
    const lead = this.leading(chosen, enabled);
    this.lead.textContent = lead;
    const layer = this.model.get("layer");
    this.lead.title = enabled && chosen > 0 && layer ? `${lead}\n${layer}` : lead;
    const busy = this.waiting();
    for (const [how, text, title] of WAYS) {
      const made = this.buttons.get(how)!;
      const least = how === "merge" ? 2 : 1;
      const few = chosen < least;
      this.connection.need(made, busy || few || !enabled);
      const more = least === 2 ? "Select two channels or more. " : "Select a channel or more. ";
      made.title = enabled ? `${few ? more : ""}${title} ${UNTOUCHED}` : `${text}: not possible here`;
    }
    this.showWaiting();
    const error = this.model.get("error");
    if (this.error.textContent !== error) this.error.textContent = error;
    this.error.hidden = error === "" || busy;
  }

  private leading(chosen: number, enabled: boolean): string {
    if (!enabled) return this.model.get("reason");
    if (chosen === 0) return CALM;
    const layer = lastName(this.model.get("layer"));
    const of = layer ? ` of ${layer}` : "";
    return `${counted(chosen, "channel")}${of} selected — without ${chosen === 1 ? "it" : "them"}:`;
  }

  private waiting(): boolean {
    return this.connection.alive && this.model.get("_asked")[0] > this.model.get("_answered");
  }

  private showWaiting(): void {
    const waiting = this.waiting();
    this.state.classList.toggle("cnnviz-running", waiting);
    this.lead.hidden = waiting;
    this.slowAnswer.wait(waiting && this.model.get("_started") < this.model.get("_asked")[0]);
    this.say(waiting ? (this.slowAnswer.over ? WAITING : "running…") : "");
  }

  private say(text: string): void {
    if (this.state.textContent !== text) this.state.textContent = this.state.title = text;
  }

  /** What came of the newest trial, in full, whatever is selected since; the others in a line each. */
  private showTrials(): void {
    const [newest, ...others] = this.model.get("trials");
    this.result.replaceChildren();
    this.result.title = newest ? tried(newest) : "";
    if (newest) this.result.append(element("b", "", {}, summary(newest)), facts(newest));
    this.earlier.replaceChildren(...others.map(earlier));
    this.earlier.hidden = others.length === 0;
    this.clear.hidden = !newest;
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
  }
}

/** Where, and what was done to how many. */
const tried = ({ how, channels, layer }: TrialEntry): string =>
  [layer, `${counted(channels.length, "channel")} ${DONE[how]}`].filter(Boolean).join(": ");

const summary = (trial: TrialEntry): string => withLastName(trial.summary, trial.layer);

function facts({ details }: TrialEntry): HTMLElement {
  const list = element("div", "cnnviz-ablation-facts");
  for (const [label, value] of details) {
    list.append(element("span", "", {}, element("span", "cnnviz-faint", {}, `${label}: `), value));
  }
  return list;
}

function earlier(trial: TrialEntry): HTMLElement {
  const title = tried(trial);
  if (trial.details.length === 0) return element("li", "", { title }, summary(trial));
  const head = element("summary", "", { title }, summary(trial));
  keyboard(head);
  return element("li", "", {}, element("details", "", {}, head, facts(trial)));
}

async function render({ model, el, host, signal }: RenderProps<AblationBarState>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const bar = new AblationBar(model, selection, { model, el, signal });
  mount(el, bar.root, signal);
  bar.begin();
}

export default entry(render);
