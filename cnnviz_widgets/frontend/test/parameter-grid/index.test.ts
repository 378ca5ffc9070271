/** The picture of a layer's weights: where things stand, what is painted, asked for and said. */
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { paintTiles, type Paint } from "../../src/tile-view/paint";
import { xOf } from "../../src/lib/linking/column-axis";
import { yOf } from "../../src/tile-view/rows";
import entry from "../../src/parameter-grid";
import { Exact } from "../../src/parameter-grid/exact-window";
import { biasLeft, layoutOf, rowsAsColumns, spansAcross, spansDown } from "../../src/parameter-grid/layout";
import { describe as told } from "../../src/parameter-grid/readout";
import { readParameters, readWindow, type Parameters } from "../../src/parameter-grid/parameters";
import { at, FakeModel, frame, installCanvas, key, shared, show, view, type Rendered } from "../fake";
import { treeState } from "../tree-state";

let rendered: Rendered | undefined;

beforeAll(installCanvas);
beforeEach(() => FakeModel.all.clear());
afterEach(() => {
  vi.useRealTimers();
  rendered?.abort();
  rendered = undefined;
  document.body.replaceChildren();
});

const find = <T extends HTMLElement>(selectors: string): T => document.querySelector<T>(selectors)!;

/** Five outputs of three inputs with 2 × 2 taps; all values run from 0 to 1, output 1 is zero. */
const kernel = {
  _shape: [5, 3, 2, 2],
  _codes: view(Uint8Array.from({ length: 60 }, (_, i) => [0, 127, 254, 0][i % 4]!)),
  _low: view(new Float32Array(15)),
  _high: view(Float32Array.from({ length: 15 }, (_, i) => (i < 12 ? 1 : 0))),
  _marks: view(Uint8Array.from({ length: 15 }, (_, i) => (i < 12 ? 0 : 1))),
  _kind: "image",
  _reduction: [1, 1],
  _montage: [1, 1],
  _outputs: view(Int32Array.of(4, 2, 0, 3, 1)),
  _inputs: 3,
  _taps: [2, 2],
  _words: ["input channel", "output channel"],
  _column_names: [],
  _tap_names: [],
  _bias: view(Float32Array.of(0.5, -0.25, 0, 1, NaN)),
};

/** Two outputs of eight inputs without taps, every stored pixel the mean of two inputs. */
const strips = {
  ...kernel,
  _shape: [2, 1, 1, 4],
  _codes: view(Uint8Array.of(0, 100, 200, 254, 254, 200, 100, 0)),
  _low: view(Float32Array.of(0, 0)),
  _high: view(Float32Array.of(1, 2)),
  _marks: view(new Uint8Array(2)),
  _kind: "strip",
  _reduction: [1, 2],
  _outputs: view(Int32Array.of(1, 0)),
  _inputs: 8,
  _taps: [1, 1],
  _bias: view(new Float32Array(0)),
};

const read = (state: object): Parameters => readParameters(new FakeModel({ ...state }) as never);
const layout = (state: object, place = {}, width = 700, hasTree = true) =>
  layoutOf(read(state), { start: 0, scale: 0, scroll: 0, ...place }, width, 520, hasTree);

