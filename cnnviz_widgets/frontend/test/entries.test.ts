/** Every entry rendered with stand-ins: what the user does reaches the shared models, and back. */
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import grid from "../src/channel-grid";
import dendrogram from "../src/dendrogram";
import density from "../src/density-panel";
import header from "../src/inspector-header";
import selector from "../src/layer-selector";
import { HEADER } from "../src/tile-view/rows";
import { GUTTER } from "../src/lib/linking/column-axis";
import { at, FakeModel, figure, frame, installCanvas, key, shared, show, view, type Rendered } from "./fake";
import { treeState } from "./tree-state";

let rendered: Rendered | undefined;

beforeAll(installCanvas);
beforeEach(() => FakeModel.all.clear());
afterEach(() => {
  vi.useRealTimers();
  rendered?.abort();
  document.body.replaceChildren();
});

const find = <T extends HTMLElement>(selectors: string): T => document.querySelector<T>(selectors)!;

// Five channels in 500 pixels: each column is WIDEST_FIT wide at most, so take what the fit gives.
const WIDTH = 494;
const COLUMN = (WIDTH - GUTTER - 10) / 5;
const middle = (column: number): number => GUTTER + (column + 0.5) * COLUMN;

function gridModel(refs: object): FakeModel {
  return new FakeModel({
    ...refs,
    _shape: [2, 5, 2, 2],
    _codes: view(new Uint8Array(40)),
    _low: view(new Float32Array(10)),
    _high: view(new Float32Array(10).fill(1)),
    _marks: view(Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0, 1)),
    _channels: view(Int32Array.of(4, 2, 0, 3, 1)),
    _kind: "image",
    _reduction: [1, 1],
    _montage: [1, 1],
    _notes: ["left out: <b>nothing</b>"],
    colormap: "grey",
    value_range: "tile",
    sample_labels: ["<script>alert(1)</script>", "coat"],
    height: 400,
  });
}

