/** A window under a button: what opens and closes it, and where the focus goes. */
import { expect, test } from "vitest";

import { popover } from "../../../src/lib/popover/popover";
import { emptyPage } from "../../fake";

emptyPage();

function made() {
  const ends = new AbortController();
  const opener = document.createElement("button");
  const content = document.createElement("div");
  const inside = document.createElement("input");
  content.append(inside);
  document.body.append(opener);
  return { opener, inside, ends, window: popover(opener, content, ends.signal, { label: "Colours" }) };
}

test("the button opens it with the focus in it, and closes it with the focus back", () => {
  const { opener, inside, window } = made();
  opener.focus();
  opener.click();
  expect([window.isOpen, opener.getAttribute("aria-expanded"), document.activeElement]).toEqual([true, "true", inside]);
  expect(window.root.getAttribute("aria-label")).toBe("Colours");
  opener.click();
  expect([window.isOpen, window.root.isConnected, document.activeElement]).toEqual([false, false, opener]);
});

test("Escape and a press elsewhere close it, one in it does not", () => {
  const { opener, inside, window } = made();
  window.open();
  inside.dispatchEvent(new Event("pointerdown", { bubbles: true, composed: true }));
  expect(window.isOpen).toBe(true);
  inside.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  expect([window.isOpen, document.activeElement]).toEqual([false, opener]);
  window.open();
  document.body.dispatchEvent(new Event("pointerdown", { bubbles: true, composed: true }));
  expect(window.isOpen).toBe(false);
});

test("it goes with the view that it belongs to", () => {
  const { window, ends } = made();
  window.open();
  ends.abort();
  expect(window.root.isConnected).toBe(false);
});

test("Escape closes it also where what had the focus in it is gone", () => {
  const { inside, window } = made();
  window.open();
  inside.remove();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  expect(window.isOpen).toBe(false);
});
