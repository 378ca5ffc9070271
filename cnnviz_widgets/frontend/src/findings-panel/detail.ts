/** What a finding says when it is unfolded: evidence, limits and source, and what can be done. */
import { histogram } from "./histogram";
import { channelText, sentenceOf, valueText } from "./report";
import { button, element, keyboard } from "../lib/dom/elements";
import { count, counted, number } from "../lib/format";
import type { FindingEntry } from "../lib/wire/payloads";

/** So many layers are named before the rest is folded away. */
const NAMED = 3;
/** What the short names of sources stand for. */
const SOURCES = [
  "[WL20]: Y. Wang, J. Li: Research on optimization method of convolutional neural network based on visualization, J. Univ. Sci. Tech. China 50 (7), 2020.",
  "METHOD: this package's own additions, measured on networks with known faults.",
];

/** What a reader can do with a finding. */
export interface Deeds {
  select: () => void;
  dismiss: () => void;
  signal: AbortSignal;
}

export interface Detail {
  root: HTMLElement;
  /** Selects its channels; undefined where it concerns all or none. */
  select: HTMLButtonElement | undefined;
}

export function detail(finding: FindingEntry, deeds: Deeds): Detail {
  const { limits, evidence, reference, source, channel_count: many } = finding;
  const root = element("div", "cnnviz-finding-detail", {}, element("div", "cnnviz-finding-summary", { title: finding.summary }, sentenceOf(finding)));
  const how = element("summary", "", {}, "How we know");
  keyboard(how);
  const known = element("details", "cnnviz-finding-how", {}, how, numbers(finding));
  if (limits) known.append(element("div", "", {}, limits));
  if (finding.follows.length > 0) known.append(follows(finding.follows));
  known.append(element("div", "", {}, footing(finding)));
  if (evidence) root.append(histogram(evidence, reference?.name ?? ""));
  const about = element("div", "cnnviz-finding-source", { hidden: true }, element("div", "", {}, source));
  about.append(...SOURCES.map((line) => element("div", "", {}, line)));
  const select = many > 0 ? button(`Select ${count(many)}`, `Select ${counted(many, "channel")}`, deeds.select, deeds.signal) : undefined;
  select?.classList.add("cnnviz-primary");
  const rule = button("Source", `Where sign and cure come from: ${source}`, () => {
    about.hidden = !about.hidden;
    rule.setAttribute("aria-expanded", String(!about.hidden));
  }, deeds.signal);
  rule.setAttribute("aria-expanded", "false");
  const dismiss = button("Dismiss", "Put it away, in later reports, too", deeds.dismiss, deeds.signal);
  root.append(known, element("div", "cnnviz-finding-deeds", {}, ...(select ? [select] : []), rule, dismiss), about);
  return { root, select };
}

/** What was measured, and what it was compared with: each number before its words. */
function numbers({ measured, reference }: FindingEntry): HTMLElement {
  const list = element("div", "cnnviz-finding-numbers");
  const add = (value: number | null, words: string): void => {
    list.append(element("b", "", {}, valueText(value, measured.is_share)), element("span", "", {}, words));
  };
  add(measured.value, measured.name);
  if (reference) {
    const { percentile, effect } = reference;
    const more = [
      percentile === null ? "" : `percentile ${number(percentile)}`,
      effect === null ? "" : `effect ${number(effect)}`,
    ];
    const words = [`compared with: ${reference.name}`, more.filter(Boolean).join(", ")];
    add(reference.value, words.filter(Boolean).join(" · "));
  }
  return list;
}

function follows(paths: readonly string[]): HTMLElement {
  const lead = "also shows in: ";
  if (paths.length <= NAMED) return element("div", "cnnviz-finding-follows", {}, lead + paths.join(", "));
  const some = paths.slice(0, NAMED).join(", ");
  const summary = element(
    "summary",
    "",
    { title: paths.join("\n") },
    `${lead}${some} and ${count(paths.length - NAMED)} more`,
  );
  keyboard(summary);
  return element("details", "cnnviz-finding-follows", {}, summary, paths.slice(NAMED).join(", "));
}

/** What the finding rests on. */
function footing(finding: FindingEntry): string {
  const { samples, source, kind } = finding;
  const rests = samples > 0 ? `on ${counted(samples, "sample")}` : "on the weights alone";
  return [channelText(finding), rests, kind, source].filter(Boolean).join(" · ");
}
