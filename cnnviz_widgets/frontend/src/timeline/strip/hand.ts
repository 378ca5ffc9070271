/** A hand on the strip: it drags the head, points at steps, and chooses the part that is in sight. */
import { type Axis, LEFT, type Range, zoomed } from "./axis";
import { HEIGHT } from "./picture";
import { element } from "../../lib/dom/elements";
import { onEscape } from "../../lib/frame/escape";
import { wheelOf } from "../../lib/dom/wheel";

export interface Strip {
  /** What is in sight, of which steps; undefined before anything is drawn. */
  readonly axis: Axis | undefined;
  readonly full: Range;
  scrub(x: number): void;
  hover(step: number | undefined): void;
  zoom(range: Range | undefined): void;
}

/** A range of fewer pixels was a click. */
const LEAST = 6;

export function listenToHand(root: HTMLElement, strip: Strip, signal: AbortSignal): void {
  const box = element("div", "cnnviz-timeline-range");
  box.style.height = `${HEIGHT}px`;
  let held: "head" | "range" | undefined;
  let from = 0;

  const xOf = (event: MouseEvent): number => event.clientX - root.getBoundingClientRect().left;
  const inside = (x: number): number => Math.min(Math.max(x, LEFT), strip.axis!.right);

  root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !strip.axis) return;
    root.setPointerCapture(event.pointerId);
    held = event.shiftKey ? "range" : "head";
    if (held === "head") strip.scrub(xOf(event));
    else from = inside(xOf(event));
  }, { signal });
  root.addEventListener("pointermove", (event) => {
    if (!strip.axis) return;
    const x = xOf(event);
    if (held === "head") strip.scrub(x);
    else if (held === "range") {
      const to = inside(x);
      box.style.left = `${Math.min(from, to)}px`;
      box.style.width = `${Math.abs(to - from)}px`;
      root.append(box);
    } else strip.hover(x >= LEFT && x <= strip.axis.right ? strip.axis.step(x) : undefined);
  }, { signal });
  root.addEventListener("pointerup", (event) => {
    if (held === "range" && strip.axis) {
      const to = inside(xOf(event));
      if (Math.abs(to - from) >= LEAST) strip.zoom([strip.axis.step(Math.min(from, to)), strip.axis.step(Math.max(from, to))]);
    }
    end();
  }, { signal });
  root.addEventListener("pointercancel", end, { signal });
  onEscape(root, "drag", () => held === "range", end, signal);
  root.addEventListener("pointerleave", () => strip.hover(undefined), { signal });
  root.addEventListener("dblclick", () => strip.zoom(undefined), { signal });
  root.addEventListener("wheel", (event) => {
    // A plain wheel scrolls the page.
    const { zoom } = wheelOf(event);
    if (zoom === undefined || !strip.axis) return;
    event.preventDefault();
    strip.zoom(zoomed(strip.full, strip.axis.range, strip.axis.step(inside(xOf(event))), zoom));
  }, { signal, passive: false });

  function end(): void {
    held = undefined;
    box.remove();
  }
}
