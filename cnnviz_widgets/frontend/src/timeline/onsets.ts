/** The way from one mark to another. */
import type { Moments } from "./moments";
import { LIVE } from "../lib/wire/constants";
import type { OnsetEntry } from "../lib/wire/payloads";

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
