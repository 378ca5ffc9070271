/** Timeline: the moments of a training, to scrub and to play; marks lead to where something began. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { onsetsText } from "./marks";
import { Moments } from "./moments";
import { draw, type Drawn } from "./picture";
import { Player } from "./player";
import { onResize } from "../lib/dom/canvas";
import { button, element, keyboard, mount, say } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { count, counted } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { publisher, type Publisher } from "../lib/linking/publish";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import { RIGHT } from "../lib/plots/step-axis";
import { LIVE, MOMENTS_TRAITS } from "../lib/wire/constants";
import type { OnsetEntry } from "../lib/wire/payloads";
import type { TimelineState } from "../lib/wire/states";

const KEYS = "Drag, or use the arrow keys; Home and End, Page up and down go farther, Space plays.";

class Timeline {
  readonly root: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly live: HTMLButtonElement;
  private readonly before: HTMLButtonElement;
  private readonly after: HTMLButtonElement;
  private readonly dead: HTMLButtonElement;
  private readonly readout = element("span", "cnnviz-timeline-readout", { role: "status", "aria-live": "polite" });
  private readonly strip = element("div", "cnnviz-timeline-strip", {
    role: "slider",
    "aria-label": "Moment of the training",
    "aria-orientation": "horizontal",
    title: KEYS,
  });
  /** What began where the reader is, or under the pointer. */
  private readonly onsetsLine = element("span", "cnnviz-timeline-told");
  private pointed: readonly OnsetEntry[] | undefined;
  private readonly legend = element("div", "cnnviz-timeline-legend");
  private readonly note = element("span", "cnnviz-warning", { role: "status", "aria-live": "polite" });
  private readonly body: HTMLElement;
  private readonly hint = element("div", "cnnviz-note", {}, "No moments yet: they are kept while training is followed.");
  private readonly slowAnswer: SlowAnswer;
  private readonly player: Player;
  private readonly publish: Publisher;
  private readonly redraw: () => void;
  private moments: Moments;
  private drawn: Drawn | undefined;
  private dragging = false;
  private readonly connection: Connection;
  private readonly signal: AbortSignal;

  constructor(
    private readonly model: AnyModel<TimelineState>,
    props: ViewProps,
  ) {
    const signal = (this.signal = props.signal);
    this.connection = new Connection(props);
    this.moments = Moments.of(model);
    this.publish = publisher(model, signal);
    this.slowAnswer = new SlowAnswer(() => this.show(), signal);
    this.player = new Player(
      () => this.advance(),
      () => model.get("_shown") === model.get("position"),
      () => this.show(),
      signal,
    );
    this.play = button("", "", () => this.togglePlay(), signal);
    this.before = button("◂ Mark", "Back to where something began before", () => this.toMark(-1), signal);
    this.after = button("Mark ▸", "On to where something begins next", () => this.toMark(1), signal);
    this.before.setAttribute("aria-label", "Previous mark");
    this.after.setAttribute("aria-label", "Next mark");
    this.dead = button("First dead channel", "", () => this.goTo(this.firstDead!), signal);
    this.live = button("Live", "The model as it is now", () => this.move(LIVE), signal);
    const tools = element(
      "div",
      "cnnviz-timeline-tools",
      {},
      element("span", "cnnviz-group", {}, this.play, this.live),
      element("span", "cnnviz-group", {}, this.before, this.after, this.dead),
      this.readout,
    );
    keyboard(this.strip);
    this.body = element(
      "div",
      "",
      {},
      tools,
      this.strip,
      element("div", "cnnviz-timeline-foot", {}, this.note, this.onsetsLine, this.legend),
    );
    this.root = element("div", "cnnviz cnnviz-timeline", {}, this.hint, this.body, this.connection.line);
    this.strip.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.strip.addEventListener("pointerdown", (event) => this.onDown(event), { signal });
    this.strip.addEventListener("pointermove", (event) => this.dragging && this.scrub(event), { signal });
    for (const end of ["pointerup", "pointercancel"] as const) {
      this.strip.addEventListener(end, () => (this.dragging = false), { signal });
    }
    this.redraw = eachFrame(() => this.draw(), signal);
    // Python sends these in one message, of which each is heard.
    onChange(model, MOMENTS_TRAITS, this.redraw);
    onChange(model, ["position", "note", "training"], () => this.show());
    this.connection.onChange(() => {
      if (!this.connection.alive) this.player.stop();
      this.show();
    });
    onChange(model, ["_shown"], () => {
      this.show();
      this.player.look();
    });
  }

  /** Draw the strip anew: other moments, or another width. */
  draw(): void {
    this.moments = Moments.of(this.model);
    const some = this.moments.count > 0;
    this.hint.hidden = some;
    this.body.hidden = !some;
    this.showLegend();
    const width = this.root.clientWidth;
    // A tab that is not shown has no width; its resize draws.
    this.drawn =
      some && width > 0
        ? draw(this.moments, this.model.get("_onsets"), width, (mark, { onsets }) => this.link(mark, onsets))
        : undefined;
    // The mark under the pointer is another one now.
    this.pointed = undefined;
    this.strip.replaceChildren(...(this.drawn ? [this.drawn.root] : []));
    this.show();
  }

  /** What a mark does under the pointer. */
  private link(mark: SVGGElement, onsets: OnsetEntry[]): void {
    const { signal } = this;
    mark.addEventListener("pointerenter", () => this.point(onsets), { signal });
    mark.addEventListener("pointerleave", () => this.point(undefined), { signal });
    mark.addEventListener("pointerdown", (event) => event.stopPropagation(), { signal });
    mark.addEventListener("click", () => this.goTo(onsets[0]!), { signal });
  }

  /** Say where the reader is, and which buttons lead on. */
  show(): void {
    const { position } = this;
    const waiting = position !== this.model.get("_shown");
    this.drawn?.point(position);
    this.slowAnswer.wait(waiting && this.moments.count > 0);
    const where = this.where(position);
    say(this.readout, waiting ? `${where} · being read…` : where);
    this.strip.setAttribute("aria-valuemin", String(this.moments.steps[0] ?? 0));
    this.strip.setAttribute("aria-valuemax", String(this.moments.count > 0 ? this.moments.last : 0));
    this.strip.setAttribute("aria-valuenow", String(position === LIVE ? this.moments.last : position));
    this.strip.setAttribute("aria-valuetext", where);
    this.strip.setAttribute("aria-disabled", String(!this.connection.alive));
    say(this.play, this.player.playing ? "❚❚ Pause" : "▶ Play");
    this.play.title = this.player.playing ? "Stop playing" : "Show one moment after the other, from here to the last";
    this.play.setAttribute("aria-pressed", String(this.player.playing));
    this.connection.need(this.play, this.moments.count < 2);
    this.connection.need(this.live, position === LIVE);
    this.live.title = this.model.get("training") ? "The model as it is now; follow its training" : "The model as it is now";
    const onsets = this.model.get("_onsets");
    this.connection.need(this.before, !onsets.some(({ step }) => this.isBefore(step)));
    this.connection.need(this.after, !onsets.some(({ step }) => this.isAfter(step)));
    this.connection.need(this.dead, this.firstDead === undefined);
    this.dead.title = this.firstDead === undefined
      ? "No channel was found that is zero on every sample"
      : "To the step at which the first channel became zero on every sample, and to its layer";
    this.showOnsets();
    // What was said of the moment before is not true of this one.
    say(this.note, this.slowAnswer.over ? WAITING : waiting ? "" : this.model.get("note"));
    this.note.hidden = this.note.textContent === "";
  }

  /** Where the reader is; without a kernel what is chosen and not shown will not come. */
  private get position(): number {
    return this.model.get(this.connection.alive ? "position" : "_shown");
  }

  private where(position: number): string {
    if (position === LIVE) return this.model.get("training") ? "live: following training" : "live: the model as it is now";
    const index = this.moments.at(position);
    const every = this.moments.count === this.model.get("_moments");
    const moment = index >= 0 && every ? ` · moment ${count(index + 1)} of ${count(this.moments.count)}` : "";
    const bare = index >= 0 && !this.moments.recorded[index] ? " · only numbers kept" : "";
    return `step ${count(position)}${moment}${bare}`;
  }

  private showLegend(): void {
    const onsets = this.model.get("_onsets");
    const [ticks, moments] = [this.moments.count, this.model.get("_moments")];
    const all = this.moments.recorded.every((recorded) => recorded === 1);
    const notes = [
      ticks < moments ? `${count(ticks)} of ${count(moments)} moments have a tick` : "",
      all ? "" : "short tick: only numbers kept",
      onsets.length < this.model.get("_marks") ? `${count(onsets.length)} of ${counted(this.model.get("_marks"), "mark")} shown` : "",
    ];
    this.legend.replaceChildren(...notes.filter(Boolean).map((text) => element("span", "", {}, text)));
  }

  private point(onsets: readonly OnsetEntry[] | undefined): void {
    this.pointed = onsets;
    this.showOnsets();
  }

  private showOnsets(): void {
    const onsets = this.pointed ?? this.here;
    say(this.onsetsLine, onsetsText(onsets));
    this.onsetsLine.title = onsets.map(({ layer, text }) => `${layer}: ${text}`).join("\n");
  }

  /** What began at the moment that is chosen. */
  private get here(): OnsetEntry[] {
    const { position } = this;
    return this.model.get("_onsets").filter(({ step }) => this.momentOf(step) === position);
  }

  private get firstDead(): OnsetEntry | undefined {
    const dead = this.model.get("_onsets").filter(({ kind }) => kind === "dead");
    // What training brought about, before what was there from its start.
    return (dead.find(({ from_start: fromStart }) => !fromStart) ?? dead[0]);
  }

  /** The moment at which what began at a step was seen. */
  private momentOf(step: number): number {
    return this.moments.steps[this.moments.nearest(step)]!;
  }

  private isBefore(step: number): boolean {
    const { position } = this;
    return this.moments.count > 0 && (position === LIVE || this.momentOf(step) < position);
  }

  private isAfter(step: number): boolean {
    const { position } = this;
    return this.moments.count > 0 && position !== LIVE && this.momentOf(step) > position;
  }

  private toMark(way: -1 | 1): void {
    const onsets = this.model.get("_onsets");
    const next =
      way > 0
        ? onsets.find(({ step }) => this.isAfter(step))
        : [...onsets].reverse().find(({ step }) => this.isBefore(step));
    if (next) this.goTo(next);
  }

  /** To the moment at which something was seen to begin, and to its layer. */
  private goTo({ kind, layer, step }: OnsetEntry): void {
    if (!this.connection.alive) return;
    this.player.stop();
    const [times] = this.model.get("_mark") ?? [0];
    this.model.set("_mark", [times + 1, kind, layer]);
    this.model.set("position", this.momentOf(step));
    this.publish();
    this.show();
  }

  private move(position: number): void {
    this.player.stop();
    this.set(position);
  }

  private set(position: number): void {
    if (!this.connection.alive || position === this.model.get("position")) return;
    this.model.set("position", position);
    this.publish();
    this.show();
  }

  private togglePlay(): void {
    if (!this.connection.alive) return;
    if (this.player.playing) {
      this.player.stop();
      return;
    }
    // From the end a film begins anew.
    const position = this.model.get("position");
    if (position === LIVE || this.moments.next(position) === undefined) this.set(this.moments.next(-1)!);
    this.player.start();
  }

  private advance(): boolean {
    const next = this.moments.next(this.model.get("position"));
    if (next === undefined || this.model.get("position") === LIVE) return false;
    this.set(next);
    return true;
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.strip.setPointerCapture(event.pointerId);
    this.dragging = true;
    this.scrub(event);
  }

  private scrub(event: PointerEvent): void {
    if (!this.drawn) return;
    const x = event.clientX - this.strip.getBoundingClientRect().left;
    const { axis } = this.drawn;
    const isLive = x > axis.width - RIGHT + 10;
    this.move(isLive ? LIVE : this.moments.steps[this.moments.nearest(axis.step(x))]!);
  }

  private onKey(event: KeyboardEvent): void {
    const position = this.model.get("position");
    const moves: Record<string, number> = {
      ArrowLeft: -1,
      ArrowDown: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      PageDown: -10,
      PageUp: 10,
      Home: -Infinity,
      End: Infinity,
    };
    const by = moves[event.key];
    if (by !== undefined) this.move(this.moments.moved(position, by));
    else if (event.key === " ") this.togglePlay();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function render({ model, el, signal }: RenderProps<TimelineState>): void {
  const timeline = new Timeline(model, { model, el, signal });
  mount(el, timeline.root, signal);
  timeline.draw();
  onResize(timeline.root, eachFrame(() => timeline.draw(), signal), signal);
}

export default entry(render);
