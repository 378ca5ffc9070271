/** The classes: press one to select its points, point at it to see them alone. */
import { element, keyboard, say } from "../lib/dom/elements";
import { count } from "../lib/format";
import { combineOf, type Combine } from "../lib/linking/selection";
import { DIFFERENT } from "./marks";
import type { Points } from "./points";
import { isSurveyed } from "./sample-points";
import type { Scatter } from "./scatter";

/** More classes are left out of the list. */
const MOST = 200;

/** A class by its number, those with wrong answers, or the samples shown among those surveyed. */
type Of = number | "wrong" | "shown";

interface Acts {
  select(numbers: readonly number[], how: Combine): void;
  /** Point at a class; undefined for none. */
  point(number: number | undefined): void;
}

export class Legend {
  readonly root = element("div", "cnnviz-embedding-legend", { role: "group", "aria-label": "Classes: press one to select its points" });
  private readonly note = element("div", "cnnviz-faint");

  private members = new Map<string, readonly number[]>();

  constructor(
    private readonly scatter: Scatter,
    acts: Acts,
    signal: AbortSignal,
  ) {
    const of = (event: Event): string | undefined => (event.target as Element).closest<HTMLElement>("[data-of]")?.dataset.of;
    this.root.addEventListener("click", (event) => {
      const numbers = this.members.get(of(event) ?? "");
      if (numbers) acts.select(numbers, combineOf(event));
    }, { signal });
    const point = (event: Event): void => {
      const number = of(event);
      acts.point(number === undefined || Number.isNaN(Number(number)) ? undefined : Number(number));
    };
    for (const type of ["pointerover", "focusin"]) this.root.addEventListener(type, point, { signal });
    for (const type of ["pointerleave", "focusout"]) this.root.addEventListener(type, () => acts.point(undefined), { signal });
  }

  show(points: Points): void {
    const members = new Map<Of, number[]>();
    const wrong = Array.from(points.numbers).filter((_, point) => points.wrong[point]);
    if (wrong.length > 0) members.set("wrong", wrong);
    const shown = points.surveyed > 0 ? Array.from(points.numbers).filter((id) => !isSurveyed(id)) : [];
    if (shown.length > 0) members.set("shown", shown);
    points.numbers.forEach((number, point) => {
      const of = points.classes[point]!;
      if (of < 0 && points.names.size === 0) return;
      const list = members.get(of);
      if (list) list.push(number);
      else members.set(of, [number]);
    });
    const order = [...members.keys()].sort((a, b) => rank(a) - rank(b));
    const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.of : undefined;
    const inside = this.root.contains(document.activeElement);
    const rows = order.slice(0, MOST).map((of) => this.row(of, members.get(of)!, points));
    const notes = [
      order.length > MOST ? `and ${count(order.length - MOST)} more` : "",
      points.names.size > DIFFERENT ? "Colours and shapes repeat." : "",
    ];
    say(this.note, notes.filter(Boolean).join(" "));
    this.members = new Map([...members].map(([of, numbers]) => [String(of), numbers]));
    this.root.replaceChildren(...rows, this.note);
    this.root.hidden = rows.length === 0;
    if (inside) rows.find((row) => row.dataset.of === held)?.focus({ preventScroll: true });
  }

  private row(of: Of, numbers: readonly number[], points: Points): HTMLButtonElement {
    const name = typeof of === "string" ? of : (points.names.get(of) ?? (points.areSamples ? "no class" : "alone"));
    const made = element("button", "cnnviz-embedding-class", { type: "button", title: `Select these (Shift: more, Ctrl: add or take away): ${name}` });
    made.dataset.of = String(of);
    made.append(
      this.scatter.sample(typeof of === "string" ? -1 : of, of === "wrong", of === "shown"),
      element("span", "cnnviz-embedding-name", {}, name),
      element("span", "cnnviz-faint", {}, count(numbers.length)),
    );
    keyboard(made);
    return made;
  }
}

/** The wrong ones first, then those shown; those of no class last. */
const rank = (of: Of): number => (of === "wrong" ? -Infinity : of === "shown" ? -1 : of < 0 ? Infinity : of);
