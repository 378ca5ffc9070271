/** The frame that the header stands in: its keys, its height, and the whole screen. */
import { onResize } from "../lib/dom/canvas";
import { command, frameOf } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import { listenForKeys } from "../lib/frame/keys";

/** Pixels that JupyterLab keeps free around an output that has a tab of its own. */
const OUTPUT_VIEW = ".jp-LinkedOutputView";
const AROUND = 24;

export class Frame {
  private frame: HTMLElement | null = null;

  /** `part` stands in the frame once the notebook has put it there. */
  constructor(private readonly part: HTMLElement, private readonly signal: AbortSignal) {
    onResize(part, () => this.enter(), signal);
    document.addEventListener("fullscreenchange", () => this.tell(), { signal });
  }

  private enter(): void {
    const frame = frameOf(this.part);
    if (!frame || frame === this.frame) return;
    this.frame = frame;
    // A click beside all controls gives the frame the keyboard.
    frame.tabIndex = -1;
    frame.setAttribute("data-lm-suppress-shortcuts", "true");
    listenForKeys(frame, this.signal);
    // Escape leaves the page that was taken, as the browser lets it leave the screen.
    onEscape(this.part, "page", () => frame.classList.contains("cnnviz-whole-page"), () => this.wholePage(false), this.signal);
    this.fill(frame);
  }

  /** In a tab of its own it is as high as that. */
  private fill(frame: HTMLElement): void {
    const view = frame.closest<HTMLElement>(OUTPUT_VIEW);
    if (view) onResize(view, () => (frame.style.height = `${Math.max(320, view.clientHeight - AROUND)}px`), this.signal);
  }

  get whole(): boolean {
    return this.frame !== null && (document.fullscreenElement === this.frame || this.frame.classList.contains("cnnviz-whole-page"));
  }

  /** The whole screen or, where that is refused, the whole page; and back. */
  toggleWhole(): void {
    const { frame } = this;
    if (!frame) return;
    if (document.fullscreenElement === frame) void document.exitFullscreen();
    else if (frame.classList.contains("cnnviz-whole-page")) this.wholePage(false);
    else frame.requestFullscreen().catch(() => this.wholePage(true));
  }

  private wholePage(on: boolean): void {
    this.frame!.classList.toggle("cnnviz-whole-page", on);
    this.tell();
  }

  onWhole: () => void = () => undefined;

  private tell(): void {
    this.onWhole();
  }

  ask(name: Parameters<typeof command>[1]): void {
    command(this.part, name);
  }
}
