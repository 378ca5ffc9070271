/** TrainingBar: how far training is, in one piece of the top bar, and pause, resume and stop. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { element, mount, say } from "../lib/dom/elements";
import { icon, iconButton } from "../lib/dom/icons";
import { count, counted, number, percent } from "../lib/format";
import { onCommand } from "../lib/frame/commands";
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
  interrupted: "Interrupted",
};
/** What training did when it was last heard of, where nobody tells any more. */
const LAST: Partial<Record<Training, string>> = {
  training: "Was training",
  paused: "Was paused",
  stopping: "Was stopping",
};
const WORDS: Record<What, { text: string; waiting: string; title: string }> = {
  pause: { text: "Pause", waiting: "Pausing…", title: "Hold training after the present step; it can be resumed (P)" },
  resume: { text: "Resume", waiting: "Resuming…", title: "Go on with training from where it was paused (P)" },
  stop: {
    text: "Stop",
    waiting: "Stopping…",
    title: "End training after the present step, as if it were done: what was learnt is kept",
  },
};
/** Without subshells nothing that the page asks reaches a kernel whose cell is running. */
const LATE =
  "The kernel has not taken this yet: it may do so only after this cell. To end training now, interrupt the kernel.";
/** What is wrong is told in short; all of it is in its title. */
const SHORT = 40;

class TrainingBar {
  readonly root: HTMLElement;
  private readonly state = element("span", "cnnviz-training-state", { role: "status", "aria-live": "polite" });
  private readonly place = element("span", "cnnviz-training-place");
  private readonly logs = element("span", "cnnviz-training-logs");
  private readonly note = element("span", "cnnviz-training-note cnnviz-warning", { role: "status", "aria-live": "polite" });
  /** One button for both, so that it keeps the focus when the one becomes the other. */
  private readonly hold: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private readonly buttons: HTMLElement;
  /** Along the bottom of the bar that this stands in. */
  private readonly progress = element("div", "cnnviz-training-progress", { role: "progressbar", "aria-label": "Training", "aria-valuemin": 0, "aria-valuemax": 100 });
  private readonly text = element("span", "cnnviz-training-text");
  private readonly slowAnswer: SlowAnswer;
  private readonly connection: Connection;

  constructor(
    private readonly model: AnyModel<TrainingBarState>,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.connection.onChange(() => this.show());
    this.hold = iconButton("pause", "Pause", "", () => this.ask(this.holding), signal);
    this.stop = iconButton("stop", "Stop", "", () => this.ask("stop"), signal);
    this.buttons = element("span", "cnnviz-training-buttons", {}, this.hold, this.stop);
    this.slowAnswer = new SlowAnswer(() => this.show(), signal);
    this.text.append(this.state, this.place, this.logs);
    this.root = element(
      "div",
      "cnnviz cnnviz-training-bar",
      { role: "group", "aria-label": "Training" },
      this.text,
      this.note,
      this.buttons,
      this.progress,
      this.connection.line,
    );
    onCommand(this.root, "pause", () => {
      if (!this.isOff(this.hold)) this.ask(this.holding);
    }, signal);
  }

  private isOff(made: HTMLButtonElement): boolean {
    return this.buttons.hidden === true || made.getAttribute("aria-disabled") === "true";
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
    const problem = [this.model.get("error"), this.model.get("note")].filter(Boolean).join(" ");
    // What is over needs no words in the bar, unless something went wrong.
    this.root.hidden = !(running || state === "interrupted" || (state !== "" && problem));
    this.root.dataset.state = state;
    const alive = this.connection.alive;
    // Where an epoch can be told training goes without saying.
    const isPlain = alive && state === "training" && this.model.get("epoch") > 0;
    say(this.state, isPlain ? "" : ((alive ? undefined : LAST[state]) ?? STATES[state]));
    this.showPlace(running);
    this.showLogs();
    this.buttons.hidden = !running;
    const waiting = (["pause", "resume", "stop"] as const).filter((what) => this.waits(what));
    const stopping = state === "stopping" || this.waits("stop");
    this.label(this.hold, this.holding, this.waits(this.holding), stopping);
    this.label(this.stop, "stop", stopping, false);
    this.slowAnswer.wait(running && waiting.length > 0);
    const text = [problem, this.slowAnswer.over ? LATE : ""].filter(Boolean).join(" ");
    say(this.note, text.length > SHORT ? `${text.slice(0, SHORT - 1).trimEnd()}…` : text);
    this.note.title = text;
    this.note.hidden = text === "";
    this.text.title = [this.placeText(running), this.logsText(), this.costText()].filter(Boolean).join("\n");
  }

