/** The density panel rendered with stand-ins for bqplot's marks: what they are given. */
import { describe, expect, test } from "vitest";

import density from "../../src/density-panel";
import type { DensityState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, figure, find, frame, key, shared, show, view } from "../fake";

emptyPage();

describe("density panel", () => {
  async function open(className = "") {
    const { selection, axis, refs } = shared();
    const mark = (id: string) => new FakeModel<Record<string, unknown>>({ x: [], y: [], scales: {} }, id);
    const marks = Object.fromEntries(
      ["every", "fan", "grouped", "selected", "hovered", "zeros", "zeros_marked"].map((name) => [name, mark(name)]),
    );
    new FakeModel({}, "log");
    const linear = new FakeModel<Record<string, unknown>>({}, "linear");
    const logAxis = new FakeModel<Record<string, unknown>>({}, "log-axis");
    const linearAxis = new FakeModel<Record<string, unknown>>({}, "linear-axis");
    const model = new FakeModel<DensityState>({
      ...refs,
      _rows: "axis",
      _of_weights: false,
      _grouped: "grouped",
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
      _few: view(new Uint8Array(3)),
      _samples: "",
      _noun: "channel",
      class_names: [],
      _every: "every",
      _fan: "fan",
      _selected: "selected",
      _hovered: "hovered",
      _zeros: "zeros",
      _zeros_marked: "zeros_marked",
      _log_axis: "log-axis",
      _linear_axis: "linear-axis",
      _figure: figure(Object.values(marks)),
      _log_scale: "anywidget:log",
      _linear_scale: "anywidget:linear",
    });
    const { abort } = await show(density, model, 300, className);
    return { abort, selection, axis, model, marks, linear, logAxis, linearAxis };
  }

  test("a group's curve ends on a logarithmic axis, which has no zero, and at zero on another", async () => {
    const { axis, model, marks } = await open();
    axis.set("_groups", [[0, 2, 0.1]]);
    await frame();
    const heights = () => (marks.grouped!.get("y") as Float64Array[]).map((y) => y.at(-1)!);
    expect(heights()).toHaveLength(1);
    expect(heights()[0]).toBeGreaterThan(0);
    model.set("log_y", false);
    await frame();
    expect(heights()).toEqual([0]);
  });

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
    const { abort, marks } = await open();
    const plot = FakeModel.all.get("figure")!;
    const drawing = { view: "of the plot" };
    for (const each of [plot, marks.every!]) {
      each.state_change = Promise.resolve(drawing);
      each.on("msg:custom", () => drawing);
    }
    abort();
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

  test("each group of the cut has one curve, the mean of its channels'", async () => {
    const { axis, marks, selection } = await open();
    // Channels 2 and 0; channel 1 is zero throughout.
    axis.set("_groups", [[0, 2, 0.25]]);
    await frame();
    const [x] = marks.grouped!.state.x as Float64Array[];
    const [y] = marks.grouped!.state.y as Float64Array[];
    const mean = (at: number): number => y![x!.findIndex((value) => value >= at - 1e-9)]!;
    // Channel 2 falls from 0.5 at 0 to 0.25 at 1, and has no more; channel 0 from 1 to 0 at 2.
    expect([x![0], x!.at(-1)]).toEqual([0, 2]);
    expect(mean(0)).toBeCloseTo(0.75);
    expect(mean(1.5)).toBeCloseTo(0.125, 2);
    // The share of zeros is the group's, too; single curves give way.
    expect([...(marks.zeros_marked!.state.y as Float64Array)]).toEqual([12.5]);
    expect(marks.every!.state.opacities).toEqual([0, 0, 0]);
    selection.set("selected", [0]);
    await frame();
    expect(marks.grouped!.state.opacities).toEqual([0.35]);
    expect(marks.selected!.state.colors).toEqual(marks.grouped!.state.colors);
    axis.set("_groups", []);
    await frame();
    expect(marks.grouped!.state.x).toEqual([]);
    expect(marks.every!.state.opacities).not.toContain(0);
  });

  test("one legend says which group is which, and selects it", async () => {
    const { axis, model, selection } = await open();
    expect(find(".cnnviz-density-below").hidden).toBe(true);
    axis.set("_groups", [[0, 1, 0.5]]);
    model.set("class_names", ["<b>ape</b>", "bee", "cat"]);
    await frame();
    const rows = [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-density-group")];
    expect(rows.map((row) => row.textContent)).toEqual(["cat0.50", "1 alone"]);
    rows[1]!.click();
    expect(selection.state.selected).toEqual([0]);
    // Of another layer's tree nothing is taken for a group.
    axis.set("_groups", [[0, 9, 0.5]]);
    await frame();
    expect(document.querySelectorAll(".cnnviz-density-group")).toHaveLength(1);
    expect(find(".cnnviz-density-legend").hidden).toBe(true);
  });

  test("strips are linked both ways, in the grid's order", async () => {
    const { axis, selection } = await open();
    axis.set("_groups", [[0, 2, 0.25]]);
    await frame();
    const strips = find<HTMLCanvasElement>(".cnnviz-strips-marks");
    // Two live channels of nine pixels each: 2, then 0.
    strips.dispatchEvent(at("pointermove", 100, 12));
    expect(selection.state.hovered).toBe(0);
    strips.dispatchEvent(at("click", 100, 2));
    expect(selection.state.selected).toEqual([2]);
    strips.dispatchEvent(at("click", 100, 12, { ctrlKey: true }));
    expect(selection.state.selected).toEqual([2, 0]);
    axis.set("order_by", "natural");
    await frame();
    strips.dispatchEvent(at("pointermove", 100, 2));
    expect(selection.state.hovered).toBe(0);
    strips.dispatchEvent(key("ArrowDown"));
    expect(selection.state.hovered).toBe(2);
    strips.dispatchEvent(key(" "));
    expect(selection.state.selected).toEqual([0]);
    strips.dispatchEvent(key("Escape"));
    expect(selection.state.selected).toEqual([]);
    strips.dispatchEvent(at("pointerleave", 0, 0));
    expect(selection.state.hovered).toBe(-1);
  });

  test("in a frame it is bare: a heading, and values in line with the strips", async () => {
    const { model } = await open("cnnviz-frame");
    const plot = FakeModel.all.get("figure")!.state as Record<string, any>;
    expect(plot.layout.state.height).toBe("116px");
    expect(plot.axes[3].state.visible).toBe(false);
    // The values that the curves reach, zero among them.
    expect([plot.axes[0].state.scale.state.min, plot.axes[0].state.scale.state.max]).toEqual([0, 2]);
    expect(find(".cnnviz-density-title").textContent).toBe("2 live channels");
    expect(find("[role=status]").textContent).toBe("");
    model.set("_of_weights", true);
    await frame();
    expect(find(".cnnviz-density-title").textContent).toBe("Weights of 3 channels");
    model.set({ _of_weights: false, class_names: ["ape", "bee", "cat"] });
    await frame();
    expect(find(".cnnviz-density-title").textContent).toBe("3 outputs");
  });

  test("all channels zero or not finite leave nothing to draw", async () => {
    const { axis, model, marks } = await open("cnnviz-frame");
    model.set({ _density: view(new Float64Array(6)), _nonfinite_share: view(Float32Array.of(1, 0, 0)) });
    axis.set("_groups", [[0, 2, 0]]);
    await frame();
    expect(find(".cnnviz-strips").hidden).toBe(true);
    // bqplot fails at a curve of no points.
    expect(marks.grouped!.state.x).toEqual([]);
    expect(find(".cnnviz-density-title").textContent).toBe("0 live channels");
  });

  test("only what has zeros has a dot for their share", async () => {
    const { selection, marks } = await open();
    selection.set("selected", [2, 0]);
    await frame();
    expect([...(marks.zeros_marked!.get("y") as Float64Array)]).toEqual([25]);
  });

  test("an end of the axis that is zero but for room beside the curves reads 0", async () => {
    const { model } = await open("cnnviz-frame");
    const [valueAxis] = FakeModel.all.get("figure")!.state.axes as FakeModel<Record<string, unknown>>[];
    const written = async (low: number): Promise<number> => {
      model.set("_grid", view(Float64Array.of(low, 1, low, 2, low, 3)));
      await frame();
      return (valueAxis!.get("tick_values") as Float64Array)[0]!;
    };
    expect([await written(-0.00001), await written(-0.5)]).toEqual([0, -0.5]);
  });
});