describe("channel grid", () => {
  async function open() {
    const { selection, axis, refs } = shared();
    const model = gridModel(refs);
    rendered = await show(grid as never, model, WIDTH);
    return { selection, axis, model, canvas: find<HTMLCanvasElement>(".cnnviz-grid-overlay") };
  }

  const click = (canvas: HTMLElement, x: number, init: MouseEventInit = {}): void => {
    canvas.dispatchEvent(at("pointerdown", x, 40, init));
    canvas.dispatchEvent(at("pointerup", x, 40, init));
    canvas.dispatchEvent(at("click", x, 40, { detail: 1, ...init }));
  };

  test("hovering a column hovers its channel, leaving it none", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(at("pointermove", middle(1), 40));
    expect(selection.state.hovered).toBe(2);
    canvas.dispatchEvent(at("pointerleave", 0, 0));
    expect(selection.state.hovered).toBe(-1);
  });

  test("the readout names channel, sample, pixel and value, as text", async () => {
    const { canvas } = await open();
    canvas.dispatchEvent(at("pointermove", middle(1), 30));
    await frame();
    const text = find(".cnnviz-readout").textContent!;
    expect(text).toContain("channel 2");
    expect(text).toContain("<script>alert(1)</script>");
    expect(text).toContain("pixel");
    expect(text).toContain("value");
    expect(document.querySelector("script")).toBeNull();
  });

  test("rows are called what their samples are, also where only some are shown", async () => {
    const { canvas, model } = await open();
    const labels = ["shirt", "coat", "bag", "boot"];
    const said = async (): Promise<string> => {
      await frame();
      canvas.dispatchEvent(at("pointermove", middle(1), 30));
      await frame();
      return find(".cnnviz-readout").textContent!;
    };
    model.set({ sample_labels: labels, _samples: view(Int32Array.of(2, 3)) });
    expect(await said()).toContain("sample 2 (bag)");
    model.set({ sample_labels: [] });
    expect(await said()).toContain("sample 2 ·");
    // Widget state that was saved before rows had numbers.
    model.set({ sample_labels: labels, _samples: undefined });
    expect(await said()).toContain("sample 0 (shirt)");
  });

  /** Five samples have a row; the second and the last were looked at. */
  const FEW = { _samples: view(Int32Array.of(1, 4)), _rows: view(Int32Array.of(0, 1, 2, 3, 4)) };

  test("a look at some samples leaves every row where it was, and says whose rows are empty", async () => {
    const { canvas, model } = await open();
    const labels = ["shirt", "coat", "bag", "boot", "hat"];
    model.set({ sample_labels: labels, ...FEW });
    await frame();
    expect(find(".cnnviz-readout").textContent).toContain("5 channels × 2 samples in 5 rows");
    const at_row = async (row: number): Promise<string> => {
      canvas.dispatchEvent(at("pointermove", middle(1), HEADER + (row + 0.5) * COLUMN));
      await frame();
      return find(".cnnviz-readout").textContent!;
    };
    model.set({ height: HEADER + 5 * COLUMN });
    await frame();
    expect(await at_row(0)).toBe("sample 0 (shirt) · not among the 2 samples looked at here");
    expect(await at_row(1)).toContain("channel 2 · sample 1 (coat)");
    expect(await at_row(3)).toBe("sample 3 (boot) · not among the 2 samples looked at here");
    expect(await at_row(4)).toContain("channel 2 · sample 4 (hat)");
  });

  test("counts of what is seen on some samples say so", async () => {
    const { model } = await open();
    const chip = (): HTMLElement => find(".cnnviz-mark");
    model.set(FEW);
    await frame();
    expect(chip().textContent).toBe("all zero on these 2: 1");
    expect(chip().title).toContain("1 channel all zero on these 2 samples");
    model.set({ _samples: view(Int32Array.of(0, 1)), _rows: view(new Int32Array()) });
    await frame();
    expect(chip().textContent).toBe("all zero: 1");
  });

  test("an enlarged tile stays that of its sample, and closes where this is not looked at", async () => {
    const { canvas, model } = await open();
    model.set({ _samples: view(Int32Array.of(3, 4)) });
    await frame();
    canvas.dispatchEvent(at("dblclick", middle(1), 40));
    expect(find(".cnnviz-enlarged").textContent).toContain("Sample3");
    model.set({ _samples: view(Int32Array.of(1, 3)) });
    await frame();
    expect(find(".cnnviz-enlarged").textContent).toContain("Sample3");
    model.set({ _samples: view(Int32Array.of(1, 2)) });
    await frame();
    expect(document.querySelector(".cnnviz-enlarged")).toBeNull();
  });

  test("an empty row has no tile to enlarge", async () => {
    const { canvas, model } = await open();
    model.set(FEW);
    await frame();
    canvas.dispatchEvent(at("dblclick", middle(1), HEADER + 3));
    expect(document.querySelector(".cnnviz-enlarged")).toBeNull();
  });

  test("click, Ctrl-click and Shift-click select", async () => {
    const { selection, canvas } = await open();
    click(canvas, middle(0));
    expect(selection.state.selected).toEqual([4]);
    click(canvas, middle(2), { ctrlKey: true });
    expect(selection.state.selected).toEqual([4, 0]);
    click(canvas, middle(4), { shiftKey: true });
    expect(selection.state.selected).toEqual([4, 0, 3, 1]);
    click(canvas, middle(0), { ctrlKey: true });
    expect(selection.state.selected).toEqual([0, 3, 1]);
  });

  test("a drag moves the picture and selects nothing", async () => {
    const { selection, axis, canvas } = await open();
    canvas.dispatchEvent(at("wheel", middle(2), 60, { deltaY: -900 }));
    expect(axis.state.scale).toBeGreaterThan(COLUMN);
    const start = axis.state.start as number;
    canvas.dispatchEvent(at("pointerdown", 300, 60));
    canvas.dispatchEvent(at("pointermove", 250, 60));
    canvas.dispatchEvent(at("pointerup", 250, 60));
    canvas.dispatchEvent(at("click", 250, 60));
    expect(axis.state.start).toBeGreaterThan(start);
    expect(selection.state.selected).toEqual([]);
  });

  test("keys walk, select and clear", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(key("ArrowRight"));
    expect(selection.state.hovered).toBe(2);
    canvas.dispatchEvent(key(" "));
    expect(selection.state.selected).toEqual([2]);
    canvas.dispatchEvent(key("ArrowRight", { shiftKey: true }));
    expect(selection.state.selected).toEqual([2, 0]);
    canvas.dispatchEvent(key("Escape"));
    expect(selection.state.selected).toEqual([]);
  });

  test("in natural order the same place is another channel", async () => {
    const { selection, axis, canvas } = await open();
    axis.set("order_by", "natural");
    await frame();
    canvas.dispatchEvent(at("pointermove", middle(1), 40));
    expect(selection.state.hovered).toBe(1);
  });

  test("a range by keyboard begins where the cursor was, in the layer shown", async () => {
    const { selection, model, canvas } = await open();
    for (const name of ["ArrowRight", "ArrowRight", "ArrowRight"]) canvas.dispatchEvent(key(name));
    canvas.dispatchEvent(key("ArrowRight", { shiftKey: true }));
    expect(selection.state.selected).toEqual([3, 1]);
    selection.set("selected", []);
    model.set({ _shape: [2, 2, 2, 2], _channels: view(Int32Array.of(1, 0)) });
    await frame();
    click(canvas, GUTTER + 20, { shiftKey: true });
    expect(selection.state.selected).toEqual([1]);
  });

  test("leaving with the keyboard leaves nothing hovered", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(key("ArrowRight"));
    canvas.dispatchEvent(new FocusEvent("blur"));
    expect(selection.state.hovered).toBe(-1);
  });

  test("a double click leaves the selection as it was", async () => {
    const { selection, canvas } = await open();
    selection.set("selected", [0, 3]);
    click(canvas, middle(1));
    click(canvas, middle(1), { detail: 2 });
    canvas.dispatchEvent(at("dblclick", middle(1), 60));
    expect(selection.state.selected).toEqual([0, 3]);
  });

  test("in a volume the readout names slice and place", async () => {
    const { model, canvas } = await open();
    // Two slices of 2 × 1 pixels, side by side; the third column of pixels is the second slice.
    model.set({ _kind: "volume", _montage: [1, 2] });
    await frame();
    canvas.dispatchEvent(at("pointermove", middle(1) + COLUMN / 4, 30));
    await frame();
    expect(find(".cnnviz-readout").textContent).toContain("slice 1 of 2, pixel (0, 0)");
  });

  test("a double click enlarges a tile, Escape leads back", async () => {
    const { canvas } = await open();
    canvas.dispatchEvent(at("dblclick", middle(1), 60));
    expect(find(".cnnviz-enlarged").textContent).toContain("Channel2");
    find(".cnnviz-enlarged").dispatchEvent(key("Escape"));
    expect(document.querySelector(".cnnviz-enlarged")).toBeNull();
  });

  test("dead channels are counted, and a click on the count selects them", async () => {
    const { selection } = await open();
    const chip = find<HTMLButtonElement>(".cnnviz-mark");
    expect(chip.textContent).toContain("all zero: 1");
    chip.click();
    expect(selection.state.selected).toEqual([1]);
  });

  test("choices go to the traits, notes are text", async () => {
    const { model } = await open();
    const select = find<HTMLSelectElement>("select");
    select.value = "viridis";
    select.dispatchEvent(new Event("change"));
    expect(model.state.colormap).toBe("viridis");
    expect(find(".cnnviz-note").textContent).toBe("left out: <b>nothing</b>");
  });

  test("another layer of another size is drawn in its place", async () => {
    const { selection, model, canvas } = await open();
    model.set({
      _shape: [1, 1, 1, 1],
      _codes: view(Uint8Array.of(0)),
      _low: view(new Float32Array(1)),
      _high: view(new Float32Array(1)),
      _marks: view(Uint8Array.of(0)),
      _channels: view(Int32Array.of(0)),
    });
    await frame();
    canvas.dispatchEvent(at("pointermove", middle(3), 40));
    expect(selection.state.hovered).toBe(-1);
  });
});

