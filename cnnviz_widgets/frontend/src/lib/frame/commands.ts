/** What one part of a frame asks of another: by name, as each part is a program of its own. */
import { isCovered } from "./cover";

export type Command =
  | "layers" | "settings" | "samples" | "export" | "tour" | "fullscreen"
  | "diagnose" | "refresh" | "pause" | "previous" | "next" | "view" | "cut" | "play"
  // Nothing is asked by these two: a layer was chosen and does not come, and it has come.
  | "waits" | "answered"
  | "drawer" | "copy" | "python" | "silence" | "mean" | "merge" | "undo" | "search"
  // The model is shown the selected samples alone, or those of a survey; the wrong ones are selected.
  | "these" | "surveyed" | "wrong"
  | `tab:${string}`;

interface Asked {
  frame: HTMLElement;
  name: Command;
  taken: boolean;
}

const EVENT = "cnnviz-command";
/** These tell something, whatever lies over whom. */
const TOLD: ReadonlySet<Command> = new Set(["waits", "answered"]);

/** The frame that a part stands in; null where it stands alone. */
export const frameOf = (el: Element): HTMLElement | null => el.closest(".cnnviz-frame");

/** Ask the parts of the frame around this one; whether one of them did it. */
export function command(from: Element, name: Command): boolean {
  const frame = frameOf(from);
  if (!frame) return false;
  const detail: Asked = { frame, name, taken: false };
  document.dispatchEvent(new CustomEvent(EVENT, { detail }));
  return detail.taken;
}

/** Do what the frame around this part is asked for; false: it was not done, and another part may. */
export function onCommand(el: Element, name: Command, act: () => boolean | void, signal: AbortSignal): void {
  onAnyCommand(el, (given) => given === name && act() !== false, signal);
}

/**
 * Hear what the frame around this part is asked for, and say whether that is done now. What is done
 * is not done again by another part, and what something else lies over does nothing.
 */
export function onAnyCommand(el: Element, hear: (name: Command) => boolean, signal: AbortSignal): void {
  document.addEventListener(EVENT, (event) => {
    const asked = (event as CustomEvent<Asked>).detail;
    if (asked.taken || !asked.frame.contains(el)) return;
    if (isCovered(el) && !TOLD.has(asked.name)) return;
    asked.taken = hear(asked.name);
  }, { signal });
}
