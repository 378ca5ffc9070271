/** What a channel gives to the classes of a survey: the mean on each, and how often it fires there. */
import type { AnyModel } from "@anywidget/types";

import { element } from "../lib/dom/elements";
import { count, number, percent } from "../lib/format";
import { asFloat32, asInt32 } from "../lib/linking/buffers";
import type { ChannelNumbersState } from "../lib/wire/states";

/** The section for the channel in a column; null where no classes were surveyed. */
export function classColumns(model: AnyModel<ChannelNumbersState>, column: number): HTMLElement | null {
  // Widget state that was saved before there were surveys has none.
  const listed = model.get("_listed") ?? 0;
  if (listed === 0) return null;
  const titles = model.get("_class_titles");
  const from = column * listed;
  const numbers = asInt32(model.get("_class_numbers")).subarray(from, from + listed);
  const means = asFloat32(model.get("_class_means")).subarray(from, from + listed);
  const fired = asInt32(model.get("_class_fired")).subarray(from, from + listed);
  const samples = asInt32(model.get("_class_samples"));
  const best = asInt32(model.get("_lift_class"))[column]!;
  const known = Array.from(means).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const rows = Array.from(numbers, (of, at) => {
    const share = samples[of]! > 0 ? percent(fired[at]! / samples[of]!) : "–";
    const title = `${count(fired[at]!)} of ${count(samples[of]!)}`;
    return element(
      "tr",
      of === best ? "cnnviz-card-best" : "",
      {},
      element("th", "", { scope: "row", title: titles[of]! }, titles[of]!),
      element("td", "cnnviz-card-bar", { "aria-hidden": "true" }, bar(means[at]!, low, high)),
      element("td", "", {}, Number.isFinite(means[at]!) ? number(means[at]!) : "–"),
      element("td", "", { title }, share),
    );
  });
  const heads = ["class", "", "mean", "fires on"].map((text) => element(text ? "th" : "td", "", text ? { scope: "col" } : {}, text));
  const table = element("table", "cnnviz-card-classes", {}, element("thead", "", {}, element("tr", "", {}, ...heads)), element("tbody", "", {}, ...rows));
  const left = titles.length - listed;
  const title = `Classes, on ${count(model.get("_surveyed"))}${left > 0 ? `: ${listed} of ${count(titles.length)}` : ""}`;
  const lift = asFloat32(model.get("_lift")).subarray(3 * column, 3 * column + 3);
  const words = element("div", "cnnviz-card-lift", {}, liftText(best < 0 ? undefined : titles[best]!, lift, asInt32(model.get("_fired"))[column]!));
  return element("div", "cnnviz-card-profile", {}, element("div", "cnnviz-faint", {}, title), words, table);
}

function bar(mean: number, low: number, high: number): HTMLElement {
  const made = element("span", "cnnviz-card-fill");
  if (!Number.isFinite(mean) || low === high) return made;
  const [left, right] = [Math.min(mean, 0), Math.max(mean, 0)].map((end) => (100 * (end - low)) / (high - low));
  made.style.left = `${left}%`;
  made.style.width = `${right! - left!}%`;
  return made;
}

function liftText(name: string | undefined, [lift, low, high]: Float32Array, fired: number): string {
  if (fired === 0) return "Fires on no sample.";
  if (name === undefined) return "No class stands out.";
  const times = (value: number): string => value.toFixed(value >= 10 ? 0 : 2);
  return `Fires ${times(lift!)} times as often on ${name} as on all (95 %: ${times(low!)} to ${times(high!)}).`;
}
