/** Findings by their cause: of one kind, with one cure, the worst first; notes apart. */
import { kindName, valueText } from "./report";
import { FINDING_TITLES } from "../lib/wire/constants";
import { counted } from "../lib/format";
import type { FindingEntry, ReportEntry, Severity } from "../lib/wire/payloads";

/** A finding with its number in the report. */
export interface Numbered {
  index: number;
  finding: FindingEntry;
}

export interface Cause {
  kind: string;
  severity: Severity;
  /** "" where nothing is advised. */
  cure: string;
  members: Numbered[];
}

/**
 * The causes of trouble, and the notes that belong to none of them. A report has the worst first,
 * and so have these.
 */
export function causesOf(findings: readonly Numbered[]): { grave: Cause[]; notes: Cause[] } {
  const grave = grouped(findings.filter(({ finding }) => finding.severity !== "note"));
  const loose: Numbered[] = [];
  for (const note of findings.filter(({ finding }) => finding.severity === "note")) {
    const { kind, cure } = note.finding;
    const cause = grave.find((each) => each.kind === kind && each.cure === cure);
    if (cause) cause.members.push(note);
    else loose.push(note);
  }
  return { grave, notes: grouped(loose) };
}

function grouped(findings: readonly Numbered[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const each of findings) {
    const { kind, cure, severity } = each.finding;
    const key = `${kind}\n${cure}`;
    const cause = causes.get(key) ?? { kind, cure, severity, members: [] };
    cause.members.push(each);
    causes.set(key, cause);
  }
  return [...causes.values()];
}

/** `Dead channels in 5 layers`: no more than the report says. */
export function headingOf({ kind, members }: Cause): string {
  const title = kindName(kind);
  const layers = new Set(members.map(({ finding }) => finding.layer)).size;
  const heading = title.charAt(0).toUpperCase() + title.slice(1);
  return layers > 1 ? `${heading} in ${counted(layers, "layer")}` : heading;
}

/** What stands for a finding when it is put away: its kind and layer, so that the next report's is, too. */
export const markOf = ({ kind, layer }: FindingEntry): [string, string] => [kind, layer];

/** Whether a finding was put away. */
export function isDismissed(finding: FindingEntry, dismissed: readonly (readonly [string, string])[]): boolean {
  return dismissed.some(([kind, layer]) => kind === finding.kind && layer === finding.layer);
}

/** The names of what was looked for and not found; without what the report says it left open. */
export function notFound(findings: readonly FindingEntry[], { skipped }: ReportEntry): string[] {
  const found = new Set(findings.map(({ kind }) => kind));
  const open = skipped.map(({ what }) => what);
  const isOpen = (kind: string): boolean => open.some((what) => what === kind || what.startsWith(`${kind}:`));
  return Object.keys(FINDING_TITLES)
    .filter((kind) => !found.has(kind) && !isOpen(kind))
    .map(kindName);
}

/** What a row says beside its layer, and how long its bar is; undefined where it has none. */
export function shareOf({ channel_count: many, channel_total: total, measured }: FindingEntry): {
  text: string;
  share: number | undefined;
} {
  if (many > 0 && total) return { text: `${many}/${total}`, share: many / total };
  const { value, is_share: isShare } = measured;
  // Of what concerns no channels a larger share need not be worse.
  return { text: valueText(value, isShare), share: many > 0 && isShare && value !== null ? value : undefined };
}
