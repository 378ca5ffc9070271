/** In a frame's side there is little room: the whole frame can be had, above all that is in it. */
import { button } from "../lib/dom/elements";
import { frameOf } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";

export class Enlarged {
  private readonly button: HTMLButtonElement;
  private isLarge = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly changed: () => void,
    private readonly signal: AbortSignal,
  ) {
    this.button = button("⤢", "Enlarge over the frame (Escape: back)", () => this.turn(!this.isLarge), signal);
    this.button.setAttribute("aria-label", "Enlarge");
    onEscape(root, "tile", () => this.isLarge, () => this.turn(false), signal);
    const place = (): void => this.place();
    document.addEventListener("scroll", place, { signal, capture: true, passive: true });
    addEventListener("resize", place, { signal });
  }

  /** Put the button where it is to stand; it shows in frames only. */
  offer(tools: HTMLElement): void {
    this.button.classList.add("cnnviz-embedding-enlarge");
    tools.append(this.button);
  }

  private turn(large: boolean): void {
    this.isLarge = large;
    this.button.setAttribute("aria-pressed", String(large));
    if (large) {
      // Above all: what is in the frame's side would be cut off at its edge.
      this.root.popover = "manual";
      this.root.showPopover?.();
      this.place();
    } else {
      this.root.hidePopover?.();
      this.root.removeAttribute("popover");
      this.root.removeAttribute("style");
    }
    this.button.focus({ preventScroll: true });
    this.changed();
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
