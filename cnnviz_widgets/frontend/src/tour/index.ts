/** Tour: a few bubbles over the blocks of the frame, and the list of its keys. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { bubblePlace, within, type Rect } from "./place";
import { steps, type Step } from "./steps";
import { button, element, mount } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { frameOf, onCommand } from "../lib/frame/commands";
import { cover } from "../lib/frame/cover";
import { onEscape } from "../lib/frame/escape";
import { KEYS } from "../lib/frame/keys";
import { onChange } from "../lib/linking/changes";
import { entry } from "../lib/linking/entry";
import type { TourState } from "../lib/wire/states";

/** Pixels by which the hole is larger than its block. */
const MARGIN = 2;
/** Keys that the views have themselves. */
const MORE_KEYS: readonly (readonly [key: string, words: string])[] = [
  ["← ↑ ↓ →", "Move in tree and tiles"],
  ["Space", "Select; with Shift a range, with Ctrl one more"],
  ["Ctrl C", "Copy the selected channels"],
  ["Ctrl Z", "The selection before"],
  ["Ctrl wheel", "Larger or smaller tiles"],
  ["Esc", "Close what is open"],
];

interface Stop extends Step {
  element: HTMLElement;
}

let tours = 0;

class Tour {
  readonly root = element("div", "cnnviz-tour-home", { hidden: true });
  private readonly sheet: HTMLElement;
  private readonly hole = element("div", "cnnviz-tour-hole", { "aria-hidden": "true" });
  private readonly bubble: HTMLElement;
  private readonly title: HTMLElement;
  private readonly text: HTMLElement;
  private readonly count = element("span", "cnnviz-tour-count");
  private readonly back: HTMLButtonElement;
  private readonly next: HTMLButtonElement;
  private readonly keys: HTMLButtonElement;
  private readonly place: () => void;
  private stops: Stop[] = [];
  private at = 0;
  private showsKeys = false;
  private isOpen = false;
  private before: Element | null = null;
  private uncover: () => void = () => undefined;

