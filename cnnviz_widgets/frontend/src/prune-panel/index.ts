/** PrunePanel: what the model is without the selected channels, and the smaller one to take. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { button, element, mount, say } from "../lib/dom/elements";
import { counted, lastName } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { Selection } from "../lib/linking/selection";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import type { RehearsalEntry } from "../lib/wire/payloads";
import type { PrunePanelState } from "../lib/wire/states";

const UNTOUCHED = "The model itself is not touched.";
const NAMED = 8;

class PrunePanel {
  readonly root: HTMLElement;
  private readonly lead = element("div", "");
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly cancel: HTMLButtonElement;
  private readonly state = element("span", "cnnviz-faint", { role: "status", "aria-live": "polite" });
  private readonly error = element("div", "cnnviz-prune-error", { role: "alert" });
  private readonly result = element("div", "");
  private readonly take: HTMLButtonElement;
  private readonly taken = element("div", "", { role: "status", "aria-live": "polite" });
  private readonly back: HTMLButtonElement;
  private readonly slowAnswer: SlowAnswer;
  private readonly connection: Connection;

  constructor(
    private readonly model: AnyModel<PrunePanelState>,
    private readonly selection: Selection,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.buttons.set("remove", button("Remove", "", () => this.ask("remove"), signal));
    this.buttons.set("merge", button("Merge", "", () => this.ask("merge"), signal));
    this.cancel = button("Cancel", "Give it up", () => this.raise("_cancelled"), signal);
    this.take = button("Take the smaller model", `As a new Keras model, in Python: inspector.pruned. ${UNTOUCHED}`, () => this.raise("_take_asked"), signal);
    this.back = button("Give it back", "inspector.pruned is what it was before", () => this.raise("_back_asked"), signal);
    const ways = element("div", "cnnviz-prune-ways", {}, ...this.buttons.values(), this.cancel, this.state);
    this.root = element(
      "section",
      "cnnviz cnnviz-prune-panel",
      { "aria-label": "Do without channels" },
      element("h4", "cnnviz-prune-title", {}, "Do without channels"),
      this.lead,
      ways,
      this.error,
      this.result,
      element("div", "cnnviz-prune-ways", {}, this.take),
      this.taken,
      element("div", "cnnviz-prune-ways", {}, this.back),
      this.connection.line,
    );
    this.slowAnswer = new SlowAnswer(() => this.show(), signal);
    this.connection.onChange(() => this.show());
    selection.onSelected(() => this.show());
    onChange(model, ["layer", "enabled", "reason", "error", "is_working", "note", "can_go_back", "_asked", "_answered"], () => this.show());
    onChange(model, ["_rehearsal"], () => this.showResult());
  }

  showResult(): void {
    const rehearsal = this.model.get("_rehearsal");
    this.result.replaceChildren(...("rows" in rehearsal ? tableOf(rehearsal) : []));
    this.show();
  }

  private show(): void {
    const { model } = this;
    const chosen = this.selection.list.length;
    say(this.lead, this.leading(chosen));
    this.lead.title = model.get("layer");
    const waiting = this.connection.alive && model.get("_asked")[0] > model.get("_answered");
    const working = this.connection.alive && (waiting || model.get("is_working"));
    this.offer("remove", chosen, 1, "How does the model do without them?");
    this.offer("merge", chosen, 2, "How does it do if the first stands for all of them?");
    for (const each of [...this.buttons.values(), this.take]) each.setAttribute("aria-disabled", String(working));
    this.cancel.hidden = !working;
    this.slowAnswer.wait(waiting && !model.get("is_working"));
    say(this.state, !working ? "" : this.slowAnswer.over ? WAITING : "running…");
    say(this.error, model.get("error"));
    this.error.hidden = model.get("error") === "" || working;
    const rehearsal = model.get("_rehearsal");
    this.take.hidden = !("rows" in rehearsal) || rehearsal.why_not !== "";
    this.connection.need(this.take, "rows" in rehearsal && rehearsal.old);
    const note = model.get("note");
    say(this.taken, note ? `Taken: ${note}. In Python: inspector.pruned` : "");
    this.back.hidden = !model.get("can_go_back");
    this.connection.need(this.back);
  }

  private offer(how: string, chosen: number, least: number, question: string): void {
    const made = this.buttons.get(how)!;
    const { model } = this;
    const few = chosen < least ? `Select ${least === 1 ? "a channel" : "two channels"} or more.` : "";
    const why = model.get("enabled") ? few : model.get("reason");
    this.connection.need(made, why !== "");
    made.title = why || `${question} ${UNTOUCHED}`;
  }

  private leading(chosen: number): string {
    const { model } = this;
    if (!model.get("enabled")) return model.get("reason");
    if (chosen === 0) return "Select channels, here above or in the tiles: loss, accuracy and size without them.";
    return `${counted(chosen, "channel")} of ${lastName(model.get("layer"))} selected.`;
  }

  private ask(how: string): void {
    const { model } = this;
    if (this.buttons.get(how)!.getAttribute("aria-disabled") === "true") return;
    model.set("_asked", [model.get("_asked")[0] + 1, how, [...this.selection.list], model.get("layer")]);
    model.save_changes();
  }

  private raise(name: "_cancelled" | "_take_asked" | "_back_asked"): void {
    if (name === "_take_asked" && this.take.getAttribute("aria-disabled") === "true") return;
    const { model } = this;
    model.set(name, model.get(name) + 1);
    model.save_changes();
  }
}

/** What came of a rehearsal: of which channels, before and after, and why there is no smaller model. */
function tableOf({ layer, channels, how, rows, summary, why_not, old }: RehearsalEntry): HTMLElement[] {
  const names = channels.length > NAMED ? counted(channels.length, "channel") : [...channels].sort((a, b) => a - b).join(", ");
  const cell = (tag: "td" | "th", text: string, scope?: string): HTMLElement => element(tag, "", scope ? { scope } : {}, text);
  const body = rows.map(([noun, before, after]) => element("tr", "", {}, cell("th", noun, "row"), cell("td", before), cell("td", after)));
  const head = element("tr", "cnnviz-faint", {}, cell("td", ""), cell("th", "as it is", "col"), cell("th", how === "merge" ? "merged" : "without", "col"));
  const heading = `${how === "merge" ? "Merged:" : "Without"} ${names}`;
  const made = [
    element("h5", "cnnviz-prune-heading", { title: `${layer}: ${channels.slice(0, 100).join(", ")}` }, heading, element("span", "cnnviz-faint", {}, ` of ${lastName(layer)}`)),
    element("div", "", {}, summary),
    element("table", "cnnviz-prune-table", { "aria-label": heading }, element("thead", "", {}, head), element("tbody", "", {}, ...body)),
  ];
  if (why_not) made.push(element("p", "cnnviz-prune-why", {}, `There is no smaller model: ${why_not}.`));
  if (old) made.push(element("p", "cnnviz-prune-why", {}, "The weights have changed since: rehearse again."));
  return made;
}

export default entry(async (props: RenderProps<PrunePanelState>) => {
  const { model, el, host, signal } = props;
  const selection = await Selection.of(host, model.get("selection"), signal);
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const panel = new PrunePanel(model, selection, { model, el, signal });
  mount(el, panel.root, signal);
  panel.showResult();
});