describe("layout", () => {
  test("leaf i of the tree stands at row i, whatever the zoom and scroll", () => {
    for (const place of [{}, { scale: 150, start: 1.2 }, { scale: 300, scroll: 400 }]) {
      const { rows } = layout(kernel, place);
      const across = rowsAsColumns(rows);
      for (let row = 0; row < 5; row++) expect(xOf(across, row + 0.5)).toBeCloseTo(yOf(rows, row + 0.5), 9);
    }
  });

  test("tiles keep their proportion when zoomed, and the row numbers their room", () => {
    for (const scale of [0, 90, 200]) {
      const { columns, rows } = layout({ ...kernel, _taps: [3, 1] }, { scale });
      expect(rows.size).toBeCloseTo(3 * columns.scale, 9);
      expect(xOf(columns, columns.start)).toBe(columns.before);
    }
  });

  test("strips fill the width, and the bias stays in sight at the end of the rows", () => {
    const wide = { ...strips, _inputs: 3000, _bias: view(new Float32Array(2)) };
    const fitted = layout(wide);
    const end = fitted.columns.width - fitted.columns.after;
    expect(xOf(fitted.columns, 3000)).toBeCloseTo(end, 6);
    const { columns } = layout(wide, { scale: 20, start: 100 });
    expect(biasLeft(columns)).toBeCloseTo(biasLeft(fitted.columns), 6);
  });

  test("tiles of eight pixels or more are parted both ways, smaller ones are not", () => {
    const wide = { ...kernel, _inputs: 300 };
    for (const [scale, gap] of [[7, 0], [8, 1], [20, 2], [40, 4], [64, 4], [500, 4]] as const) {
      const found = layout(wide, { scale });
      expect([scale, found.gap, found.rows.gap]).toEqual([scale, gap, gap]);
      const [first, second] = spansAcross(read(wide).whole, found, 1);
      expect(second!.from - first!.to).toBe(gap);
      // In the middle of its place, to within half a pixel: the leaf of the tree is there.
      const [top] = spansDown(read(wide).whole, found.rows, null, 1);
      const middle = (top!.from + top!.to) / 2 - yOf(found.rows, 0.5);
      expect(Math.abs(middle)).toBeLessThanOrEqual(0.5);
    }
    // A line of weights is no tile.
    expect(layout(strips, { scale: 100 }).rows.gap).toBe(1);
  });

  test("without a tree the tiles take its place", () => {
    expect(layout(kernel, {}, 700, false).tree).toBe(0);
    expect(layout(kernel).tree).toBeGreaterThan(100);
  });
});

describe("painting", () => {
  /** Codes as they are, so that a painted pixel tells which code it came from. */
  const paint: Paint = {
    colormap: "grey",
    range: "row",
    table: Uint32Array.from({ length: 256 }, (_, i) => i),
    background: 1000,
    stripe: 2000,
    notFinite: 3000,
  };
  const columns = { before: 0, after: 0, widest: 100, start: 0, scale: 1, count: 8, width: 8 };
  const rows = { size: 1, count: 2, gap: 0, scroll: 0, height: 2, top: 0 };
  const painted = (parameters: Parameters, order: Int32Array | null, parts = [parameters.whole], range = paint.range) => {
    const pixels = new Uint32Array(16).fill(9);
    for (const part of parts) {
      const clip = { left: part.columns[0], top: 0, right: part.columns[1], bottom: 2 };
      const picture = { pixels, stride: 8, clip };
      paintTiles(picture, part.tiles, spansAcross(part, { columns, gap: 0 }, 1), spansDown(part, rows, order, 1), { ...paint, range });
    }
    return [[...pixels.slice(0, 8)], [...pixels.slice(8)]];
  };

  test("a stored pixel covers the inputs that it is the mean of", () => {
    // code · 255 / 254, rounded.
    const first = [0, 0, 100, 100, 201, 201, 255, 255];
    expect(painted(read(strips), null)).toEqual([first, [...first].reverse()]);
  });

  test("in natural order rows change places", () => {
    const [top, bottom] = painted(read(strips), Int32Array.of(1, 0));
    expect(top![0]).toBe(255);
    expect(bottom![0]).toBe(0);
  });

  test("a window is painted over the means, in the colours of its whole row", () => {
    const parameters = read(strips);
    const window = readWindow({
      serial: 1,
      rows: [1, 2],
      columns: [2, 5],
      shape: [1, 1, 1, 3],
      codes: view(Uint8Array.of(0, 254, 127)),
      low: view(Float32Array.of(1)),
      high: view(Float32Array.of(2)),
      marks: view(Uint8Array.of(0)),
      kind: "strip",
      reduction: [1, 1],
      montage: [1, 1],
    }, parameters);
    const [top, bottom] = painted(parameters, null, [parameters.whole, window]);
    expect(top).toEqual([0, 0, 100, 100, 201, 201, 255, 255]);
    // The row runs from 0 to 2: the window's 1, 2 and 1.5 are 1/2, 1 and 3/4 of 255.
    expect(bottom).toEqual([255, 255, 128, 255, 191, 100, 0, 0]);
  });

  test("a window that is zero does not make its row all zero", () => {
    const parameters = read(strips);
    const wire = { rows: [0, 1], columns: [0, 2], shape: [1, 1, 1, 2], codes: view(new Uint8Array(2)) } as const;
    const values = { low: view(new Float32Array(1)), high: view(new Float32Array(1)), marks: view(Uint8Array.of(1)) };
    const more = { kind: "strip", reduction: [1, 1], montage: [1, 1] } as const;
    const window = readWindow({ ...wire, ...values, ...more } as never, parameters);
    expect([...window.tiles.marks]).toEqual([0]);
  });
});

