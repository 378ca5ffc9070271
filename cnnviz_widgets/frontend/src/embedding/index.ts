/** Embedding: a layer's samples, or its channels, as a cloud of points. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { onResize } from "../lib/dom/canvas";
import { button, element, keyboard, mount, say, showNotes } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { onThemeChange } from "../lib/dom/theme";
import { wheelOf } from "../lib/dom/wheel";
import { count, percent } from "../lib/format";
import { command, frameOf } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { combineOf, Selection, type Combine } from "../lib/linking/selection";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import { HEADS_TRAITS, POINTS_TRAITS } from "../lib/wire/constants";
import type { ColumnAxisState, EmbeddingState } from "../lib/wire/states";
import { Card } from "./card";
import { Enlarged } from "./enlarged";
import { Lasso } from "./lasso";
import { Legend } from "./legend";
import { Moving, readPoints, type Points } from "./points";
import { SamplePoints, type PointSelection } from "./sample-points";
import { Scatter, type Place } from "./scatter";

const METHODS = [
  ["pca", "PCA", "Principal components: the plane in which the points differ most"],
  ["tsne", "t-SNE", "Near points stay near; what is far apart may lie anywhere"],
] as const;
const SUBJECTS = [
  ["samples", "samples", "A point a sample, where the layer's outputs put it"],
  ["channels", "channels", "A point a channel, near those that answer to the same samples"],
] as const;
const HELP =
  "Drag around points: select them; click: one; Shift: more, Ctrl: add or take away; arrow keys: walk; " +
  "Enter or Space: select; Ctrl + wheel, + and −: zoom; 0: all; Escape: clear";
const STEPS: Record<string, readonly [number, number]> = {
  ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1],
};

class Embedding {
  readonly root = element("div", "cnnviz cnnviz-embedding");
  private readonly stage = element("div", "cnnviz-embedding-stage");
  private readonly empty = element("div", "cnnviz-embedding-empty");
  private readonly summary = element("div", "cnnviz-embedding-summary");
  private readonly notes = element("div", "cnnviz-note");
  private readonly state = element("span", "", { role: "status", "aria-live": "polite" });
  private readonly bar = element("progress", "cnnviz-embedding-bar", { max: 1, "aria-label": "t-SNE" });
  private readonly cancel: HTMLButtonElement;
  private readonly working = element("div", "cnnviz-embedding-working");
  private readonly error = element("div", "cnnviz-warning", { role: "alert" });
  private readonly methods: Map<string, HTMLButtonElement>;
  private readonly subjects: Map<string, HTMLButtonElement>;
  private readonly whole: HTMLButtonElement;
  private readonly alone: HTMLButtonElement;
  private readonly scatter = new Scatter(this.root);
  private readonly legend: Legend;
  private readonly card: Card;
  private readonly lasso: Lasso;
  private readonly enlarged: Enlarged;
  private readonly moving = new Moving();
  private readonly connection: Connection;
  private readonly slowAnswer: SlowAnswer;
  private readonly draw: () => void;
  private readonly drawOverlay: () => void;
  private points: Points;
  /** The class that is pointed at in the list. */
  private only: number | undefined;

  constructor(
    private readonly model: AnyModel<EmbeddingState>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly channels: Selection,
    private readonly samples: SamplePoints,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.slowAnswer = new SlowAnswer(() => this.showState(), signal);
    this.draw = eachFrame(() => this.paint(), signal);
    this.drawOverlay = eachFrame(() => this.paintOverlay(), signal);
    const made = (choices: typeof METHODS | typeof SUBJECTS, trait: "method" | "subject") =>
      new Map(choices.map(([value, text, title]) => [value as string, button(text, title, () => this.choose(trait, value), signal)]));
    this.methods = made(METHODS, "method");
    this.subjects = made(SUBJECTS, "subject");
    this.cancel = button("Cancel", "End t-SNE, and show principal components", () => this.end(), signal);
    this.whole = button("Show all", "Show all points (0)", () => this.reset(), signal);
    this.alone = button("", "", () => void command(this.root, "surveyed"), signal);
    this.working.append(this.bar, this.state, this.cancel);
    this.card = new Card(model as unknown as AnyModel<{ _noun: string }>);
    this.legend = new Legend(this.scatter, {
      select: (numbers, how) => this.selection.combine(numbers, how),
      point: (number) => {
        this.only = number;
        this.draw();
      },
    }, signal);
    const { canvas } = this.scatter.overlay;
    this.lasso = new Lasso(canvas, {
      moved: () => this.drawOverlay(),
      around: (outline, event) => this.select(this.scatter.within(this.moving.positions, outline), combineOf(event)),
      at: (place, event) => this.onClick(place, event),
      over: (place) => this.hover(this.scatter.at(this.moving.positions, place)),
      panned: (right, down) => this.scatter.pan(right, down) && this.draw(),
    }, signal);
    keyboard(canvas);
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `The points. ${HELP}`);
    this.enlarged = new Enlarged(this.root, () => this.resize(), signal);
    this.lay();
    this.points = readPoints(model, axis);
    this.moving.to(this.points, undefined);
    this.listen(signal);
  }

  private lay(): void {
    const group = (label: string, buttons: Map<string, HTMLButtonElement>): HTMLElement =>
      element("span", "cnnviz-group", { role: "group", "aria-label": label }, ...buttons.values());
    const tools = element("div", "cnnviz-toolbar", {}, group("How points are placed", this.methods), group("What points are", this.subjects), this.whole, this.alone);
    this.root.append(tools);
    this.enlarged.offer(tools);
    this.stage.append(this.scatter.dots.canvas, this.scatter.overlay.canvas, this.card.root, this.empty, this.working);
    const body = element("div", "cnnviz-embedding-body", {}, this.stage, this.legend.root);
    this.root.append(this.error, body, this.summary, this.notes, this.connection.line);
  }

  private listen(signal: AbortSignal): void {
    const { model } = this;
    const { canvas } = this.scatter.overlay;
    canvas.addEventListener("wheel", (event) => this.onWheel(event), { signal, passive: false });
    canvas.addEventListener("keydown", (event) => this.onKey(event), { signal });
    canvas.addEventListener("pointerleave", () => this.hover(-1), { signal });
    canvas.addEventListener("blur", () => this.hover(-1), { signal });
    for (const selection of [this.samples.shown, this.samples.surveyed, this.channels]) {
      if (!selection) continue;
      selection.onSelected(this.draw);
      selection.onChange(this.drawOverlay);
    }
    const read = eachFrame(() => this.read(), signal);
    onChange(model, [...POINTS_TRAITS, ...HEADS_TRAITS, "_noun", "_late", "_layer"], read);
    // Where no bar of a frame does it. Channels, where none are selected, and what the focus is in, first.
    const mine = (): boolean => this.selection.list.length > 0 && (this.root.contains(document.activeElement) || this.channels.list.length === 0);
    onEscape(this.root, "samples", mine, () => this.selection.clear(), signal);
    onChange(this.axis, ["_groups"], () => !this.points.areSamples && read());
    onChange(model, ["method", "subject", "_shown", "_share", "_summary", "_notes", "_install", "error"], () => this.show());
    this.samples.surveyed?.onSelected(() => this.showAlone());
    onChange(model, ["can_show_surveyed"], () => this.showAlone());
    onChange(model, ["height"], () => this.resize());
    this.connection.onChange(() => this.show());
    onResize(this.stage, () => this.resize(), signal);
    onThemeChange(this.root, () => this.begin(), signal);
  }

  private get selection(): PointSelection {
    return this.points.areSamples ? this.samples : this.channels;
  }

  begin(): void {
    this.scatter.readTheme();
    this.legend.show(this.points);
    this.show();
    this.resize();
  }

  private read(): void {
    const before = this.points;
    this.points = readPoints(this.model, this.axis);
    this.moving.to(this.points, before);
    this.only = undefined;
    this.legend.show(this.points);
    this.show();
    this.resize();
  }

  private resize(): void {
    const { stage } = this;
    stage.style.height = frameOf(this.root) ? "" : `${this.model.get("height")}px`;
    this.scatter.resize(stage.clientWidth, stage.clientHeight, this.points.reach);
    this.draw();
  }

  // Painting --------------------------------------------------------------------------------

  private paint(): void {
    const moves = this.moving.step(this.points.positions);
    this.scatter.paint(this.points, this.moving.positions, this.selection, this.only);
    this.whole.hidden = this.scatter.isWhole;
    this.paintOverlay();
    if (moves) this.draw();
  }

  private paintOverlay(): void {
    const { hovered } = this.selection;
    this.scatter.paintOverlay(this.points, this.moving.positions, hovered, this.lasso.outline);
    const point = this.points.at.get(hovered) ?? -1;
    const place = point < 0 ? { x: 0, y: 0 } : this.scatter.place(this.moving.positions, point);
    this.card.show(this.points, this.lasso.outline.length > 0 ? -1 : point, place, this.stage);
  }

  private show(): void {
    const { model } = this;
    for (const [buttons, trait] of [[this.methods, "method"], [this.subjects, "subject"]] as const) {
      for (const [value, made] of buttons) {
        made.setAttribute("aria-pressed", String(value === model.get(trait)));
        this.connection.need(made);
      }
    }
    const install = model.get("_install");
    const tsne = this.methods.get("tsne")!;
    this.connection.need(tsne, install !== "");
    if (install) tsne.title = `t-SNE needs openTSNE: ${install}`;
    this.enlarged.name(model.get("_layer"));
    const late = model.get("_late");
    say(this.summary, late ? "" : model.get("_summary"));
    this.summary.title = "Trustworthiness: whether neighbours here are neighbours in the layer; 1 at best, 0.5 by chance. Nearest: whether the samples that are nearest in the layer are of the same class.";
    showNotes(this.notes, [...(late ? [] : model.get("_notes")), ...(install ? [`t-SNE: ${install}`] : [])]);
    this.empty.hidden = this.points.numbers.length > 0;
    say(this.empty, !late ? "No points." : this.connection.alive ? "" : `No points of ${model.get("_layer") || "this"} without a kernel.`);
    // What cannot be seen takes no part in the keyboard's round either.
    this.scatter.overlay.canvas.tabIndex = this.empty.hidden ? 0 : -1;
    this.showAlone();
    this.showState();
  }

  /** Those selected that were surveyed and are not shown: the model can be shown them. */
  private showAlone(): void {
    const selected = this.samples.surveyed?.list.length ?? 0;
    this.alone.hidden = selected === 0 || !this.points.areSamples || frameOf(this.root) === null;
    say(this.alone, selected === 1 ? "Show this one" : `Show these ${count(selected)}`);
    const held = this.model.get("can_show_surveyed");
    this.alone.title = held ? "" : "Only arrays or a pool can be shown";
    this.connection.need(this.alone, !held);
  }

  private showState(): void {
    const { model } = this;
    const share = model.get("_share");
    const error = model.get("error");
    const asked = model.get("method") !== model.get("_shown") && this.points.numbers.length > 4;
    const others = this.points.numbers.length > 0 && (model.get("subject") === "samples") !== this.points.areSamples;
    const waits = share < 0 && !error && this.connection.alive && (asked || others || model.get("_late"));
    this.slowAnswer.wait(waits);
    const slow = waits && this.slowAnswer.over;
    say(this.state, share >= 0 ? `t-SNE ${percent(Math.floor(100 * share) / 100)}` : slow ? WAITING : "");
    this.bar.value = Math.max(0, share);
    this.bar.hidden = this.cancel.hidden = share < 0;
    this.connection.need(this.cancel);
    this.working.hidden = share < 0 && !slow;
    say(this.error, error);
    this.error.hidden = !error;
  }

  // What the user does ----------------------------------------------------------------------

  private choose(trait: "method" | "subject", value: string): void {
    if (this.model.get(trait) === value) return;
    this.model.set(trait, value as never);
    this.model.save_changes();
  }

  private end(): void {
    this.model.set("_cancel_asked", this.model.get("_cancel_asked") + 1);
    this.model.save_changes();
  }

  private reset(): void {
    this.scatter.reset();
    // The button goes, and the focus with it.
    this.scatter.overlay.canvas.focus({ preventScroll: true });
    this.draw();
  }

  private select(points: readonly number[], how: Combine): void {
    this.selection.combine(points.map((point) => this.points.numbers[point]!), how);
  }

  private hover(point: number): void {
    this.selection.hover(this.points.numbers[point] ?? -1);
  }

  private onClick(place: Place, event: MouseEvent): void {
    this.scatter.overlay.canvas.focus({ preventScroll: true });
    const point = this.scatter.at(this.moving.positions, place);
    if (point >= 0) this.select([point], combineOf(event));
    else if (combineOf(event) === "replace") this.selection.clear();
  }

  private onWheel(event: WheelEvent): void {
    const { zoom, across, down } = wheelOf(event);
    const box = this.scatter.overlay.canvas.getBoundingClientRect();
    if (zoom !== undefined) this.scatter.zoomAt(zoom, { x: event.clientX - box.left, y: event.clientY - box.top });
    // At its end the wheel is the page's again.
    else if (!this.scatter.pan(-across, -down)) return;
    event.preventDefault();
    this.draw();
  }

  private onKey(event: KeyboardEvent): void {
    const { canvas } = this.scatter.overlay;
    const middle = { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 };
    const step = STEPS[event.key];
    if (event.ctrlKey && event.key !== " " && event.key !== "Enter") return;
    if (step) this.walk(...step);
    else if (event.key === "Home" || event.key === "PageDown" || event.key === "PageUp") this.walkBy(event.key);
    else if (event.key === "Enter" || event.key === " ") this.selectCurrent(event);
    else if (event.key === "+" || event.key === "=") this.scatter.zoomAt(1.5, middle);
    else if (event.key === "-") this.scatter.zoomAt(1 / 1.5, middle);
    else if (event.key === "0") this.scatter.reset();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  private get current(): number {
    return this.points.at.get(this.selection.hovered) ?? -1;
  }

  private selectCurrent(event: KeyboardEvent): void {
    if (this.current >= 0) this.select([this.current], event.key === " " ? "toggle" : combineOf(event));
  }

  /** To the next point in a direction. */
  private walk(right: number, down: number): void {
    const { positions } = this.moving;
    this.goTo(this.current < 0 ? 0 : this.scatter.toward(positions, this.current, right, down));
  }

  /** To the first point, the next or the one before, by their numbers. */
  private walkBy(key: string): void {
    const count = this.points.numbers.length;
    const to = key === "Home" ? 0 : this.current + (key === "PageDown" ? 1 : -1);
    this.goTo((to + count) % count);
  }

  private goTo(point: number): void {
    if (point >= this.points.numbers.length) return;
    this.hover(point);
    this.scatter.reveal(this.scatter.place(this.moving.positions, point));
  }
}

export default entry(async (props: RenderProps<EmbeddingState>) => {
  const { model, el, host, signal } = props;
  const channels = await Selection.of(host, model.get("selection"), signal);
  const shown = await Selection.of(host, model.get("sample_selection"), signal);
  const surveyed = await Selection.from(host, model.get("surveyed_selection"), signal);
  const axis = await host.getModel<ColumnAxisState>(model.get("axis"));
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const view = new Embedding(model, axis, channels, new SamplePoints(shown, surveyed), props);
  mount(el, view.root, signal);
  view.begin();
});
