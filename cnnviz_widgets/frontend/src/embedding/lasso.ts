/** The pointer over the points: it hovers, clicks, draws around some, or moves all. */
import { onEscape } from "../lib/frame/escape";
import type { Place } from "./scatter";

/** A pointer that moved less has clicked. */
const STILL = 4;

interface Acts {
  /** The outline has grown, or is gone. */
  moved(): void;
  /** An outline was drawn around some. */
  around(outline: readonly Place[], event: MouseEvent): void;
  /** A click. */
  at(place: Place, event: MouseEvent): void;
  /** The pointer is over a place. */
  over(place: Place): void;
  /** All was moved by so many pixels. */
  panned(right: number, down: number): void;
}

export class Lasso {
  /** What is being drawn around; none where nothing is. */
  outline: readonly Place[] = [];
  private began: Place | undefined;
  private last: Place | undefined;
  private pans = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly acts: Acts,
    signal: AbortSignal,
  ) {
    const options = { signal };
    canvas.addEventListener("pointerdown", (event) => this.onDown(event), options);
    canvas.addEventListener("pointermove", (event) => this.onMove(event), options);
    canvas.addEventListener("pointerup", (event) => this.onUp(event), options);
    canvas.addEventListener("pointercancel", () => this.stop(), options);
    // What is drawn around is taken back; the release that is still to come does nothing.
    onEscape(canvas, "drag", () => this.outline.length > 0, () => this.stop(), signal);
  }

  private place(event: MouseEvent): Place {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /** The middle button, or Alt, moves all; the left one draws. A finger moves the page. */
  private onDown(event: PointerEvent): void {
    if (event.button > 1) return;
    this.pans = event.button === 1 || event.altKey;
    this.began = this.last = this.place(event);
    if (event.pointerType === "touch") return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
  }

  private onMove(event: PointerEvent): void {
    const place = this.place(event);
    const { began, last } = this;
    if (!began || !last) return this.acts.over(place);
    if (event.pointerType === "touch") return;
    this.last = place;
    if (this.pans) return this.acts.panned(place.x - last.x, place.y - last.y);
    if (this.outline.length === 0 && Math.hypot(place.x - began.x, place.y - began.y) < STILL) return;
    this.outline = this.outline.length === 0 ? [began, place] : [...this.outline, place];
    this.acts.moved();
  }

  private onUp(event: PointerEvent): void {
    const { outline, began, pans } = this;
    this.stop();
    if (!began || pans) return;
    if (outline.length > 0) this.acts.around(outline, event);
    else this.acts.at(began, event);
  }

  private stop(): void {
    this.outline = [];
    this.began = this.last = undefined;
    this.acts.moved();
  }
}
