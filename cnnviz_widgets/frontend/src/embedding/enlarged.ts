/** In a frame's side there is little room: the whole frame can be had, above all that is in it. */
import { onResize } from "../lib/dom/canvas";
import { button, element, say } from "../lib/dom/elements";
import { frameOf } from "../lib/frame/commands";
import { cover, isCovered } from "../lib/frame/cover";
import { onEscape } from "../lib/frame/escape";

/** What lies below it; beside it in its own pane, whatever else is there. */
const BELOW = ".cnnviz-frame-bar, .cnnviz-frame-layers, .cnnviz-frame-main";

export class Enlarged {
  private readonly button: HTMLButtonElement;
  /** What it is of: the frame's head, which says so, lies below it. */
  private readonly title = element("strong", "cnnviz-embedding-title");
  private isLarge = false;
  private uncover: () => void = () => undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly changed: () => void,
    private readonly signal: AbortSignal,
  ) {
    this.button = button("⤢", "Enlarge over the frame (Escape: back)", () => this.press(), signal);
    this.button.setAttribute("aria-label", "Enlarge");
    onEscape(root, "enlarged", () => this.isLarge, () => this.press(), signal);
    const place = (): void => this.place();
    document.addEventListener("scroll", place, { signal, capture: true, passive: true });
    addEventListener("resize", place, { signal });
    // The drawer was closed, or another tab opened: it is as it was when they are back.
    onResize(root, () => this.isLarge && root.checkVisibility?.() === false && this.turn(false), signal);
    // A comparison lies over the panes from now on, and over this.
    const panes = new MutationObserver(() => this.isLarge && isCovered(root) && this.turn(false));
    panes.observe(document.body, { attributeFilter: ["inert"], subtree: true });
    signal.addEventListener("abort", () => {
      panes.disconnect();
      this.uncover();
    }, { once: true });
  }

  /** Put the button where it is to stand; it shows in frames only. */
  offer(tools: HTMLElement): void {
    this.button.classList.add("cnnviz-embedding-enlarge");
    tools.prepend(this.title);
    tools.append(this.button);
  }

  /** Say what it is of. */
  name(layer: string): void {
    say(this.title, layer);
  }

  private press(): void {
    this.turn(!this.isLarge);
    this.button.focus({ preventScroll: true });
  }

  private turn(large: boolean): void {
    this.isLarge = large;
    this.button.setAttribute("aria-pressed", String(large));
    this.uncover();
    if (large) {
      // Above all: what is in the frame's side would be cut off at its edge.
      this.root.popover = "manual";
      this.root.showPopover?.();
      this.uncover = cover(this.below());
      this.place();
    } else {
      this.root.hidePopover?.();
      this.root.removeAttribute("popover");
      this.root.removeAttribute("style");
    }
    this.changed();
  }

  private below(): HTMLElement[] {
    const frame = frameOf(this.root);
    const beside = [...(frame?.querySelectorAll<HTMLElement>(".cnnviz-frame-drawer > *") ?? [])];
    return [...(frame?.querySelectorAll<HTMLElement>(BELOW) ?? []), ...beside.filter((each) => !each.contains(this.root))];
  }

  private place(): void {
    const frame = frameOf(this.root);
    if (!this.isLarge || !frame || this.signal.aborted) return;
    const { left, top, width, bottom } = frame.getBoundingClientRect();
    // The timeline stays in sight, to go through the moments.
    const foot = frame.querySelector(".cnnviz-frame-foot")?.getBoundingClientRect();
    const height = (foot && foot.height > 0 ? foot.top : bottom) - top;
    Object.assign(this.root.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  }
}
