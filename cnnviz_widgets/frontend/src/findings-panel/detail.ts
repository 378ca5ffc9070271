/** What a finding says when it is unfolded: evidence, limits, cure and source. */
import { histogram } from "./histogram";
import { channelText, valueText } from "./report";
import { element, keyboard } from "../lib/dom/elements";
import { count, counted, number } from "../lib/format";
import type { FindingEntry } from "../lib/wire/payloads";

/** So many layers are named before the rest is folded away. */
const NAMED = 3;

export function detail(finding: FindingEntry): HTMLElement {
  const { cure, limits, evidence, reference } = finding;
  const words = element("div", "cnnviz-finding-words");
  words.append(
    element("div", "cnnviz-finding-summary", {}, finding.summary),
    element("div", "cnnviz-finding-cure", {}, element("b", "", {}, "Cure: "), ...withCode(cure)),
    numbers(finding),
  );
  if (limits) words.append(element("div", "cnnviz-faint", {}, limits));
  if (finding.follows.length > 0) words.append(follows(finding.follows));
  words.append(element("div", "cnnviz-faint", {}, footing(finding)));
  const root = element("div", "cnnviz-finding-detail", {}, words);
  if (evidence) root.append(histogram(evidence, reference?.name ?? ""));
  return root;
}

/** A sentence whose parts between backticks are lines of code. */
function withCode(text: string): (Node | string)[] {
  return text.split(/`([^`]+)`/).map((part, at) => (at % 2 ? element("code", "cnnviz-code", {}, part) : part));
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
