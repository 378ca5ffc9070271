/**
 * The list as a window: in a frame where there is room for a rail only, or for nothing, it lies over
 * the grid while it is asked for. The frame gives it its place by the class.
 */
import { iconButton } from "../lib/dom/icons";
import { frameOf, onCommand } from "../lib/frame/commands";
import { cover } from "../lib/frame/cover";
import { onEscape } from "../lib/frame/escape";
import { LIST } from "./strip";

const OPEN = "cnnviz-layers-open";
const BELOW = ".cnnviz-frame-main, .cnnviz-frame-drawer";

export class Pane {
  /** What the rail has in place of the filter. */
  readonly opener: HTMLButtonElement;
  /** Where the focus was before. */
  private before: HTMLElement | null = null;
  /** The event that opened it is none that closes it. */
  private openedAt = 0;
  private uncover: () => void = () => undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly first: HTMLElement,
    signal: AbortSignal,
  ) {
    this.opener = iconButton("menu", "List of layers", "List of layers (L)", () => this.toggle(), signal);
    this.opener.classList.add("cnnviz-layer-opener");
    this.opener.setAttribute("aria-expanded", "false");
    onCommand(root, "layers", () => this.toggle(), signal);
    onEscape(root, "layers", () => root.classList.contains(OPEN), () => void this.close(), signal);
    signal.addEventListener("abort", () => this.uncover(), { once: true });
    document.addEventListener("click", (event) => {
      if (event.timeStamp >= this.openedAt && !event.composedPath().includes(root)) this.close(false);
    }, { signal });
  }

  /** Fold it away again, if it was open. */
  close(back = true): boolean {
    if (!this.root.classList.contains(OPEN)) return false;
    this.show(false);
    if (back) this.before?.focus({ preventScroll: true });
    return true;
  }

  /** Where the list stands in the page anyhow, the keyboard goes to it. */
  private toggle(): void {
    if (this.close()) return;
    const { activeElement } = document;
    if (this.root.clientWidth < LIST) {
      this.before = activeElement instanceof HTMLElement ? activeElement : null;
      this.openedAt = performance.now();
      this.show(true);
    }
    this.first.focus({ preventScroll: true });
  }

  private show(open: boolean): void {
    this.uncover();
    if (open) this.uncover = cover(frameOf(this.root)?.querySelectorAll<HTMLElement>(BELOW) ?? []);
    this.root.classList.toggle(OPEN, open);
    this.opener.setAttribute("aria-expanded", String(open));
  }
}