  constructor(
    private readonly model: AnyModel<TourState>,
    private readonly signal: AbortSignal,
  ) {
    const id = `cnnviz-tour-${tours++}`;
    this.title = element("div", "cnnviz-tour-title", { id: `${id}-title`, role: "heading", "aria-level": 3 });
    this.text = element("div", "cnnviz-tour-text", { id: `${id}-text` });
    this.keys = button("Keys", "All keys of the page", () => this.show(!this.showsKeys, this.at), signal);
    const close = button("Close", "Close the tour (Esc)", () => this.close(), signal);
    this.back = button("Back", "The bubble before (←)", () => this.go(-1), signal);
    this.next = button("Next", "The next bubble (→)", () => this.go(1), signal);
    this.keys.classList.add("cnnviz-tour-quiet");
    close.classList.add("cnnviz-tour-quiet");
    this.next.classList.add("cnnviz-tour-next");
    const words = element("div", "", { "aria-live": "polite" }, this.title, this.text);
    const foot = element("div", "cnnviz-tour-foot", {}, this.count, this.keys, close, this.back, this.next);
    this.bubble = element(
      "div",
      "cnnviz-tour-bubble",
      { role: "dialog", "aria-modal": "true", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-text` },
      words,
      foot,
    );
    this.sheet = element("div", "cnnviz cnnviz-tour", { popover: "manual", tabindex: -1 }, this.hole, this.bubble);
    this.sheet.setAttribute("data-lm-suppress-shortcuts", "true");
    this.place = eachFrame(() => this.isOpen && this.lay(), signal);
    this.sheet.addEventListener("keydown", (event) => this.onKey(event), { signal });
    onEscape(this.sheet, "tour", () => this.isOpen, () => this.close(), signal);
    onCommand(this.root, "tour", () => this.open(), signal);
    onChange(model, ["subject"], () => this.isOpen && this.show(this.showsKeys, this.at));
    document.addEventListener("scroll", this.place, { signal, capture: true, passive: true });
    addEventListener("resize", this.place, { signal });
    signal.addEventListener("abort", () => this.close(), { once: true });
  }

  private open(): void {
    const frame = frameOf(this.root);
    if (!frame || this.isOpen) return;
    this.isOpen = true;
    this.before = document.activeElement;
    this.uncover = cover([...frame.children].filter((each) => each instanceof HTMLElement) as HTMLElement[]);
    frame.append(this.sheet);
    this.sheet.showPopover?.();
    this.show(false, 0);
    this.next.focus({ preventScroll: true });
  }

  private close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.sheet.hidePopover?.();
    this.sheet.remove();
    this.uncover();
    if (!this.signal.aborted && this.before instanceof HTMLElement) this.before.focus({ preventScroll: true });
    this.before = null;
    this.stops = [];
  }

  /** The next bubble, or the one before; after the last one it is over. */
  private go(by: number): void {
    if (this.showsKeys) return this.show(false, this.at);
    if (this.at + by >= this.stops.length) return this.close();
    this.show(false, Math.max(0, this.at + by));
  }

  private show(showsKeys: boolean, at: number): void {
    // What is shown may be other blocks than a moment ago.
    this.stops = this.visible();
    this.at = Math.min(at, Math.max(0, this.stops.length - 1));
    this.showsKeys = showsKeys || this.stops.length === 0;
    const stop = this.stops[this.at];
    this.bubble.classList.toggle("cnnviz-tour-keys", this.showsKeys);
    this.hole.hidden = this.showsKeys;
    this.keys.textContent = this.showsKeys ? "Tour" : "Keys";
    this.keys.hidden = this.stops.length === 0;
    this.back.hidden = this.showsKeys || this.at === 0;
    this.next.hidden = this.showsKeys;
    this.next.textContent = this.at === this.stops.length - 1 ? "Done" : "Next";
    this.count.textContent = this.showsKeys ? "" : `${this.at + 1} of ${this.stops.length}`;
    if (this.showsKeys || !stop) {
      this.title.textContent = "Keys";
      this.text.replaceChildren(keyList());
    } else {
      this.title.textContent = stop.title;
      this.text.replaceChildren(stop.text);
      stop.element.scrollIntoView?.({ block: "nearest" });
    }
    if (!this.bubble.contains(document.activeElement) || isHidden(document.activeElement)) {
      (this.showsKeys ? this.keys : this.next).focus({ preventScroll: true });
    }
    this.lay();
  }

  /** The steps whose blocks are on the page. */
  private visible(): Stop[] {
    const frame = frameOf(this.root);
    return steps(this.model.get("subject")).flatMap((step) => {
      const found = [...(frame?.querySelectorAll<HTMLElement>(step.block) ?? [])].find(isOnPage);
      return found ? [{ ...step, element: found }] : [];
    });
  }

  /** Put the sheet over the frame, the hole over the block, and the bubble beside it. */
  private lay(): void {
    const frame = frameOf(this.sheet);
    if (!frame) return;
    const around = frame.getBoundingClientRect();
    const put = (what: HTMLElement, { left, top, width, height }: Rect): void => {
      Object.assign(what.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    };
    // As much of the frame as is on the screen: there the bubble has to be.
    const top = Math.max(0, around.top);
    const room = { width: around.width, height: Math.max(0, Math.min(innerHeight, around.bottom) - top) };
    put(this.sheet, { left: around.left, top, ...room });
    const { width, height } = this.bubble.getBoundingClientRect();
    let block: Rect = { left: 0, top: 0, width: room.width, height: room.height };
    const stop = this.stops[this.at];
    if (stop && !this.showsKeys) {
      const box = stop.element.getBoundingClientRect();
      const [left, right] = [box.left - MARGIN, box.right + MARGIN].map((x) => x - around.left);
      const [upper, lower] = [box.top - MARGIN, box.bottom + MARGIN].map((y) => y - top);
      block = within(left!, upper!, right!, lower!, room);
      put(this.hole, block);
    }
    const at = this.showsKeys
      ? { left: Math.max(0, (room.width - width) / 2), top: Math.max(0, (room.height - height) / 2) }
      : bubblePlace(block, { width, height }, room);
    Object.assign(this.bubble.style, { left: `${at.left}px`, top: `${at.top}px` });
  }

  private onKey(event: KeyboardEvent): void {
    // While it is open no key is the frame's.
    event.stopPropagation();
    const acts: Record<string, () => void> = {
      ArrowRight: () => this.go(1),
      ArrowLeft: () => this.go(-1),
      "?": () => this.show(!this.showsKeys, this.at),
    };
    if (event.key === "Tab") this.keepFocus(event);
    else if (acts[event.key]) {
      event.preventDefault();
      acts[event.key]!();
    }
  }

  /** Tab stays among the bubble's buttons. */
  private keepFocus(event: KeyboardEvent): void {
    const buttons = [...this.bubble.querySelectorAll("button")].filter((each) => !each.hidden);
    const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const next = (now + (event.shiftKey ? buttons.length - 1 : 1)) % buttons.length;
    event.preventDefault();
    buttons[next]?.focus();
  }
}

const isHidden = (each: Element | null): boolean => each instanceof HTMLElement && Boolean(each.hidden);

function isOnPage(block: HTMLElement): boolean {
  const { width, height } = block.getBoundingClientRect();
  return width > 0 && height > 0 && (block.checkVisibility?.({ visibilityProperty: true }) ?? true);
}

function keyList(): HTMLElement {
  const list = element("dl", "cnnviz-tour-list");
  const keys = KEYS.map(([key, , words]) => [key.toUpperCase(), words] as const);
  for (const [key, words] of [...keys, ...MORE_KEYS]) {
    list.append(element("div", "", {}, element("dt", "", {}, element("kbd", "", {}, key)), element("dd", "", {}, words)));
  }
  return list;
}

function render({ model, el, signal }: RenderProps<TourState>): void {
  const tour = new Tour(model, signal);
  mount(el, tour.root, signal);
}

export default entry(render);
