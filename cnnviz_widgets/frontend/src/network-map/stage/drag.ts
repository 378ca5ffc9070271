/** Channels are dragged from a box to another one of the same column. */
import { element } from "../../lib/dom/elements";
import { onEscape } from "../../lib/frame/escape";
import type { Box } from "./layout";

interface Hand {
  /** What would be dragged from a place of a box; none where nothing can. */
  take(box: Box, x: number, y: number): { channels: readonly number[]; text: string } | undefined;
  /** The box at a place of the stage. */
  at(x: number, y: number): Box | undefined;
  drop(from: Box, channels: readonly number[], to: Box): void;
}

interface Dragged {
  from: Box;
  x: number;
  y: number;
  channels: readonly number[];
  text: string;
  /** Whether it has moved far enough to be no click. */
  moves: boolean;
}

/** A hand that holds still moves so many pixels. */
const STILL = 5;

export class Drag {
  private readonly ghost = element("div", "cnnviz-map-ghost", { hidden: true });
  private readonly target = element("div", "cnnviz-map-target", { hidden: true });
  private dragged: Dragged | undefined;
  /** The click that ends a drag is none. */
  private wasDragged = false;

  constructor(
    private readonly stage: HTMLElement,
    private readonly hand: Hand,
    signal: AbortSignal,
  ) {
    stage.append(this.target, this.ghost);
    stage.addEventListener("pointerdown", (event) => this.onDown(event), { signal });
    stage.addEventListener("pointermove", (event) => this.onMove(event), { signal });
    stage.addEventListener("pointerup", (event) => this.onUp(event), { signal });
    stage.addEventListener("pointercancel", () => this.end(), { signal });
    stage.addEventListener("click", (event) => {
      if (this.wasDragged) event.stopImmediatePropagation();
      this.wasDragged = false;
    }, { signal, capture: true });
    onEscape(stage, "drag", () => this.dragged?.moves === true, () => this.end(), signal);
  }

  get isOn(): boolean {
    return this.dragged?.moves === true;
  }

  private place(event: MouseEvent): [number, number] {
    const { left, top } = this.stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  private onDown(event: PointerEvent): void {
    this.wasDragged = false;
    const [x, y] = this.place(event);
    const from = this.hand.at(x, y);
    if (event.button !== 0 || !from) return;
    const taken = this.hand.take(from, x, y);
    if (taken) this.dragged = { from, x, y, ...taken, moves: false };
  }

  private onMove(event: PointerEvent): void {
    const { dragged } = this;
    if (!dragged) return;
    const [x, y] = this.place(event);
    if (!dragged.moves && Math.hypot(x - dragged.x, y - dragged.y) > STILL) {
      dragged.moves = true;
      this.stage.setPointerCapture(event.pointerId);
      this.ghost.textContent = dragged.text;
    }
    if (!dragged.moves) return;
    this.ghost.hidden = false;
    this.ghost.style.transform = `translate(${x + 10}px, ${y + 10}px)`;
    const to = this.goal(x, y);
    this.target.hidden = !to;
    if (to) Object.assign(this.target.style, { left: `${to.x - 3}px`, top: `${to.y - 3}px`, width: `${to.width + 6}px`, height: `${to.height + 6}px` });
  }

  private onUp(event: PointerEvent): void {
    const { dragged } = this;
    if (!dragged) return;
    const to = dragged.moves ? this.goal(...this.place(event)) : undefined;
    this.wasDragged = dragged.moves;
    this.end();
    if (to) this.hand.drop(dragged.from, dragged.channels, to);
  }

  /** The box that it would come into. */
  private goal(x: number, y: number): Box | undefined {
    const to = this.hand.at(x, y);
    return to?.group && to.station === this.dragged!.from.station && to !== this.dragged!.from ? to : undefined;
  }

  private end(): void {
    this.dragged = undefined;
    this.ghost.hidden = this.target.hidden = true;
  }
}
