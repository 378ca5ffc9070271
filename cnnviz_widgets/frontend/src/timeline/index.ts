/** Timeline: a training in one strip, to scrub and to play; marks lead to where something began. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { Comparison } from "./comparison";
import { emptyLine } from "./empty";
import { actions, type Choice, curvesMenu } from "./menu";
import { horizon, Moments, MOVES } from "./moments";
import { firstDead, inputsAt, isOfInputs, markBeside, marksOf, nextOf } from "./onsets";
import { Player } from "./player";
import { Axis, KEY_ZOOM, type Range, within, zoomed } from "./strip/axis";
import { listenToHand } from "./strip/hand";
import { draw, type Drawn, liveFrom } from "./strip/picture";
import { healthOf, healthWord, type Line, linesOf } from "./strip/series";
import { onResize } from "../lib/dom/canvas";
import { button, element, keyboard, mount, say } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { icon, iconButton } from "../lib/dom/icons";
import { count } from "../lib/format";
import { onCommand } from "../lib/frame/commands";
import { OverPanes } from "../lib/frame/over-panes";
import { asFloat64 } from "../lib/linking/buffers";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { publisher, type Publisher } from "../lib/linking/publish";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import { LIVE, MOMENTS_TRAITS, TIMELINE_CURVES_TRAITS } from "../lib/wire/constants";
import type { OnsetEntry } from "../lib/wire/payloads";
import type { TimelineState } from "../lib/wire/states";

const KEYS =
  "Drag the head, or use the arrow keys; Home, End, Page up and down go farther, Ctrl with an arrow to the next mark. " +
  "Space plays. A and B mark two moments to compare. Ctrl and wheel, or Shift and drag, zoom; double click shows all.";
/** So many losses and metrics are drawn unless the reader chooses others. */
const MOST_LINES = 3;
/** Others share the last colour of the style sheet. */
const LAST_HUE = 3;

class Timeline {
  readonly root: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly live: HTMLButtonElement;
  private readonly curves: HTMLButtonElement;
  private readonly more: HTMLButtonElement;
  private readonly curvesWord = element("span", "");
  private readonly step = element("b", "");
  private readonly readout = element("span", "cnnviz-timeline-readout", { role: "status", "aria-live": "polite" }, "step ", this.step);
  private readonly strip = element("div", "cnnviz-timeline-strip", {
    role: "slider",
    "aria-label": "Moment of the training",
    "aria-orientation": "horizontal",
    "aria-description": KEYS,
  });
  private readonly note = element("div", "cnnviz-timeline-note cnnviz-warning", { role: "status", "aria-live": "polite" });
  private readonly body: HTMLElement;
  private readonly empty: HTMLElement;
  private readonly slowAnswer: SlowAnswer;
  private readonly player: Player;
  private readonly comparison: Comparison;
  private readonly publish: Publisher;
  private readonly redraw: () => void;
  private readonly connection: Connection;
  private readonly overPanes: OverPanes;
  private readonly signal: AbortSignal;
  private moments: Moments;
  private lines: Line[] = [];
  /** Losses and metrics that the reader chose, or took away. */
  private readonly chosen = new Map<string, boolean>();
  private drawn: Drawn | undefined;
  /** The part that is in sight; undefined: all. */
  private range: Range | undefined;
  private full: Range = [0, 1];
  private hovered: number | undefined;
  /** At which of a mark's layers the last click on it was. */
  private clicked: OnsetEntry | undefined;

