/** What one part of a frame asks of another: by name, as each part is a program of its own. */

export type Command =
  | "layers" | "settings" | "samples" | "export" | "tour" | "fullscreen"
  | "diagnose" | "refresh" | "pause" | "previous" | "next" | "view" | "cut" | "play"
  // Nothing is asked by these two: a layer was chosen and does not come, and it has come.
  | "waits" | "answered"
  | "drawer" | "copy" | "python" | "silence" | "mean" | "merge" | "undo" | "search" | "escape"
  | `tab:${string}`;

interface Asked {
  frame: HTMLElement;
  name: Command;
}

const EVENT = "cnnviz-command";

/** The frame that a part stands in; null where it stands alone. */
export const frameOf = (el: Element): HTMLElement | null => el.closest(".cnnviz-frame");

/** Ask the parts of the frame around this one. */
export function command(from: Element, name: Command): void {
  const frame = frameOf(from);
  if (frame) document.dispatchEvent(new CustomEvent<Asked>(EVENT, { detail: { frame, name } }));
}

/** Do what the frame around this part is asked for. */
export function onCommand(el: Element, name: Command, act: () => void, signal: AbortSignal): void {
  onAnyCommand(el, (given) => given === name && act(), signal);
}

/** Hear whatever the frame around this part is asked for. */
export function onAnyCommand(el: Element, hear: (name: Command) => void, signal: AbortSignal): void {
  document.addEventListener(EVENT, (event) => {
    const { frame, name } = (event as CustomEvent<Asked>).detail;
    if (frame.contains(el)) hear(name);
  }, { signal });
}
