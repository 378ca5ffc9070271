/** Marks of what began at a step: triangles along the top, and a word on the layers where it fits. */
import { isOfInputs } from "../onsets";
import { svg } from "../../lib/dom/svg";
import { counted, lastName } from "../../lib/format";
import type { OnsetKind } from "../../lib/wire/constants";
import type { OnsetEntry } from "../../lib/wire/payloads";

/** What a layer does from then on. */
const WORDS: Record<string, readonly [one: string, several: string]> = {
  dead: ["dies", "die"],
  "non-finite": ["not finite", "not finite"],
  frozen: ["frozen", "frozen"],
} satisfies Record<OnsetKind, readonly [string, string]>;

/** Pixels of a letter, about, and the most letters of a name. */
const LETTER = 6.3;
const LONGEST = 20;
const LONGEST_INPUTS = 32;
/** Marks closer than this are one. */
const NEAR = 9;
const SHAPE = "M-4.5 0H4.5L0 7Z";
/** Of other inputs: a frame. */
const FRAME = "M-4 0.5H4V7.5H-4Z";

export interface Placed {
  x: number;
  onsets: OnsetEntry[];
  /** What stands beside it; "" where there is no room, or a neighbour says it. */
  text: string;
  /** Whether that stands at its left. */
  isLeft: boolean;
}

export const widthOf = (text: string): number => LETTER * text.length;

/** Marks from left to right, those that meet as one; a word beside as many as have room for it. */
export function place(onsets: readonly OnsetEntry[], xOf: (step: number) => number, left: number, right: number): Placed[] {
  const placed: Placed[] = [];
  for (const onset of onsets) {
    const x = xOf(onset.step);
    if (x < left - 1 || x > right + 1) continue;
    const before = placed[placed.length - 1];
    if (before && x - before.x < NEAR) before.onsets.push(onset);
    else placed.push({ x, onsets: [onset], text: "", isLeft: false });
  }
  // Whom a word speaks for: its own mark, and those left of it that have no room for one.
  let silent: OnsetEntry[] = [];
  let taken = left;
  placed.forEach((mark, at) => {
    const [speaks, next] = [[...silent, ...mark.onsets], placed[at + 1]?.x ?? right];
    const text = textOf(speaks);
    const room = next - mark.x - 16;
    if (widthOf(text) <= room) {
      mark.text = text;
      taken = mark.x + 9 + widthOf(text);
      silent = [];
    } else if (at === placed.length - 1 && widthOf(text) <= mark.x - 12 - taken && silent.length === 0) {
      mark.text = text;
      mark.isLeft = true;
    } else silent = speaks;
  });
  return placed;
}

/** `block2_conv1 +3 die`, or which inputs were shown from then on. */
export function textOf(marks: readonly OnsetEntry[]): string {
  const onsets = marks.filter((mark) => !isOfInputs(mark));
  const inputs = marks.filter(isOfInputs);
  if (onsets.length === 0) return short(inputs[inputs.length - 1]!.text, LONGEST_INPUTS);
  return `${layersText(onsets)}${inputs.length > 0 ? " · other inputs" : ""}`;
}

const short = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function layersText(onsets: readonly OnsetEntry[]): string {
  const layers = [...new Set(onsets.map(({ layer }) => lastName(layer)))];
  const kinds = [...new Set(onsets.map(({ kind }) => kind))];
  const name = short(layers[0]!, LONGEST);
  const more = layers.length > 1 ? ` +${layers.length - 1}` : "";
  const [one, several] = WORDS[kinds[0]!] ?? ["", ""];
  const isOld = onsets.every(({ from_start: fromStart, kind }) => fromStart && kind === "dead");
  const words = kinds.length > 1 ? "" : isOld ? "dead" : layers.length > 1 ? several : one;
  return `${name}${more}${words ? ` ${words}` : ""}`;
}

/** A mark; its box takes the mouse, 24 pixels wide and high. */
export function markAt({ x, onsets, text, isLeft }: Placed, top: number, bottom: number): SVGGElement {
  const made = svg(
    "g",
    { class: `cnnviz-onset cnnviz-onset-${onsets[0]!.kind.replace(/[^\w-]/g, "")}`, transform: `translate(${Math.floor(x) + 0.5} 0)` },
    svg("path", { d: `M0 ${top + 8}V${bottom}`, class: "cnnviz-onset-stem" }),
    svg("rect", { x: -12, y: top - 4, width: 24, height: 24, class: "cnnviz-onset-box" }),
    svg("path", { d: onsets.every(isOfInputs) ? FRAME : SHAPE, transform: `translate(0 ${top})`, class: "cnnviz-onset-shape" }),
  );
  const title = svg("title");
  title.textContent = `${onsetsText(onsets)}\nClick: to this moment${onsets.every(isOfInputs) ? "" : " and layer"}`;
  made.append(title);
  if (text) {
    const words = svg("text", { x: isLeft ? -9 : 9, y: top + 8, "text-anchor": isLeft ? "end" : "start" });
    words.textContent = text;
    made.append(words);
  }
  return made;
}

/** So many sentences are read; beyond them a number tells enough. */
const MOST_TOLD = 6;

/** What began there, in words, a line each. */
export function onsetsText(onsets: readonly OnsetEntry[]): string {
  const sentences = onsets.slice(0, MOST_TOLD).map((mark) => (isOfInputs(mark) ? `Other inputs: ${mark.text}` : `${mark.layer}: ${mark.text}`));
  const more = onsets.length - MOST_TOLD;
  return sentences.concat(more > 0 ? [`and ${counted(more, "more mark")}`] : []).join("\n");
}
