/**
 * HealthPanel's half in the page: bqplot draws; this sets what its marks show, so that another
 * number, layer or moment needs no kernel.
 */
import type { AnyModel, Host, RenderProps } from "@anywidget/types";

import { Chips, shortNames } from "./chips";
import { layerColors } from "./colors";
import { Curves } from "./curves";
import { scaleFor, written, type ValueScale } from "../lib/plots/value-scale";
import { onResize } from "../lib/dom/canvas";
import { choice, element, mount, say } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { onThemeChange, themeOf } from "../lib/dom/theme";
import { count } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { afterEvent, put, releasePlot, scaleOf, type MarkModel } from "../lib/plots/bqplot";
import { marginsWhileShown, type Margins } from "../lib/plots/margins";
import { LEFT, RIGHT, stepTicks } from "../lib/plots/step-axis";
import { HEALTH_CURVES_TRAITS, LIVE } from "../lib/wire/constants";
import type { HealthState } from "../lib/wire/states";

const PARTS = ["_every", "_chosen", "_hovered", "_position", "_step_axis", "_log_axis", "_linear_axis"] as const;
const SCALES = ["_step_scale", "_log_scale", "_linear_scale"] as const;
type Parts = Record<(typeof PARTS)[number] | (typeof SCALES)[number], MarkModel>;

/** So few points are drawn as dots, too: one alone makes no line. */
const DOTS = 12;
/** More curves than these cover each other, and let those below shine through. */
const MANY = 16;
/** Around its plot. */
const MARGINS: Margins = { top: 8, bottom: 40, left: LEFT, right: RIGHT };
/** Pixels that the number of a step needs on its axis. */
const LABEL = 90;

async function partsOf(model: AnyModel<HealthState>, host: Host): Promise<Parts> {
  const models = await Promise.all([
    ...PARTS.map((key) => host.getModel(model.get(key))),
    ...SCALES.map((key) => scaleOf(model, model.get(key))),
  ]);
  return Object.fromEntries([...PARTS, ...SCALES].map((key, i) => [key, models[i]!])) as Parts;
}

class HealthPanel {
  readonly root: HTMLElement;
  private readonly select: HTMLSelectElement;
  private readonly readout = element("div", "cnnviz-health-readout", { role: "status", "aria-live": "polite" });
  private readonly notes = element("div", "cnnviz-note");
  private readonly chips: Chips;
  private curves: Curves;
  private scale!: ValueScale;
  private colors: string[] = [];
  private hovered = -1;
  /** The choice where there is no selector to hold it. */
  private own = "";
  private revealed = "";
  /** The choices that the drop-down lists now. */
  private listed = "";
  /** Brings the marks up to date that show what is chosen, hovered and looked at. */
  private readonly highlight: () => void;
  private readonly connection: Connection;

  constructor(
    private readonly model: AnyModel<HealthState>,
    private readonly parts: Parts,
    private readonly selector: AnyModel | undefined,
    private readonly timeline: AnyModel | undefined,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.connection.onChange(() => this.showConnection());
    this.curves = Curves.of(model);
    const { root, select } = choice("health", "Which number is drawn over time", [], (name) => this.choose(name), signal);
    this.select = select;
    this.chips = new Chips((layer) => this.chooseLayer(layer), (layer) => this.hover(layer), signal);
    this.root = element(
      "div",
      "cnnviz cnnviz-health-head",
      {},
      element("div", "cnnviz-health-top", {}, root, this.readout),
      this.chips.root,
      this.notes,
    );
    if (selector) this.root.append(this.connection.line);
    this.highlight = afterEvent(() => this.mark(), signal);
    if (selector) onChange(selector, ["layer", "_shown"], this.highlight);
    if (timeline) onChange(timeline, ["position"], this.highlight);
  }

  /** The number that is drawn: the chosen one, or the first. */
  private get number(): number {
    const name = this.model.get("number");
    return Math.max(0, this.curves.numbers.findIndex((entry) => entry.name === name));
  }

