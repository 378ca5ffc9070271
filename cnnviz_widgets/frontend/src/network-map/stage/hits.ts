/** What of the picture can be pointed at, pressed and walked through: a button over each head and box. */
import { clamp } from "../../lib/clamp";
import { element, keyboard } from "../../lib/dom/elements";
import type { Station } from "../data";
import { HEAD, type Box, type Layout } from "./layout";

const HELP = "The map. Arrows walk, Enter selects, . opens what can be done, C shows the strongest chain, Z enlarges, + and − unfold and fold";

/** A head has no box. */
export interface Place {
  station: number;
  box: Box | undefined;
}

export class Hits {
  readonly root = element("div", "cnnviz-map-hits", { role: "group", "aria-label": HELP });
  private places: Place[] = [];
  private buttons: HTMLButtonElement[] = [];
  /** The columns, each with its head first: indices into the places. */
  private columns: number[][] = [];
  private active = 0;

  constructor(
    /** Stands among them. */
    private readonly more: HTMLElement,
    signal: AbortSignal,
  ) {
    this.root.addEventListener("focusin", (event) => {
      const at = this.buttons.indexOf(event.target as HTMLButtonElement);
      if (at >= 0) this.activate(at);
    }, { signal });
    this.root.addEventListener("keydown", (event) => this.onKey(event), { signal });
  }

  /** A button for each head and box. The focus stays where it was, as near as there is something. */
  lay(stations: readonly Station[], layout: Layout): void {
    const held = this.root.contains(document.activeElement);
    const before = this.places[this.active];
    const below = before?.box ? (layout.stacks[before.station] ?? []).findIndex((box) => nameOf(box) === nameOf(before.box!)) : -1;
    this.places = [];
    this.columns = layout.columns.map((_, station) => [undefined, ...(layout.stacks[station] ?? [])].map((box) => this.places.push({ station, box }) - 1));
    this.buttons = this.places.map(({ station, box }) => {
      const { left, right } = layout.columns[station]!;
      const made = element("button", box ? "cnnviz-map-box" : "cnnviz-map-head", { type: "button" });
      keyboard(made);
      const { x, y, width, height } = box ?? { x: left + 2, y: 31, width: right - left - 4, height: HEAD - 33 };
      Object.assign(made.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
      if (!box) made.title = stations[station]!.path;
      return made;
    });
    this.root.replaceChildren(...this.buttons, this.more);
    this.active = before ? (this.columns[before.station]?.[below + 1] ?? 0) : (this.columns[0]?.[1] ?? 0);
    this.activate(this.active);
    if (held) this.buttons[this.active]?.focus({ preventScroll: true });
  }

  /** What each says to those who do not see it, and which are pressed. */
  mark(look: (place: Place) => { label: string; isPressed: boolean }): void {
    this.places.forEach((place, at) => {
      const { label, isPressed } = look(place);
      this.buttons[at]!.setAttribute("aria-label", label);
      this.buttons[at]!.setAttribute("aria-pressed", String(isPressed));
    });
  }

  /** Which boxes stand back: all but these; none. */
  fade(near: ReadonlySet<number> | undefined): void {
    this.places.forEach(({ box }, at) => this.buttons[at]!.classList.toggle("cnnviz-map-far", near !== undefined && box !== undefined && !near.has(box.id)));
  }

  /** What an event is about. */
  of(event: Event): Place | undefined {
    return this.places[this.buttons.indexOf((event.target as Element).closest?.("button") as HTMLButtonElement)];
  }

  get current(): Place | undefined {
    return this.places[this.active];
  }

  buttonOf(box: Box): HTMLButtonElement | undefined {
    return this.buttons[this.places.findIndex((place) => place.box === box)];
  }

  focus(): void {
    this.buttons[this.active]?.focus({ preventScroll: true });
  }

  private activate(at: number): void {
    this.active = at;
    this.buttons.forEach((each, index) => (each.tabIndex = index === at ? 0 : -1));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = this.after(event.key);
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const button = this.buttons[next]!;
    button.focus({ preventScroll: true });
    button.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }

  private after(key: string): number | undefined {
    const { station } = this.places[this.active] ?? { station: 0 };
    const column = this.columns[station] ?? [];
    const row = column.indexOf(this.active);
    const go = (to: number): number | undefined => column[clamp(to, 0, column.length - 1)];
    if (key === "ArrowDown") return go(row + 1);
    if (key === "ArrowUp") return go(row - 1);
    if (key === "ArrowRight") return this.beside(station + 1, row);
    if (key === "ArrowLeft") return this.beside(station - 1, row);
    if (key === "Home") return this.beside(0, row);
    return key === "End" ? this.beside(this.columns.length - 1, row) : undefined;
  }

  /** The box of another column that is nearest; of a head that column's head. */
  private beside(station: number, row: number): number | undefined {
    const column = this.columns[station];
    const from = this.places[this.active]?.box;
    if (!column) return undefined;
    if (row <= 0 || !from) return column[0];
    const far = (at: number): number => {
      const { box } = this.places[at]!;
      return box ? Math.abs(box.y + box.height / 2 - from.y - from.height / 2) : Infinity;
    };
    return column.reduce((best, at) => (far(at) < far(best) ? at : best));
  }
}

const nameOf = ({ group, state }: Box): string | number => group?.group ?? state;
