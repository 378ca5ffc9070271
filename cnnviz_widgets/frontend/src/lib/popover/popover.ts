/** A small window under a button: nothing clips it, and it goes when one looks elsewhere. */
import { element } from "../dom/elements";
import { onEscape } from "../frame/escape";

export interface Popover {
  root: HTMLElement;
  open(): void;
  close(): void;
  toggle(): void;
  readonly isOpen: boolean;
}

interface Options {
  label: string;
  align?: "start" | "end";
  /** Just before it opens. */
  onOpen?: () => void;
}

/** Pixels between the button and the window, and at least between the window and the page's edges. */
const GAP = 4;

export function popover(
  opener: HTMLElement,
  content: HTMLElement,
  signal: AbortSignal,
  { label, align = "end", onOpen }: Options,
): Popover {
  const root = element("div", "cnnviz-popover", { popover: "manual", role: "dialog", "aria-label": label, tabindex: -1 }, content);
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  opener.setAttribute("aria-haspopup", "dialog");
  opener.setAttribute("aria-expanded", "false");
  let isOpen = false;

  function place(): void {
    const from = opener.getBoundingClientRect();
    const { width, height } = root.getBoundingClientRect();
    const wanted = align === "end" ? from.right - width : from.left;
    const below = from.bottom + GAP;
    const top = below + height + GAP > innerHeight && from.top - GAP - height > 0 ? from.top - GAP - height : below;
    root.style.left = `${Math.max(GAP, Math.min(wanted, innerWidth - width - GAP))}px`;
    root.style.top = `${top}px`;
  }

  function open(): void {
    if (isOpen) return;
    onOpen?.();
    // In the frame, so that full screen shows it, and it has the frame's colours.
    (opener.closest<HTMLElement>(".cnnviz-frame") ?? opener.parentElement ?? document.body).append(root);
    root.showPopover?.();
    isOpen = true;
    opener.setAttribute("aria-expanded", "true");
    place();
    (root.querySelector<HTMLElement>("[autofocus], input, button, select, [tabindex='0']") ?? root).focus({ preventScroll: true });
  }

  function close(): void {
    if (!isOpen) return;
    isOpen = false;
    const held = root.contains(document.activeElement);
    opener.setAttribute("aria-expanded", "false");
    root.hidePopover?.();
    root.remove();
    if (held) opener.focus({ preventScroll: true });
  }

  const toggle = (): void => (isOpen ? close() : open());
  opener.addEventListener("click", toggle, { signal });
  onEscape(root, "popover", () => isOpen, close, signal);
  // Its keys are not the frame's.
  root.addEventListener("keydown", (event) => event.stopPropagation(), { signal });
  const elsewhere = (event: Event): void => {
    const path = event.composedPath();
    if (isOpen && !path.includes(root) && !path.includes(opener)) close();
  };
  document.addEventListener("pointerdown", elsewhere, { signal, capture: true });
  document.addEventListener("scroll", (event) => isOpen && !event.composedPath().includes(root) && place(), { signal, capture: true, passive: true });
  addEventListener("resize", () => isOpen && place(), { signal });
  signal.addEventListener("abort", () => root.remove(), { once: true });
  return { root, open, close, toggle, get isOpen() { return isOpen; } };
}