  constructor(
    private readonly model: AnyModel<TimelineState>,
    private readonly selector: AnyModel | undefined,
    props: ViewProps,
  ) {
    const signal = (this.signal = props.signal);
    this.connection = new Connection(props);
    this.moments = Moments.of(model);
    this.comparison = new Comparison(model, this.connection, () => this.here, () => this.show());
    this.publish = publisher(model, signal);
    this.slowAnswer = new SlowAnswer(() => this.show(), signal);
    this.player = new Player(
      () => this.advance(),
      () => model.get("_shown") === model.get("position"),
      () => this.show(),
      signal,
    );
    this.play = iconButton("play", "Play", "", () => this.togglePlay(), signal);
    this.live = button("live", "To the model as it is now (End)", () => this.move(LIVE), signal);
    this.live.classList.add("cnnviz-timeline-live");
    this.curves = button("", "Which number of the layers, and which losses and metrics", () => undefined, signal);
    this.curves.append(this.curvesWord, icon("chevron-down"));
    this.more = button("A B", "Mark two moments and compare them; go to marks; zoom", () => undefined, signal);
    for (const opener of [this.curves, this.more]) opener.classList.add("cnnviz-timeline-opener");
    curvesMenu(
      this.curves,
      () => ({ numbers: model.get("_numbers"), number: model.get("number"), lines: this.lines, isShown: (line) => this.isShown(line) }),
      (number) => {
        model.set("number", number);
        model.save_changes();
      },
      (line, isShown) => {
        this.chosen.set(line, isShown);
        this.redraw();
      },
      signal,
    );
    actions(this.more, () => this.choices(), "Moments", signal);
    keyboard(this.strip);
    const tools = element("div", "cnnviz-timeline-tools", {}, element("div", "", {}, this.play, this.readout), element("div", "", {}, this.curves, this.more));
    this.body = element("div", "cnnviz-timeline-body", {}, tools, element("div", "cnnviz-timeline-plot", {}, this.strip, this.note, this.live));
    this.empty = emptyLine(signal);
    this.root = element("div", "cnnviz cnnviz-timeline", {}, this.empty, this.body, this.connection.line);
    this.redraw = eachFrame(() => this.draw(), signal);
    this.overPanes = new OverPanes(this.root, model, this.connection, () => this.strip.focus({ preventScroll: true }), signal);
    this.listen();
  }

  private listen(): void {
    const { model, signal, strip } = this;
    strip.addEventListener("keydown", (event) => this.onKey(event), { signal });
    const timeline = this;
    listenToHand(strip, {
      get axis() { return timeline.drawn?.axis; },
      get full() { return timeline.full; },
      scrub: (x) => this.scrub(x),
      hover: (step) => this.hover(step),
      zoom: (range) => this.zoom(range),
    }, signal);
    onCommand(this.root, "play", () => this.togglePlay(), signal);
    // Python sends these in one message, of which each is heard.
    onChange(model, [...MOMENTS_TRAITS, ...TIMELINE_CURVES_TRAITS, "number", "mark_a", "mark_b", "has_live"], this.redraw);
    onChange(model, ["position", "note", "training", "comparing", "_compare_asked", "_compare_answered"], () => this.show());
    if (this.selector) onChange(this.selector, ["layer", "_shown"], this.redraw);
    this.connection.onChange(() => {
      if (!this.connection.alive) this.player.stop();
      this.show();
    });
    onChange(model, ["_shown"], () => {
      this.show();
      this.player.look();
    });
  }

  /** Draw the strip anew: other moments, curves, or another width. */
  draw(): void {
    const { model } = this;
    this.moments = Moments.of(model);
    this.lines = linesOf(model);
    const logs = asFloat64(model.get("_log_steps"));
    const some = this.moments.count > 0 || logs.length > 0;
    this.empty.hidden = some;
    this.body.hidden = !some;
    const width = this.strip.clientWidth;
    // A tab that is not shown has no width; its resize draws.
    if (!some || width <= 0) {
      this.drawn = undefined;
      this.strip.replaceChildren();
      this.show();
      return;
    }
    const last = this.last;
    this.full = [this.moments.steps[0] ?? 0, Math.max(last, horizon(this.moments.steps[0] ?? 0, last, model.get("_end")))];
    if (this.range) this.range = within(this.full, this.range);
    const lines = this.lines.filter((line) => this.isShown(line));
    const health = healthOf(model, this.layer);
    say(this.curvesWord, health ? healthWord(health.entry) : "curves");
    this.drawn = draw(
      {
        moments: this.moments,
        onsets: this.marks,
        lines,
        hues: lines.map((line) => Math.min(this.lines.indexOf(line), LAST_HUE)),
        health,
        epochs: asFloat64(model.get("_epochs")),
        last,
        a: model.get("mark_a"),
        b: model.get("mark_b"),
      },
      new Axis(this.range ?? this.full, width),
      (mark, { onsets }) => this.link(mark, onsets),
    );
    this.strip.replaceChildren(this.drawn.root);
    this.show();
  }

