/** Kernels of three inputs: behind them stands what they are in colour. */
import { expect, test } from "vitest";

import entry from "../../src/parameter-grid";
import type { ParameterGridState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, frame, shared, show, view } from "../fake";
import { treeState } from "../tree-state";
import { kernel, strips } from "./states";

emptyPage();

const [LEFT, TILE, TOP] = [23, 64, 26];

async function open(more: Partial<ParameterGridState> = {}) {
  const { refs } = shared();
  const model = new FakeModel<ParameterGridState>({
    ...refs,
    ...kernel,
    ...treeState,
    composite: true,
    class_names: [],
    _window_asked: [],
    _window: {},
    _notes: [],
    colormap: "grey",
    value_range: "tile",
    cut: null,
    height: 520,
    ...more,
  });
  await show(entry, model, 700);
  return { model, canvas: find<HTMLCanvasElement>(".cnnviz-parameter-overlay") };
}

async function said(canvas: HTMLElement, input: number): Promise<string> {
  canvas.dispatchEvent(at("pointermove", LEFT + (input + 0.5) * TILE + 10, TOP + 1.5 * TILE - 10));
  await frame();
  return find(".cnnviz-readout").textContent!;
}

test("it tells the three weights of a tap, and that 0 is grey", async () => {
  const { canvas } = await open();
  expect(await said(canvas, 3)).toBe(
    "RGB · tap (0, 1) ≈ 0.5, 0.5, 0.5 · grey 0, black −1, white 1 in the whole layer · output channel 2",
  );
  expect(await said(canvas, 1)).toMatch(/^output channel 2 · input channel 1 · tap/);
});

test("it goes and comes back by the display settings", async () => {
  const { canvas, model } = await open();
  model.set("composite", false);
  await frame();
  expect(await said(canvas, 3)).not.toContain("RGB");
  model.set("composite", true);
  await frame();
  expect(await said(canvas, 3)).toContain("RGB");
});

test.each<[string, Partial<ParameterGridState>]>([
  ["lines of weights", strips],
  ["gates", { _tap_names: ["input", "forget"] }],
  ["named vectors", { _column_names: ["gamma", "beta", "mean"] }],
  ["weights that are not finite", { _low: view(new Float32Array(15).fill(NaN)), _high: view(new Float32Array(15).fill(NaN)), _marks: view(new Uint8Array(15).fill(4)) }],
])("%s have none", async (_, more) => {
  const { canvas } = await open(more);
  expect(await said(canvas, 3)).not.toContain("RGB");
});