describe("asking for what is exact", () => {
  const sight = { rows: [0, 2] as [number, number], columns: [2, 4] as [number, number] };

  function open(state: object = strips) {
    vi.useFakeTimers();
    const model = new FakeModel({ ...state, _window_asked: [], _window: {} });
    const answered = vi.fn();
    const exact = new Exact(model as never, read(state), answered, new AbortController().signal);
    const answer = (serial: number, reduction = [1, 1]) =>
      model.set("_window", {
        serial,
        rows: [0, 2],
        columns: [1, 5],
        shape: [2, 1, 1, 4],
        codes: view(new Uint8Array(8)),
        low: view(new Float32Array(2)),
        high: view(new Float32Array(2)),
        marks: view(new Uint8Array(2)),
        kind: "strip",
        reduction,
        montage: [1, 1],
      });
    return { model, exact, answered, answer };
  }

  test("asks once moving has stopped, for a little more than is in sight", () => {
    const { model, exact } = open();
    exact.look({ ...sight, columns: [0, 1] }, 2);
    vi.advanceTimersByTime(60);
    exact.look(sight, 2);
    vi.advanceTimersByTime(60);
    expect(model.saves).toBe(0);
    vi.advanceTimersByTime(100);
    expect(model.saves).toBe(1);
    expect(model.state._window_asked).toEqual([1, 0, 2, 1, 5]);
  });

  test("does not ask where nothing is averaged, or weights are smaller than a pixel", () => {
    const whole = open({ ...strips, _reduction: [1, 1], _inputs: 4 });
    whole.exact.look(sight, 20);
    vi.advanceTimersByTime(1000);
    expect(whole.model.saves).toBe(0);
    const far = open();
    far.exact.look(sight, 0.6);
    vi.advanceTimersByTime(1000);
    expect(far.model.saves).toBe(0);
  });

  test("takes the newest answer only, and asks nothing that it covers", () => {
    const { model, exact, answered, answer } = open();
    exact.look(sight, 2);
    vi.advanceTimersByTime(200);
    exact.look({ ...sight, columns: [6, 8] }, 2);
    vi.advanceTimersByTime(200);
    answer(1);
    expect(exact.part).toBeNull();
    answer(2);
    expect(exact.part).not.toBeNull();
    expect(answered).toHaveBeenCalledTimes(1);
    exact.look({ ...sight, columns: [6, 7] }, 4);
    vi.advanceTimersByTime(1000);
    expect(model.saves).toBe(2);
  });

  test("asks again for less where the answer was averaged, too", () => {
    const { model, exact, answer } = open();
    exact.look(sight, 2);
    vi.advanceTimersByTime(200);
    answer(1, [1, 2]);
    exact.look(sight, 2);
    vi.advanceTimersByTime(200);
    expect(model.saves).toBe(2);
  });

  test("other parameters have no use for an answer about the old ones", () => {
    const { exact, answer } = open();
    exact.look(sight, 2);
    vi.advanceTimersByTime(200);
    exact.reset(read(strips));
    answer(1);
    expect(exact.part).toBeNull();
  });
});

