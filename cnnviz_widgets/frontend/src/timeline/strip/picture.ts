/** The strip's picture: losses and metrics above the layers' number, both over the same steps. */
import { type Axis, LEFT, rightOf } from "./axis";
import { markAt, place, type Placed, widthOf } from "./marks";
import type { Moments } from "../moments";
import { type Curve, type Health, healthValue, healthWord, type Line, lineText, lineValue, valueAt } from "./series";
import { svg } from "../../lib/dom/svg";
import { count } from "../../lib/format";
import { stepTicks } from "../../lib/plots/step-axis";
import { LIVE } from "../../lib/wire/constants";
import type { OnsetEntry } from "../../lib/wire/payloads";

export const HEIGHT = 92;
/** Heights from the top: of the marks, of both bands of curves, of the axis and its words. */
const MARKS = 5;
const TOP = 19;
const LOGS = { top: TOP, bottom: 55 };
const HEALTH = { top: 60, bottom: 74 };
const BASE = 76;
const WORDS = 88;
/** Pixels that an epoch's number, or a step's, needs. */
const EPOCH = 26;
const STEP = 80;

/** Words at the right end of a curve, and how high the curve is where they are of. */
export interface Label {
  key: string;
  y: number;
  at: number;
  text: string;
  title: string;
}

/** Pixels from one line of text to the next, which is larger than the axis' words. */
const LINE = 14;
const LARGER = 12 / 11;

export interface Content {
  moments: Moments;
  onsets: readonly OnsetEntry[];
  lines: readonly Line[];
  /** Which colour each line has, by its place. */
  hues: readonly number[];
  health: Health | undefined;
  /** Steps at which epochs begin, and their numbers, those to come included. */
  epochs: Float64Array;
  last: number;
  a: number;
  b: number;
}

export interface Drawn {
  root: SVGSVGElement;
  axis: Axis;
  /** Move the head, and say what the curves are at a step; all else stays. */
  point(position: number, hovered: number | undefined): void;
}

/** On a whole pixel, where a line one pixel wide is sharp. */
const sharp = (x: number): number => Math.floor(x) + 0.5;

let clips = 0;

