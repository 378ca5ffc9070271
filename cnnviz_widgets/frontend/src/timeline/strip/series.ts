/** What is drawn over the steps: losses and metrics, and one number of the layers. */
import type { AnyModel } from "@anywidget/types";

import { number, wholePercent } from "../../lib/format";
import { asFloat32, asFloat64 } from "../../lib/linking/buffers";
import { scaleFor, written } from "../../lib/plots/value-scale";
import type { LogEntry, NumberEntry, TimelineCurvesState } from "../../lib/wire/payloads";

/** Points of one curve, and the height of each, 0 at the bottom and 1 at the top. */
export interface Curve {
  steps: Float64Array;
  values: Float32Array;
  /** What each value stands for reaches from here to there. */
  lows: Float32Array;
  highs: Float32Array;
}

/** A loss or a metric, with what it was on validation samples. */
export interface Line {
  name: string;
  of: LogEntry["of"] | undefined;
  /** So many batches a point stands for at the most. */
  batches: number;
  main: Curve | undefined;
  validation: Curve | undefined;
  isPercent: boolean;
  isLog: boolean;
  height(value: number): number;
}

/** One number of the layers. */
export interface Health {
  entry: NumberEntry;
  /** The layers' curves in grey, and the one that stands out; its layer, "" for the mean of all. */
  every: Curve[];
  chosen: Curve;
  layer: string;
  height(value: number): number;
}

const VALIDATION = "val_";
const SHARES = /acc|precision|recall|auc|iou|dice|f1|top_?\d|specificity|sensitivity|share|rate$/i;
/** A loss that spans so many times its least is drawn on a logarithmic scale. */
const LOG_FROM = 100;
/** More points than these are drawn as a mean of neighbours, with a band of what they span. */
const SMOOTH_FROM = 60;

export function linesOf(model: AnyModel<TimelineCurvesState>): Line[] {
  const entries = model.get("_logs");
  const [steps, values] = [asFloat64(model.get("_log_steps")), asFloat32(model.get("_log_values"))];
  const lines = new Map<string, Line>();
  let start = 0;
  for (const { name, of, points, batches } of entries) {
    const part = (index: number) => values.subarray(index * steps.length + start, index * steps.length + start + points);
    const curve: Curve = { steps: steps.subarray(start, start + points), values: part(0), lows: part(1), highs: part(2) };
    start += points;
    const isValidation = name.startsWith(VALIDATION);
    const base = isValidation ? name.slice(VALIDATION.length) : name;
    const line = lines.get(base) ?? {
      name: base, of: undefined, batches: 1, main: undefined, validation: undefined, isPercent: false, isLog: false, height: () => 0,
    };
    if (isValidation) line.validation = curve;
    else Object.assign(line, { of, batches, main: smoothed(curve) });
    lines.set(base, line);
  }
  return [...lines.values()].map(scaled);
}

/** Each on a scale of its own: they share the steps and nothing else. */
function scaled(line: Line): Line {
  let [low, high] = [Infinity, -Infinity];
  for (const curve of [line.main, line.validation]) {
    for (const value of curve?.values ?? []) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) [low, high] = [0, 1];
  const isPercent = SHARES.test(line.name) && low >= 0 && high <= 1;
  const isLog = !isPercent && low > 0 && high >= LOG_FROM * low;
  const of = isLog ? Math.log : (value: number) => value;
  const [bottom, top] = [of(low), of(high)];
  const height = (value: number): number => (top > bottom ? (of(value) - bottom) / (top - bottom) : 0.5);
  return { ...line, isPercent, isLog, height };
}

/** Means of neighbours, where there are more points than a reader tells apart. */
function smoothed(curve: Curve): Curve {
  const { values } = curve;
  if (values.length < SMOOTH_FROM) return curve;
  const reach = Math.round(values.length / SMOOTH_FROM);
  const means = values.map((value, at) => {
    if (!Number.isFinite(value)) return value;
    let [sum, some] = [0, 0];
    for (let i = Math.max(0, at - reach); i <= Math.min(values.length - 1, at + reach); i++) {
      if (!Number.isFinite(values[i])) continue;
      sum += values[i]!;
      some++;
    }
    return sum / some;
  });
  return { ...curve, values: means };
}

export function healthOf(model: AnyModel<TimelineCurvesState & { number: string }>, layer: string): Health | undefined {
  const numbers = model.get("_numbers");
  const [paths, steps, values] = [model.get("_paths"), asFloat64(model.get("_points")), asFloat32(model.get("_values"))];
  const at = Math.max(0, numbers.findIndex(({ name }) => name === model.get("number")));
  const entry = numbers[at];
  if (!entry?.known || steps.length === 0 || paths.length === 0) return undefined;
  const size = paths.length * steps.length;
  const all = values.subarray(at * size, (at + 1) * size);
  const every = paths.map((_, row) => curveOf(steps, all.subarray(row * steps.length, (row + 1) * steps.length)));
  const row = paths.indexOf(layer);
  const known = row >= 0 && every[row]!.values.some(Number.isFinite);
  const chosen = known ? every[row]! : curveOf(steps, meanOf(every, steps.length));
  const { log, min, max } = scaleFor(entry.look, all);
  const of = log ? Math.log : (value: number) => value;
  const height = (value: number): number =>
    Math.min(Math.max((of(Math.max(value, log ? min : value)) - of(min)) / (of(max) - of(min)), 0), 1);
  return { entry, every, chosen, layer: known ? layer : "", height };
}

const curveOf = (steps: Float64Array, values: Float32Array): Curve => ({ steps, values, lows: values, highs: values });

function meanOf(curves: readonly Curve[], points: number): Float32Array {
  return Float32Array.from({ length: points }, (_, point) => {
    const known = curves.map(({ values }) => values[point]!).filter(Number.isFinite);
    return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : NaN;
  });
}

/** The value that was known last at a step; undefined before the first. */
export function valueAt(curve: Curve | undefined, step: number): number | undefined {
  if (!curve) return undefined;
  let [low, high] = [0, curve.steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (curve.steps[middle]! <= step) low = middle + 1;
    else high = middle;
  }
  return curve.values[low - 1];
}

export const lineValue = (line: Line, value: number): string =>
  line.isPercent && Number.isFinite(value) ? wholePercent(value) : number(value, 2);

export const healthValue = ({ entry }: Health, value: number): string =>
  entry.look === "share" && Number.isFinite(value) ? wholePercent(value) : Number.isNaN(value) ? "–" : written(entry.look, value);

/** What a number is called in a label. */
const WORDS: Record<string, string> = {
  dead_share: "dead", zero_share: "zeros", change: "change", weight_norm: "‖W‖", gradient_norm: "gradient",
  minimum: "minimum", maximum: "maximum", nonfinite: "not finite", nonfinite_weights: "not finite",
};
export const healthWord = ({ name, title }: NumberEntry): string => WORDS[name] ?? title;

/** A line in words, for its tooltip. */
export function lineText(line: Line, step: number): string {
  const value = valueAt(line.main, step);
  const validation = valueAt(line.validation, step);
  const means = line.main && line.main.values.length >= SMOOTH_FROM;
  return [
    `${line.name} ${value === undefined ? "not known" : lineValue(line, value)}`,
    validation === undefined ? "" : `validation ${lineValue(line, validation)} (dots)`,
    line.of === "running" ? "since each epoch began, as Keras tells it" : line.of === "epoch" ? "told once an epoch" : "",
    line.of === "batch" && means ? "mean of neighbouring batches; the band is what they span" : "",
    line.isLog ? "logarithmic" : "",
  ].filter(Boolean).join(" · ");
}
