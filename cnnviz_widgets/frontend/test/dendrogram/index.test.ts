/** The dendrogram rendered with stand-ins: pointing, walking the tree, cutting it. */
import { describe, expect, test } from "vitest";

import dendrogram from "../../src/dendrogram";
import { GUTTER } from "../../src/lib/linking/column-axis";
import type { DendrogramState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, frame, key, shared, show } from "../fake";
import { treeState } from "../tree-state";

emptyPage();

// Five channels in 500 pixels: each column is WIDEST_FIT wide at most, so take what the fit gives.
const WIDTH = 494;
const COLUMN = (WIDTH - GUTTER - 10) / 5;

describe("dendrogram", () => {
  async function open() {
    const { selection, axis, refs } = shared();
    const model = new FakeModel<DendrogramState>({ ...treeState, ...refs, class_names: [], cut: null, height: 150, _notes: [] });
    await show(dendrogram, model, WIDTH);
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