describe("dendrogram", () => {
  async function open() {
    const { selection, axis, refs } = shared();
    const model = new FakeModel({ ...treeState, ...refs, cut: null, height: 150, _notes: [] });
    rendered = await show(dendrogram as never, model, WIDTH);
    return { selection, axis, model, canvas: find<HTMLCanvasElement>(".cnnviz-dendrogram-overlay") };
  }

  /** Height 0.3 on an axis that ends at 0.63, between 34 (all-zero part above) and 138. */
  const fork03 = { x: GUTTER + 1.75 * COLUMN, y: 138 - (0.3 / 0.63) * (138 - 34) };

  test("a click on a fork selects the channels below it", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(at("click", fork03.x, fork03.y));
    expect(selection.state.selected).toEqual([4, 2, 0]);
  });

  test("hovering tells the fork's height and size, and hovers the leaf", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(at("pointermove", fork03.x, fork03.y));
    await frame();
    expect(find("[role=status]").textContent).toContain("0.3 · 3 channels");
    expect(selection.state.hovered).toBe(2);
  });

  test("a fork's channels are called by their classes", async () => {
    const { model, canvas } = await open();
    model.set("class_names", ["ape", "bee", "cat", "dog", "elk"]);
    canvas.dispatchEvent(at("pointermove", fork03.x, fork03.y));
    await frame();
    expect(find("[role=status]").textContent).toContain("3 channels below");
    expect(find("[role=status]").textContent).toContain("4 (elk), 2 (cat), 0 (ape)");
  });

  test("keys walk the tree from its root", async () => {
    const { selection, canvas } = await open();
    for (const name of ["ArrowDown", "ArrowDown", "ArrowDown", " "]) canvas.dispatchEvent(key(name));
    expect(selection.state.selected).toEqual([4, 2, 0]);
    for (const name of ["ArrowUp", " "]) canvas.dispatchEvent(key(name));
    expect(selection.state.selected).toEqual([4, 2, 0, 3]);
  });

  test("the cut is dragged, moved by keys and taken away", async () => {
    const { model } = await open();
    const line = find(".cnnviz-cut");
    line.dispatchEvent(at("pointerdown", 5, 30));
    line.dispatchEvent(at("pointermove", 5, 100));
    line.dispatchEvent(at("pointerup", 5, 100));
    const cut = model.state.cut as number;
    expect(cut).toBeCloseTo(((138 - 100) / (138 - 34)) * 0.63, 5);
    line.dispatchEvent(key("ArrowUp"));
    expect(model.state.cut).toBeGreaterThan(cut);
    line.dispatchEvent(key("Delete"));
    expect(model.state.cut).toBeNull();
  });

  test("in natural order it says why there is no tree, and leads back", async () => {
    const { axis } = await open();
    axis.set("order_by", "natural");
    await frame();
    expect(find(".cnnviz-dendrogram-empty").hidden).toBe(false);
    // Nor does the keyboard reach what cannot be seen.
    expect(find(".cnnviz-dendrogram-overlay").tabIndex).toBe(-1);
    expect(find(".cnnviz-cut").tabIndex).toBe(-1);
    find<HTMLButtonElement>(".cnnviz-dendrogram-empty button").click();
    expect(axis.state.order_by).toBe("leaf");
  });
});

