/** ChannelAnswers: questions about one channel, each under a heading; what is unfolded is asked. */
import type { RenderProps } from "@anywidget/types";

import { pictureElement } from "./picture";
import { element, mount, say } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { Fold, sentences } from "../lib/fold/fold";
import { onChange } from "../lib/linking/changes";
import { Connection } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { Selection } from "../lib/linking/selection";
import type { AnswerEntry, PictureEntry, StripEntry } from "../lib/wire/payloads";
import type { ChannelAnswersState } from "../lib/wire/states";

/** CSS pixels of a picture's longer side, where there are few or more. */
const [LARGE, SMALL] = [84, 42];
const FEW = 4;

/** One question: its heading, which folds it, and the answer. */
class Question {
  private readonly fold: Fold;
  /** What the body shows. */
  private shown: AnswerEntry | undefined;
  /** Ends the listeners of its pictures. */
  private listening = new AbortController();

  constructor(
    title: string,
    hint: string,
    toggle: () => void,
    private readonly choose: (picture: PictureEntry) => void,
    signal: AbortSignal,
  ) {
    this.fold = new Fold(title, hint, toggle, signal);
    signal.addEventListener("abort", () => this.listening.abort());
  }

  get root(): HTMLElement {
    return this.fold.root;
  }

  show(answer: AnswerEntry | undefined, isOpen: boolean, channel: number, alive: boolean): void {
    const isOf = answer?.channel === channel;
    const asked = alive && (!isOf || answer?.state === "asked");
    // Without a kernel the numbers above may be of another channel by now.
    this.fold.show(isOpen, asked ? "being asked…" : !alive && isOf ? `of channel ${channel}` : "");
    if (!isOpen) return;
    // An answer to the question before stays until there is another, but faintly.
    this.fold.body.classList.toggle("cnnviz-answer-old", answer !== undefined && !isOf);
    if (!alive && !isOf) {
      this.fill(undefined, `Not asked about channel ${channel}: that needs a kernel.`);
      return;
    }
    if (answer !== this.shown) this.fill(answer, "");
  }

  private fill(answer: AnswerEntry | undefined, text: string): void {
    this.shown = answer;
    this.listening.abort();
    this.listening = new AbortController();
    const words = sentences(answer?.words ?? []);
    if (text) words.push(element("p", "cnnviz-answer-words cnnviz-faint", {}, text));
    const strips = (answer?.strips ?? []).map((strip) => this.strip(strip));
    this.fold.body.replaceChildren(element("div", "cnnviz-answer-strips", {}, ...strips), ...words);
  }

  private strip({ title, across, pictures }: StripEntry): HTMLElement {
    const made = pictures.map((picture) => pictureElement(picture, pictures.length < FEW ? LARGE : SMALL, this.choose, this.listening.signal));
    const grid = element("div", "cnnviz-answer-pictures", { style: `--across:${Math.max(1, Math.min(across, pictures.length))}` }, ...made);
    return element("div", "cnnviz-answer-strip", { role: "group", "aria-label": title }, element("div", "cnnviz-answer-strip-title cnnviz-faint", {}, title), grid);
  }
}

export default entry(async (props: RenderProps<ChannelAnswersState>) => {
  const { model, el, host, signal } = props;
  const [shown, surveyed] = await Promise.all(
    (["sample_selection", "surveyed_selection"] as const).map((key) => Selection.of(host, model.get(key), signal)),
  );
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const connection = new Connection(props);
  const note = element("p", "cnnviz-answer-words cnnviz-faint");
  const toggle = (name: string): void => {
    const unfolded = model.get("unfolded");
    model.set("unfolded", unfolded.includes(name) ? unfolded.filter((each) => each !== name) : [...unfolded, name]);
    model.save_changes();
  };
  const questions = model.get("_titles").map(([name, title, hint]) => ({
    name,
    question: new Question(title, hint, () => toggle(name), (picture) => (picture.surveyed ? surveyed! : shown!).replace([picture.sample]), signal),
  }));
  const root = element("div", "cnnviz cnnviz-channel-answers", {}, note, ...questions.map(({ question }) => question.root), connection.line);
  const refresh = eachFrame(() => {
    const channel = model.get("channel");
    root.classList.toggle("cnnviz-answers-none", channel < 0 || !model.get("_asks"));
    say(note, model.get("note"));
    note.hidden = model.get("note") === "";
    for (const { name, question } of questions) {
      question.root.hidden = model.get("_left_out").includes(name);
      question.show(model.get("_answers")[name], model.get("unfolded").includes(name), channel, connection.alive);
    }
  }, signal);
  onChange(model, ["channel", "unfolded", "note", "_left_out", "_answers", "_asks"], refresh);
  connection.onChange(refresh);
  mount(el, root, signal);
  refresh();
});
