/** The contact sheet with stand-ins: places, keys and clicks lead to channels, in the tree's order. */
import { describe, expect, test, vi } from "vitest";

import { Sheet } from "../../src/layer-answers/sheet";
import type { SheetEntry } from "../../src/lib/wire/payloads";
import { emptyPage, find, frame, view } from "../fake";

emptyPage();

const entryOf = (channels: number[], done: number): SheetEntry => ({
  channels: view(new Int32Array(channels)),
  done,
  height: 2,
  width: 3,
  depth: 1,
  pixels: view(new Uint8Array(6 * done)),
  state: view(new Uint8Array(done)),
  titles: channels.slice(0, done).map((channel) => `channel ${channel}: <b>reach</b>`),
});

function open(channels: number[], done: number) {
  const chosen: number[] = [];
  const sheet = new Sheet((channel) => channel === 5, (channel) => chosen.push(channel), new AbortController().signal);
  document.body.append(sheet.root);
  // Three of 48 by 32 pixels, with gaps of 2.
  vi.spyOn(sheet.root, "clientWidth", "get").mockReturnValue(150);
  sheet.show(entryOf(channels, done));
  return { sheet, chosen, canvas: find<HTMLCanvasElement>(".cnnviz-sheet") };
}

const press = (canvas: HTMLElement, ...keys: string[]): void => {
  for (const key of keys) canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
};

describe("a contact sheet", () => {
  test("keys go from channel to channel, tell of it and choose it", async () => {
    const { chosen, canvas } = open([5, 2, 9, 0, 7], 4);
    await frame();
    expect(canvas.getAttribute("aria-label")).toContain("4 of 5 channels");
    press(canvas, "ArrowRight", "ArrowRight", "ArrowDown");
    // Of the second row there is a second one, of which nothing is known.
    expect(find(".cnnviz-sheet-readout").textContent).toBe("channel 7: not yet");
    press(canvas, "ArrowRight", "Enter", "ArrowUp", " ");
    expect(chosen).toEqual([7, 2]);
    expect(find(".cnnviz-sheet-readout").textContent).toBe("channel 2: <b>reach</b>");
  });

  test("a click chooses what is there, and nothing where nothing is", async () => {
    const { chosen, canvas } = open([5, 2, 9, 0], 4);
    await frame();
    for (const [x, y] of [[10, 10], [110, 10], [10, 40], [110, 40], [160, 10]] as const) {
      canvas.dispatchEvent(new MouseEvent("click", { clientX: x, clientY: y }));
    }
    expect(chosen).toEqual([5, 9, 0]);
  });

  test("without one it is hidden", () => {
    const { sheet } = open([1], 1);
    sheet.show(null);
    expect(sheet.root.hidden).toBe(true);
  });
});
