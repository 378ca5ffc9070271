/** A report as Python sends it, and its words as a reader wants them. */
import { element } from "../lib/dom/elements";
import { count, counted, lastName, number, percent, withLastName } from "../lib/format";
import { FINDING_TITLES } from "../lib/wire/constants";
import type { FindingEntry, Severity } from "../lib/wire/payloads";

export const SEVERITIES: readonly Severity[] = ["severe", "warning", "note"];

/** A kind that is not known here reads as its own name. */
export const kindName = (kind: string): string => FINDING_TITLES[kind] ?? kind.replace(/-/g, " ");

/** Where to look: `conv1`, `conv1 · kernel`, or `conv1 · weights` where several are concerned. */
export function placeName({ layer, view, weight }: FindingEntry): string {
  const place = layer || "the model as a whole";
  return view === "weights" ? `${place} · ${weight || "weights"}` : place;
}

export const valueText = (value: number | null, isShare: boolean): string =>
  value === null ? "not finite" : isShare ? percent(value) : number(value);

/** `1 severe, 2 warnings, 1 note`, without what there is none of. */
export function severityCounts(findings: readonly FindingEntry[]): string {
  const words = { severe: "severe", warning: "warning", note: "note" };
  return SEVERITIES.map((severity) => {
    const many = findings.filter((finding) => finding.severity === severity).length;
    if (many === 0) return "";
    return severity === "severe" ? `${count(many)} severe` : counted(many, words[severity]);
  })
    .filter(Boolean)
    .join(", ");
}

/** `channel 3`, `channels 3, 5, 7`, `47 channels: 1, 2, …`; "" for all of them. */
export function channelText({ channels, channel_names: names, channel_count: many }: FindingEntry): string {
  if (many === 0) return "";
  // Widget state that was saved before channels had names has none.
  const list = channels.map((channel, at) => (names?.[at] ? `${channel} (${names[at]})` : channel)).join(", ");
  if (many === 1) return `channel ${list}`;
  if (many <= channels.length && many <= 8) return `channels ${list}`;
  return `${counted(many, "channel")}: ${list}${many > channels.length ? ", …" : ""}`;
}

/** Whether every word typed occurs in what a row shows. */
export function findingMatches(finding: FindingEntry, filter: string): boolean {
  const { kind, layer, weight, summary, severity } = finding;
  const text = `${kind} ${kindName(kind)} ${layer} ${weight} ${severity} ${summary}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** A sentence whose parts between backticks are lines of code. */
export function withCode(text: string): (Node | string)[] {
  return text.split(/`([^`]+)`/).map((part, at) => (at % 2 ? element("code", "cnnviz-code", {}, part) : part));
}

/** Of a name of more letters the end is shown. */
const LONGEST = 60;

/** What was found, speaking of the layer by its last name, however long that is. */
export function sentenceOf({ summary, layer }: FindingEntry): string {
  const [sentence, name] = [withLastName(summary, layer), lastName(layer)];
  return name.length > LONGEST ? sentence.split(name).join(`…${name.slice(1 - LONGEST)}`) : sentence;
}
