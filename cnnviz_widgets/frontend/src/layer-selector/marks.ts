/** The small marks in a layer's row: how abstract it is, what was looked at, what was found, its health. */
import { element } from "../lib/dom/elements";
import { compact, count, counted, percent } from "../lib/format";
import { severityIcon } from "../lib/severity";
import type { LayerEntry } from "../lib/wire/payloads";

/** Kind, shape and size, as far as there is something to say. */
export function facts({ kind, shape, parameters }: LayerEntry): string[] {
  return [kind, shape, parameters > 0 ? `${compact(parameters)} params` : ""].filter(Boolean);
}

/** A gauge that is the fuller, the farther the layer is from an image. */
export function level({ level: title, relative_level: share }: LayerEntry): HTMLElement {
  return element("span", "cnnviz-level", { title, style: `--share: ${share}` }, element("i", ""));
}

/** A dot for the outputs and, where there are weights, one for them: filled once looked at. */
export function looked({ looked: views, parameters }: LayerEntry): HTMLElement {
  if (views === null) return element("span", "");
  const some = parameters > 0 ? ["outputs", "weights"] : ["outputs"];
  const words = some.map((view) => `${view}: ${views.includes(view) ? "looked at" : "not looked at yet"}`);
  const dots = some.map((view, at) =>
    element("i", views.includes(view) ? "cnnviz-seen" : "", { title: words[at]! }),
  );
  const title = words.join("\n");
  return element("span", "cnnviz-looked", { title, role: "img", "aria-label": words.join(", ") }, ...dots);
}

/** How many severe findings and warnings begin here; nothing where none does. */
export function findings({ severe, warnings }: LayerEntry): HTMLElement {
  if (severe + warnings === 0) return element("span", "");
  const words = [severe > 0 ? `${count(severe)} severe` : "", warnings > 0 ? counted(warnings, "warning") : ""];
  const title = `${words.filter(Boolean).join(", ")} in the diagnosis`;
  const worst = severe > 0 ? "severe" : "warning";
  return element(
    "span",
    `cnnviz-severity cnnviz-is-${worst}`,
    { title, role: "img", "aria-label": title },
    severityIcon(worst),
    count(severe + warnings),
  );
}

/** A small mark of health: the share of channels that are zero on every sample, or on these. */
export function health({ channels, dead, nonfinite }: LayerEntry, basis = ""): HTMLElement {
  if (channels === null || dead === null) return element("span", "");
  const share = channels > 0 ? dead / channels : 0;
  const broken = nonfinite !== null && nonfinite > 0;
  const text = broken ? "NaN/∞" : dead === 0 ? "alive" : percent(share);
  const one = (broken ? nonfinite : dead) === 1;
  const be = basis ? (one ? "was" : "were") : one ? "is" : "are";
  const title = broken
    ? `${count(nonfinite)} of ${counted(channels, "channel")} ${one ? "holds" : "hold"} NaN or infinity${basis && `, ${basis}`}`
    : `${count(dead)} of ${counted(channels, "channel")} ${be} zero ${basis || "on every sample"}`;
  const ill = broken || share >= 0.1;
  return element(
    "span",
    `cnnviz-health${ill ? " cnnviz-ill" : ""}`,
    { title, "aria-label": title, style: `--share: ${share}` },
    element("i", ""),
    element("span", dead === 0 && !broken ? "cnnviz-faint" : "", {}, text),
  );
}