  /** The last step of which anything is known. */
  private get last(): number {
    const steps = asFloat64(this.model.get("_log_steps"));
    return Math.max(this.moments.last, steps.reduce((most, step) => Math.max(most, step), 0));
  }

  private get layer(): string {
    const { selector } = this;
    return ((this.connection.alive && selector?.get("layer")) || selector?.get("_shown") || "") as string;
  }

  private isShown(line: Line): boolean {
    return this.chosen.get(line.name) ?? this.lines.indexOf(line) < MOST_LINES;
  }

  /** What a mark does under the pointer. */
  private link(mark: SVGGElement, onsets: OnsetEntry[]): void {
    const { signal } = this;
    mark.addEventListener("pointerdown", (event) => event.stopPropagation(), { signal });
    // Where several layers share a mark, each click leads to the next of them.
    mark.addEventListener("click", () => this.goTo(nextOf(onsets, this.clicked)), { signal });
  }

  /** Say where the reader is, and which buttons lead on. */
  show(): void {
    const { position, model } = this;
    const waiting = position !== model.get("_shown");
    const comparing = this.comparison.isAwaited;
    this.overPanes.lay();
    this.drawn?.point(position, this.hovered);
    this.slowAnswer.wait((waiting || comparing) && this.moments.count > 0);
    const where = this.moments.text(position, model.get("training"), model.get("_moments")) + inputsAt(model.get("_changes"), position);
    say(this.step, `${count(position === LIVE ? this.last : position)}${waiting ? "…" : ""}`);
    this.readout.title = waiting ? `${where} · being read…` : where;
    this.strip.setAttribute("aria-valuemin", String(this.moments.steps[0] ?? 0));
    this.strip.setAttribute("aria-valuemax", String(this.moments.last));
    this.strip.setAttribute("aria-valuenow", String(position === LIVE ? this.moments.last : position));
    this.strip.setAttribute("aria-valuetext", where);
    this.strip.setAttribute("aria-disabled", String(!this.connection.alive));
    const playing = this.player.playing;
    const word = playing ? "Stop playing" : "Play";
    if (this.play.getAttribute("aria-label") !== word) this.play.replaceChildren(icon(playing ? "pause" : "play"));
    this.play.setAttribute("aria-label", word);
    this.play.title = playing ? "Stop playing (Space)" : "Show one moment after the other, from here to the last (Space)";
    this.connection.need(this.play, this.moments.count < 2);
    this.connection.need(this.live);
    this.live.hidden = position === LIVE || !this.hasLive;
    // What was said of the moment before is not true of this one.
    say(this.note, this.slowAnswer.over ? WAITING : waiting || comparing ? "" : model.get("note"));
    this.note.title = this.note.textContent!;
    this.note.hidden = this.note.textContent === "";
  }

  /** Where the reader is; without a kernel what is chosen and not shown will not come. */
  private get position(): number {
    return this.model.get(this.connection.alive ? "position" : "_shown");
  }

  private get hasLive(): boolean {
    return this.model.get("has_live") ?? true;
  }

  private get marks(): OnsetEntry[] {
    return marksOf(this.model.get("_onsets"), this.model.get("_changes"));
  }

