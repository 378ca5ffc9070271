/**
 * DensityPanel's half in the page: bqplot draws the curves; this sets what its marks show for the
 * groups of the cut, the selected and the hovered channels, so that linking needs no kernel, and
 * draws a strip a channel below.
 */
import type { AnyModel, Host, RenderProps } from "@anywidget/types";

import { lines, readCurves } from "./curves";
import { isLive, meanCurve, meanZeros, reachOf, readGroups } from "./groups";
import { Legend } from "./legend";
import { Plot } from "./plot";
import { Strips } from "./strips";
import { onResize } from "../lib/dom/canvas";
import { button, element, mount, say, showNotes } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { onThemeChange, themeOf } from "../lib/dom/theme";
import { count, counted, named, percent } from "../lib/format";
import { frameOf } from "../lib/frame/commands";
import { onChange } from "../lib/linking/changes";
import { entry } from "../lib/linking/entry";
import { publisher } from "../lib/linking/publish";
import { Selection } from "../lib/linking/selection";
import { afterEvent, put, releasePlot, scaleOf, type MarkModel } from "../lib/plots/bqplot";
import { ChannelColors } from "../lib/plots/channel-colors";
import { groupColor, selectedColors } from "../lib/plots/group-colors";
import { powersOfTen, roundTicks } from "../lib/plots/ticks";
import { DENSITY_CURVES_TRAITS, MOST_CURVES } from "../lib/wire/constants";
import type { ColumnAxisState, DensityState } from "../lib/wire/states";

const KEYS: Record<DensityState["_drawn"], (noun: string) => string> = {
  every: (noun) => `line: one ${noun}`,
  fan: (noun) => `line: median · bands: 25–75 % and 5–95 % of the ${noun}s`,
  together: (noun) => `line: all ${noun}s together`,
};

const ZERO_DOTS = "dot at 0: share of exact zeros (right axis)";
const ZERO_BANDS = "dots at 0: share of exact zeros (right axis), of 5, 25, 50, 75 and 95 % of the";
/** The same in a drawer, where there is no right axis. */
const ZERO_KEY = "● zeros, 0–1";

/** More selected curves than this are no longer told apart; the first ones are drawn. */
const MOST_SELECTED = 24;
/** The log axis spans so many powers of ten below the highest peak. */
const DECADES = 4;

const MARKS = ["_every", "_fan", "_grouped", "_selected", "_hovered", "_zeros", "_zeros_marked"] as const;
type Marks = Record<(typeof MARKS)[number], MarkModel>;

/** Widget state that was saved before channels had a name has none. */
const nounOf = (model: AnyModel<DensityState>): string => model.get("_noun") ?? "channel";

async function marksOf(model: AnyModel<DensityState>, host: Host): Promise<Marks> {
  const models = await Promise.all(MARKS.map((key) => host.getModel(model.get(key))));
  return Object.fromEntries(MARKS.map((key, i) => [key, models[i]!])) as Marks;
}

