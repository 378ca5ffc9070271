/** Two densities of a channel rendered with stand-ins for bqplot's marks: curves, linking, words. */
import { describe, expect, test } from "vitest";

import densities from "../../src/compared-densities";
import type { ComparedDensitiesState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, figure, find, frame, shared, show, view } from "../fake";

emptyPage();

describe("densities", () => {
  const mark = (name: string) => new FakeModel({ scales: {} }, name);

  async function plot(more: Partial<ComparedDensitiesState> = {}) {
    const { selection, refs } = shared();
    const marks = Object.fromEntries(
      ["before", "after", "zeros_before", "zeros_after", "log_axis", "linear_axis", "log_scale", "linear_scale"].map(
        (name) => [name, mark(name)],
      ),
    );
    const model = new FakeModel<ComparedDensitiesState>({
      selection: refs.selection,
      titles: ["old", "new"],
      log_y: true,
      _most: 1,
      // Pairs 0 and 1 on both sides; 2 only in the second.
      _numbers_a: view(Int32Array.of(1, 0)),
      _numbers_b: view(Int32Array.of(0, 1, 2)),
      _channels_a: view(Int32Array.of(1, 0)),
      _channels_b: view(Int32Array.of(5, 6, 7)),
      _grid_a: view(Float64Array.of(0, 0.5, 10, 1)),
      _grid_b: view(Float64Array.of(0, 1, 2, 1, 4, 1)),
      _density_a: view(Float32Array.of(1, 2, 3, 4)),
      _density_b: view(Float32Array.of(5, 6, 7, 8, 9, 10)),
      _zero_share_a: view(Float32Array.of(0.25, 1)),
      _zero_share_b: view(Float32Array.of(0.5, 1, 0)),
      _nonfinite_share_a: view(new Float32Array(2)),
      _nonfinite_share_b: view(new Float32Array(3)),
      _distance: view(Float32Array.of(NaN, 0.5)),
      _shift: view(Float32Array.of(0.25, 0.5)),
      _saturated: view(new Uint8Array(0)),
      class_names: [],
      _class_words: [],
      _before: "before",
      _after: "after",
      _zeros_before: "zeros_before",
      _zeros_after: "zeros_after",
      _log_axis: "log_axis",
      _linear_axis: "linear_axis",
      _log_scale: "log_scale",
      _linear_scale: "linear_scale",
      _figure: figure(),
      ...more,
    });
    await show(densities, model);
    return { model, selection, marks: marks as Record<string, FakeModel> };
  }

  const values = (rows: unknown): number[][] => (rows as Float64Array[]).map((row) => [...row]);
  const readout = () => find(".cnnviz-compared-readout").textContent;

  test("show the most changed pair by themselves", async () => {
    const { marks } = await plot();
    expect(values(marks.before!.state.x)).toEqual([[0, 0.5]]);
    expect(values(marks.before!.state.y)).toEqual([[1, 2]]);
    expect(values(marks.after!.state.x)).toEqual([[2, 3]]);
    expect(values(marks.after!.state.y)).toEqual([[7, 8]]);
    expect([...(marks.zeros_before!.state.y as Float64Array)]).toEqual([25]);
    expect([...(marks.zeros_after!.state.y as Float64Array)]).toEqual([100]);
    expect(readout()).toBe(
      "Most changed: channel 1 → 6: cosine distance 0.500 · distribution shift 0.5 · exact zeros 25 % → 100 % · died",
    );
    expect(marks.log_scale!.state.max).toBe(12);
  });

  test("say what was surveyed: the class that moved most, and what is stuck", async () => {
    await plot({
      _zero_share_b: view(Float32Array.of(0.5, 0.5, 0)),
      _class_words: ["", "mean on class 3: 0.1 → 0.5"],
      _saturated: view(Uint8Array.of(0, 0, 0, 1)),
    });
    expect(readout()).toBe(
      "Most changed: channel 1 → 6: cosine distance 0.500 · distribution shift 0.5 · exact zeros 25 % → 50 % · " +
        "mean on class 3: 0.1 → 0.5 · became saturated",
    );
  });

  test("follow selection and mouse in the page", async () => {
    const { marks, selection } = await plot();
    selection.set("selected", [0, 1]);
    await frame();
    expect(values(marks.after!.state.y)).toEqual([[5, 6], [7, 8]]);
    expect(readout()).toBe("2 pairs selected");
    selection.set("hovered", 0);
    await frame();
    expect(values(marks.before!.state.y)).toEqual([[3, 4]]);
    expect(readout()).toContain("channel 0 → 5: cosine distance –");
    // Both sides in one colour, that of what is hovered.
    expect(marks.before!.state.colors).toEqual(marks.after!.state.colors);
  });

  test("a channel without a partner is drawn alone", async () => {
    const { marks, selection } = await plot();
    selection.set("hovered", 2);
    await frame();
    expect(marks.before!.state.x).toEqual([]);
    expect(values(marks.after!.state.y)).toEqual([[9, 10]]);
    expect(readout()).toBe("channel 7: only in new · exact zeros 0 %");
  });

  test("the axis may be linear", async () => {
    const { model, marks } = await plot();
    find<HTMLButtonElement>(".cnnviz-compared-tools button").click();
    await frame();
    expect(model.state.log_y).toBe(false);
    expect(marks.linear_scale!.state).toMatchObject({ min: 0 });
    expect(marks.linear_axis!.state.visible).toBe(true);
    expect((marks.before!.state.scales as { y: unknown }).y).toBe(marks.linear_scale);
  });

  test("nothing to draw is no trouble", async () => {
    const none = view(new Float32Array(0));
    const { marks } = await plot({
      _most: -1, _numbers_a: none, _numbers_b: none, _channels_a: none, _channels_b: none, _grid_a: none,
      _grid_b: none, _density_a: none, _density_b: none, _zero_share_a: none, _zero_share_b: none,
      _nonfinite_share_a: none, _nonfinite_share_b: none, _distance: none, _shift: none,
    });
    expect(marks.after!.state.x).toEqual([]);
    expect(readout()).toBe("");
  });
});
