/** AblationBar: what the model does without some channels, tried on the live model, as a table. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { groupsOf, tableOf } from "./table";
import { button, element, mount, say } from "../lib/dom/elements";
import { counted, lastName } from "../lib/format";
import { frameOf } from "../lib/frame/commands";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { Selection } from "../lib/linking/selection";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import { Trials, WAYS, type How } from "../lib/linking/trials";
import type { AblationBarState } from "../lib/wire/states";

const CALM = "Select channels: by a head, a fork or a group's ribbon. Silence, Mean and Merge try the model without them.";

class AblationBar {
  readonly root: HTMLElement;
  private readonly lead = element("div", "cnnviz-ablation-lead");
  private readonly buttons: Map<How, HTMLButtonElement>;
  private readonly ways: HTMLElement;
  private readonly state = element("div", "cnnviz-ablation-state", { role: "status", "aria-live": "polite" });
  private readonly error = element("div", "cnnviz-ablation-error", { role: "alert" });
  private readonly list = element("div", "cnnviz-ablation-list");
  private readonly clear: HTMLButtonElement;
  private readonly slowAnswer: SlowAnswer;
  private readonly connection: Connection;
  private readonly trials: Trials;

  constructor(
    private readonly model: AnyModel<AblationBarState>,
    private readonly selection: Selection,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.trials = new Trials(model, this.connection);
    this.buttons = new Map(
      WAYS.map(([how, text, title]) => [how, button(text, title, () => this.trials.ask(how, selection.list), signal)]),
    );
    this.ways = element("div", "cnnviz-ablation-ways", {}, ...this.buttons.values());
    this.clear = button("Clear trials", "Forget what was tried", () => this.forget(), signal);
    this.root = element(
      "div",
      "cnnviz cnnviz-ablation-bar",
      {},
      this.lead,
      this.ways,
      this.state,
      this.error,
      this.list,
      this.clear,
      this.connection.line,
    );
    this.slowAnswer = new SlowAnswer(() => this.show(), signal);
    selection.onSelected(() => this.show());
    this.trials.onChange(() => this.show());
    onChange(model, ["error"], () => this.show());
    onChange(model, ["trials"], () => this.showTrials());
  }

  showTrials(): void {
    const trials = this.model.get("trials");
    this.list.replaceChildren(...groupsOf(trials).map(tableOf));
    this.clear.hidden = trials.length === 0;
    this.show();
  }

  private show(): void {
    const chosen = this.selection.list.length;
    // In a frame the bar over the selected channels has the buttons, too (style.css).
    this.root.classList.toggle("cnnviz-has-trials", this.model.get("trials").length > 0);
    say(this.lead, this.leading(chosen));
    this.lead.title = this.model.get("layer");
    for (const [how, made] of this.buttons) this.trials.offer(made, how, chosen);
    const { waiting } = this.trials;
    this.state.classList.toggle("cnnviz-running", waiting);
    this.slowAnswer.wait(waiting && !this.trials.begun);
    say(this.state, waiting ? (this.slowAnswer.over ? WAITING : "running…") : "");
    const error = this.model.get("error");
    say(this.error, error);
    this.error.hidden = error === "" || waiting;
  }

  private leading(chosen: number): string {
    if (!this.model.get("enabled")) return this.model.get("reason");
    if (chosen === 0) return CALM;
    const layer = lastName(this.model.get("layer"));
    return `${counted(chosen, "channel")}${layer ? ` of ${layer}` : ""} selected; without ${chosen === 1 ? "it" : "them"}:`;
  }

  private forget(): void {
    this.model.set("trials", []);
    this.model.save_changes();
    // Its button has gone, and the focus with it.
    frameOf(this.root)?.focus({ preventScroll: true });
  }
}

async function render({ model, el, host, signal }: RenderProps<AblationBarState>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const bar = new AblationBar(model, selection, { model, el, signal });
  mount(el, bar.root, signal);
  bar.showTrials();
}

export default entry(render);
