/**
 * Escape ends one thing at a time, the innermost; which one that is, is said here and nowhere else.
 *
 * The parts of a frame are programs of their own. Whoever has something that Escape ends says so when
 * the key is pressed, and one of them is told to end it. A view alone in a cell is asked by itself.
 */
import { frameOf } from "./commands";
import { isCovered } from "./cover";

/** What Escape ends, from the innermost on. */
export const LEVELS = [
  "popover", "tour", "drag", "text", "layers", "error", "said", "search", "tile", "enlarged", "selection", "samples", "comparison", "drawer", "page",
] as const;
export type Level = (typeof LEVELS)[number];

/** What lies over everything hears the key wherever the focus is, unless that is in a text. */
const OVER_ALL: ReadonlySet<Level> = new Set(["popover", "tour"]);
const TEXT = "input, textarea, select, [contenteditable=true]";

interface Offer {
  level: Level;
  el: Element;
  end: () => void;
}

interface Question {
  scope: Element;
  offers: Offer[];
}

const EVENT = "cnnviz-escape";

/** Whose keys an element's are: the frame's or, where it stands alone, its view's. */
function scopeOf(el: Element): Element {
  let scope = el;
  for (let at: Element | null = el.closest(".cnnviz"); at; at = at.parentElement?.closest(".cnnviz") ?? null) scope = at;
  return frameOf(el) ?? scope;
}

/** Of two at one level the one that was put on the page later, or into the other. */
function innermost(a: Offer, b: Offer): number {
  const level = LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level);
  return level || (a.el.compareDocumentPosition(b.el) & Node.DOCUMENT_POSITION_FOLLOWING ? 1 : -1);
}

/** End the innermost of what is open around an element; false where nothing is. */
export function escape(from: Element): boolean {
  const offers: Offer[] = [];
  document.dispatchEvent(new CustomEvent<Question>(EVENT, { detail: { scope: scopeOf(from), offers } }));
  const [first] = offers.sort(innermost);
  first?.end();
  return first !== undefined;
}

/** Take a key press where it is Escape and there is something to be ended. */
export function takeEscape(event: KeyboardEvent, from: Element): boolean {
  const { key, defaultPrevented, isComposing, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (key !== "Escape" || defaultPrevented || isComposing || altKey || ctrlKey || metaKey || shiftKey || !escape(from)) return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/**
 * Have Escape end something of a part's.
 *
 * @param el where it is: nothing is ended that is hidden, or that something else lies over
 * @param isThere whether there is something to be ended now
 */
export function onEscape(el: HTMLElement, level: Level, isThere: () => boolean, end: () => void, signal: AbortSignal): void {
  document.addEventListener(EVENT, (event) => {
    const { scope, offers } = (event as CustomEvent<Question>).detail;
    if (!el.isConnected || scopeOf(el) !== scope || isCovered(el) || el.checkVisibility?.() === false) return;
    if (isThere()) offers.push({ level, el, end });
  }, { signal });
  // In a frame its keys have come first.
  el.addEventListener("keydown", (event) => void takeEscape(event, el), { signal });
  if (!OVER_ALL.has(level)) return;
  document.addEventListener("keydown", (event) => {
    if (isThere() && !(event.target as Element).matches?.(TEXT)) takeEscape(event, el);
  }, { signal });
}
