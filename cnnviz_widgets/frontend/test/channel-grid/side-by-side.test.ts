/** Grids that stand side by side in a comparison: columns with names, and room for as many. */
import { describe, expect, test } from "vitest";

import grid from "../../src/channel-grid";
import type { ChannelGridState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, frame, shared, show, view } from "../fake";
import { NO_HEADS, OF_OUTPUTS } from "../heads-state";

emptyPage();

describe("grids", () => {
  const open = async (more: Partial<ChannelGridState> = {}) => {
    const { selection, axis, refs } = shared();
    const model = new FakeModel<ChannelGridState>({
      ...refs,
      ...NO_HEADS,
    ...OF_OUTPUTS,
      colormap: "grey",
      value_range: "tile",
      title: "v2 · <b>",
      places: 0,
      channel_names: ["7", "5"],
      sample_labels: [],
      height: 300,
      _notes: [],
      _shape: [1, 2, 1, 1],
      _codes: view(Uint8Array.of(0, 0)),
      _low: view(Float32Array.of(1, 2)),
      _high: view(Float32Array.of(1, 2)),
      _marks: view(new Uint8Array(2)),
      _channels: view(Int32Array.of(0, 1)),
      _samples: view(new Int32Array(0)),
      _surveyed: false, _rows: view(new Int32Array(0)),
      class_names: [],
      _kind: "vector",
      _reduction: [1, 1],
      _montage: [1, 1],
      ...more,
    });
    await show(grid, model);
    return { selection, axis };
  };
  const point = (x: number) =>
    find(".cnnviz-grid-overlay").dispatchEvent(at("pointermove", x, 40));

  test("call a column by its name, and link it by its number", async () => {
    const { selection } = await open();
    expect(find(".cnnviz-grid-title").textContent).toBe("v2 · <b>");
    selection.set("hovered", 1);
    await frame();
    expect(find(".cnnviz-readout").textContent).toContain("channel 5 ");
  });

  test("leave room for as many places as are asked for", async () => {
    // A hundred places have not room enough: tiles are at their least, 24, and the second ends at 133.
    const { selection } = await open({ places: 100 });
    point(130);
    expect(selection.state.hovered).toBe(1);
    point(140);
    expect(selection.state.hovered).toBe(-1);
  });

  test("whose state was saved before there were names show numbers", async () => {
    const { selection } = await open({ channel_names: undefined, title: undefined, places: undefined });
    expect(find(".cnnviz-grid-title").hidden).toBe(true);
    selection.set("hovered", 1);
    await frame();
    expect(find(".cnnviz-readout").textContent).toContain("channel 1 ");
  });
});