describe("layer selector", () => {
  const layer = (path: string, more = {}) => ({
    path,
    kind: "Conv2D",
    shape: "8 × 8 × 4",
    parameters: 40,
    channels: 4,
    dead: 0,
    nonfinite: 0,
    level: "low abstraction",
    relative_level: 0.25,
    looked: null,
    severe: 0,
    warnings: 0,
    ...more,
  });

  async function open(
    layers = [layer("first"), layer("inner/a<b>"), layer("inner/c", { kind: "Dense", dead: 2 })],
  ) {
    const model = new FakeModel({
      _layers: layers,
      layer: "first",
      _shown: "first",
      height: 300,
    });
    rendered = await show(selector as never, model);
    return { model, input: find<HTMLInputElement>("input"), list: find("[role=listbox]") };
  }

  test("nested layers stand under their model's name, names are text", async () => {
    await open();
    expect(find(".cnnviz-layer-heading").textContent).toBe("inner");
    expect(document.querySelectorAll("[role=option]")).toHaveLength(3);
    expect(document.querySelector(".cnnviz-layer-name b")).toBeNull();
  });

  test("values that no layer shows are told of below the list, as text", async () => {
    const { model } = await open();
    const told = () => find<HTMLDetailsElement>(".cnnviz-layer-unseen");
    expect(told().hidden).toBe(true);
    model.set("_unseen", ["block <b>x</b> (Block): before 'pool'", "each (TimeDistributed): conv"]);
    expect(told().hidden).toBe(false);
    expect([...told().querySelectorAll("p")].map((line) => line.textContent)).toEqual([
      "block <b>x</b> (Block): before 'pool'",
      "each (TimeDistributed): conv",
    ]);
    expect(told().querySelector("b")).toBeNull();
    model.set("_unseen", []);
    expect(told().hidden).toBe(true);
  });

  test("typing filters by name and kind; Enter chooses", async () => {
    const { model, input } = await open();
    input.value = "dense";
    input.dispatchEvent(new Event("input"));
    expect(document.querySelectorAll("[role=option]")).toHaveLength(1);
    input.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("inner/c");
    expect(model.saves).toBe(1);
  });

  test("arrows move, Enter chooses, and the row waits for Python", async () => {
    const { model, list } = await open();
    list.dispatchEvent(key("ArrowDown"));
    expect(model.state.layer).toBe("first");
    list.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("inner/a<b>");
    expect(document.querySelectorAll(".cnnviz-waiting")).toHaveLength(1);
    model.set("_shown", "inner/a<b>");
    expect(document.querySelectorAll(".cnnviz-waiting")).toHaveLength(0);
  });

  test("a training model's new health leaves rows and keyboard where they are", async () => {
    const { model, list } = await open();
    const rows = () => [...document.querySelectorAll<HTMLElement>("[role=option]")];
    const before = rows();
    list.dispatchEvent(key("ArrowDown"));
    model.set("_layers", [layer("first", { dead: 2 }), layer("inner/a<b>"), layer("inner/c", { kind: "Dense", dead: 3 })]);
    expect(rows()).toEqual(before);
    expect(rows().every((row, at) => row === before[at])).toBe(true);
    expect([...document.querySelectorAll(".cnnviz-health")].map((mark) => mark.textContent)).toEqual(["50 %", "alive", "75 %"]);
    // A press that began before the update ends on the row that it began on.
    before[2]!.click();
    expect(model.state.layer).toBe("inner/c");
    list.dispatchEvent(key("ArrowUp"));
    model.set("_layers", [layer("first"), layer("inner/a<b>"), layer("inner/c", { kind: "Dense" })]);
    list.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("inner/a<b>");
  });

  test("health says on which samples it rests, where these were not all", async () => {
    const { model } = await open();
    const said = (): string => [...document.querySelectorAll<HTMLElement>(".cnnviz-health")].at(-1)!.title;
    expect(said()).toBe("2 of 4 channels are zero on every sample");
    model.set("_basis", "on all 32 samples when these were last looked at");
    expect(said()).toBe("2 of 4 channels were zero on all 32 samples when these were last looked at");
    model.set("_layers", [layer("one", { dead: 1 })]);
    expect(said()).toBe("1 of 4 channels was zero on all 32 samples when these were last looked at");
  });

  test("layers that are others make other rows", async () => {
    const { model, input } = await open();
    model.set("_layers", [layer("first", { parameters: 50 }), layer("second")]);
    expect([...document.querySelectorAll(".cnnviz-layer-name")].map((name) => name.firstChild!.textContent)).toEqual(["first", "second"]);
    expect(document.querySelector(".cnnviz-layer-heading")).toBeNull();
    input.value = "nothing like it";
    input.dispatchEvent(new Event("input"));
    model.set("_layers", [layer("first"), layer("second", { dead: 1 })]);
    expect(document.querySelectorAll("[role=option]")).toHaveLength(0);
    expect(find(".cnnviz-layer-heading").textContent).toContain("No layer matches");
  });

  test("health is a number, not only a colour", async () => {
    await open();
    const marks = [...document.querySelectorAll(".cnnviz-health")].map((mark) => mark.textContent);
    expect(marks).toEqual(["alive", "alive", "50 %"]);
  });

  test("the abstraction level is a gauge, and words", async () => {
    await open();
    const gauge = find(".cnnviz-level");
    expect(gauge.title).toBe("low abstraction");
    expect(gauge.style.getPropertyValue("--share")).toBe("0.25");
  });

  test("findings are counted, with their severities in words", async () => {
    await open([layer("a", { severe: 1, warnings: 2 }), layer("b", { warnings: 1 }), layer("c")]);
    const marks = [...document.querySelectorAll<HTMLElement>(".cnnviz-severity")];
    expect(marks.map((mark) => [mark.textContent, mark.title])).toEqual([
      ["3", "1 severe, 2 warnings in the diagnosis"],
      ["1", "1 warning in the diagnosis"],
    ]);
    expect(marks[0]!.classList.contains("cnnviz-is-severe")).toBe(true);
  });

  test("what has been looked at is marked: outputs and, where there are any, weights", async () => {
    await open([
      layer("a", { looked: ["outputs"] }),
      layer("b", { looked: [], parameters: 0 }),
      layer("c", { looked: null }),
    ]);
    const marks = [...document.querySelectorAll<HTMLElement>(".cnnviz-looked")];
    expect(marks.map(({ title }) => title)).toEqual([
      "outputs: looked at\nweights: not looked at yet",
      "outputs: not looked at yet",
    ]);
    expect(marks.map((mark) => mark.querySelectorAll(".cnnviz-seen").length)).toEqual([1, 0]);
    const each = [...document.querySelectorAll<HTMLElement>(".cnnviz-looked > i")].map(({ title }) => title);
    expect(each).toEqual(["outputs: looked at", "weights: not looked at yet", "outputs: not looked at yet"]);
  });

  test("the foot explains the marks, where there are any", async () => {
    const { model } = await open([layer("a")]);
    const legend = find(".cnnviz-layer-foot > :last-child");
    expect(legend.hidden).toBe(true);
    model.set("_layers", [layer("a", { looked: [] })]);
    expect(legend.hidden).toBe(false);
    expect(legend.textContent).toBe("● looked at: outputs above, weights below");
  });

  test("a kernel that does not answer is waited for in words", async () => {
    const { model, list } = await open();
    vi.useFakeTimers();
    list.dispatchEvent(key("ArrowDown"));
    list.dispatchEvent(key("Enter"));
    vi.advanceTimersByTime(500);
    list.dispatchEvent(key("ArrowUp"));
    vi.advanceTimersByTime(500);
    expect(find(".cnnviz-layer-foot").textContent).toContain("Waiting for the kernel");
    model.set("_shown", "inner/a<b>");
    expect(find(".cnnviz-layer-foot").textContent).toContain("3 layers, in the order");
  });

  test("nothing found says so", async () => {
    const { input } = await open();
    input.value = "<img src=x>";
    input.dispatchEvent(new Event("input"));
    expect(find(".cnnviz-layer-list").textContent).toBe("No layer matches “<img src=x>”.");
  });
});

