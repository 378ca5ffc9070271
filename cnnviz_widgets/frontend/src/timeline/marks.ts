/** Marks of what began at a step: a shape and a colour for each kind, in a row of its own. */
import { svg } from "../lib/dom/svg";
import { counted, lastName } from "../lib/format";
import type { OnsetKind } from "../lib/wire/constants";
import type { OnsetEntry } from "../lib/wire/payloads";

/** A triangle, a diamond and a square, each in a box of 12 × 12; a disc for what is not known here. */
const SHAPES: Record<string, string> = {
  dead: "M0.8 1.6 H11.2 L6 11 Z",
  "non-finite": "M6 0.4 L11.6 6 L6 11.6 L0.4 6 Z",
  frozen: "M1.6 1.6 H10.4 V10.4 H1.6 Z",
} satisfies Record<OnsetKind, string>;
const OTHER = "M6 1 A5 5 0 1 1 5.99 1 Z";

/** What each kind says. */
const KINDS: Record<string, string> = {
  dead: "channels that are zero on every sample",
  "non-finite": "NaN or infinity appear",
  frozen: "weights that no longer change, though they are to be trained",
} satisfies Record<OnsetKind, string>;
export const kindTitle = (kind: string): string => KINDS[kind] ?? kind;

/** In this order from top to bottom; kinds that are not known here come after them. */
const ORDER = Object.keys(KINDS);

/** Pixels of a mark with the room around it. */
export const MARK = 13;
/** Pixels of a digit beside a mark. */
const DIGIT = 7;

/** Marks of one kind drawn as one: more than one where there is no room for each. */
export interface Placed {
  x: number;
  row: number;
  onsets: OnsetEntry[];
}

/** Kinds from top to bottom, each in a row of its own, and its marks, each above its step. */
export function place(onsets: readonly OnsetEntry[], xOf: (step: number) => number): { placed: Placed[]; kinds: string[] } {
  const rank = (kind: string): number => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  const kinds = [...new Set(onsets.map(({ kind }) => kind))].sort((a, b) => rank(a) - rank(b));
  const placed: Placed[] = [];
  kinds.forEach((kind, row) => {
    let newest: Placed | undefined;
    for (const onset of onsets.filter((one) => one.kind === kind)) {
      const x = xOf(onset.step);
      if (newest && x - newest.x < widthOf(newest)) newest.onsets.push(onset);
      else placed.push((newest = { x, row, onsets: [onset] }));
    }
  });
  return { placed, kinds };
}

const widthOf = ({ onsets }: Placed): number =>
  onsets.length === 1 ? MARK : MARK + 2 + DIGIT * String(onsets.length).length;

/** A mark, with the number of those that share its place, above its step. */
export function markAt(placed: Placed, top: number): SVGGElement {
  const { x, row, onsets } = placed;
  const kind = onsets[0]!.kind;
  const made = svg(
    "g",
    { transform: `translate(${x - 6} ${top + row * MARK})`, class: `cnnviz-onset cnnviz-onset-${kind}` },
    // The whole box takes the mouse, not the shape alone.
    svg("rect", { x: -0.5, y: -0.5, width: widthOf(placed), height: MARK, class: "cnnviz-onset-box" }),
    svg("path", { d: SHAPES[kind] ?? OTHER }),
  );
  if (onsets.length > 1) {
    const number = svg("text", { x: MARK + 1, y: 10 });
    number.textContent = String(onsets.length);
    made.append(number);
  }
  return made;
}

/** So many sentences are read; beyond them a number tells enough. */
const MOST_TOLD = 3;

/** What began there, in words. */
export function onsetsText(onsets: readonly OnsetEntry[]): string {
  const sentences = onsets.slice(0, MOST_TOLD).map(({ layer, text }) => `${lastName(layer)}: ${text}`);
  const more = onsets.length - MOST_TOLD;
  return sentences.concat(more > 0 ? [`and ${counted(more, "more mark")}`] : []).join(" · ");
}
