/**
 * The frame's keys. A part that has the focus has its own ones first, and keeps them to itself; but
 * what Escape ends, the frame says before anybody else.
 */
import { command, type Command } from "./commands";
import { takeEscape } from "./escape";

/** Every key with the command that it gives, and what it does in words. */
export const KEYS: readonly (readonly [key: string, name: Command, words: string])[] = [
  ["l", "layers", "Choose a layer"],
  ["[", "previous", "Before, in the order of analysis"],
  ["]", "next", "Next, in the order of analysis"],
  ["w", "view", "Outputs or weights"],
  ["d", "diagnose", "Diagnose"],
  ["p", "pause", "Pause or resume training"],
  ["r", "refresh", "Read the model again"],
  ["i", "samples", "Choose the inputs"],
  ["e", "export", "Export"],
  ["f", "fullscreen", "Full screen"],
  ["v", "settings", "Colours, range, order, size"],
  ["c", "cut", "Move the cut"],
  ["t", "drawer", "Open or close the drawer"],
  ["x", "wrong", "Select the wrong samples"],
  ["/", "search", "Find channels"],
  ["s", "silence", "Try the model without the selected channels"],
  ["m", "mean", "Try their mean"],
  ["g", "merge", "Try them merged"],
  ["?", "tour", "Tour and keys"],
];

/** With Ctrl, or the command key. */
const WITH_CONTROL: Record<string, Command> = { c: "copy", z: "undo" };

/** What takes letters as text. */
const TEXT = "input, textarea, select, [contenteditable=true]";

/** The command of a key; undefined where it gives none. */
export function commandOf(event: KeyboardEvent): Command | undefined {
  if (event.defaultPrevented || event.altKey || (event.target as Element).matches(TEXT)) return undefined;
  if (event.ctrlKey || event.metaKey) {
    // Where a text is marked it is that which is to be copied.
    return getSelection()?.toString() ? undefined : WITH_CONTROL[event.key];
  }
  return KEYS.find(([key]) => key === event.key.toLowerCase())?.[1];
}

/**
 * Give the frame its keys while the focus is in it. Where what had the focus is gone, such as a view
 * that another one has replaced, nobody has it: the keys are the frame's until somebody else has.
 */
export function listenForKeys(frame: HTMLElement, signal: AbortSignal): void {
  let held = false;
  const on = (event: KeyboardEvent, from: Element): void => {
    const name = commandOf(event);
    if (!name) return;
    if (!event.ctrlKey && !event.metaKey) event.preventDefault();
    event.stopPropagation();
    command(from, name);
  };
  frame.addEventListener("keydown", (event) => takeEscape(event, frame), { signal, capture: true });
  frame.addEventListener("keydown", (event) => on(event, event.target as Element), { signal });
  for (const type of ["focusin", "pointerdown"] as const) {
    document.addEventListener(type, (event) => (held = frame.contains(event.target as Node)), { signal, capture: true });
  }
  document.addEventListener("keydown", (event) => {
    if (!held || event.target !== document.body || takeEscape(event, frame)) return;
    if (!commandOf(event)) return;
    frame.focus({ preventScroll: true });
    on(event, frame);
  }, { signal });
}