async function render({ model, el, host, signal }: RenderProps<DensityState>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  const [columns, rows] = await Promise.all(
    (["axis", "_rows"] as const).map((key) => host.getModel<ColumnAxisState>(model.get(key))),
  );
  const marks = await marksOf(model, host);
  const [logAxis, linearAxis] = await Promise.all(
    (["_log_axis", "_linear_axis"] as const).map((key) => host.getModel(model.get(key))),
  );
  const [logScale, linearScale] = await Promise.all(
    (["_log_scale", "_linear_scale"] as const).map((key) => scaleOf(model, model.get(key))),
  );
  const figure = await scaleOf(model, model.get("_figure"));
  await releasePlot(model, model.get("_figure"));
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const publish = publisher(model, signal);
  const axisNow = (): AnyModel<ColumnAxisState> => (model.get("_of_weights") ? rows! : columns!);
  let curves = readCurves(model);
  let groups = readGroups(axisNow().get("_groups"), curves);
  let live: number[] = [];
  let means: { x: Float64Array; y: Float64Array }[] = [];
  // The curve of a channel keeps its colour while training moves it, or others are selected.
  const channelColors = new ChannelColors();
  selection.onOthers(() => channelColors.clear());

  const heading = element("div", "cnnviz-density-title");
  const readout = element("div", "cnnviz-density-readout", { role: "status", "aria-live": "polite" });
  const key = element("div", "cnnviz-density-key");
  const log = button("log", "Logarithmic density axis: shows thin tails", () => {
    model.set("log_y", !model.get("log_y"));
    publish();
  }, signal);
  const strips = new Strips(selection, nounOf(model), signal);
  const zeros = element("span", "", {}, "zeros");
  const order = element("span", "");
  const above = element("div", "cnnviz-strips-head", {}, zeros, order);
  const legend = new Legend(selection, signal);
  const notes = element("div", "cnnviz-note");
  const head = element("div", "cnnviz cnnviz-density-head", {}, heading, readout, key, log);
  const below = element("div", "cnnviz cnnviz-density-below", {}, above, strips.root, legend.root, notes);
  // Head and foot stand above and below the figure, which is a widget of its own beside this one.
  const root = element("div", "cnnviz-density-parts", {}, head, below);
  mount(el, root, signal);
  const plot = new Plot(figure, head, signal);

  const isGrouped = (): boolean => groups.list.length > 0 && model.get("_drawn") !== "together";
  const isFramed = (): boolean => frameOf(root) !== null;

  /** Curves of the selected channels, as many as are drawn, then of the hovered one. */
  function chosen(): { selected: number[]; hovered: number | undefined } {
    const selected: number[] = [];
    for (const channel of selection.list) {
      const curve = curves.of.get(channel);
      if (curve !== undefined && selected.length < MOST_SELECTED) selected.push(curve);
    }
    return { selected, hovered: curves.of.get(selection.hovered) };
  }

  const highlight = afterEvent(() => {
    const theme = themeOf(head);
    const { selected, hovered } = chosen();
    const some = selected.length > 0 || hovered !== undefined;
    const grouped = isGrouped();
    const hueOf = (curve: number): string => groupColor(groups.of[curve]!, theme.dark);
    const palette = selectedColors(theme.dark);
    const colors = grouped
      ? selected.map(hueOf)
      : channelColors.of(selected.map((curve) => curves.channels[curve]!), palette);
    const hoverColor = grouped && hovered !== undefined ? hueOf(hovered) : theme.hover;
    put(marks._selected, { ...lines(curves, selected), colors: colors.length ? colors : [theme.accent] });
    put(marks._hovered, { ...lines(curves, hovered === undefined ? [] : [hovered]), colors: [hoverColor] });
    const marked = hovered === undefined ? selected : [...selected, hovered];
    const every = grouped ? groups.list.map((group) => meanZeros(curves, group)) : [];
    const hues = [...every.map((_, i) => groupColor(i, theme.dark)), ...colors, ...(hovered === undefined ? [] : [hoverColor])];
    // What has no zeros has no dot.
    const dots = [...every, ...marked.map((curve) => curves.zeroShare[curve]!)].map((share, i) => ({ share, hue: hues[i]! })).filter(({ share }) => share > 0);
    put(marks._zeros_marked, {
      x: new Float64Array(dots.length),
      y: Float64Array.from(dots, ({ share }) => 100 * share),
      colors: dots.length ? dots.map(({ hue }) => hue) : [theme.accent],
      default_size: isFramed() ? 24 : 64,
    });
    put(marks._grouped, { opacities: means.map(() => (some ? 0.35 : 1)) });
    const drawn = model.get("_drawn");
    const faint = grouped ? 0 : drawn === "together" || some ? 0.22 : 0.7;
    // In strips below, cells tell more of few values than strokes over one another.
    const opacity = (curve: number): number => (curves.few[curve] === 1 && !below.hidden ? 0 : faint);
    put(marks._every, { colors: [theme.faint], opacities: Array.from(curves.channels, (_, curve) => opacity(curve)) });
    const bands = drawn === "fan" ? [0.5, 0.6, 1, 0.6, 0.5] : [1];
    const dim = grouped ? 0 : some ? 0.5 : 1;
    put(marks._fan, {
      colors: [theme.faint],
      // bqplot goes round the colours of lines, but not those of areas: black is what is left of them.
      fill_colors: bands.map(() => theme.faint),
      opacities: bands.map((opacity) => opacity * dim),
      fill_opacities: drawn !== "fan" ? [0] : [0.18, 0.36, 0.36, 0.18, 0].map((opacity) => (grouped ? 0 : opacity)),
    });
    put(marks._zeros, { colors: [theme.faint], opacities: [grouped ? 0 : 0.6] });
    strips.mark();
    describe();
  }, signal);

  function describe(): void {
    const { selected, hovered } = chosen();
    const noun = nounOf(model);
    let text = "";
    if (hovered !== undefined) {
      const bad = curves.nonfiniteShare[hovered]!;
      const zeros = `${percent(curves.zeroShare[hovered]!)} exact zeros`;
      const of = bad > 0 ? `${percent(bad)} NaN or infinite, of the others ${zeros}` : zeros;
      const name = named(curves.channels[hovered]!, model.get("class_names"));
      text = `${noun} ${name}: ${bad === 1 ? "no finite value" : of}`;
    } else if (selection.list.length > 0) {
      const drawn = selected.length < selection.list.length ? `, ${count(selected.length)} of them drawn` : "";
      text = `${counted(selection.list.length, noun)} selected${drawn}`;
    } else if (!isFramed()) text = `Distribution of the values of ${counted(model.get("_total"), noun)}`;
    const samples = model.get("_samples");
    if (samples) text += text ? `, ${samples}` : samples;
    say(readout, text);
  }

  /** What the curves are of. */
  function title(): string {
    const [total, noun] = [model.get("_total"), nounOf(model)];
    if (model.get("_of_weights")) return `Weights of ${counted(total, noun)}`;
    if ((model.get("class_names") ?? []).length > 0) return counted(total, "output");
    // Of a wide layer nobody knows how many are.
    const all = curves.channels.length === total;
    return all && live.length < total ? `${count(live.length)} live ${noun}${live.length === 1 ? "" : "s"}` : counted(total, noun);
  }

  /** Which channels are in which group, and what stands for each; where it all stands. */
  const regroup = (): void => {
    const axis = axisNow();
    groups = readGroups(axis.get("_groups"), curves);
    const theme = themeOf(head);
    const framed = isFramed();
    root.classList.toggle("cnnviz-density-framed", framed);
    const grouped = isGrouped();
    // bqplot draws no curve of no points: such a group's channels are those of the layer before.
    const drawn = grouped ? groups.list.map((group, i) => ({ i, ...meanCurve(curves, group) })).filter(({ x }) => x.length > 0) : [];
    means = drawn;
    // On a logarithmic axis zero is nowhere, and bqplot has to put a curve's end somewhere.
    const bottom = model.get("log_y") ? bottomOf(model.get("_peak")) : 0;
    put(marks._grouped, {
      x: drawn.map(({ x }) => x),
      y: drawn.map(({ y }) => y.map((height) => Math.max(height, bottom))),
      colors: drawn.length > 0 ? drawn.map(({ i }) => groupColor(i, theme.dark)) : [theme.faint],
    });
    rescale();
    const span = reachOf(curves, live);
    // The shares of zeros stand at zero.
    const reach: [number, number] | null = span && [Math.min(0, span[0]), Math.max(0, span[1])];
    plot.lay(framed, reach);
    below.hidden = !grouped && !framed && !curves.few.includes(1);
    strips.root.hidden = reach === null;
    if (reach && !below.hidden) {
      const natural = axis.get("order_by") === "natural";
      const rows = natural ? [...live].sort((a, b) => curves.channels[a]! - curves.channels[b]!) : live;
      const decades = model.get("log_y") ? DECADES : 0;
      strips.show({ curves, groups, rows, reach, decades, theme });
      zeros.hidden = !live.some((curve) => curves.zeroShare[curve]! > 0);
    }
    above.hidden = strips.root.hidden;
    order.textContent = live.length === model.get("_total") ? "all, in the grid's order" : "in the grid's order";
    const alone = live.filter((curve) => groups.of[curve]! < 0);
    legend.show({ curves, groups: grouped ? groups : { list: [], of: groups.of }, alone, names: model.get("class_names") ?? [], noun: nounOf(model), dark: theme.dark });
    heading.textContent = title();
    highlight();
  };
  const regroupSoon = eachFrame(regroup, signal);

  /** The density axis: over the curves that stand for all. */
  function rescale(): void {
    const isLog = model.get("log_y");
    const peak = model.get("_peak");
    const usual = means.reduce((most, { y }) => y.reduce((top, value) => Math.max(top, value), most), 0) || model.get("_usual_peak");
    const top = isLog ? peak * 1.5 : usual * 1.05;
    const bottom = isLog ? bottomOf(peak) : 0;
    const y = isLog ? logScale : linearScale;
    put(y!, { min: bottom, max: top });
    put(isLog ? logAxis! : linearAxis!, { tick_values: isLog ? powersOfTen(bottom, top) : roundTicks(top, 4) });
    put(logAxis!, { visible: isLog && !isFramed() });
    put(linearAxis!, { visible: !isLog && !isFramed() });
    for (const name of ["_every", "_fan", "_grouped", "_selected", "_hovered"] as const) {
      const scales = marks[name].get("scales") as Record<string, unknown>;
      if (scales.y !== y) put(marks[name], { scales: { ...scales, y } });
    }
  }

  function refresh(): void {
    log.setAttribute("aria-pressed", String(model.get("log_y")));
    const noun = nounOf(model);
    const keys = isFramed()
      ? [ZERO_KEY]
      : [KEYS[model.get("_drawn")](noun), curves.channels.length > MOST_CURVES ? `${ZERO_BANDS} ${noun}s` : ZERO_DOTS];
    key.replaceChildren(...keys.map((text) => element("span", "", {}, text)));
    showNotes(notes, model.get("_notes"));
    regroup();
  }

  function read(): void {
    curves = readCurves(model);
    live = Array.from(curves.channels.keys()).filter((curve) => isLive(curves, curve));
  }

  selection.onChange(highlight);
  onChange(model, [...DENSITY_CURVES_TRAITS, "_total", "_drawn", "_peak", "_usual_peak", "_notes", "_samples", "_noun", "_of_weights"], eachFrame(() => {
    read();
    refresh();
  }, signal));
  onChange(model, ["log_y"], refresh);
  onChange(model, ["class_names"], regroupSoon);
  for (const axis of new Set([columns!, rows!])) onChange(axis, ["_groups", "order_by"], regroupSoon);
  onThemeChange(head, refresh, signal);
  // Also when it comes into a frame, or its tab is shown for the first time.
  onResize(head, eachFrame(refresh, signal), signal);
  read();
  refresh();
}

/** Where a logarithmic axis of densities begins. */
const bottomOf = (peak: number): number => peak * 10 ** -DECADES;

export default entry(render);
