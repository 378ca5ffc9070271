/** One Escape ends one thing, the innermost, and nothing that lies below another one hears a key. */
import { beforeEach, describe, expect, test } from "vitest";

import { command, onCommand } from "../../../src/lib/frame/commands";
import { cover } from "../../../src/lib/frame/cover";
import { escape, LEVELS, onEscape, type Level } from "../../../src/lib/frame/escape";
import { listenForKeys } from "../../../src/lib/frame/keys";
import { emptyPage, key } from "../../fake";

emptyPage();

let frame: HTMLElement;
let open: Set<string>;
let ends: AbortController;

beforeEach(() => {
  ends = new AbortController();
  frame = Object.assign(document.createElement("div"), { className: "cnnviz-frame", tabIndex: -1 });
  document.body.append(frame);
  open = new Set();
  listenForKeys(frame, ends.signal);
  return () => ends.abort();
});

/** A part that has something open. */
function part(level: Level, name: string = level, within: HTMLElement = frame): HTMLElement {
  const el = Object.assign(document.createElement("div"), { className: "cnnviz", tabIndex: -1 });
  within.append(el);
  open.add(name);
  onEscape(el, level, () => open.has(name), () => open.delete(name), ends.signal);
  return el;
}

function press(from: Element): KeyboardEvent {
  const event = key("Escape");
  from.dispatchEvent(event);
  return event;
}

describe("of two that are open", () => {
  const pairs = LEVELS.flatMap((inner, at) => LEVELS.slice(at + 1).map((outer) => [inner, outer] as const));

  test.each(pairs)("%s is ended before %s, wherever the focus is", (inner, outer) => {
    for (const order of [[inner, outer], [outer, inner]]) {
      for (const at of [0, 1, 2]) {
        const parts = order.map((level) => part(level));
        expect(press([...parts, frame][at]!).defaultPrevented).toBe(true);
        expect([...open]).toEqual([outer]);
        press(frame);
        expect([...open]).toEqual([]);
        expect(press(frame).defaultPrevented).toBe(false);
        for (const each of parts) each.remove();
      }
    }
  });

  test("at one level it is the one opened later, or inside the other", () => {
    const first = part("popover", "first");
    part("popover", "second");
    part("popover", "inside first", first);
    expect(escape(frame)).toBe(true);
    expect([...open]).toEqual(["first", "inside first"]);
    escape(frame);
    expect([...open]).toEqual(["first"]);
  });
});

test("a part that would take the key itself is not asked while something is open", () => {
  const el = part("selection");
  let heard = 0;
  el.addEventListener("keydown", () => heard++);
  press(el);
  expect([open.size, heard]).toEqual([0, 0]);
  press(el);
  expect(heard).toBe(1);
});

test.each(["popover", "tour"] as const)("a %s is ended without the focus in it, but not from a text elsewhere", (level) => {
  part(level);
  const text = document.createElement("textarea");
  document.body.append(text);
  press(text);
  expect(open.size).toBe(1);
  press(document.body);
  expect(open.size).toBe(0);
});

test("composing a letter, and other keys with it, end nothing", () => {
  const el = part("popover");
  for (const init of [{ isComposing: true }, { ctrlKey: true }, { shiftKey: true }]) el.dispatchEvent(key("Escape", init));
  expect(open.size).toBe(1);
});

test("other frames, and views alone in a cell, have their own", () => {
  part("selection");
  const other = Object.assign(document.createElement("div"), { className: "cnnviz-frame" });
  const alone = Object.assign(document.createElement("div"), { className: "cnnviz" });
  document.body.append(other, alone);
  part("selection", "other", other);
  const inner = part("selection", "alone", alone);
  press(inner);
  expect([...open]).toEqual(["selection", "other"]);
  escape(other);
  expect([...open]).toEqual(["selection"]);
});

describe("below something that lies over it", () => {
  test("no part hears a key or a command; what lies over it does, and it again afterwards", () => {
    const below = part("selection");
    const over = part("comparison");
    let silenced = 0;
    onCommand(below, "silence", () => void silenced++, ends.signal);
    const uncover = cover([below]);
    expect(command(frame, "silence")).toBe(false);
    expect(escape(frame)).toBe(true);
    expect([silenced, ...open]).toEqual([0, "selection"]);
    expect(over.inert).toBeFalsy();
    uncover();
    expect(command(frame, "silence")).toBe(true);
    escape(frame);
    expect([silenced, open.size]).toEqual([1, 0]);
  });

  test("it is still told what it has to know", () => {
    const below = part("selection");
    let told = 0;
    onCommand(below, "waits", () => void told++, ends.signal);
    cover([below]);
    command(frame, "waits");
    expect(told).toBe(1);
  });

  test("what two lie over is free when both are gone", () => {
    const below = part("selection");
    const first = cover([below]);
    const second = cover([below]);
    second();
    expect(below.inert).toBe(true);
    first();
    expect(below.inert).toBe(false);
  });
});

test("a command is done once, by the first part that can", () => {
  const heard: string[] = [];
  for (const [name, can] of [["hidden", false], ["shown", true], ["other", true]] as const) {
    onCommand(part("selection", name), "settings", () => {
      heard.push(name);
      return can;
    }, ends.signal);
  }
  expect(command(frame, "settings")).toBe(true);
  expect(heard).toEqual(["hidden", "shown"]);
});
