/** LayerAnswers: questions about a whole layer, and channels to choose from the answers. */
import type { RenderProps } from "@anywidget/types";

import { Sheet } from "./sheet";
import { button, element, mount } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { Fold, sentences } from "../lib/fold/fold";
import { onChange } from "../lib/linking/changes";
import { Connection } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { Selection, combineOf } from "../lib/linking/selection";
import type { ChoiceEntry, LayerAnswerEntry, SheetEntry } from "../lib/wire/payloads";
import type { LayerAnswersState } from "../lib/wire/states";

const OLD = "The weights have changed since.";

/** One question: its heading, which folds it, and the answer. */
class Question {
  private readonly fold: Fold;
  private readonly words = element("div", "");
  private readonly choices = element("div", "cnnviz-layer-choices", { role: "group", "aria-label": "Select channels" });
  private readonly again: HTMLButtonElement;
  private sheet: Sheet | undefined;
  private shown: LayerAnswerEntry | undefined;
  /** Ends the listeners of its choices. */
  private listening = new AbortController();

  constructor(
    title: string,
    hint: string,
    toggle: () => void,
    again: () => void,
    private readonly choose: (channels: readonly number[], event: MouseEvent | KeyboardEvent) => void,
    private readonly isSelected: (channel: number) => boolean,
    private readonly connection: Connection,
    private readonly signal: AbortSignal,
  ) {
    this.fold = new Fold(title, hint, toggle, signal);
    this.again = button("Ask again", "Ask the model as it is now", again, signal);
    this.fold.body.append(this.words, this.choices, this.again);
    signal.addEventListener("abort", () => this.listening.abort());
  }

  get root(): HTMLElement {
    return this.fold.root;
  }

  show(answer: LayerAnswerEntry | undefined, isOpen: boolean): void {
    const { alive } = this.connection;
    this.fold.show(isOpen, alive && (!answer || answer.state === "asked") ? "being asked…" : "");
    this.again.hidden = answer?.state !== "old" && answer?.state !== "failed";
    this.connection.need(this.again);
    if (isOpen) this.showSheet(answer?.sheet ?? null);
    if (!isOpen || (answer === this.shown && answer)) return;
    this.shown = answer;
    this.listening.abort();
    this.listening = new AbortController();
    const words = [...(answer?.words ?? [])];
    if (answer?.state === "old") words.unshift(["doubt", OLD]);
    if (!answer && !alive) words.push(["faint", "Not asked: that needs a kernel."]);
    this.words.replaceChildren(...sentences(words));
    this.choices.replaceChildren(...(answer?.choices ?? []).map((choice) => this.choice(choice)));
  }

  /** Others are selected. */
  refresh(): void {
    this.sheet?.refresh();
  }

  private showSheet(entry: SheetEntry | null): void {
    if (entry && !this.sheet) {
      this.sheet = new Sheet(this.isSelected, (channel, event) => this.choose([channel], event), this.signal);
      this.fold.body.prepend(this.sheet.root);
    }
    this.sheet?.show(entry);
  }

  private choice({ text, title, channels, doubt }: ChoiceEntry): HTMLButtonElement {
    const made = button(text, `${title} Select ${channels.length === 1 ? "it" : "them"}.`, () => undefined, this.listening.signal);
    made.classList.toggle("cnnviz-layer-doubted", doubt);
    made.addEventListener("click", (event) => this.choose(channels, event), { signal: this.listening.signal });
    return made;
  }
}

export default entry(async (props: RenderProps<LayerAnswersState>) => {
  const { model, el, host, signal } = props;
  const selection = await Selection.of(host, model.get("selection"), signal);
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const connection = new Connection(props);
  const toggle = (name: string): void => {
    const unfolded = model.get("unfolded");
    model.set("unfolded", unfolded.includes(name) ? unfolded.filter((each) => each !== name) : [...unfolded, name]);
    model.save_changes();
  };
  const again = (name: string): void => {
    model.set("_again", [model.get("_again")[0] + 1, name]);
    model.save_changes();
  };
  const choose = (channels: readonly number[], event: MouseEvent | KeyboardEvent): void => {
    const [first, count] = model.get("_rows");
    selection.combine(channels.map((channel) => channel - first).filter((row) => row >= 0 && row < count), combineOf(event));
  };
  const isSelected = (channel: number): boolean => selection.has(channel - model.get("_rows")[0]);
  const questions = model.get("_titles").map(([name, title, hint]) => ({
    name,
    question: new Question(title, hint, () => toggle(name), () => again(name), choose, isSelected, connection, signal),
  }));
  const root = element("div", "cnnviz cnnviz-layer-answers", {}, ...questions.map(({ question }) => question.root), connection.line);
  const refresh = eachFrame(() => {
    root.classList.toggle("cnnviz-answers-none", !model.get("_asks"));
    for (const { name, question } of questions) question.show(model.get("_answers")[name], model.get("unfolded").includes(name));
  }, signal);
  onChange(model, ["unfolded", "_answers", "_asks"], refresh);
  connection.onChange(refresh);
  selection.onSelected(() => questions.forEach(({ question }) => question.refresh()));
  mount(el, root, signal);
  refresh();
});