  private get chosen(): number {
    const path = this.selector
      ? (this.connection.alive && (this.selector.get("layer") as string)) || (this.selector.get("_shown") as string)
      : this.own;
    return this.curves.paths.indexOf(path);
  }

  private choose(name: string): void {
    this.model.set("number", name);
    this.model.save_changes();
  }

  private chooseLayer(layer: number): void {
    const path = this.curves.paths[layer]!;
    if (this.selector) {
      this.selector.set("layer", path);
      this.selector.save_changes();
    } else {
      this.own = path;
      this.highlight();
    }
  }

  /** To choose a layer for all views is to have it read; the curves alone need no kernel. */
  private showConnection(): void {
    this.chips.enable(this.connection.alive || !this.selector);
    this.highlight();
  }

  private hover(layer: number): void {
    if (layer === this.hovered) return;
    this.hovered = layer;
    this.highlight();
  }

  /** Draw everything anew: other numbers, another one of them, or other colours. */
  refresh(): void {
    this.curves = Curves.of(this.model);
    const { numbers, paths, steps } = this.curves;
    const entry = numbers[this.number];
    this.hovered = Math.min(this.hovered, paths.length - 1);
    this.list();
    if (steps.length === 0 || !entry) {
      for (const name of ["_every", "_chosen", "_hovered", "_position"] as const) put(this.parts[name], { x: [], y: [] });
      this.chips.list([]);
      this.showNotes();
      say(this.readout, "No numbers yet: they are kept while training is followed.");
      return;
    }
    this.colors = layerColors(paths.length, themeOf(this.root).dark);
    this.scale = scaleFor(entry.look, this.curves.all(this.number));
    this.showAxes(entry.title);
    const y = this.parts[this.scale.log ? "_log_scale" : "_linear_scale"];
    const marker = steps.length <= DOTS ? "circle" : null;
    for (const name of ["_every", "_chosen", "_hovered"] as const) {
      const scales = this.parts[name].get("scales") as Record<string, unknown>;
      if (scales.y !== y) put(this.parts[name], { scales: { ...scales, y } });
      put(this.parts[name], { marker, marker_size: 20 });
    }
    put(this.parts._every, { ...this.lines(paths.map((_, layer) => layer)), colors: this.colors });
    this.chips.list(paths);
    this.chips.enable(this.connection.alive || !this.selector);
    this.showNotes();
    this.mark();
  }

  /** The plot's width decides how many steps have room on its axis. */
  showAxes(title = this.curves.numbers[this.number]?.title ?? ""): void {
    const { steps } = this.curves;
    if (steps.length === 0) return;
    const [first, last] = [steps[0]!, steps[steps.length - 1]!];
    const { log, min, max, ticks, format } = this.scale;
    // One moment alone stands in the middle, as in the timeline.
    const reach = last > first ? 0 : 1;
    put(this.parts._step_scale, { min: first - reach, max: last + reach });
    const room = Math.max(1, this.root.clientWidth - LEFT - RIGHT);
    put(this.parts._step_axis, { tick_values: Float64Array.from(stepTicks(first, last, room / LABEL)) });
    put(this.parts[log ? "_log_scale" : "_linear_scale"], { min, max });
    put(this.parts[log ? "_log_axis" : "_linear_axis"], { tick_values: ticks, tick_format: format });
    put(this.parts._log_axis, { visible: log });
    put(this.parts._linear_axis, { visible: !log });
    this.select.title = `${title}: ${this.curves.numbers[this.number]?.explanation ?? ""}`;
  }

  /** The drop-down's choices; those of which nothing is known are listed, but not to be chosen. */
  private list(): void {
    const { numbers } = this.curves;
    const listed = numbers.map(({ name, known }) => `${name} ${known}`).join("\n");
    // An open list must not be taken from under the reader's hand.
    if (listed !== this.listed) {
      this.select.replaceChildren(
        ...numbers.map(({ name, title, explanation, known }) => {
          const text = known ? title : `${title} (not known)`;
          return element("option", "", { value: name, title: explanation, disabled: !known }, text);
        }),
      );
      this.listed = listed;
    }
    this.select.value = numbers[this.number]?.name ?? "";
    this.select.disabled = numbers.length === 0;
  }

