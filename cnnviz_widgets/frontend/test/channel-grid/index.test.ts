/** The channel grid rendered with stand-ins: pointing, selecting, moving, enlarging, and what it says. */
import { describe, expect, test } from "vitest";

import grid from "../../src/channel-grid";
import { HEADER } from "../../src/channel-grid/layout";
import { GUTTER } from "../../src/lib/columns/column-axis";
import { command } from "../../src/lib/frame/commands";
import type { LinkedState } from "../../src/lib/linking/linked-view";
import type { ChannelGridState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, frame, key, shared, show, view } from "../fake";
import { NO_HEADS, OF_OUTPUTS } from "../heads-state";

emptyPage();

// Five channels have just room for tiles of 48, a pixel apart.
const WIDTH = 340;
const TILE = 48;
const middle = (column: number): number => GUTTER + column * (TILE + 1) + TILE / 2;
const row = (at: number): number => HEADER + at * (TILE + 1) + TILE / 2;

function gridModel(refs: LinkedState): FakeModel<ChannelGridState> {
  return new FakeModel<ChannelGridState>({
    ...refs,
    ...NO_HEADS,
    ...OF_OUTPUTS,
    _shape: [2, 5, 2, 2],
    _codes: view(new Uint8Array(40)),
    _low: view(new Float32Array(10)),
    _high: view(new Float32Array(10).fill(1)),
    _marks: view(Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0, 1)),
    _channels: view(Int32Array.of(4, 2, 0, 3, 1)),
    _samples: view(new Int32Array(0)),
    _surveyed: false, _rows: view(new Int32Array(0)),
    channel_names: [],
    class_names: [],
    title: "",
    places: 0,
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
    const { selection, samples, axis, refs } = shared();
    const model = gridModel(refs);
    await show(grid, model, WIDTH);
    return { selection, samples, axis, model, canvas: find<HTMLCanvasElement>(".cnnviz-grid-overlay") };
  }

  const click = (canvas: HTMLElement, x: number, init: MouseEventInit = {}): void => {
    canvas.dispatchEvent(at("pointerdown", x, 40, init));
    canvas.dispatchEvent(at("pointerup", x, 40, init));
    canvas.dispatchEvent(at("click", x, 40, { detail: 1, ...init }));
  };

  const clickAt = (canvas: HTMLElement, x: number, y: number, init: MouseEventInit = {}): void => {
    for (const type of ["pointerdown", "pointerup", "click"]) canvas.dispatchEvent(at(type, x, y, { detail: 1, ...init }));
  };

  test("a click on what leads a row selects its sample and no channel", async () => {
    const { selection, samples, canvas } = await open();
    clickAt(canvas, middle(0), row(0));
    clickAt(canvas, GUTTER / 2, row(1));
    expect(samples.state.selected).toEqual([1]);
    expect(selection.state.selected).toEqual([4]);
    clickAt(canvas, GUTTER / 2, row(0), { ctrlKey: true });
    expect(samples.state.selected).toEqual([1, 0]);
    clickAt(canvas, GUTTER / 2, row(1), { ctrlKey: true });
    expect(samples.state.selected).toEqual([0]);
    clickAt(canvas, GUTTER / 2, row(0));
    expect(samples.state.selected).toEqual([]);
    clickAt(canvas, GUTTER / 2, row(0));
    clickAt(canvas, GUTTER / 2, row(1), { shiftKey: true });
    expect(samples.state.selected).toEqual([0, 1]);
    expect(selection.state.selected).toEqual([4]);
    canvas.dispatchEvent(key("Escape"));
    expect([selection.state.selected, samples.state.selected]).toEqual([[], [0, 1]]);
    canvas.dispatchEvent(key("Escape"));
    expect(samples.state.selected).toEqual([]);
  });

  test("the keyboard comes to what leads the rows, left of the first column", async () => {
    const { selection, samples, canvas } = await open();
    for (const name of ["ArrowLeft", "ArrowDown", " "]) canvas.dispatchEvent(key(name));
    expect(samples.state.selected).toEqual([1]);
    expect(samples.state.hovered).toBe(1);
    expect(selection.state.hovered).toBe(-1);
    canvas.dispatchEvent(key("ArrowUp", { shiftKey: true }));
    expect(samples.state.selected).toEqual([1, 0]);
    canvas.dispatchEvent(key("Enter"));
    canvas.dispatchEvent(key("ArrowLeft"));
    for (const name of ["ArrowRight", " "]) canvas.dispatchEvent(key(name));
    expect(selection.state.selected).toEqual([4]);
  });

  test("a row is pointed at in every view that shows samples, and by them", async () => {
    const { samples, canvas } = await open();
    canvas.dispatchEvent(at("pointermove", middle(1), row(1)));
    expect(samples.state.hovered).toBe(1);
    canvas.dispatchEvent(at("pointermove", GUTTER / 2, row(0)));
    expect(samples.state.hovered).toBe(0);
    canvas.dispatchEvent(at("pointerleave", 0, 0));
    expect(samples.state.hovered).toBe(-1);
    samples.set("hovered", 1);
    samples.set("selected", [1, 7]);
    await frame();
  });

  test("a page that was saved before samples could be selected has none, and works", async () => {
    const { selection, refs } = shared();
    await show(grid, new FakeModel({ ...gridModel(refs).state, sample_selection: undefined }) as never, WIDTH);
    const canvas = find<HTMLCanvasElement>(".cnnviz-grid-overlay");
    clickAt(canvas, GUTTER / 2, row(1));
    for (const name of ["ArrowLeft", " "]) canvas.dispatchEvent(key(name));
    expect(selection.state.selected).toEqual([4]);
  });

  test("hovering a column hovers its channel, leaving it none", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(at("pointermove", middle(1), 40));
    expect(selection.state.hovered).toBe(2);
    canvas.dispatchEvent(at("pointerleave", 0, 0));
    expect(selection.state.hovered).toBe(-1);
  });

  test("its window of settings opens by the frame's command, but not while the grid is hidden", async () => {
    const { canvas } = await open();
    const around = document.createElement("div");
    around.className = "cnnviz-frame";
    const root = canvas.closest(".cnnviz-channel-grid")!;
    root.parentElement!.before(around);
    around.append(root.parentElement!);
    Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => 0 });
    command(canvas, "settings");
    expect(document.querySelector(".cnnviz-popover")).toBeNull();
    Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => WIDTH });
    command(canvas, "settings");
    expect(find(".cnnviz-popover").contains(find(".cnnviz-settings"))).toBe(true);
  });

  test("the readout names channel, sample, pixel and value, as text", async () => {
    const { canvas } = await open();
    canvas.dispatchEvent(at("pointermove", middle(1) + 3, 30));
    await frame();
    expect(find(".cnnviz-readout").textContent).toBe("channel 2 · (0, 1) ≈ 0 · <script>alert(1)</script> (0) · max 1");
    expect(document.querySelector("script")).toBeNull();
  });

  test("a channel that another view hovers is told as a whole, wherever the keyboard is here", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(key("ArrowRight"));
    await frame();
    expect(find(".cnnviz-readout").textContent).toContain("channel 2 ");
    selection.set("hovered", 0);
    await frame();
    expect(find(".cnnviz-readout").textContent).toBe("channel 0 · 0 to 1 over 2 samples");
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
    expect(await said()).toContain("bag (2)");
    model.set({ sample_labels: [] });
    expect(await said()).toContain("sample 2 ·");
    // Widget state that was saved before rows had numbers.
    model.set({ sample_labels: labels, _samples: undefined });
    expect(await said()).toContain("shirt (0)");
  });

  /** Five samples have a row; the second and the last were looked at. */
  const FEW = { _samples: view(Int32Array.of(1, 4)), _rows: view(Int32Array.of(0, 1, 2, 3, 4)) };

  test("a look at some samples leaves every row where it was, and says whose rows are empty", async () => {
    const { canvas, model } = await open();
    const labels = ["shirt", "coat", "bag", "boot", "hat"];
    model.set({ sample_labels: labels, ...FEW });
    await frame();
    expect(find(".cnnviz-facts-counts").textContent).toContain("5 channels 2×2 · 2 of 5 samples");
    const at_row = async (place: number): Promise<string> => {
      canvas.dispatchEvent(at("pointermove", middle(1), row(place)));
      await frame();
      return find(".cnnviz-readout").textContent!;
    };
    model.set({ height: HEADER + 5 * (TILE + 1) });
    await frame();
    expect(await at_row(0)).toBe("shirt (0) · not among the 2 samples looked at here");
    expect(await at_row(1)).toContain("≈ 0 · coat (1)");
    expect(await at_row(3)).toBe("boot (3) · not among the 2 samples looked at here");
    expect(await at_row(4)).toContain("· hat (4)");
  });

  test("counts of tiles say of which samples they are, where all else is of more", async () => {
    const { model } = await open();
    model.set({ _surveyed: true, _notes: ["surveyed"], _samples: view(Int32Array.of(0, 1)) });
    await frame();
    expect(find(".cnnviz-mark").textContent).toBe("1 zero on these 2");
  });

  test("counts of what is seen on some samples say so", async () => {
    const { model } = await open();
    const chip = (): HTMLElement => find(".cnnviz-mark");
    model.set(FEW);
    await frame();
    expect(chip().textContent).toBe("1 zero on these 2");
    expect(chip().title).toContain("1 channel zero on these 2 samples");
    model.set({ _samples: view(Int32Array.of(0, 1)), _rows: view(new Int32Array()) });
    await frame();
    expect(chip().textContent).toBe("1 zero");
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
    canvas.dispatchEvent(at("wheel", middle(2), 60, { deltaY: -900, ctrlKey: true }));
    expect(axis.state.scale).toBeGreaterThan(TILE);
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

  test("the wheel scrolls the rows and, at their end, the page; it never zooms by itself", async () => {
    const { axis, model, canvas } = await open();
    model.set({ height: 120 });
    await frame();
    const turn = (deltaY: number, more = {}): boolean => {
      const event = at("wheel", middle(1), row(0), { deltaY, ...more });
      canvas.dispatchEvent(event);
      return event.defaultPrevented;
    };
    // Two rows of 49 pixels in 100: nowhere to go, and then 0 to 18 pixels.
    expect(turn(30)).toBe(false);
    model.set({ _shape: [3, 5, 2, 2], _codes: view(new Uint8Array(60)), _low: view(new Float32Array(15)), _high: view(new Float32Array(15).fill(1)), _marks: view(new Uint8Array(15)) });
    await frame();
    expect([turn(30), turn(30), turn(30), turn(-90), turn(-90)]).toEqual([true, true, false, true, false]);
    expect([axis.state.scale, axis.state.start]).toEqual([0, 0]);
    expect(turn(-30, { ctrlKey: true })).toBe(true);
    expect(axis.state.scale).toBeGreaterThan(TILE);
  });

  test("by Shift and wheel it goes sideways, and no further than to the end", async () => {
    const { axis, canvas } = await open();
    axis.set("scale", 150);
    await frame();
    const turn = (): boolean => {
      const event = at("wheel", middle(1), row(0), { deltaY: 400, shiftKey: true });
      canvas.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect([turn(), turn(), turn()]).toEqual([true, true, false]);
    expect(axis.state.start).toBeGreaterThan(2);
  });

  test("who turns the wheel for the first time is told how tiles grow", async () => {
    const { model, canvas } = await open();
    model.set({ height: 120, _shape: [3, 5, 2, 2], _codes: view(new Uint8Array(60)), _low: view(new Float32Array(15)), _high: view(new Float32Array(15).fill(1)), _marks: view(new Uint8Array(15)) });
    await frame();
    // Once a page, which all tests of this file share: it may have been told before.
    canvas.dispatchEvent(at("wheel", middle(1), row(0), { deltaY: 30 }));
    canvas.dispatchEvent(at("wheel", middle(1), row(0), { deltaY: -30 }));
    expect(document.querySelectorAll(".cnnviz-hint").length).toBeLessThanOrEqual(1);
  });

  /** Six columns of which the first four fold where only three have room. */
  async function folded() {
    const opened = await open();
    opened.axis.set({ _groups: [[0, 4, 0.2]], _zeros: [4, 5] });
    await show(grid, opened.model, 84 + 45 + 40);
    const canvases = document.querySelectorAll<HTMLCanvasElement>(".cnnviz-grid-overlay");
    return { ...opened, canvas: canvases[canvases.length - 1]! };
  }

  test("a click on a fold selects all of it, and nothing moves by that", async () => {
    const { selection, canvas } = await folded();
    click(canvas, GUTTER + 12);
    expect(selection.state.selected).toEqual([4, 2, 0, 3]);
    click(canvas, GUTTER + 12);
    expect(selection.state.selected).toEqual([]);
  });

  test("by keyboard a fold is reached like any channel, and Enter unfolds it", async () => {
    const { axis, canvas } = await folded();
    canvas.dispatchEvent(key("Enter"));
    expect(axis.state.unfolded).toEqual([0]);
    canvas.dispatchEvent(key("End"));
    canvas.dispatchEvent(key("Enter"));
    expect(axis.state.unfolded).toEqual([0, 4]);
    expect(document.querySelector(".cnnviz-enlarged")).toBeNull();
  });

  test("the zeros stand at the right edge, selected by a click and unfolded by their head", async () => {
    const { selection, axis, canvas } = await folded();
    click(canvas, 84 + 45 + 40 - 10);
    expect(selection.state.selected).toEqual([1]);
    for (const type of ["pointerdown", "pointerup", "click"]) canvas.dispatchEvent(at(type, 84 + 45 + 40 - 10, 8));
    expect(axis.state.unfolded).toEqual([4]);
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
    canvas.dispatchEvent(at("pointermove", middle(1) + TILE / 4, 30));
    await frame();
    expect(find(".cnnviz-readout").textContent).toContain("slice 1 of 2, (0, 0)");
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
    expect(chip.textContent).toBe("1 zero");
    chip.click();
    expect(selection.state.selected).toEqual([1]);
  });

  test("choices go to the traits, notes are text", async () => {
    const { model, axis } = await open();
    find(".cnnviz-icon-button").click();
    find('.cnnviz-segment[title="viridis"]').click();
    find('.cnnviz-segment[data-range="layer"]').click();
    expect([model.state.colormap, model.state.value_range]).toEqual(["viridis", "layer"]);
    expect(find('.cnnviz-segment[title="viridis"]').getAttribute("aria-pressed")).toBe("true");
    const slider = find<HTMLInputElement>("input[type=range]");
    slider.value = "30";
    slider.dispatchEvent(new Event("input"));
    expect(axis.state.scale).toBe(30);
    find(".cnnviz-popover").dispatchEvent(key("Escape"));
    expect(document.querySelector(".cnnviz-popover")).toBeNull();
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
    // A tile alone is larger, and ends before the edge all the same.
    canvas.dispatchEvent(at("pointermove", WIDTH - 20, 40));
    expect(selection.state.hovered).toBe(-1);
  });
});
