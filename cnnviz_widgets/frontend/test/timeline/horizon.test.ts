/** How much of a planned training the axis shows. */
import { expect, test } from "vitest";

import { horizon } from "../../src/timeline/moments";

test("a training that is soon to end is shown to its end", () => {
  expect(horizon(0, 40, 80)).toBe(80);
  expect(horizon(0, 40, 100)).toBe(100);
});

test("one that goes on for long is shown by doubling, at least four times what is done", () => {
  expect(horizon(0, 40, 1_000_000)).toBe(256);
  expect(horizon(0, 64, 1_000_000)).toBe(256);
  expect(horizon(0, 65, 1_000_000)).toBe(512);
  expect(horizon(1000, 1001, 1_000_000)).toBe(1004);
});

test("at its first step there is something to see", () => {
  expect(horizon(0, 0, 1_000_000)).toBe(4);
});
