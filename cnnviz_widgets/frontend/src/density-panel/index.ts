/**
 * DensityPanel's half in the page: it owns no picture. bqplot draws; this sets what bqplot's marks
 * show for the selected and the hovered channels, so that linking needs no kernel.
 */
import type { AnyModel, Host, RenderProps } from "@anywidget/types";

import { lines, readCurves } from "./curves";
import { button, element, mount, showNotes } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { CLUSTER_COLORS, onThemeChange, themeOf } from "../lib/dom/theme";
import { count, counted, named, percent } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { entry } from "../lib/linking/entry";
import { publisher } from "../lib/linking/publish";
import { Selection } from "../lib/linking/selection";
import { afterEvent, put, releasePlot, scaleOf, type MarkModel } from "../lib/plots/bqplot";
import { ChannelColors } from "../lib/plots/channel-colors";
import { powersOfTen, roundTicks } from "../lib/plots/ticks";
import { DENSITY_CURVES_TRAITS, MOST_CURVES } from "../lib/wire/constants";
import type { DensityState } from "../lib/wire/states";

const KEYS: Record<DensityState["_drawn"], (noun: string) => string> = {
  every: (noun) => `line: one ${noun}`,
  fan: (noun) => `line: median · bands: 25–75 % and 5–95 % of the ${noun}s`,
  together: (noun) => `line: all ${noun}s together`,
};

const ZERO_DOTS = "dot at 0: share of exact zeros (right axis)";
const ZERO_BANDS = "dots at 0: share of exact zeros (right axis), of 5, 25, 50, 75 and 95 % of the";

/** More selected curves than this are no longer told apart; the first ones are drawn. */
const MOST_SELECTED = 24;
/** The log axis spans so many powers of ten below the highest peak. */
const DECADES = 4;

const MARKS = ["_every", "_fan", "_selected", "_hovered", "_zeros", "_zeros_marked"] as const;
type Marks = Record<(typeof MARKS)[number], MarkModel>;

/** Widget state that was saved before channels had a name has none. */
const nounOf = (model: AnyModel<DensityState>): string => model.get("_noun") ?? "channel";

async function marksOf(model: AnyModel<DensityState>, host: Host): Promise<Marks> {
  const models = await Promise.all(MARKS.map((key) => host.getModel(model.get(key))));
  return Object.fromEntries(MARKS.map((key, i) => [key, models[i]!])) as Marks;
}

async function render({ model, el, host, signal }: RenderProps<DensityState>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  const marks = await marksOf(model, host);
  const [logAxis, linearAxis] = await Promise.all(
    (["_log_axis", "_linear_axis"] as const).map((key) => host.getModel(model.get(key))),
  );
  const [logScale, linearScale] = await Promise.all(
    (["_log_scale", "_linear_scale"] as const).map((key) => scaleOf(model, model.get(key))),
  );
  await releasePlot(model, model.get("_figure"));
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const publish = publisher(model, signal);
  let curves = readCurves(model);
  // The curve of a channel keeps its colour while training moves it, or others are selected.
  const channelColors = new ChannelColors();
  selection.onOthers(() => channelColors.clear());

  const readout = element("div", "cnnviz-density-readout", { role: "status", "aria-live": "polite" });
  const key = element("div", "cnnviz-density-key");
  const log = button("log", "Logarithmic density axis: shows thin tails", () => {
    model.set("log_y", !model.get("log_y"));
    publish();
  }, signal);
  const notes = element("div", "cnnviz-note");
  const root = element(
    "div",
    "cnnviz cnnviz-density-head",
    {},
    readout,
    key,
    log,
  );
  const frame = element("div", "cnnviz", {}, root, notes);
  mount(el, frame, signal);

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
    const theme = themeOf(frame);
    const palette = theme.dark ? CLUSTER_COLORS.dark : CLUSTER_COLORS.light;
    const { selected, hovered } = chosen();
    const some = selected.length > 0 || hovered !== undefined;
    const colors = channelColors.of(selected.map((curve) => curves.channels[curve]!), palette);
    put(marks._selected, { ...lines(curves, selected), colors: colors.length ? colors : [theme.accent] });
    put(marks._hovered, { ...lines(curves, hovered === undefined ? [] : [hovered]), colors: [theme.hover] });
    const marked = hovered === undefined ? selected : [...selected, hovered];
    put(marks._zeros_marked, {
      x: new Float64Array(marked.length),
      y: Float64Array.from(marked, (curve) => 100 * curves.zeroShare[curve]!),
      colors: hovered === undefined ? colors : [...colors, theme.hover],
    });
    const drawn = model.get("_drawn");
    const faint = drawn === "together" || some ? 0.22 : 0.7;
    put(marks._every, { colors: [theme.faint], opacities: Array.from(curves.channels, () => faint) });
    const bands = drawn === "fan" ? [0.5, 0.6, 1, 0.6, 0.5] : [1];
    put(marks._fan, {
      colors: [theme.faint],
      // bqplot goes round the colours of lines, but not those of areas: black is what is left of them.
      fill_colors: bands.map(() => theme.faint),
      opacities: bands.map((opacity) => (some ? opacity / 2 : opacity)),
      fill_opacities: drawn === "fan" ? [0.18, 0.36, 0.36, 0.18, 0] : [0],
    });
    put(marks._zeros, { colors: [theme.faint] });
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
    } else text = `Distribution of the values of ${counted(model.get("_total"), noun)}`;
    const samples = model.get("_samples");
    if (samples) text += `, ${samples}`;
    if (readout.textContent !== text) readout.textContent = text;
  }

  function refresh(): void {
    const isLog = model.get("log_y");
    log.setAttribute("aria-pressed", String(isLog));
    const peak = model.get("_peak");
    const top = isLog ? peak * 1.5 : model.get("_usual_peak") * 1.05;
    const bottom = isLog ? peak * 10 ** -DECADES : 0;
    const y = isLog ? logScale : linearScale;
    put(y!, { min: bottom, max: top });
    put(isLog ? logAxis! : linearAxis!, { tick_values: isLog ? powersOfTen(bottom, top) : roundTicks(top, 4) });
    put(logAxis!, { visible: isLog });
    put(linearAxis!, { visible: !isLog });
    for (const name of ["_every", "_fan", "_selected", "_hovered"] as const) {
      const scales = marks[name].get("scales") as Record<string, unknown>;
      if (scales.y !== y) put(marks[name], { scales: { ...scales, y } });
    }
    const noun = nounOf(model);
    key.replaceChildren(
      element("span", "", {}, KEYS[model.get("_drawn")](noun)),
      element("span", "", {}, curves.channels.length > MOST_CURVES ? `${ZERO_BANDS} ${noun}s` : ZERO_DOTS),
    );
    showNotes(notes, model.get("_notes"));
    highlight();
  }

  selection.onChange(highlight);
  onChange(model, [...DENSITY_CURVES_TRAITS, "_total", "_drawn", "_peak", "_usual_peak", "_notes", "_samples", "_noun"], eachFrame(() => {
    curves = readCurves(model);
    refresh();
  }, signal));
  onChange(model, ["log_y"], refresh);
  onChange(model, ["class_names"], describe);
  onThemeChange(frame, refresh, signal);
  refresh();
}

export default entry(render);