  private choices(): Choice[] {
    const { alive } = this.connection;
    const toMark = (text: string, title: string, onset: OnsetEntry | undefined): Choice => ({
      text, title, disabled: !alive || !onset, act: () => this.goTo(onset!),
    });
    return [
      ...this.comparison.choices,
      toMark("Previous mark", "Back to where something began before (Ctrl ←)", this.beside(-1)),
      toMark("Next mark", "On to where something begins next (Ctrl →)", this.beside(1)),
      toMark("First dead channel", "To where the first channel became zero on every sample", firstDead(this.model.get("_onsets"))),
      { text: "Show all steps", title: "Zoom out (double click)", disabled: !this.range, act: () => this.zoom(undefined) },
    ];
  }

  private beside(way: -1 | 1): OnsetEntry | undefined {
    return markBeside(this.marks, this.moments, this.position, way);
  }

  /** To the moment at which something was seen to begin, and to its layer. */
  private goTo(onset: OnsetEntry): void {
    if (!this.connection.alive || this.moments.count === 0) return;
    this.clicked = onset;
    this.player.stop();
    const [times] = this.model.get("_mark") ?? [0];
    // Other inputs are no layer's.
    if (!isOfInputs(onset)) this.model.set("_mark", [times + 1, onset.kind, onset.layer]);
    this.model.set("position", this.moments.of(onset.step));
    this.publish();
    this.show();
  }

  /** The moment that the play head is at. */
  private get here(): number | undefined {
    if (this.moments.count === 0) return undefined;
    return this.position === LIVE ? this.moments.last : this.moments.of(this.position);
  }

  private move(position: number): void {
    this.player.stop();
    // A history without its model ends at its last moment.
    this.set(position === LIVE && !this.hasLive ? this.moments.last : position);
  }

  private set(position: number): void {
    if (!this.connection.alive || position === this.model.get("position")) return;
    this.model.set("position", position);
    this.publish();
    this.show();
  }

  private togglePlay(): void {
    if (!this.connection.alive || this.moments.count < 2) return;
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

  private scrub(x: number): void {
    const { axis } = this.drawn!;
    if (this.moments.count === 0) return;
    const isLive = axis.shows(this.last) && x > liveFrom(axis, this.last);
    this.move(isLive ? LIVE : this.moments.steps[this.moments.nearest(axis.step(x))]!);
  }

  private hover(step: number | undefined): void {
    this.hovered = step;
    this.drawn?.point(this.position, step);
  }

  private zoom(range: Range | undefined): void {
    this.range = range && within(this.full, range);
    this.hovered = undefined;
    this.redraw();
  }

  private onKey(event: KeyboardEvent): void {
    const position = this.model.get("position");
    const by = MOVES[event.key];
    const isControl = event.ctrlKey || event.metaKey;
    const shown = this.range ?? this.full;
    const middle = Math.min(Math.max(position === LIVE ? this.last : position, shown[0]), shown[1]);
    if (by !== undefined && isControl) {
      const onset = this.beside(by < 0 ? -1 : 1);
      if (onset) this.goTo(onset);
    } else if (by !== undefined) this.move(this.moments.moved(position, by));
    else if (isControl || event.altKey) return;
    else if (event.key === " ") this.togglePlay();
    else if (event.key === "a" || event.key === "b") this.comparison.mark(event.key.toUpperCase() as "A" | "B");
    else if (event.key === "+" || event.key === "-") this.zoom(zoomed(this.full, shown, middle, event.key === "+" ? KEY_ZOOM : 1 / KEY_ZOOM));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

async function render({ model, el, host, signal }: RenderProps<TimelineState>): Promise<void> {
  const reference = model.get("selector");
  const selector = reference ? await host.getModel(reference) : undefined;
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const timeline = new Timeline(model, selector, { model, el, signal });
  mount(el, timeline.root, signal);
  timeline.draw();
  onResize(timeline.root, eachFrame(() => timeline.draw(), signal), signal);
}

export default entry(render);
