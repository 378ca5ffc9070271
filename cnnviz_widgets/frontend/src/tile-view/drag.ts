/** Dragging a picture with the mouse, told apart from clicking it. */
import { onEscape } from "../lib/frame/escape";

/** Pixels that the pointer may move during a click. */
const CLICK = 4;

export class Drag<Start> {
  /** Whether the click that the browser sends now is the end of a drag. */
  ended = false;
  private from: { x: number; y: number; moved: boolean; start: Start } | undefined;

  /** `move` is told how far the pointer is from where the drag started, and what was there. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly start: () => Start,
    private readonly move: (start: Start, dx: number, dy: number) => void,
    signal: AbortSignal,
  ) {
    canvas.addEventListener("pointerdown", (event) => this.onDown(event), { signal });
    canvas.addEventListener("pointermove", (event) => this.onMove(event), { signal });
    canvas.addEventListener("pointerup", () => this.onUp(), { signal });
    canvas.addEventListener("pointercancel", () => this.end(), { signal });
    onEscape(canvas, "drag", () => this.from?.moved ?? false, () => this.takeBack(), signal);
  }

  get active(): boolean {
    return this.from !== undefined;
  }

  private onDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.from = { x: event.clientX, y: event.clientY, moved: false, start: this.start() };
  }

  private onMove(event: PointerEvent): void {
    if (!this.from) return;
    const [dx, dy] = [event.clientX - this.from.x, event.clientY - this.from.y];
    this.from.moved ||= Math.hypot(dx, dy) > CLICK;
    if (!this.from.moved) return;
    this.canvas.classList.add("cnnviz-panning");
    this.move(this.from.start, dx, dy);
  }

  private onUp(): void {
    if (this.from) this.ended = this.from.moved;
    this.end();
  }

  /** Back to where it began; the click that is still to come is the end of it. */
  private takeBack(): void {
    this.move(this.from!.start, 0, 0);
    this.ended = true;
    this.end();
  }

  private end(): void {
    this.from = undefined;
    this.canvas.classList.remove("cnnviz-panning");
  }
}
