/** TrainingBar: how far training is, what the updates cost, and pause, resume and stop. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { button, element, mount, say } from "../lib/dom/elements";
import { count, counted, number, percent } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { SlowAnswer } from "../lib/linking/slow-answer";
import { TRAINING_BAR_TRAITS } from "../lib/wire/constants";
import type { TrainingBarState } from "../lib/wire/states";

type Training = TrainingBarState["state"];

type What = "pause" | "resume" | "stop";

const STATES: Record<Training, string> = {
  "": "",
  training: "Training",
  paused: "Paused",
  stopping: "Stopping",
  ended: "Training ended",
  interrupted: "Training was interrupted",
};
/** What training did when it was last heard of, where nobody tells any more. */
const LAST: Partial<Record<Training, string>> = {
  training: "Was training",
  paused: "Was paused",
  stopping: "Was stopping",
};
const WORDS: Record<What, { text: string; waiting: string; title: string }> = {
  pause: { text: "Pause", waiting: "Pausing…", title: "Hold training after the present step; it can be resumed" },
  resume: { text: "Resume", waiting: "Resuming…", title: "Go on with training from where it was paused" },
  stop: {
    text: "Stop",
    waiting: "Stopping…",
    title: "End training after the present step, as if it were done: what was learnt is kept",
  },
};
/** Without subshells nothing that the page asks reaches a kernel whose cell is running. */
const LATE =
  "The kernel has not taken this yet: it may do so only after this cell. To end training now, interrupt the kernel.";
/** More numbers than these would fill the line; the others are in its title. */
const MOST_LOGS = 4;

class TrainingBar {
  readonly root: HTMLElement;
  private readonly state = element("b", "cnnviz-training-state", { role: "status", "aria-live": "polite" });
  private readonly progress = element("progress", "cnnviz-training-progress", { max: 1 });
  private readonly place = element("span", "cnnviz-training-place");
  private readonly logs = element("span", "cnnviz-training-logs");
  private readonly cost = element("span", "cnnviz-training-cost cnnviz-faint");
  private readonly note = element("div", "cnnviz-training-note cnnviz-warning", { role: "status", "aria-live": "polite" });
  /** One button for both, so that it keeps the focus when the one becomes the other. */
  private readonly hold: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private readonly buttons: HTMLElement;
  private readonly slowAnswer: SlowAnswer;
  private readonly connection: Connection;

  constructor(
    private readonly model: AnyModel<TrainingBarState>,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.connection.onChange(() => this.show());
    this.hold = button("", "", () => this.ask(this.holding), signal);
    this.stop = button("", "", () => this.ask("stop"), signal);
    this.buttons = element("span", "cnnviz-group", {}, this.hold, this.stop);
    this.slowAnswer = new SlowAnswer(() => this.show(), signal);
    this.root = element(
      "div",
      "cnnviz cnnviz-training-bar",
      { role: "group", "aria-label": "Training" },
      element("div", "cnnviz-training-line", {}, this.state, this.progress, this.place, this.logs, this.cost, this.buttons),
      this.note,
      this.connection.line,
    );
  }

  /** What the button that holds training does next. */
  private get holding(): "pause" | "resume" {
    const paused = this.model.get("state") === "paused";
    // What was asked for stays on the button until it has come about.
    if (this.waits("resume")) return "resume";
    if (this.waits("pause")) return "pause";
    return paused ? "resume" : "pause";
  }

  private waits(what: What): boolean {
    return this.connection.alive && this.model.get(`_${what}_asked`) > this.model.get(`_${what}_answered`);
  }

  private ask(what: What): void {
    if (!this.connection.alive) return;
    const key = `_${what}_asked` as const;
    this.model.set(key, this.model.get(key) + 1);
    this.model.save_changes();
    this.show();
  }

