/** SamplesBar: what the model is shown, how many it gets right; sort the rows, pick some, ask for others. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { Gallery } from "./gallery";
import { SURVEY_TRAITS, SurveyPart, surveyShare } from "./survey";
import { icon } from "../lib/dom/icons";
import { button, choice, element, keyboard, mount, say } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { popover, type Popover } from "../lib/popover/popover";
import { count, counted, wholePercent } from "../lib/format";
import { onCommand } from "../lib/frame/commands";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { publisher, type Publisher } from "../lib/linking/publish";
import { Selection } from "../lib/linking/selection";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import { readHeads, type HeadsModel, type RowSort } from "../lib/samples/heads";
import { HEADS_TRAITS, LIVE } from "../lib/wire/constants";
import type { HeadEntry } from "../lib/wire/payloads";
import type { SamplesBarState } from "../lib/wire/states";

const SORTS: readonly (readonly [sort: RowSort, text: string, title: string])[] = [
  ["given", "as given", "Rows in the order in which they were given"],
  ["wrong", "wrong first", "Rows with wrong answers above all others, the surest first"],
  ["class", "by class", "Rows by their true class"],
  ["unsure", "least sure", "Rows with the least sure answers above all others"],
];
const ASKED: readonly (readonly [what: string, text: string, title: string])[] = [
  ["wrong", "All wrong ones", "Show the model those that it gets wrong, the surest first"],
  ["unsure", "Least sure", "Show the model those of which it is least sure"],
  ["random", "Random", "Show the model some at random"],
];

class SamplesBar {
  readonly root = element("div", "cnnviz cnnviz-samples-bar");
  private readonly label = element("span", "cnnviz-samples-label");
  private readonly score = element("span", "cnnviz-samples-score");
  private readonly opener: HTMLButtonElement;
  private readonly window: Popover;
  private readonly gallery: Gallery;
  private readonly order = element("div", "cnnviz-samples-sorts", { role: "group", "aria-label": "Order of the rows" });
  private readonly sorts: Map<RowSort, HTMLButtonElement>;
  private readonly asks: Map<string, HTMLButtonElement>;
  private readonly classes: { root: HTMLLabelElement; select: HTMLSelectElement };
  private readonly previous: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private readonly given: HTMLButtonElement;
  private readonly picked: HTMLButtonElement;
  private readonly wrong: HTMLButtonElement;
  private readonly facts = element("div", "cnnviz-samples-facts");
  private readonly pool = element("div", "cnnviz-samples-pool");
  private readonly state = element("div", "cnnviz-samples-state", { role: "status", "aria-live": "polite" });
  private readonly error = element("div", "cnnviz-samples-error", { role: "alert" });
  private readonly survey: SurveyPart;
  private readonly slowAnswer: SlowAnswer;
  private readonly connection: Connection;
  private readonly publishSort: Publisher;

  constructor(
    private readonly model: AnyModel<SamplesBarState>,
    private readonly grid: HeadsModel,
    private readonly selection: Selection,
    private readonly surveyed: Selection | null,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.publishSort = publisher(grid as AnyModel, signal);
    this.opener = element("button", "cnnviz-button cnnviz-samples-opener", { type: "button" }, icon("picture"), this.label, this.score);
    keyboard(this.opener);
    this.gallery = new Gallery(selection, signal);
    this.sorts = new Map(SORTS.map(([sort, text, title]) => [sort, button(text, title, () => this.sort(sort), signal)]));
    this.asks = new Map(ASKED.map(([what, text, title]) => [what, button(text, title, () => this.ask(what), signal)]));
    this.classes = choice("Class", "Show the model samples of one class", [], (value) => value && this.ask("class", [Number(value)]), signal);
    this.previous = button("‹", "Those before", () => this.ask("previous"), signal);
    this.next = button("next ›", "Those after", () => this.ask("next"), signal);
    this.previous.setAttribute("aria-label", "Previous");
    this.given = button("As given", "Show the model the inputs as they were given", () => this.ask("given"), signal);
    this.picked = button("", "Show the model these alone", () => this.askPicked(), signal);
    this.wrong = button("", "Select them in every view (X)", () => this.selectWrong(), signal);
    this.survey = new SurveyPart(model, this.connection, signal);
    this.window = popover(this.opener, this.content(), signal, {
      label: "Samples",
      align: "end",
      onOpen: () => this.showSamples(),
    });
    this.slowAnswer = new SlowAnswer(() => this.showWaiting(), signal);
    this.root.append(this.opener);
    const show = () => this.show();
    this.connection.onChange(show);
    onChange(model, ["samples", "judged", "right", "step", "chosen", "pool", "choices", "classes", "has_next", "has_previous", "error", "_asked", "_answered", "_wrong", ...SURVEY_TRAITS], show);
    // While it trains they change again and again: nobody draws what nobody sees.
    const showOpen = eachFrame(() => this.window.isOpen && this.showSamples(), signal);
    onChange(grid, ["sort_rows"], () => this.showSamples());
    onChange(grid, [...HEADS_TRAITS, "sample_labels"], showOpen);
    selection.onSelected(show);
    onCommand(this.root, "samples", () => this.window.toggle(), signal);
    onCommand(this.root, "wrong", () => this.selectWrong(), signal);
    onCommand(this.root, "these", () => this.askPicked(), signal);
    onCommand(this.root, "surveyed", () => this.askSurveyed(), signal);
  }

  begin(): void {
    this.show();
  }

  private content(): HTMLElement {
    this.order.append(...this.sorts.values());
    const pages = element("span", "cnnviz-group", {}, this.previous, this.next);
    const line = element("div", "cnnviz-samples-line", {}, this.facts, this.wrong, this.picked, pages);
    const asks = element("div", "cnnviz-samples-asks", {}, ...this.asks.values(), this.classes.root, this.given);
    return element("div", "cnnviz-samples", {}, this.order, this.gallery.root, line, this.pool, asks, this.survey.root, this.state, this.error, this.connection.line);
  }

  // What it says ------------------------------------------------------------------------------

  private showSamples(): void {
    const heads = readHeads(this.grid);
    this.gallery.show(heads, this.grid.get("sort_rows"), this.grid.get("sample_labels") ?? []);
    const known: Record<RowSort, (head: HeadEntry) => boolean> = {
      given: () => true,
      wrong: (head) => head.right !== null,
      class: (head) => head.true_class >= 0,
      unsure: (head) => head.confidence !== null,
    };
    for (const [sort, made] of this.sorts) {
      made.hidden = !heads.entries.some(known[sort]);
      made.setAttribute("aria-pressed", String(sort === this.grid.get("sort_rows")));
    }
    // One order is no choice.
    this.order.hidden = [...this.sorts.values()].filter((made) => !made.hidden).length < 2;
    this.show();
  }

  private show(): void {
    const [samples, judged, right] = [this.model.get("samples"), this.model.get("judged"), this.model.get("right")];
    say(this.label, counted(samples, "input"));
    const chosen = this.model.get("chosen");
    // A share of some is none of all, and of wrong ones it is no news, unless the model has changed.
    const step = this.model.get("step") ?? LIVE;
    const when = step === LIVE ? "" : ` at step ${count(step)}`;
    const score = (judged < samples ? `${right} of ${judged} right` : `${wholePercent(judged > 0 ? right / judged : 0)} right`) + when;
    const surveying = this.model.get("surveying") && `survey ${surveyShare(this.model)}`;
    const about = surveying ? surveying : chosen && step === LIVE ? chosen.split(",")[0]! : judged > 0 ? score : "";
    say(this.score, about && ` · ${about}`);
    this.opener.title = `${chosen ? `Inputs: ${chosen}` : "The inputs as given"}. Samples: choose, sort, wrong first (I)`;
    const facts = [judged > 0 ? `${count(right)} of ${count(judged)} right${when}` : counted(samples, "input"), chosen];
    say(this.facts, facts.filter(Boolean).join(" · "));
    this.facts.title = this.facts.textContent ?? "";
    const pool = this.model.get("pool");
    say(this.pool, pool ? `From the pool (${pool})` : "From these");
    this.survey.show();
    this.showAsks();
    this.showWaiting();
  }

  private showAsks(): void {
    const choices = this.model.get("choices");
    const waiting = this.waiting();
    const need = (control: HTMLButtonElement | HTMLSelectElement, offered: boolean): void => {
      control.hidden = !offered;
      this.connection.need(control, waiting);
    };
    for (const [what, made] of this.asks) need(made, choices.includes(what));
    need(this.given, this.model.get("chosen") !== "");
    const isPaged = this.model.get("has_next") || this.model.get("has_previous");
    for (const [control, trait] of [[this.previous, "has_previous"], [this.next, "has_next"]] as const) {
      need(control, isPaged);
      if (!this.model.get(trait)) control.disabled = true;
    }
    const picked = this.selection.list.length;
    say(this.picked, picked === 1 ? "Show this alone" : `Show these ${count(picked)}`);
    need(this.picked, picked > 0 && choices.includes("these"));
    this.showWrong();
    this.showClasses(choices.includes("class"), waiting);
    this.pool.hidden = ![...this.asks.values(), this.classes.root].some((control) => !control.hidden);
  }

  /** What selects the wrong ones needs no kernel: they are known already, or there are none. */
  private showWrong(): void {
    const wrong = this.wrongOnes.length;
    this.wrong.hidden = this.model.get("judged") === 0;
    this.wrong.disabled = wrong === 0;
    say(this.wrong, wrong === 0 ? "None is wrong" : `Select ${wrong === 1 ? "the wrong one" : `the ${count(wrong)} wrong ones`}`);
  }

  private showClasses(offered: boolean, waiting: boolean): void {
    const { root, select } = this.classes;
    const names = this.model.get("classes");
    root.hidden = !offered;
    this.connection.need(select, waiting);
    if (select.options.length !== names.length + 1 || names.some((name, at) => select.options[at + 1]!.text !== name)) {
      select.replaceChildren(element("option", "", { value: "" }, "choose"), ...names.map((name, at) => element("option", "", { value: at }, name)));
    }
    if (!waiting && !this.model.get("chosen").startsWith("class ")) select.value = "";
  }

  private waiting(): boolean {
    return this.connection.alive && this.model.get("_asked")[0] > this.model.get("_answered");
  }

  private showWaiting(): void {
    const waiting = this.waiting();
    this.slowAnswer.wait(waiting);
    say(this.state, waiting ? (this.slowAnswer.over ? WAITING : "reading…") : "");
    say(this.error, waiting ? "" : this.model.get("error"));
    this.state.hidden = !waiting;
    this.error.hidden = !this.error.textContent;
    this.opener.classList.toggle("cnnviz-running", waiting);
  }

  // What the user does ------------------------------------------------------------------------

  private sort(sort: RowSort): void {
    this.grid.set("sort_rows", sort);
    this.publishSort();
  }

  private get wrongOnes(): readonly number[] {
    // Widget state that was saved before there were any has none.
    return this.model.get("_wrong") ?? [];
  }

  private selectWrong(): boolean {
    if (this.wrongOnes.length === 0) return false;
    this.selection.replace(this.wrongOnes);
    return true;
  }

  /** Show the model the selected samples; false where that cannot be asked for. */
  private askPicked(): boolean {
    const picked = [...this.selection.list].sort((a, b) => a - b);
    if (picked.length === 0 || this.waiting() || !this.connection.alive) return false;
    this.ask("these", picked);
    return true;
  }

  /** Show the model those selected that were surveyed: they are rows then, and no longer selected here. */
  private askSurveyed(): boolean {
    const numbers = this.surveyed?.list ?? [];
    if (numbers.length === 0 || this.waiting() || !this.connection.alive) return false;
    this.ask("surveyed", [...numbers].sort((a, b) => a - b));
    this.surveyed!.clear();
    return true;
  }

  private ask(what: string, numbers: readonly number[] = []): void {
    const serial = this.model.get("_asked")[0] + 1;
    this.model.set("_asked", [serial, what, [...numbers]]);
    this.model.save_changes();
    this.show();
  }
}

export default entry(async (props: RenderProps<SamplesBarState>) => {
  const { model, el, host, signal } = props;
  const grid = await host.getModel<never>(model.get("grid"));
  const reference = (grid as AnyModel<{ sample_selection: string }>).get("sample_selection");
  const selection = await Selection.of(host, reference, signal);
  const surveyed = await Selection.from(host, model.get("_surveyed"), signal);
  if (signal.aborted) return;
  const bar = new SamplesBar(model, grid as unknown as HeadsModel, selection, surveyed, props);
  mount(el, bar.root, signal);
  bar.begin();
});