export function draw(content: Content, axis: Axis, onMark: (mark: SVGGElement, placed: Placed) => void): Drawn {
  const { moments, onsets, lines, hues, health, last } = content;
  const { width } = axis;
  const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });
  const clip = `cnnviz-timeline-${clips++}`;
  const inside = svg("g", { "clip-path": `url(#${clip})` });
  root.append(
    svg("clipPath", { id: clip }, svg("rect", { x: LEFT, y: 0, width: axis.right - LEFT, height: BASE + 4 })),
    inside,
    svg("path", { d: `M${LEFT} ${BASE + 0.5}H${axis.right}`, class: "cnnviz-timeline-axis" }),
  );
  drawEpochs(root, inside, content.epochs, axis, Math.max(last, axis.range[1]));
  inside.append(svg("path", { d: ticks(moments, axis), class: "cnnviz-timeline-tick" }));

  const logs = health ? LOGS : { ...LOGS, bottom: HEALTH.bottom };
  const low = lines.length > 0 ? HEALTH : { ...HEALTH, top: TOP };
  const logY = (height: number): number => logs.bottom - height * (logs.bottom - logs.top);
  const healthY = (height: number): number => low.bottom - height * (low.bottom - low.top);
  if (health) {
    const y = (value: number): number => healthY(health.height(value));
    inside.append(
      svg("path", { d: health.every.map((curve) => path(curve, axis, y)).join(""), class: "cnnviz-timeline-every" }),
      svg("path", { d: path(health.chosen, axis, y), class: "cnnviz-timeline-health" }),
    );
  }
  lines.forEach((line, at) => {
    const y = (value: number): number => logY(line.height(value));
    const hue = `cnnviz-hue-${hues[at]}`;
    if (line.main && line.main.values !== line.main.lows) {
      inside.append(svg("path", { d: band(line.main, axis, y), class: `cnnviz-timeline-band ${hue}` }));
    }
    if (line.main) inside.append(svg("path", { d: path(line.main, axis, y), class: `cnnviz-timeline-line ${hue}` }));
    if (line.validation) {
      inside.append(svg("path", { d: path(line.validation, axis, y), class: `cnnviz-timeline-validation ${hue}` }));
      inside.append(svg("path", { d: dots(line.validation, axis, y), class: `cnnviz-timeline-dots ${hue}` }));
    }
  });
  for (const placed of place(onsets, (step) => axis.x(step), LEFT, axis.right)) {
    const mark = markAt(placed, MARKS, BASE);
    onMark(mark, placed);
    root.append(mark);
  }
  for (const [name, step] of [["A", content.a], ["B", content.b]] as const) {
    if (step >= 0 && axis.shows(step)) root.append(flag(name, sharp(axis.x(step))));
  }

  const hover = svg("path", { d: `M0 ${TOP - 3}V${BASE}`, class: "cnnviz-timeline-hover" });
  const head = svg(
    "g",
    { class: "cnnviz-timeline-head" },
    svg("path", { d: `M0 8V${BASE}` }),
    svg("path", { d: "M-5 2H5V8L0 13L-5 8Z", class: "cnnviz-timeline-handle" }),
  );
  const words = svg("g");
  const heights = svg("g");
  root.append(hover, words, heights, head);
  const end = axis.shows(last) ? axis.x(last) : axis.right;

  /** What the curves are at a step; of one before the last also where they are there. */
  function say(step: number): void {
    const labels: Label[] = [];
    for (const line of lines) {
      const value = valueAt(line.main ?? line.validation, step);
      const ending = finalOf(line.main ?? line.validation);
      if (value === undefined) continue;
      const text = lineValue(line, value);
      labels.push({ key: `cnnviz-hue-${hues[lines.indexOf(line)]}`, y: ending === undefined ? logs.top : logY(line.height(ending)), at: logY(line.height(value)), text: `${text}\n${line.name}`, title: lineText(line, step) });
    }
    const value = health && valueAt(health.chosen, step);
    if (health && value !== undefined) {
      const of = health.layer || "mean of the layers";
      labels.unshift({
        key: "cnnviz-timeline-health",
        y: healthY(health.height(finalOf(health.chosen) ?? 0)),
        at: healthY(health.height(value)),
        text: `${healthValue(health, value)}\n${healthWord(health.entry)}`,
        title: `${of}: ${health.entry.title} ${healthValue(health, value)}`,
      });
    }
    const x = end + 8;
    const isPast = step < last && labels.length > 0;
    words.replaceChildren(...spread(labels, TOP + 4 - LINE / 2, BASE - 2).map((label) => wordAt(label, x, width - x)));
    // The words stand at the curves' ends, wherever they are of.
    if (isPast) words.append(word(x, MARKS + 5, `at ${count(step)}`, "start"));
    const seen = isPast && axis.shows(step) ? labels.filter(({ at }) => Number.isFinite(at)) : [];
    heights.replaceChildren(...seen.map(({ key, at }) => svg("circle", { cx: axis.x(step), cy: at, r: 3, class: `cnnviz-timeline-here ${key}` })));
  }

  return {
    root,
    axis,
    point: (position, hovered) => {
      const step = position === LIVE ? last : position;
      head.style.display = axis.shows(step) ? "" : "none";
      head.setAttribute("transform", `translate(${sharp(axis.x(step))} 0)`);
      hover.style.display = hovered === undefined ? "none" : "";
      if (hovered !== undefined) hover.setAttribute("transform", `translate(${sharp(axis.x(hovered))} 0)`);
      say(hovered ?? (position === LIVE ? Infinity : position));
    },
  };
}

/** Epochs shaded in turn and numbered; without any, steps. */
function drawEpochs(root: SVGSVGElement, inside: SVGGElement, epochs: Float64Array, axis: Axis, last: number): void {
  const shown: { from: number; to: number; number: number; at: number }[] = [];
  for (let at = 0; at < epochs.length / 2; at++) {
    const to = epochs[2 * at + 2] ?? last;
    const from = Math.max(axis.x(epochs[2 * at]!), LEFT);
    const until = Math.min(axis.x(to), axis.right);
    if (until - from > 0.5) shown.push({ from, to: until, number: epochs[2 * at + 1]!, at });
  }
  if (shown.length === 0) {
    const [first, end] = axis.range;
    for (const step of stepTicks(first, end, (axis.right - LEFT) / STEP)) {
      root.append(svg("path", { d: `M${sharp(axis.x(step))} ${BASE}v4`, class: "cnnviz-timeline-axis" }), word(axis.x(step), WORDS, count(step), "middle"));
    }
    return;
  }
  const typical = (shown[shown.length - 1]!.to - shown[0]!.from) / shown.length;
  if (typical >= 4) {
    const shades = shown.filter(({ at }) => at % 2 === 1).map(({ from, to }) => `M${from} ${TOP - 3}H${to}V${BASE}H${from}Z`);
    inside.append(svg("path", { d: shades.join(""), class: "cnnviz-timeline-shade" }));
  }
  let free = LEFT;
  for (const { from, to, number } of shown) {
    const [middle, text] = [(from + to) / 2, free === LEFT ? `epoch ${count(number)}` : count(number)];
    const half = Math.max(widthOf(text), EPOCH - 8) / 2;
    if (middle - half < free || middle + half > axis.right + 8) continue;
    root.append(word(middle, WORDS, text, "middle"));
    free = middle + half + 6;
  }
}

