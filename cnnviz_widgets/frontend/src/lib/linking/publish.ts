/** What the page changes in a model is shown at once and told to the kernel at leisure. */
import type { AnyModel } from "@anywidget/types";

export type Publisher = () => void;

/**
 * Sends a model's changes to the kernel at most every `wait` ms, the last one always.
 * Views of the same page see a change through the model itself, without this.
 */
export function publisher(model: AnyModel, signal: AbortSignal, wait = 100): Publisher {
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    model.save_changes();
  });
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      model.save_changes();
    }, wait);
  };
}