  show(): void {
    const state = this.model.get("state");
    const running = state === "training" || state === "paused" || state === "stopping";
    this.root.hidden = state === "";
    this.root.dataset.state = state;
    say(this.state, (this.connection.alive ? undefined : LAST[state]) ?? STATES[state]);
    this.showPlace(running);
    this.showLogs();
    this.showCost();
    this.buttons.hidden = !running;
    const waiting = (["pause", "resume", "stop"] as const).filter((what) => this.waits(what));
    const stopping = state === "stopping" || this.waits("stop");
    this.label(this.hold, this.holding, this.waits(this.holding), stopping);
    this.label(this.stop, "stop", stopping, false);
    this.slowAnswer.wait(running && waiting.length > 0);
    const late = this.slowAnswer.over ? LATE : "";
    say(this.note, [this.model.get("error"), this.model.get("note"), late].filter(Boolean).join(" "));
    this.note.hidden = this.note.textContent === "";
  }

  private label(made: HTMLButtonElement, what: What, waiting: boolean, disabled: boolean): void {
    const { text, waiting: words, title } = WORDS[what];
    say(made, waiting ? words : text);
    made.title = title;
    // Not `disabled`, which would take the keyboard's focus away.
    const off = waiting || disabled || !this.connection.alive;
    made.setAttribute("aria-disabled", String(off));
    made.style.pointerEvents = off ? "none" : "";
  }

  private showPlace(running: boolean): void {
    const step = this.model.get("step");
    const [batch, steps] = [this.model.get("batch"), this.model.get("steps")];
    const [epoch, epochs] = [this.model.get("epoch"), this.model.get("epochs")];
    this.progress.hidden = !running || steps === 0;
    if (steps > 0) {
      this.progress.value = Math.min(1, batch / steps);
      this.progress.setAttribute("aria-label", `step ${count(batch)} of ${count(steps)} in this epoch`);
    }
    const inEpoch = epoch > 0 ? `epoch ${count(epoch)}${epochs > 0 ? ` of ${count(epochs)}` : ""}` : "";
    const atStep = running && steps > 0 ? `step ${count(batch)} of ${count(steps)}` : running ? `step ${count(step)}` : "";
    const made = running ? "" : `after ${counted(step, "step")}`;
    say(this.place, [inEpoch, atStep, made].filter(Boolean).join(" · "));
    this.place.title = `${counted(step, "training step")} in all`;
  }

  private showLogs(): void {
    const all = Object.entries(this.model.get("logs")).map(([name, value]) => ({
      text: `${name} ${number(Number(value))}`,
      bad: !Number.isFinite(Number(value)),
    }));
    const more = all.length - MOST_LOGS;
    this.logs.replaceChildren(
      ...all
        .slice(0, MOST_LOGS)
        .map(({ text, bad }) => element("span", bad ? "cnnviz-warning" : "", {}, text)),
      ...(more > 0 ? [element("span", "cnnviz-faint", {}, `+${more} more`)] : []),
    );
    this.logs.title = all.map(({ text }) => text).join("\n");
    this.logs.hidden = all.length === 0;
  }

  private showCost(): void {
    const [updates, skipped] = [this.model.get("updates"), this.model.get("skipped")];
    const [spent, share] = [this.model.get("spent"), this.model.get("budget")];
    // The sign stays beside its number at the end of a line.
    const budget = `${number(100 * share)}\u00a0%`;
    const left = skipped > 0 ? `, ${count(skipped)} skipped` : "";
    // Without a limit updates may take longer than the training itself.
    const of = `${spent > 0.99 ? `${number(100 * spent)} %` : percent(spent)} of the training time`;
    say(this.cost, `${counted(updates, "update")}${left}: ${of}${share < 1 ? ` (at most ${budget})` : ""}`);
    this.cost.title =
      "An update reads the model for the views below. " +
      (share < 1
        ? `Where updates would take more than ${budget} of the training time on average, some are skipped; `
        : "There are five a second at most, others are skipped; ") +
      "the one at the end is always made.";
  }
}

function render({ model, el, signal }: RenderProps<TrainingBarState>): void {
  const bar = new TrainingBar(model, { model, el, signal });
  mount(el, bar.root, signal);
  // One message of Python changes many of them.
  onChange(model, TRAINING_BAR_TRAITS, () => bar.show());
  bar.show();
}

export default entry(render);
