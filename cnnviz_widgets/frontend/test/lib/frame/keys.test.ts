/** Which keys a frame takes, and which it leaves to others. */
import { beforeEach, expect, test } from "vitest";

import { onAnyCommand } from "../../../src/lib/frame/commands";
import { KEYS, listenForKeys } from "../../../src/lib/frame/keys";
import { emptyPage } from "../../fake";

emptyPage();

let frame: HTMLElement;
let heard: string[];
let ends: AbortController;

beforeEach(() => {
  ends = new AbortController();
  frame = Object.assign(document.createElement("div"), { className: "cnnviz-frame", tabIndex: -1 });
  document.body.append(frame);
  heard = [];
  listenForKeys(frame, ends.signal);
  onAnyCommand(frame, (name) => heard.push(name) > 0, ends.signal);
});

const press = (key: string, options: KeyboardEventInit = {}, target: HTMLElement = frame): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
  target.dispatchEvent(event);
  return event;
};

test("every key has a command of its own", () => {
  expect(new Set(KEYS.map(([key]) => key)).size).toBe(KEYS.length);
  for (const [key, name] of KEYS) {
    press(key);
    expect(heard.pop()).toBe(name);
  }
});

test("a key that gives a command goes no farther; others do", () => {
  expect(press("d").defaultPrevented).toBe(true);
  expect(press("y").defaultPrevented).toBe(false);
  expect(press("D").defaultPrevented).toBe(true);
});

test("letters in a text are no commands, nor are keys that a part has taken", () => {
  const input = document.createElement("input");
  const part = document.createElement("button");
  part.addEventListener("keydown", (event) => event.preventDefault());
  frame.append(input, part);
  press("d", {}, input);
  press("d", {}, part);
  press("d", { altKey: true });
  expect(heard).toEqual([]);
});

test("with Ctrl there are copying and undoing, and no letter's command", () => {
  press("c", { ctrlKey: true });
  press("z", { metaKey: true });
  press("d", { ctrlKey: true });
  expect(heard).toEqual(["copy", "undo"]);
});

test("a frame that is gone hears nothing", () => {
  ends.abort();
  press("d");
  expect(heard).toEqual([]);
});

test("where what had the focus is gone the keys stay the frame's, until the focus is elsewhere", () => {
  const [inside, outside] = [document.createElement("button"), document.createElement("button")];
  frame.append(inside);
  document.body.append(outside);
  press("w", {}, document.body);
  expect(heard).toEqual([]);
  inside.focus();
  inside.remove();
  expect(press("w", {}, document.body).defaultPrevented).toBe(true);
  expect([heard, document.activeElement]).toEqual([["view"], frame]);
  outside.focus();
  press("w", {}, document.body);
  expect(heard).toEqual(["view"]);
});