  private label(made: HTMLButtonElement, what: What, waiting: boolean, disabled: boolean): void {
    const { text, waiting: words, title } = WORDS[what];
    const label = waiting ? words : text;
    if (made.getAttribute("aria-label") !== label || made.title !== title) {
      made.replaceChildren(icon(what === "resume" ? "play" : what));
      made.setAttribute("aria-label", label);
      made.title = title;
    }
    // Not `disabled`, which would take the keyboard's focus away.
    const off = waiting || disabled || !this.connection.alive;
    made.setAttribute("aria-disabled", String(off));
    made.style.pointerEvents = off ? "none" : "";
  }

  private showPlace(running: boolean): void {
    const { epoch, epochs, step, batch, steps } = this.counts;
    const inAll = epochs > 0 ? [element("span", "cnnviz-faint", {}, `/${count(epochs)}`)] : [];
    const words = epoch > 0 ? ["Epoch ", element("b", "", {}, count(epoch)), ...inAll] : ["step ", element("b", "", {}, count(step))];
    this.place.replaceChildren(...words);
    const inEpoch = steps > 0 ? Math.min(1, batch / steps) : 0;
    const done = epochs > 0 && epoch > 0 ? Math.min(1, (epoch - 1 + inEpoch) / epochs) : inEpoch;
    this.progress.hidden = !running || done === 0;
    this.progress.style.width = `${(100 * done).toFixed(1)}%`;
    this.progress.setAttribute("aria-valuenow", String(Math.floor(100 * done)));
  }

  private get counts(): Record<"epoch" | "epochs" | "step" | "batch" | "steps", number> {
    const { model } = this;
    return { epoch: model.get("epoch"), epochs: model.get("epochs"), step: model.get("step"), batch: model.get("batch"), steps: model.get("steps") };
  }

  private placeText(running: boolean): string {
    const { epoch, epochs, step, batch, steps } = this.counts;
    const inEpoch = epoch > 0 ? `epoch ${count(epoch)}${epochs > 0 ? ` of ${count(epochs)}` : ""}` : "";
    const atStep = running && steps > 0 ? `step ${count(batch)} of ${count(steps)}` : "";
    return [inEpoch, atStep, `${counted(step, "training step")} in all`].filter(Boolean).join(" · ");
  }

  /** The loss, or what comes first; all are in the title, and in the timeline. */
  private showLogs(): void {
    const logs = Object.entries(this.model.get("logs"));
    const [name, value] = logs.find(([each]) => each === "loss") ?? logs[0] ?? ["", 0];
    const isBad = !Number.isFinite(Number(value));
    this.logs.replaceChildren(...(name ? [`${name} `, element("b", isBad ? "cnnviz-warning" : "", {}, number(Number(value), 2))] : []));
    this.logs.hidden = name === "";
  }

  private logsText(): string {
    return Object.entries(this.model.get("logs")).map(([name, value]) => `${name} ${number(Number(value))}`).join(", ");
  }

  private costText(): string {
    const [updates, skipped] = [this.model.get("updates"), this.model.get("skipped")];
    const [spent, share] = [this.model.get("spent"), this.model.get("budget")];
    const left = skipped > 0 ? `, ${count(skipped)} skipped` : "";
    // Without a limit updates may take longer than the training itself.
    const of = `${spent > 0.99 ? `${number(100 * spent)} %` : percent(spent)} of the training time`;
    const most = share < 1 ? ` (at most ${number(100 * share)} %, else some are skipped)` : " (five a second at most)";
    return `${counted(updates, "update")} of the views${left}: ${of}${most}; the one at the end is always made.`;
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
