/**
 * The line above the compared densities. bqplot draws; this sets what its marks show for the
 * hovered, the selected or else the most changed pair, so that linking needs no kernel.
 */
import type { RenderProps } from "@anywidget/types";

import { Curves } from "./curves";
import { describeAlone, describePair } from "../comparison-panel/rows";
import { button, element, mount } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { onThemeChange, themeOf } from "../lib/dom/theme";
import { counted, named } from "../lib/format";
import { asFloat32, asUint8 } from "../lib/linking/buffers";
import { onChange } from "../lib/linking/changes";
import { entry } from "../lib/linking/entry";
import { publisher } from "../lib/linking/publish";
import { Selection } from "../lib/linking/selection";
import { afterEvent, put, releasePlot, scaleOf, type MarkModel } from "../lib/plots/bqplot";
import { selectedColors } from "../lib/plots/group-colors";
import { DENSITY_MARGINS, marginsWhileShown } from "../lib/plots/margins";
import { powersOfTen, roundTicks } from "../lib/plots/ticks";
import { COMPARED_CURVES_TRAITS } from "../lib/wire/constants";
import type { ComparedDensitiesState } from "../lib/wire/states";

/** More pairs of curves than this are no longer told apart; the first ones are drawn. */
const MOST_DRAWN = 6;
/** The log axis spans so many powers of ten below the highest peak. */
const DECADES = 4;

async function render({ model, el, host, signal }: RenderProps<ComparedDensitiesState>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  const [before, after, zerosBefore, zerosAfter, logAxis, linearAxis] = await Promise.all(
    (["_before", "_after", "_zeros_before", "_zeros_after", "_log_axis", "_linear_axis"] as const).map(
      (key) => host.getModel(model.get(key)) as Promise<MarkModel>,
    ),
  );
  const [logScale, linearScale] = await Promise.all(
    (["_log_scale", "_linear_scale"] as const).map((key) => scaleOf(model, model.get(key))),
  );
  const figure = await scaleOf(model, model.get("_figure"));
  await releasePlot(model, model.get("_figure"));
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const publish = publisher(model, signal);
  let sides = { a: new Curves(model, "a"), b: new Curves(model, "b") };

  const readout = element("div", "cnnviz-compared-readout", { role: "status", "aria-live": "polite" });
  const key = element("div", "cnnviz-compared-key");
  const log = button("log", "Logarithmic density axis: shows thin tails", () => {
    model.set("log_y", !model.get("log_y"));
    publish();
  }, signal);
  const root = element(
    "div",
    "cnnviz cnnviz-compared-densities",
    {},
    readout,
    element("div", "cnnviz-compared-tools", {}, key, log),
  );
  mount(el, root, signal);
  marginsWhileShown(figure, root, () => DENSITY_MARGINS, signal);

  /** The pairs that are drawn: the hovered one alone, else those selected, else the most changed. */
  function chosen(): number[] {
    const known = (number: number): boolean => sides.a.has(number) || sides.b.has(number);
    if (known(selection.hovered)) return [selection.hovered];
    const selected = selection.list.filter(known);
    if (selected.length > 0) return selected.slice(0, MOST_DRAWN);
    return known(model.get("_most")) ? [model.get("_most")] : [];
  }

  function pairText(number: number): string {
    const [before, after] = [sides.a.facts(number), sides.b.facts(number)];
    const names = model.get("class_names") ?? [];
    if (before && after) {
      const stuck = asUint8(model.get("_saturated"));
      const known = (view: DataView): number | null => {
        const value = asFloat32(view)[number]!;
        return Number.isNaN(value) ? null : value;
      };
      return describePair({
        number,
        channels: [before.channel, after.channel],
        names: [named(before.channel, names), named(after.channel, names)],
        distance: known(model.get("_distance")),
        shift: known(model.get("_shift")),
        zeros: [before.zeroShare, after.zeroShare],
        dead: [before.dead, after.dead],
        nonfinite: [before.nonfinite, after.nonfinite],
        saturated: [stuck[2 * number] === 1, stuck[2 * number + 1] === 1],
      }, (model.get("_class_words") ?? [])[number]);
    }
    const [first, second] = model.get("titles");
    return before ? describeAlone(before, first, names) : after ? describeAlone(after, second, names) : "";
  }

  function describe(numbers: readonly number[]): void {
    let text = "";
    if (numbers.length === 1) {
      const byItself = numbers[0] !== selection.hovered && selection.list.length === 0;
      text = `${byItself ? "Most changed: " : ""}${pairText(numbers[0]!)}`;
    } else if (numbers.length > 1) {
      const all = selection.list.length;
      text = `${counted(all, "pair")} selected${numbers.length < all ? `, the first ${numbers.length} drawn` : ""}`;
    }
    if (readout.textContent !== text) readout.textContent = text;
  }

  const draw = afterEvent(() => {
    const theme = themeOf(root);
    const numbers = chosen();
    const palette = selectedColors(theme.dark);
    const colorOf = (number: number): string =>
      number === selection.hovered ? theme.hover : palette[numbers.indexOf(number) % palette.length]!;
    const colors = (side: Curves): string[] => {
      const colors = numbers.filter((number) => side.has(number)).map(colorOf);
      return colors.length > 0 ? colors : [theme.accent];
    };
    const [old, fresh] = [sides.a.lines(numbers), sides.b.lines(numbers)];
    const isLog = model.get("log_y");
    const peak = [...old.y, ...fresh.y].reduce((most, curve) => Math.max(most, ...curve), 0) || 1;
    const [bottom, top] = isLog ? [peak * 10 ** -DECADES, peak * 1.5] : [0, peak * 1.05];
    const y = isLog ? logScale! : linearScale!;
    put(y, { min: bottom, max: top });
    put(isLog ? logAxis! : linearAxis!, {
      tick_values: isLog ? powersOfTen(bottom, top) : roundTicks(top, 4),
    });
    put(logAxis!, { visible: isLog });
    put(linearAxis!, { visible: !isLog });
    for (const [mark, lines, side] of [[before!, old, sides.a], [after!, fresh, sides.b]] as const) {
      const scales = mark.get("scales") as Record<string, unknown>;
      put(mark, { ...lines, colors: colors(side), ...(scales.y === y ? {} : { scales: { ...scales, y } }) });
    }
    for (const [mark, side] of [[zerosBefore!, sides.a], [zerosAfter!, sides.b]] as const) {
      const shares = side.zeros(numbers);
      put(mark, { x: new Float64Array(shares.length), y: shares, colors: colors(side) });
    }
    describe(numbers);
  }, signal);

  function refresh(): void {
    log.setAttribute("aria-pressed", String(model.get("log_y")));
    const [first, second] = model.get("titles");
    key.replaceChildren(
      element("span", "cnnviz-key-before", {}, first),
      element("span", "cnnviz-key-after", {}, second),
      element("span", "", {}, "dot at 0: share of exact zeros (right axis)"),
    );
    draw();
  }

  selection.onChange(draw);
  onChange(model, [...COMPARED_CURVES_TRAITS, "_distance", "_shift", "_saturated", "_most", "class_names", "_class_words"], eachFrame(() => {
    sides = { a: new Curves(model, "a"), b: new Curves(model, "b") };
    refresh();
  }, signal));
  onChange(model, ["log_y", "titles"], refresh);
  onThemeChange(root, refresh, signal);
  refresh();
}

export default entry(render);
