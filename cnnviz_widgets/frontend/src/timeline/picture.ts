/** The strip's picture: marks above ticks above the axis, and where the reader is. */
import { kindTitle, markAt, place, MARK, type Placed } from "./marks";
import type { Moments } from "./moments";
import { svg } from "../lib/dom/svg";
import { count } from "../lib/format";
import { LEFT, RIGHT, StepAxis } from "../lib/plots/step-axis";
import { LIVE } from "../lib/wire/constants";
import type { OnsetEntry } from "../lib/wire/payloads";

/** Heights in CSS pixels: of the ticks' band, and of the axis below it. */
const BAND = 18;
const AXIS = 18;
const TOP = 3;

export interface Drawn {
  root: SVGSVGElement;
  axis: StepAxis;
  /** Moves the cursor; all else stays. */
  point(position: number): void;
}

/** On a whole pixel, where a line one pixel wide is sharp. */
const sharp = (x: number): number => Math.floor(x) + 0.5;

export function draw(
  moments: Moments,
  onsets: readonly OnsetEntry[],
  width: number,
  onMark: (mark: SVGGElement, placed: Placed) => void,
): Drawn {
  const axis = new StepAxis(moments.steps[0]!, moments.last, width);
  const { placed, kinds } = place(onsets, (step) => axis.x(step));
  const base = TOP + kinds.length * MARK + (kinds.length > 0 ? 3 : 0);
  const bottom = base + BAND;
  const height = bottom + AXIS;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });

  // Ticks that fall on the same pixel are drawn once: as many as there are pixels, at the most.
  const columns = new Map<number, boolean>();
  moments.steps.forEach((step, index) => {
    const x = sharp(axis.x(step));
    columns.set(x, (columns.get(x) ?? false) || moments.recorded[index] === 1);
  });
  const ticks = (recorded: boolean): string =>
    [...columns]
      .filter(([, isRecorded]) => isRecorded === recorded)
      .map(([x]) => `M${x} ${base + (recorded ? 2 : 8)}V${bottom}`)
      .join("");
  root.append(
    svg("line", { x1: LEFT, x2: width - RIGHT, y1: bottom + 0.5, y2: bottom + 0.5, class: "cnnviz-timeline-axis" }),
    svg("path", { d: ticks(false), class: "cnnviz-timeline-tick" }),
    svg("path", { d: ticks(true), class: "cnnviz-timeline-tick cnnviz-kept" }),
    label(LEFT - 8, bottom - 4, "moments", "end"),
    label(LEFT - 8, bottom + 13, "step", "end"),
  );
  kinds.forEach((kind, row) => {
    const name = label(LEFT - 8, TOP + row * MARK + 10, kind, "end");
    const title = svg("title");
    title.textContent = kindTitle(kind);
    name.append(title);
    root.append(name);
  });
  for (const step of axis.ticks) {
    const x = sharp(axis.x(step));
    root.append(
      svg("line", { x1: x, x2: x, y1: bottom, y2: bottom + 4, class: "cnnviz-timeline-axis" }),
      label(x, bottom + 15, count(step), "middle"),
    );
  }
  const live = svg(
    "g",
    { class: "cnnviz-timeline-live" },
    svg("rect", { x: width - RIGHT + 12, y: base + 1, width: RIGHT - 14, height: BAND - 2, rx: 3 }),
    label(width - RIGHT / 2 + 5, bottom - 4, "live", "middle"),
  );
  const cursor = svg(
    "g",
    { class: "cnnviz-timeline-cursor" },
    svg("path", { d: `M0 ${base - 2}V${bottom + 3}` }),
    svg("circle", { cx: 0, cy: base + BAND / 2, r: 5 }),
  );
  root.append(live);
  for (const one of placed) {
    const x = sharp(one.x);
    root.append(svg("path", { d: `M${x} ${TOP + (one.row + 1) * MARK}V${bottom}`, class: "cnnviz-onset-stem" }));
    const mark = markAt({ ...one, x }, TOP);
    onMark(mark, one);
    root.append(mark);
  }
  root.append(cursor);
  return {
    root,
    axis,
    point: (position) => {
      live.classList.toggle("cnnviz-chosen", position === LIVE);
      cursor.style.display = position === LIVE ? "none" : "";
      cursor.setAttribute("transform", `translate(${sharp(axis.x(position))} 0)`);
    },
  };
}

function label(x: number, y: number, text: string, anchor: "start" | "middle" | "end"): SVGTextElement {
  const made = svg("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}