  private lines(layers: readonly number[]): { x: Float64Array[]; y: Float64Array[] } {
    const { log, min } = this.scale;
    const heights = (layer: number): Float64Array => {
      const curve = this.curves.curve(this.number, layer);
      return Float64Array.from(curve, (value) => (log && value < min ? min : value));
    };
    return { x: layers.map(() => this.curves.steps), y: layers.map(heights) };
  }

  private mark(): void {
    const { paths, steps, numbers } = this.curves;
    const entry = numbers[this.number];
    if (!entry || steps.length === 0) return;
    const theme = themeOf(this.root);
    const { chosen, hovered } = this;
    const some = chosen >= 0 || hovered >= 0;
    const line = (layer: number) => ({
      ...this.lines(layer < 0 ? [] : [layer]),
      colors: [this.colors[layer] ?? theme.accent],
    });
    put(this.parts._every, { opacities: paths.map(() => (some ? 0.35 : paths.length > MANY ? 0.65 : 0.9)) });
    put(this.parts._chosen, { ...line(chosen), opacities: [hovered >= 0 && hovered !== chosen ? 0.6 : 1] });
    put(this.parts._hovered, line(hovered === chosen ? -1 : hovered));
    const position = (this.timeline?.get("position") as number | undefined) ?? LIVE;
    const at = position === LIVE ? [] : [position, position];
    put(this.parts._position, {
      x: Float64Array.from(at),
      y: Float64Array.from(at, (_, end) => end),
      colors: [theme.accent],
    });
    const point = position === LIVE ? steps.length - 1 : this.curves.pointAt(position);
    const values = paths.map((_, layer) => written(entry.look, this.curves.curve(this.number, layer)[point]!));
    this.chips.show(this.colors, chosen, values);
    const path = paths[chosen] ?? "";
    if (path !== this.revealed) this.chips.reveal(chosen);
    this.revealed = path;
    const pointed = hovered >= 0 ? hovered : chosen;
    // Of a long run a point stands for several moments.
    const about = steps.length < this.model.get("_moments") ? "about " : "";
    const when = `at step ${count(steps[point]!)}`;
    say(
      this.readout,
      pointed < 0 ? "Point at a layer for its values" : `${shortNames(paths)[pointed]}: ${about}${values[pointed]} ${when}`,
    );
  }

  private showNotes(): void {
    const { paths, steps } = this.curves;
    const [layers, moments] = [this.model.get("_layers"), this.model.get("_moments")];
    const notes = [
      paths.length < layers
        ? `${count(paths.length)} of ${count(layers)} layers have a curve: those with weights come first.`
        : "",
      steps.length < moments ? `${count(moments)} moments are drawn as ${count(steps.length)} points, extremes kept.` : "",
      steps.length > 0 && this.scale?.log && this.scale.zeros ? "0 is drawn at the bottom of the logarithmic axis." : "",
    ];
    this.notes.replaceChildren(...notes.filter(Boolean).map((text) => element("span", "", {}, text)));
  }
}

async function render({ model, el, host, signal }: RenderProps<HealthState>): Promise<void> {
  const parts = await partsOf(model, host);
  const other = (reference: string | null) => (reference ? host.getModel(reference) : undefined);
  const [selector, timeline] = await Promise.all([other(model.get("selector")), other(model.get("timeline"))]);
  const figure = await scaleOf(model, model.get("_figure"));
  await releasePlot(model, model.get("_figure"));
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const panel = new HealthPanel(model, parts, selector, timeline, { model, el, signal });
  mount(el, panel.root, signal);
  marginsWhileShown(figure, panel.root, () => MARGINS, signal);
  const refresh = eachFrame(() => panel.refresh(), signal);
  onChange(model, HEALTH_CURVES_TRAITS, refresh);
  onChange(model, ["number"], () => panel.refresh());
  onThemeChange(panel.root, refresh, signal);
  panel.refresh();
  onResize(panel.root, eachFrame(() => panel.showAxes(), signal), signal);
}

export default entry(render);
