/** Marks of a training: what began at layers, and other inputs; and the way from one to another. */
import type { Moments } from "./moments";
import { LIVE } from "../lib/wire/constants";
import type { ChangeEntry, OnsetEntry } from "../lib/wire/payloads";

/** Of a mark where the model was shown other inputs. */
const INPUTS = "inputs";

export const isOfInputs = ({ kind }: OnsetEntry): boolean => kind === INPUTS;

/** All marks, by step. */
export function marksOf(onsets: readonly OnsetEntry[], changes: readonly ChangeEntry[] = []): OnsetEntry[] {
  const made = changes.map(({ step, title }) => ({ kind: INPUTS, layer: "", step, text: title, from_start: false }));
  return [...onsets, ...made].sort((a, b) => a.step - b.step);
}

/** Which inputs a moment is of, as the end of a sentence; "" where they were never changed. */
export function inputsAt(changes: readonly ChangeEntry[] = [], position: number): string {
  if (changes.length === 0) return "";
  const before = changes.filter(({ step }) => position === LIVE || step <= position);
  return ` · on ${before[before.length - 1]?.title ?? "the inputs before"}`;
}

/** What training brought about, before what was there from its start. */
export function firstDead(onsets: readonly OnsetEntry[]): OnsetEntry | undefined {
  const dead = onsets.filter(({ kind }) => kind === "dead");
  return dead.find(({ from_start: fromStart }) => !fromStart) ?? dead[0];
}

/** The mark before a position, or after it. */
export function markBeside(onsets: readonly OnsetEntry[], moments: Moments, position: number, way: -1 | 1): OnsetEntry | undefined {
  if (moments.count === 0) return undefined;
  if (way > 0) return position === LIVE ? undefined : onsets.find(({ step }) => moments.of(step) > position);
  return [...onsets].reverse().find(({ step }) => position === LIVE || moments.of(step) < position);
}

/** The next of those that share a mark; after the last one, the first. */
export function nextOf(onsets: readonly OnsetEntry[], before: OnsetEntry | undefined): OnsetEntry {
  const at = onsets.findIndex(({ kind, layer, step }) => kind === before?.kind && layer === before.layer && step === before.step);
  return onsets[at + 1] ?? onsets[0]!;
}