describe("inspector header", () => {
  async function open(state = {}) {
    const model = new FakeModel({
      title: "conv<1>",
      facts: "Conv2D",
      message: "",
      progress: -1,
      error: "",
      warnings: [],
      live: true,
      view: "outputs",
      _shown_view: "outputs",
      has_weights: true,
      weights: [],
      weight: "",
      step: 0,
      steps: 0,
      stage: "",
      look_for: "",
      next_step: "",
      guide: true,
      _asked: 0,
      _answered: 0,
      _diagnose_asked: 0,
      _diagnosed: 0,
      _next_asked: 0,
      _next_answered: 0,
      ...state,
    });
    rendered = await show(header as never, model);
    return model;
  }

  const named = (text: string): HTMLButtonElement =>
    [...document.querySelectorAll<HTMLButtonElement>("button")].find((made) => made.textContent === text)!;

  test("an error is shown as text and goes away again", async () => {
    const model = await open();
    expect(find(".cnnviz-error").hidden).toBe(true);
    model.set("error", "ValueError: <b>no</b>");
    expect(find(".cnnviz-error").textContent).toBe("ValueError: <b>no</b>");
    expect(find(".cnnviz-error").hidden).toBe(false);
    model.set("error", "");
    expect(find(".cnnviz-error").hidden).toBe(true);
  });

  test("work shows as progress", async () => {
    const model = await open({ message: "reading conv1" });
    expect(find("progress").hasAttribute("value")).toBe(false);
    model.set("progress", 0.5);
    expect(find<HTMLProgressElement>("progress").value).toBe(0.5);
    expect(find(".cnnviz-inspector-message").textContent).toBe("reading conv1");
  });

  test("asking to read again waits for the answer", async () => {
    const model = await open();
    const button = named("Read again");
    button.click();
    expect(model.state._asked).toBe(1);
    expect(button.disabled).toBe(true);
    model.set("_answered", 1);
    expect(button.disabled).toBe(false);
  });

  test("asking for a diagnosis waits for it", async () => {
    const model = await open();
    const button = named("Diagnose");
    button.click();
    expect(model.state._diagnose_asked).toBe(1);
    expect([button.disabled, button.textContent]).toEqual([true, "Diagnosing…"]);
    model.set("_diagnosed", 1);
    expect([button.disabled, button.textContent]).toEqual([false, "Diagnose"]);
  });

  test("the view is switched, and waits until it is drawn", async () => {
    const model = await open();
    const pressed = () => ["Outputs", "Weights"].map((text) => named(text).getAttribute("aria-pressed"));
    expect(pressed()).toEqual(["true", "false"]);
    named("Weights").click();
    expect(model.state.view).toBe("weights");
    expect(model.saves).toBe(1);
    expect(pressed()).toEqual(["false", "true"]);
    expect(document.querySelectorAll(".cnnviz-waiting-view")).toHaveLength(1);
    model.set("_shown_view", "weights");
    expect(document.querySelectorAll(".cnnviz-waiting-view")).toHaveLength(0);
    named("Weights").click();
    expect(model.saves).toBe(1);
  });

  test("a view that does not come is waited for in words, until the kernel has begun", async () => {
    const model = await open({ warnings: ["<b>odd</b>"] });
    const message = () => find(".cnnviz-inspector-message").textContent;
    vi.useFakeTimers();
    named("Weights").click();
    vi.advanceTimersByTime(700);
    expect(message()).toBe("⚠ <b>odd</b>");
    vi.advanceTimersByTime(200);
    expect(message()).toBe("Waiting for the kernel. Where a cell is running, this may come after it.");
    model.set("message", "reading conv1");
    expect(message()).toBe("reading conv1");
    model.set({ message: "", _shown_view: "weights" });
    expect(message()).toBe("⚠ <b>odd</b>");
  });

  test("a layer without weights offers none, and says why", async () => {
    const model = await open({ has_weights: false });
    expect(named("Weights").disabled).toBe(true);
    expect(named("Weights").title).toBe("This layer has no weights");
    model.set("has_weights", true);
    expect(named("Weights").disabled).toBe(false);
  });

  test("of several weights one is chosen, in the weights view alone", async () => {
    const model = await open({ weights: ["kernel", "<b>"], weight: "kernel" });
    const choice = find(".cnnviz-choice");
    expect(choice.hidden).toBe(true);
    model.set("view", "weights");
    expect(choice.hidden).toBe(false);
    const select = find<HTMLSelectElement>("select");
    expect([...select.options].map(({ textContent }) => textContent)).toEqual(["kernel", "<b>"]);
    select.value = "<b>";
    select.dispatchEvent(new Event("change"));
    expect(model.state.weight).toBe("<b>");
    model.set("weights", ["kernel"]);
    expect(choice.hidden).toBe(true);
  });

  test("the guide says where the reader is and leads on", async () => {
    const model = await open({
      step: 3,
      steps: 24,
      stage: "low-abstraction outputs",
      look_for: "black tiles",
      next_step: "conv<2>, weights",
    });
    expect(find(".cnnviz-guide-words").textContent).toBe(
      "Step 3 of 24 · low-abstraction outputs · look for: black tiles",
    );
    const next = named("Next: conv<2>, weights →");
    next.click();
    expect(model.state._next_asked).toBe(1);
    expect(next.disabled).toBe(true);
    model.set({ _next_answered: 1, step: 24, next_step: "" });
    expect(next.hidden).toBe(true);
    expect(find(".cnnviz-guide").textContent).toContain("All 24 steps looked at.");
  });

  test("the next layer goes by its last name, its path is in the title", async () => {
    await open({ step: 1, steps: 2, next_step: "outer, too/conv, weights" });
    expect(named("Next: conv, weights →").title).toBe("Go on to outer, too/conv, weights");
  });

  test("the guide folds away and comes back, and Python remembers", async () => {
    const model = await open({ step: 1, steps: 2 });
    named("Guide ▾").click();
    expect(model.state.guide).toBe(false);
    expect(find(".cnnviz-guide").hidden).toBe(true);
    named("Guide ▸").click();
    expect(find(".cnnviz-guide").hidden).toBe(false);
  });

  test("without an order there is no guide; a view that is no step says how many there are", async () => {
    const model = await open();
    expect(find(".cnnviz-guide").hidden).toBe(true);
    expect(named("Guide ▾").hidden).toBe(true);
    model.set("steps", 4);
    expect(find(".cnnviz-guide-words").textContent).toBe("4 steps in the method's order");
  });
});

