import { expect, test } from "vitest";

import { wheelOf } from "../../../src/lib/dom/wheel";

const turned = (event: Partial<WheelEvent>) =>
  wheelOf({ deltaX: 0, deltaY: 0, deltaMode: 0, shiftKey: false, ctrlKey: false, metaKey: false, ...event } as WheelEvent);

test("plain it goes down, with Shift sideways, whatever the browser counts in", () => {
  expect(turned({ deltaY: 30 })).toEqual({ down: 30, across: 0 });
  expect(turned({ deltaY: 3, deltaMode: 1 })).toEqual({ down: 48, across: 0 });
  expect(turned({ deltaY: 30, shiftKey: true })).toEqual({ down: 0, across: 30 });
  // Some browsers turn it themselves.
  expect(turned({ deltaX: 30, shiftKey: true })).toEqual({ down: 0, across: 30 });
});

test("a trackpad goes where it is pushed more", () => {
  expect(turned({ deltaX: 9, deltaY: 2 })).toEqual({ down: 0, across: 9 });
  expect(turned({ deltaX: 2, deltaY: 9 })).toEqual({ down: 9, across: 0 });
});

test("with Ctrl, or pinched, it changes the size and scrolls nothing", () => {
  const { zoom, ...scrolled } = turned({ deltaY: -120, ctrlKey: true });
  expect(zoom).toBeGreaterThan(1);
  expect(scrolled).toEqual({ down: 0, across: 0 });
  expect(turned({ deltaY: 5, ctrlKey: true }).zoom).toBeLessThan(1);
});
