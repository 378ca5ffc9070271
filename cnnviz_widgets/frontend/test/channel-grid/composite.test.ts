/** Three channels of pictures in the grid: beside them stands what they are in colour. */
import { expect, test } from "vitest";

import grid from "../../src/channel-grid";
import type { ChannelGridState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, frame, shared, show, view } from "../fake";
import { NO_HEADS, OF_OUTPUTS } from "../heads-state";

emptyPage();

// Four tiles share what the samples leave of 494 pixels.
const COLUMN = 84 + 3 * 102 + 3 + 10;

async function open(more: Partial<ChannelGridState> = {}) {
  const { selection, axis, refs } = shared();
  const cols = more._shape?.[1] ?? 3;
  const model = new FakeModel<ChannelGridState>({
    ...refs,
    ...NO_HEADS,
    ...OF_OUTPUTS,
    _shape: [1, cols, 1, 2],
    _codes: view(new Uint8Array(2 * cols).fill(254)),
    _low: view(new Float32Array(cols)),
    _high: view(Float32Array.from({ length: cols }, (_, i) => (i + 1) / 4)),
    _marks: view(new Uint8Array(cols)),
    // In leaf order: blue, red, green.
    _channels: view(Int32Array.from({ length: cols }, (_, i) => (i + 2) % cols)),
    _samples: view(new Int32Array(0)),
    _surveyed: false,
    _rows: view(new Int32Array(0)),
    channel_names: [],
    class_names: [],
    title: "",
    places: 0,
    _kind: "image",
    _reduction: [1, 1],
    _montage: [1, 1],
    _notes: [],
    colormap: "grey",
    value_range: "tile",
    sample_labels: [],
    height: 400,
    ...more,
  });
  await show(grid, model, 494);
  return { model, axis, selection, canvas: find<HTMLCanvasElement>(".cnnviz-grid-overlay") };
}

async function said(canvas: HTMLElement): Promise<string> {
  canvas.dispatchEvent(at("pointermove", COLUMN, 30));
  await frame();
  return find(".cnnviz-readout").textContent!;
}

function choice(): HTMLElement {
  find('[aria-label="Colours, range, order, size"]').click();
  return find('[aria-label="Red, green and blue"]');
}

test("it tells its three values by the channels' numbers, and what colours stand for", async () => {
  const { canvas, selection } = await open();
  expect(await said(canvas)).toBe("RGB · (0, 0) ≈ 0.5, 0.75, 0.25 · black 0, white 1 · sample 0");
  expect(selection.state.hovered).toBe(-1);
  selection.state.selected = [1];
  canvas.dispatchEvent(at("click", COLUMN, 30, { detail: 1 }));
  expect(selection.state.selected).toEqual([1]);
});

test("the display settings take it away, and bring it back", async () => {
  const { canvas, model, axis } = await open();
  expect(axis.state._beside).toBe(1);
  const buttons = choice();
  expect(buttons.parentElement!.hidden).toBe(false);
  const [shown, hidden] = buttons.querySelectorAll("button");
  hidden!.click();
  expect(model.get("composite")).toBe(false);
  expect(await said(canvas)).not.toContain("RGB");
  expect(axis.state._beside).toBe(0);
  shown!.click();
  expect(await said(canvas)).toMatch(/^RGB/);
});

test.each<[string, Partial<ChannelGridState>]>([
  ["four channels", { _shape: [1, 4, 1, 2] }],
  ["single values", { _kind: "vector", _shape: [1, 3, 1, 1], _codes: view(new Uint8Array(3)) }],
  ["sequences", { _kind: "sequence" }],
  ["heads", { _view: "attention" }],
  ["pairs of two layers", { channel_names: ["0", "1", "2"] }],
])("%s have none, and no choice", async (_, more) => {
  const { canvas, axis } = await open(more);
  expect(axis.state._beside).toBe(0);
  expect(await said(canvas)).not.toContain("RGB");
  expect(choice().parentElement!.hidden).toBe(true);
});