describe("density panel", () => {
  async function open() {
    const { selection, refs } = shared();
    const mark = (id: string) => new FakeModel({ x: [], y: [], scales: {} }, id);
    const marks = Object.fromEntries(
      ["every", "fan", "selected", "hovered", "zeros", "zeros_marked"].map((name) => [name, mark(name)]),
    );
    new FakeModel({}, "log");
    const linear = new FakeModel({}, "linear");
    const logAxis = new FakeModel({}, "log-axis");
    const linearAxis = new FakeModel({}, "linear-axis");
    const model = new FakeModel({
      selection: refs.selection,
      log_y: true,
      _total: 3,
      _drawn: "every",
      _peak: 1,
      _usual_peak: 1,
      _notes: [],
      _channels: view(Int32Array.of(2, 0, 1)),
      _grid: view(Float64Array.of(0, 1, 0, 2, 0, 3)),
      _density: view(Float64Array.of(0.5, 0.25, 1, 0, 0, 0)),
      _points: 2,
      _zero_share: view(Float32Array.of(0.25, 0, 1)),
      _nonfinite_share: view(new Float32Array(3)),
      ...Object.fromEntries(Object.keys(marks).map((name) => [`_${name}`, name])),
      _log_axis: "log-axis",
      _linear_axis: "linear-axis",
      _figure: figure(Object.values(marks)),
      _log_scale: "anywidget:log",
      _linear_scale: "anywidget:linear",
    });
    rendered = await show(density as never, model);
    return { selection, model, marks, linear, logAxis, linearAxis };
  }

  test("a hovered channel is called by its class", async () => {
    const { selection, model } = await open();
    selection.set("hovered", 2);
    await frame();
    expect(find("[role=status]").textContent).toBe("channel 2: 25 % exact zeros");
    model.set("class_names", ["ape", "bee", "<b>cat</b>"]);
    await frame();
    expect(find("[role=status]").textContent).toBe("channel 2 (<b>cat</b>): 25 % exact zeros");
  });

  test("a hovered channel's curve and zeros stand out without the kernel", async () => {
    const { selection, marks } = await open();
    selection.set("hovered", 2);
    await frame();
    expect([...(marks.hovered!.state.x as Float64Array[])[0]!]).toEqual([0, 1]);
    expect([...(marks.hovered!.state.y as Float64Array[])[0]!]).toEqual([0.5, 0.25]);
    expect([...(marks.zeros_marked!.state.y as Float64Array)]).toEqual([25]);
    expect(marks.hovered!.saves).toBe(0);
    expect(find("[role=status]").textContent).toContain("channel 2: 25 % exact zeros");
    selection.set("hovered", -1);
    await frame();
    expect(marks.hovered!.state.x).toEqual([]);
  });

  test("shares are of what they say, and channels are called what they are", async () => {
    const { model, selection } = await open();
    const said = (): string => find("[role=status]").textContent!;
    model.set({ _noun: "output feature", _nonfinite_share: view(Float32Array.of(0.5, 1, 0)) });
    await frame();
    expect(said()).toBe("Distribution of the values of 3 output features");
    expect(find(".cnnviz-density-key").textContent).toContain("line: one output feature");
    selection.set("hovered", 2);
    await frame();
    expect(said()).toBe("output feature 2: 50 % NaN or infinite, of the others 25 % exact zeros");
    selection.set("hovered", 0);
    await frame();
    expect(said()).toBe("output feature 0: no finite value");
    model.set({ _noun: undefined, _samples: "on 8 of 32 samples" });
    selection.set("hovered", 1);
    await frame();
    expect(said()).toBe("channel 1: 100 % exact zeros, on 8 of 32 samples");
  });

  test("selected channels keep their curves, as many as can be told apart", async () => {
    const { selection, marks } = await open();
    selection.set("selected", [1, 2, 77]);
    await frame();
    expect(marks.selected!.state.x).toHaveLength(2);
  });

  test("closed models lead to nothing that was drawn, open ones to all", async () => {
    const { marks } = await open();
    const plot = FakeModel.all.get("figure")!;
    const drawing = { view: "of the plot" };
    for (const each of [plot, marks.every!]) {
      each.state_change = Promise.resolve(drawing);
      each.on("msg:custom", () => drawing);
    }
    rendered!.abort();
    expect(await plot.state_change).toBe(drawing);
    for (const each of [plot, marks.every!]) {
      each.trigger("destroy");
      expect(await each.state_change).toBeUndefined();
      expect(each.listeners.size).toBe(0);
    }
  });

  test("each band has its colour", async () => {
    const { model, marks } = await open();
    model.set("_drawn", "fan");
    model.set("_peak", 2);
    await frame();
    const colors = marks.fan!.state.fill_colors as string[];
    expect(colors).toHaveLength((marks.fan!.state.fill_opacities as number[]).length);
    expect(new Set(colors).size).toBe(1);
  });

  test("the density axis turns linear and back in the page", async () => {
    const { model, marks, linear, logAxis, linearAxis } = await open();
    expect([logAxis.state.visible, linearAxis.state.visible]).toEqual([true, false]);
    expect([...(logAxis.state.tick_values as Float64Array)]).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1].map((tick) => expect.closeTo(tick)));
    find<HTMLButtonElement>("button").click();
    await frame();
    expect(model.state.log_y).toBe(false);
    expect([logAxis.state.visible, linearAxis.state.visible]).toEqual([false, true]);
    expect((linearAxis.state.tick_values as Float64Array)[0]).toBe(0);
    expect((marks.every!.state.scales as { y: unknown }).y).toBe(linear);
  });
});
