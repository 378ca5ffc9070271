/** A report as Python sends it, and its words as a reader wants them. */
import { count, counted, number, percent } from "../lib/format";

export type Severity = "severe" | "warning" | "note";

export const SEVERITIES: readonly Severity[] = ["severe", "warning", "note"];

/** NaN and infinity, which JSON lacks, come as null. */
export type Sent = number | null;

export interface EvidenceEntry {
  label: string;
  edges: Sent[];
  shares: Sent[];
  /** The same bins of what was compared with; empty where there is none. */
  reference: Sent[];
}

export interface FindingEntry {
  kind: string;
  severity: Severity;
  /** Path of the layer; "" for the model as a whole. */
  layer: string;
  view: "outputs" | "weights";
  /** How many channels are concerned, 0 for all of them, and the first of them. */
  channel_count: number;
  channels: number[];
  measured: { name: string; value: Sent; is_share: boolean };
  reference: { name: string; value: Sent; percentile: Sent; effect: Sent } | null;
  /** 0 for findings about weights alone. */
  samples: number;
  summary: string;
  limits: string;
  cure: string;
  source: string;
  weight: string;
  evidence: EvidenceEntry | null;
  /** Layers in which the same cause shows. */
  follows: string[];
}

export interface ReportEntry {
  model: string;
  layers: number;
  samples: number;
  notes: string[];
  skipped: { what: string; why: string }[];
}

const KINDS: Record<string, string> = {
  "non-finite": "NaN or infinity",
  "input-range": "unexpected input range",
  "unreachable-targets": "unreachable targets",
  dead: "dead channels",
  constant: "constant channels",
  saturated: "saturated channels",
  "near-zero": "values near zero",
  uniform: "uniform features",
  "unlike-input": "unlike the input",
  duplicate: "duplicate channels",
  "concentrated-forks": "concentrated forks",
  "noisy-weights": "noisy weights",
  "wide-uniform-weights": "wide, uniform weights",
  frozen: "frozen weights",
};

/** A kind that is not known here reads as its own name. */
export const kindName = (kind: string): string => KINDS[kind] ?? kind.replace(/-/g, " ");

/** Where to look: `conv1`, `conv1 · kernel`, or `conv1 · weights` where several are concerned. */
export function placeName({ layer, view, weight }: FindingEntry): string {
  const place = layer || "the model as a whole";
  return view === "weights" ? `${place} · ${weight || "weights"}` : place;
}

export const valueText = (value: Sent, isShare: boolean): string =>
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
export function channelText({ channels, channel_count: many }: FindingEntry): string {
  if (many === 0) return "";
  const list = channels.join(", ");
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
