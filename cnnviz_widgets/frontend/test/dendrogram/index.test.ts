/** The dendrogram rendered with stand-ins: pointing, walking the tree, cutting it. */
import { describe, expect, test } from "vitest";

import dendrogram from "../../src/dendrogram";
import { STACK } from "../../src/lib/columns/column-layout";
import { GUTTER } from "../../src/lib/columns/column-axis";
import type { DendrogramState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, frame, key, shared, show, view } from "../fake";
import { treeState } from "../tree-state";

emptyPage();

// Five channels of which one is zero have just room for tiles of 48, three pixels between groups.
const WIDTH = 344;
const TILE = 48;

describe("dendrogram", () => {
  async function open() {
    const { selection, axis, refs } = shared();
    const model = new FakeModel<DendrogramState>({ ...treeState, ...refs, class_names: [], cut: null, height: 150, _notes: [], _rare: 0 });
    await show(dendrogram, model, WIDTH);
    return { selection, axis, model, canvas: find<HTMLCanvasElement>(".cnnviz-dendrogram-overlay") };
  }

  /**
   * Height 0.3 on an axis that ends at 0.63, between 8 and 144. Cut by itself at 0.45, 4 2 0 are a
   * group: their middles are 24, 73 and 122, so that the fork is above (48.5 + 122) / 2.
   */
  const fork03 = { x: GUTTER + 85.25, y: 144 - (0.3 / 0.63) * (144 - 8) };

  test("a click on a fork selects the channels below it", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(at("click", fork03.x, fork03.y));
    expect(selection.state.selected).toEqual([4, 2, 0]);
  });

  test("hovering tells the fork's height and size, and hovers the leaf", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(at("pointermove", fork03.x, fork03.y));
    await frame();
    expect(find("[role=status]").textContent).toBe("distance 0.3 · 3 channels");
    expect(selection.state.hovered).toBe(2);
  });

  test("a fork's channels are called by their classes", async () => {
    const { model, canvas } = await open();
    model.set("class_names", ["ape", "bee", "cat", "dog", "elk"]);
    canvas.dispatchEvent(at("pointermove", fork03.x, fork03.y));
    await frame();
    expect(find("[role=status]").textContent).toContain("3 channels");
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
    expect(cut).toBeCloseTo(((144 - 100) / (144 - 8)) * 0.63, 5);
    await frame();
    expect(line.textContent).toBe(`cut ${Number(cut.toPrecision(2))}`);
    line.dispatchEvent(key("ArrowUp"));
    expect(model.state.cut).toBeGreaterThan(cut);
    line.dispatchEvent(key("Delete"));
    expect(model.state.cut).toBeNull();
  });

  test("the groups of the cut are told to all views of the axis, at once", async () => {
    const { axis, model } = await open();
    expect(axis.state._groups).toEqual([[0, 3, 0.3]]);
    expect(axis.state._zeros).toEqual([4, 5]);
    model.set("cut", 0.2);
    expect(axis.state._groups).toEqual([[0, 2, 0.1]]);
    model.set({ _columns: view(Int32Array.of(7)), _column_count: 1, _zero_columns: 0, _heights: view(new Float64Array(0)), _split: view(new Int32Array(0)) });
    expect([axis.state._groups, axis.state._zeros]).toEqual([[], []]);
  });

  test("zeros stand aside, and a click unfolds them", async () => {
    const { axis, selection, canvas } = await open();
    canvas.dispatchEvent(at("pointermove", WIDTH - STACK / 2, 60));
    expect(selection.state.hovered).toBe(1);
    canvas.dispatchEvent(at("click", WIDTH - STACK / 2, 60));
    expect(axis.state.unfolded).toEqual([4]);
  });

  test("the ribbon selects a group, or a channel that is alone", async () => {
    const { selection, canvas } = await open();
    canvas.dispatchEvent(at("click", GUTTER + 60, 148));
    expect(selection.state.selected).toEqual([4, 2, 0]);
    canvas.dispatchEvent(at("click", GUTTER + 3 * (TILE + 1) + 2 + 24, 148));
    expect(selection.state.selected).toEqual([3]);
  });

  test("where a group has folded, wedge, ribbon and Enter unfold it and fold it again", async () => {
    const { axis, model } = await open();
    // Room for two tiles of four.
    await show(dendrogram, model, GUTTER + 60 + STACK);
    const canvases = document.querySelectorAll<HTMLCanvasElement>(".cnnviz-dendrogram-overlay");
    const canvas = canvases[canvases.length - 1]!;
    canvas.dispatchEvent(at("click", GUTTER + 12, 130));
    expect(axis.state.unfolded).toEqual([0]);
    canvas.dispatchEvent(at("click", GUTTER + 12, 148));
    expect(axis.state.unfolded).toEqual([]);
    for (const name of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"]) canvas.dispatchEvent(key(name));
    expect(axis.state.unfolded).toEqual([0]);
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