describe("parameter grid", () => {
  // Tiles are 64 wide at most; 23 pixels hold one digit, 46 the bias, and the tree takes its most.
  const [WIDTH, TILE, LEFT, TOP, TREE] = [700, 64, 23, 36, 340];
  const x = (input: number): number => LEFT + (input + 0.5) * TILE;
  const y = (row: number): number => TOP + (row + 0.5) * TILE;

  async function open(more: object = {}) {
    const { selection, axis, refs } = shared();
    const model = new FakeModel({
      ...refs,
      ...kernel,
      ...treeState,
      _window_asked: [],
      _window: {},
      _notes: ["left out: <b>nothing</b>"],
      colormap: "grey",
      value_range: "tile",
      cut: null,
      height: 520,
      ...more,
    });
    rendered = await show(entry as never, model, WIDTH);
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
    expect(await said()).toContain("5 output channels × 3 input channels");
  });

  test("gates are told by their names", async () => {
    const { canvas } = await open({ _tap_names: ["input", "<b>"] });
    canvas.dispatchEvent(at("pointermove", x(1) + 10, y(1) + 10));
    expect(await said()).toBe("output channel 2 · input channel 1 · gate <b>, tap 1 · value ≈ 0");
    expect(document.querySelector(".cnnviz-readout b")).toBeNull();
  });

  test("averaged gates are told by all their names, and a slice is a gate", () => {
    const tell = (more: object, down: number): string => {
      const parameters = read({ ...kernel, ...more });
      return told(parameters, parameters.whole, { row: 0, input: 0, down, across: 0 });
    };
    const line = { _shape: [5, 3, 4, 1], _taps: [4, 1], _tap_names: ["i", "f", "c", "o"], _kind: "sequence" };
    expect(tell(line, 0.3)).toContain("· gate f ·");
    const averaged = { ...line, _shape: [5, 3, 2, 1], _taps: [4, 1], _reduction: [2, 1] };
    expect(tell(averaged, 0.9)).toContain("· gate c/o ·");
    const slices = { _shape: [5, 3, 2, 2], _taps: [2, 2], _tap_names: ["i", "f", "c", "o"], _kind: "volume", _montage: [2, 2] };
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
    expect(await said()).toBe("output channel 1 · 0 to 0 · bias NaN · all zero");
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
    // Distance 0.3 of an axis that ends at 0.63, between 34 (the zero rows' part) and 328.
    const fork = [TREE - 12 - (0.3 / 0.63) * 294, TOP + 1.75 * TILE] as const;
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
    expect(cut).toBeCloseTo(((328 - 200) / 294) * 0.63, 5);
    expect(await said()).toContain("1 group, 3 alone");
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

  test("the wheel zooms to the pointer; over the row numbers it scrolls", async () => {
    const { axis, selection, canvas } = await open({ height: 200 });
    canvas.dispatchEvent(at("wheel", 5, 100, { deltaY: 60 }));
    expect(axis.state.scale).toBe(0);
    canvas.dispatchEvent(at("pointermove", x(1), 40));
    // 164 pixels for five rows: tiles are at their least, 40; 60 pixels are one row and a half.
    expect(selection.state.hovered).toBe(2);
    canvas.dispatchEvent(at("wheel", LEFT + 60, 60, { deltaY: -800 }));
    expect(axis.state.scale).toBeCloseTo(40 * Math.exp(1.76), 6);
    expect(axis.state.start).toBeCloseTo(60 / 40 - 60 / (axis.state.scale as number), 6);
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
    const option = (value: string) => find<HTMLOptionElement>(`option[value=${value}]`);
    const range = () => option("row").parentElement as HTMLSelectElement;
    expect([option("tile").disabled, option("column").hidden, range().value]).toEqual([false, true, "tile"]);
    model.set({ ...strips, _column_count: 2 });
    await frame();
    expect([option("tile").disabled, range().value]).toEqual([true, "layer"]);
    model.set({ ...kernel, _kind: "vector", _shape: [5, 3, 1, 1], _taps: [1, 1], _column_names: ["gamma", "<b>", "c"] });
    await frame();
    expect([option("column").hidden, range().value]).toEqual([false, "column"]);
  });

  test("notes are text, and zero rows are counted", async () => {
    const { selection } = await open();
    expect(find(".cnnviz-note").textContent).toBe("left out: <b>nothing</b>");
    const chip = find<HTMLButtonElement>(".cnnviz-mark");
    expect(chip.textContent).toContain("all zero: 1");
    chip.click();
    expect(selection.state.selected).toEqual([1]);
  });

  test("nothing to show yet is no error", async () => {
    const none = view(new Uint8Array(0));
    await open({
      _shape: [0, 0, 1, 1], _codes: none, _low: none, _high: none, _marks: none, _outputs: none, _bias: none, _inputs: 0,
      _taps: [1, 1], _column_count: 0, _columns: none, _feet: none, _heights: none, _span: none, _split: none, _order: none,
    });
    expect(await said()).toContain("0 output channels × 0 input channels");
  });
});
