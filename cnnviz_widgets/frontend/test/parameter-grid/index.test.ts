/** The picture of a layer's weights: what the user does reaches the shared models, and what is said. */
import { describe, expect, test } from "vitest";

import type { ParametersState } from "../../src/lib/wire/payloads";
import type { ParameterGridState } from "../../src/lib/wire/states";
import entry from "../../src/parameter-grid";
import { describe as told } from "../../src/parameter-grid/readout";
import { at, emptyPage, FakeModel, find, frame, key, shared, show, view } from "../fake";
import { treeState } from "../tree-state";
import { kernel, read, strips } from "./states";

emptyPage();

describe("parameter grid", () => {
  // Tiles are 64 wide at most; 23 pixels hold one digit, 46 the bias, and the tree takes its most.
  const [WIDTH, TILE, LEFT, TOP, TREE] = [700, 64, 23, 26, 340];
  const x = (input: number): number => LEFT + (input + 0.5) * TILE;
  // Three pixels part the first three rows, which are a group, the next, and the last, which is zero.
  const y = (row: number): number => TOP + (row + 0.5) * TILE + 3 * Math.max(0, row - 2);

  async function open(more: Partial<ParameterGridState> = {}) {
    const { selection, axis, refs } = shared();
    const model = new FakeModel<ParameterGridState>({
      ...refs,
      ...kernel,
      ...treeState,
      composite: false,
      class_names: [],
      _window_asked: [],
      _window: {},
      _notes: ["left out: <b>nothing</b>"],
      colormap: "grey",
      value_range: "tile",
      cut: null,
      height: 520,
      ...more,
    });
    await show(entry, model, WIDTH);
    return { selection, axis, model, canvas: find<HTMLCanvasElement>(".cnnviz-parameter-overlay") };
  }

  /** Until what is in sight has been asked for. */
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));

  const click = (canvas: HTMLElement, row: number, init: MouseEventInit = {}): void => {
    for (const type of ["pointerdown", "pointerup", "click"]) canvas.dispatchEvent(at(type, x(1), y(row), { detail: 1, ...init }));
  };
  const said = async (): Promise<string> => {
    await frame();
    return find(".cnnviz-readout").textContent!;
  };

  test("hovering a row hovers its output and tells the weight", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(at("pointermove", x(1) + 10, y(1) - 10));
    expect(selection.state.hovered).toBe(2);
    expect(await said()).toBe("output channel 2 · input channel 1 · tap (0, 1) · value ≈ 0.5");
    canvas.dispatchEvent(at("pointerleave", 0, 0));
    expect(selection.state.hovered).toBe(-1);
    expect(await said()).toBe("");
    expect(find(".cnnviz-facts-counts").textContent).toContain("5 outputs ↓ · 3 inputs → · 2×2");
  });

  test("rows that are classes are told by their names, too", async () => {
    const { selection } = await open({ class_names: ["cat", "dog", "<b>owl", "bee", "n".repeat(3000)] });
    selection.set("hovered", 2);
    await frame();
    expect(find(".cnnviz-readout").textContent).toContain("output channel 2 (<b>owl) · ");
  });

  test("gates are told by their names", async () => {
    const { canvas } = await open({ _tap_names: ["input", "<b>"] });
    canvas.dispatchEvent(at("pointermove", x(1) + 10, y(1) + 10));
    expect(await said()).toBe("output channel 2 · input channel 1 · gate <b>, tap 1 · value ≈ 0");
    expect(document.querySelector(".cnnviz-readout b")).toBeNull();
  });

  test("averaged gates are told by all their names, and a slice is a gate", () => {
    const tell = (more: Partial<ParametersState>, down: number): string => {
      const parameters = read({ ...kernel, ...more });
      return told(parameters, parameters.whole, { row: 0, input: 0, down, across: 0 });
    };
    const line: Partial<ParametersState> = { _shape: [5, 3, 4, 1], _taps: [4, 1], _tap_names: ["i", "f", "c", "o"], _kind: "sequence" };
    expect(tell(line, 0.3)).toContain("· gate f ·");
    const averaged: Partial<ParametersState> = { ...line, _shape: [5, 3, 2, 1], _taps: [4, 1], _reduction: [2, 1] };
    expect(tell(averaged, 0.9)).toContain("· gate c/o ·");
    const slices: Partial<ParametersState> = { _shape: [5, 3, 2, 2], _taps: [2, 2], _tap_names: ["i", "f", "c", "o"], _kind: "volume", _montage: [2, 2] };
    expect(tell(slices, 0.9)).toContain("· gate c, tap (0, 0) ·");
  });

  test("the bias is told from the inputs", async () => {
    const { canvas } = await open();
    canvas.dispatchEvent(at("pointermove", LEFT + 3 * TILE + 8 + 13, y(1)));
    expect(await said()).toBe("output channel 2 · bias −0.25");
    canvas.dispatchEvent(at("pointermove", LEFT + 3 * TILE + 8 + 13, y(4)));
    expect(await said()).toBe("output channel 1 · bias not finite");
  });

  test("an output hovered elsewhere is told as a whole", async () => {
    const { selection } = await open();
    selection.set("hovered", 1);
    expect(await said()).toBe("output channel 1 · all 0 · bias NaN");
  });

  test("click, Ctrl-click and Shift-click select rows", async () => {
    const { selection, canvas } = await open();
    click(canvas, 0);
    expect(selection.state.selected).toEqual([4]);
    click(canvas, 2, { ctrlKey: true });
    expect(selection.state.selected).toEqual([4, 0]);
    click(canvas, 4, { shiftKey: true });
    expect(selection.state.selected).toEqual([4, 0, 3, 1]);
  });

  test("without a kernel averages stay, and say so; with it again they become exact", async () => {
    const { model, axis } = await open(strips);
    const line = find(".cnnviz-no-kernel");
    model.connect(false);
    expect([line.textContent, line.hidden]).toEqual(["No kernel: averages stay averages where you zoom in.", false]);
    axis.set("scale", 90);
    await pause();
    expect(model.saves).toBe(0);
    model.connect(true);
    await pause();
    expect([model.saves, line.textContent]).toEqual([1, ""]);
    model.connect(false);
    model.set(kernel);
    await frame();
    expect(line.hidden).toBe(true);
  });

  test("a fork selects the rows below it, and says how high it is", async () => {
    const { selection } = await open();
    const tree = find(".cnnviz-parameter-tree-overlay");
    // Distance 0.3 of an axis that ends at 0.63, between 34 (the zero rows' part) and 334.
    const fork = [TREE - 6 - (0.3 / 0.63) * 300, TOP + 1.75 * TILE] as const;
    tree.dispatchEvent(at("pointermove", ...fork));
    expect(await said()).toContain("0.3 · 3 output channels");
    tree.dispatchEvent(at("click", ...fork));
    expect(selection.state.selected).toEqual([4, 2, 0]);
  });

  test("keys walk the tree from its root at the left", async () => {
    const { selection } = await open();
    const tree = find(".cnnviz-parameter-tree-overlay");
    for (const name of ["ArrowRight", "ArrowRight", "ArrowRight", " "]) tree.dispatchEvent(key(name));
    expect(selection.state.selected).toEqual([4, 2, 0]);
  });

  test("the cut is dragged sideways, moved by keys and taken away", async () => {
    const { model } = await open();
    const line = find(".cnnviz-cut");
    for (const [type, place] of [["pointerdown", 30], ["pointermove", 200], ["pointerup", 200]] as const) {
      line.dispatchEvent(at(type, place, 60));
    }
    const cut = model.state.cut as number;
    expect(cut).toBeCloseTo(((334 - 200) / 300) * 0.63, 5);
    await frame();
    expect(line.getAttribute("aria-valuetext")).toContain("1 group, 2 alone");
    expect(find(".cnnviz-facts-counts").textContent).toContain("1 group");
    line.dispatchEvent(key("ArrowLeft"));
    expect(model.state.cut).toBeGreaterThan(cut);
    line.dispatchEvent(key("Delete"));
    expect(model.state.cut).toBeNull();
  });

  test("by number there is no tree, and the same place is another output", async () => {
    const { selection, axis, canvas } = await open();
    axis.set("order_by", "natural");
    await frame();
    expect(find(".cnnviz-parameter-tree").hidden).toBe(true);
    canvas.dispatchEvent(at("pointermove", x(0), y(1)));
    expect(selection.state.hovered).toBe(1);
  });

  test("keys walk the rows and inputs, select and clear", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(key("ArrowDown"));
    expect(selection.state.hovered).toBe(2);
    canvas.dispatchEvent(key("ArrowRight"));
    expect(await said()).toContain("output channel 2 · input channel 1");
    canvas.dispatchEvent(key(" "));
    canvas.dispatchEvent(key("ArrowDown", { shiftKey: true }));
    expect(selection.state.selected).toEqual([2, 0]);
    canvas.dispatchEvent(key("Escape"));
    expect(selection.state.selected).toEqual([]);
  });

  test("the wheel scrolls the rows; with Ctrl it zooms to the pointer", async () => {
    const { axis, selection, canvas } = await open({ height: 190 });
    canvas.dispatchEvent(at("wheel", LEFT + 60, 60, { deltaY: 60 }));
    expect(axis.state.scale).toBe(0);
    canvas.dispatchEvent(at("pointermove", x(1), 30));
    // 164 pixels for five rows: tiles are at their least, 40; 60 pixels are one row and a half.
    expect(selection.state.hovered).toBe(2);
    canvas.dispatchEvent(at("wheel", LEFT + 60, 60, { deltaY: -800, ctrlKey: true }));
    expect(axis.state.scale).toBeCloseTo(40 * Math.exp(1.76), 6);
    expect(axis.state.start).toBeCloseTo(60 / 40 - 60 / (axis.state.scale as number), 6);
  });

  test("the ribbon selects a group of rows", async () => {
    const { selection } = await open();
    find(".cnnviz-parameter-tree-overlay").dispatchEvent(at("click", TREE - 2, y(1)));
    expect(selection.state.selected).toEqual([4, 2, 0]);
  });

  test("a double click enlarges a kernel slice, Escape leads back", async () => {
    const { canvas } = await open();
    canvas.dispatchEvent(at("dblclick", x(2), y(1)));
    const text = find(".cnnviz-enlarged").textContent;
    expect(text).toContain("output channel 2");
    expect(text).toContain("input channel 2");
    find(".cnnviz-enlarged").dispatchEvent(key("Escape"));
    expect(document.querySelector(".cnnviz-enlarged")).toBeNull();
  });

  test("a mean says of how many, until the exact window has come", async () => {
    const { model, canvas } = await open({ ...strips, _column_count: 2 });
    await frame();
    // Eight inputs of 48 pixels: the second stored pixel is inputs 2 and 3.
    const place = [LEFT + 2.5 * 48, TOP + 13] as const;
    canvas.dispatchEvent(at("pointermove", ...place));
    expect(await said()).toBe("output channel 1 · input channels 2–3 · value ≈ 0.394 · mean of 2 input channels");
    await new Promise((resolve) => setTimeout(resolve, 150));
    const [serial] = model.state._window_asked as number[];
    model.set("_window", {
      serial,
      rows: [0, 2],
      columns: [0, 8],
      shape: [2, 1, 1, 8],
      codes: view(new Uint8Array(16).fill(254)),
      low: view(new Float32Array(2)),
      high: view(Float32Array.of(0.75, 1)),
      marks: view(new Uint8Array(2)),
      kind: "strip",
      reduction: [1, 1],
      montage: [1, 1],
    });
    canvas.dispatchEvent(at("pointermove", ...place));
    expect(await said()).toBe("output channel 1 · input channel 2 · value ≈ 0.75");
  });

  test("ranges that make no sense are not offered", async () => {
    const { model } = await open();
    find(".cnnviz-icon-button").click();
    const option = (value: string) => find<HTMLButtonElement>(`[data-range=${value}]`);
    const range = () => find('.cnnviz-segment[data-range][aria-pressed="true"]').dataset.range;
    expect([option("tile").disabled, option("column").hidden, range()]).toEqual([false, true, "tile"]);
    model.set({ ...strips, _column_count: 2 });
    await frame();
    expect([option("tile").disabled, range()]).toEqual([true, "layer"]);
    model.set({ ...kernel, _kind: "vector", _shape: [5, 3, 1, 1], _taps: [1, 1], _column_names: ["gamma", "<b>", "c"] });
    await frame();
    expect([option("column").hidden, range()]).toEqual([false, "column"]);
  });

  test("notes are text, and zero rows are counted", async () => {
    const { selection } = await open();
    expect(find(".cnnviz-note").textContent).toBe("left out: <b>nothing</b>");
    const chip = find<HTMLButtonElement>(".cnnviz-mark");
    expect(chip.textContent).toBe("1 zero");
    chip.click();
    expect(selection.state.selected).toEqual([1]);
  });

  test("nothing to show yet is no error", async () => {
    const none = view(new Uint8Array(0));
    await open({
      _shape: [0, 0, 1, 1], _codes: none, _low: none, _high: none, _marks: none, _outputs: none, _bias: none, _inputs: 0,
      _taps: [1, 1], _column_count: 0, _columns: none, _feet: none, _heights: none, _span: none, _split: none, _order: none,
    });
    expect(await said()).toBe("");
    expect(find(".cnnviz-facts-counts").textContent).toContain("0 outputs ↓ · 0 inputs →");
  });
});
