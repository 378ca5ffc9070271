/** What is said of a layer: in its row few signs, in its tooltip and to a screen reader words. */
import { compact, count, counted, number, percent } from "../lib/format";
import type { LayerEntry } from "../lib/wire/payloads";

/** Kind, shape and size, as far as there is something to say. */
export function facts({ kind, shape, parameters }: LayerEntry): string[] {
  return [kind, shape, parameters > 0 ? `${compact(parameters)} params` : ""].filter(Boolean);
}

const POWERS: Record<number, string> = { 2: "²", 3: "³" };

/** `14²·32` of 14×14×32: places, and channels. */
export function shortShape(shape: string): string {
  const sizes = shape.split("×");
  const channels = sizes.pop()!;
  const power = POWERS[sizes.length];
  const equal = power && sizes[0] !== "?" && sizes.every((size) => size === sizes[0]);
  return [...(equal ? [`${sizes[0]}${power}`] : sizes.length > 0 ? [sizes.join("×")] : []), channels].join("·");
}

/** How many severe findings and warnings begin here, in words; "" where none does. */
export function findingsText({ severe, warnings }: Pick<LayerEntry, "severe" | "warnings">): string {
  const words = [severe > 0 ? `${count(severe)} severe` : "", warnings > 0 ? counted(warnings, "warning") : ""];
  const text = words.filter(Boolean).join(", ");
  return text && `${text} in the diagnosis`;
}

/** A line for each view that has been looked at, or not yet; none where nobody keeps count. */
export function lookedText({ looked, parameters }: LayerEntry): string[] {
  if (looked === null) return [];
  const views = parameters > 0 ? ["outputs", "weights"] : ["outputs"];
  return views.map((view) => `${view}: ${looked.includes(view) ? "looked at" : "not looked at yet"}`);
}

export const isBroken = ({ nonfinite }: LayerEntry): boolean => nonfinite !== null && nonfinite > 0;

/** The share of channels that are zero; NaN where it is not known. */
export const deadShare = ({ channels, dead }: LayerEntry): number =>
  channels && dead !== null ? dead / channels : NaN;

/** How many channels are zero on every sample, or on these; or are not finite. */
export function healthText(layer: LayerEntry, looked: string): string {
  const { channels, dead, nonfinite, surveyed } = layer;
  const basis = surveyed === null ? looked : `on all ${count(surveyed)} samples surveyed`;
  if (channels === null || dead === null) return "";
  if (isBroken(layer)) {
    const holds = nonfinite === 1 ? "holds" : "hold";
    return `${count(nonfinite!)} of ${counted(channels, "channel")} ${holds} NaN or infinity${basis && `, ${basis}`}`;
  }
  const be = basis ? (dead === 1 ? "was" : "were") : dead === 1 ? "is" : "are";
  const share = dead > 0 ? ` (${percent(dead / channels)})` : "";
  return `${count(dead)} of ${counted(channels, "channel")}${share} ${be} zero ${basis || "on every sample"}`;
}

/** How much the outputs vary; "" where it is not known. */
export function scaleText({ scale }: LayerEntry, earlier: boolean): string {
  if (scale === null) return "";
  return `σ of the outputs ${number(scale)}${earlier ? ", at an earlier look" : ""}`;
}

/** All that there is to say, the path first. */
export function words(layer: LayerEntry, basis: string, earlier: boolean): string[] {
  return [
    layer.path,
    ...facts(layer),
    layer.level,
    findingsText(layer),
    healthText(layer, basis),
    scaleText(layer, earlier),
    ...lookedText(layer),
  ].filter(Boolean);
}