/** Moments with a picture, those that fall on one pixel once. */
function ticks(moments: Moments, axis: Axis): string {
  const columns = new Set<number>();
  moments.steps.forEach((step, index) => {
    if (moments.recorded[index] && axis.shows(step)) columns.add(sharp(axis.x(step)));
  });
  return [...columns].map((x) => `M${x} ${BASE}v3`).join("");
}

/** A line through all points in sight, one beyond each end, with gaps where there is no number. */
function path({ steps, values }: Curve, axis: Axis, y: (value: number) => number): string {
  const [first, last] = reach(steps, axis);
  let [made, isDrawing] = ["", false];
  for (let at = first; at <= last; at++) {
    if (!Number.isFinite(values[at])) {
      isDrawing = false;
      continue;
    }
    made += `${isDrawing ? "L" : "M"}${axis.x(steps[at]!).toFixed(1)} ${y(values[at]!).toFixed(1)}`;
    // A point alone is drawn as one.
    if (!isDrawing && !Number.isFinite(values[at + 1])) made += "h0.1";
    isDrawing = true;
  }
  return made;
}

function band({ steps, lows, highs }: Curve, axis: Axis, y: (value: number) => number): string {
  const [first, last] = reach(steps, axis);
  const limit = (value: number): string => Math.min(Math.max(y(value), TOP - 3), BASE).toFixed(1);
  const [over, under]: [string[], string[]] = [[], []];
  for (let at = first; at <= last; at++) {
    if (!Number.isFinite(lows[at]) || !Number.isFinite(highs[at])) continue;
    const x = axis.x(steps[at]!).toFixed(1);
    over.push(`${x} ${limit(highs[at]!)}`);
    under.unshift(`${x} ${limit(lows[at]!)}`);
  }
  return over.length > 1 ? `M${over.join("L")}L${under.join("L")}Z` : "";
}

function dots({ steps, values }: Curve, axis: Axis, y: (value: number) => number): string {
  const [first, last] = reach(steps, axis);
  let [made, free] = ["", -Infinity];
  for (let at = first; at <= last; at++) {
    const x = axis.x(steps[at]!);
    if (!Number.isFinite(values[at]) || x < free) continue;
    made += `M${x - 2.5} ${y(values[at]!)}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0`;
    free = x + 7;
  }
  return made;
}

function reach(steps: Float64Array, axis: Axis): [number, number] {
  let [first, last] = [0, steps.length - 1];
  while (first < last && steps[first + 1]! < axis.range[0]) first++;
  while (last > first && steps[last - 1]! > axis.range[1]) last--;
  return [first, last];
}

function finalOf(curve: Curve | undefined): number | undefined {
  let at = (curve?.values.length ?? 0) - 1;
  while (at >= 0 && !Number.isFinite(curve!.values[at])) at--;
  return curve?.values[at];
}

/** Where each stands: near its curve, at least a line from the next, and all between two heights. */
export function spread<L extends Pick<Label, "y">>(labels: readonly L[], top: number, bottom: number): L[] {
  const room = Math.max(1, Math.floor((bottom - top) / LINE) + 1);
  const placed = labels.slice(0, room).map((label) => ({ ...label }));
  const sorted = [...placed].sort((a, b) => a.y - b.y);
  let least = top;
  for (const label of sorted) {
    label.y = Math.max(label.y, least);
    least = label.y + LINE;
  }
  let most = bottom;
  for (const label of sorted.reverse()) {
    label.y = Math.min(label.y, most);
    most = label.y - LINE;
  }
  return placed;
}

/** A moment that is to be compared. */
function flag(name: string, x: number): SVGGElement {
  return svg(
    "g",
    { class: "cnnviz-timeline-flag" },
    svg("path", { d: `M${x} ${TOP - 3}V${BASE}` }),
    svg("rect", { x: x - 7, y: BASE - 7, width: 14, height: 14, rx: 2 }),
    word(x, BASE + 4, name, "middle"),
  );
}

function wordAt({ key, y, text, title }: Label, x: number, room: number): SVGTextElement {
  const [value, name] = text.split("\n") as [string, string];
  const letters = Math.floor((room - LARGER * widthOf(`${value} `)) / (LARGER * widthOf("x")));
  const short = name.length <= letters ? name : `${name.slice(0, letters - 2)}…`;
  const made = word(x, y + 4, letters >= Math.min(8, name.length) ? `${value} ${short}` : value, "start");
  made.setAttribute("class", `cnnviz-timeline-label ${key}${/NaN|∞/.test(value) ? " cnnviz-timeline-bad" : ""}`);
  const tip = svg("title");
  tip.textContent = title;
  made.append(tip);
  return made;
}

function word(x: number, y: number, text: string, anchor: "start" | "middle" | "end"): SVGTextElement {
  const made = svg("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}

/** Pixels at the right where the head's way ends: beyond is live. */
export const liveFrom = (axis: Axis, last: number): number => Math.min(axis.shows(last) ? axis.x(last) + 6 : axis.right, axis.width - rightOf(axis.width) + 6);
