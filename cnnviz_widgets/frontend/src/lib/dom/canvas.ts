/** Canvases that are sharp on every screen and measured in CSS pixels. */

export interface Layer {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
}

export function layer(className: string): Layer {
  const canvas = document.createElement("canvas");
  canvas.className = className;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser gives no 2-D canvas; the picture cannot be drawn.");
  return { canvas, context };
}

/** Device pixels a CSS pixel. */
export const pixelRatio = (): number => Math.max(1, window.devicePixelRatio || 1);

/** Give the canvas its size in CSS pixels and clear it; drawing is in CSS pixels from here on. */
export function prepare({ canvas, context }: Layer, width: number, height: number): void {
  const ratio = pixelRatio();
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
}

/** Calls back with the element's width whenever it changes, and once at the start. */
export function onResize(element: HTMLElement, callback: () => void, signal: AbortSignal): void {
  const observer = new ResizeObserver(callback);
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
}
