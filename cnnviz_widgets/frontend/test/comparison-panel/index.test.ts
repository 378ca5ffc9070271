/** The comparison's head and densities rendered with stand-ins: lists, choice, linking, and curves. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import grid from "../../src/channel-grid";
import densities from "../../src/compared-densities";
import head from "../../src/comparison-panel";
import { describePair, fate, fromTo, measure, type LayerEntry, type PairEntry } from "../../src/comparison-panel/rows";
import { at, FakeModel, figure, frame, installCanvas, key, shared, show, view, type Rendered } from "../fake";

let rendered: Rendered | undefined;
beforeEach(() => FakeModel.all.clear());
afterEach(() => {
  vi.useRealTimers();
  rendered?.abort();
  document.body.replaceChildren();
});

const all = (selectors: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selectors)];
const find = <T extends HTMLElement>(selectors: string): T => document.querySelector<T>(selectors)!;

const layer = (more: Partial<LayerEntry> = {}): LayerEntry => ({
  path: "conv",
  partner: "conv",
  kind: "Conv2D",
  channels: [8, 8],
  change: 0.5,
  shift: 0.2,
  dead: [0, 0],
  nonfinite: [0, 0],
  as_asked: true,
  ...more,
});

const pair = (more: Partial<PairEntry> = {}): PairEntry => ({
  number: 0,
  channels: [0, 0],
  distance: 0.25,
  shift: 0.125,
  zeros: [0.5, 0.75],
  dead: [false, false],
  nonfinite: [false, false],
  ...more,
});

const PAIRS = [
  pair({ number: 4, channels: [4, 1], distance: 2, zeros: [0.5, 1], dead: [false, true] }),
  pair({ number: 0 }),
  pair({ number: 2, channels: [2, 2], distance: null, shift: null, nonfinite: [false, true] }),
];

async function open(more: object = {}) {
  const { selection, refs } = shared();
  const model = new FakeModel({
    selection: refs.selection,
    titles: ["v<1>", "v2"],
    _layers: [layer(), layer({ path: "a", partner: "b", channels: [8, 12], change: 0.25 })],
    _alone: [{ path: "more", kind: "Dense", where: "only in v2" }],
    layer: "conv",
    _shown: "conv",
    match: "similarity",
    _matched: "similarity",
    _can_match: true,
    _pairs: PAIRS,
    _total: 3,
    _notes: ["A <b>note</b>."],
    message: "",
    error: "",
    ...more,
  });
  rendered = await show(head as never, model);
  return { model, selection };
}

const layers = () => all(".cnnviz-compared-layers [role=option]");
const pairs = () => all(".cnnviz-compared-pairs [role=option]");
const list = (name: string) => find(`.cnnviz-compared-${name}`);
const state = () => find(".cnnviz-comparison-head > [role=status]").textContent;

describe("words", () => {
  test("numbers are told once where both are the same", () => {
    expect([fromTo(3, 3), fromTo(3, 7)]).toEqual(["3", "3 → 7"]);
    expect([measure(0), measure(0.0001), measure(0.5), measure(null)]).toEqual(["0.000", "< 0.001", "0.500", "–"]);
  });

  test.each([
    [[false, false], [false, false], ""],
    [[false, true], [false, false], "died"],
    [[true, true], [false, false], "zero in both"],
    [[true, false], [false, false], "was dead"],
    [[true, false], [false, true], "became NaN or ∞"],
    [[false, false], [true, false], "was NaN or ∞"],
    [[false, false], [true, true], "not finite in both"],
  ])("dead %j, not finite %j: %s", (dead, nonfinite, words) => {
    expect(fate({ dead, nonfinite } as never)).toBe(words);
  });

  test("a pair in a line", () => {
    expect(describePair(PAIRS[0]!)).toBe(
      "channel 4 → 1: cosine distance 2.000 · distribution shift 0.13 · exact zeros 50 % → 100 % · died",
    );
  });
});

describe("layers", () => {
  test("are listed with what is told of them; names are text", async () => {
    await open();
    expect(find(".cnnviz-comparison-title").textContent).toBe("v<1> → v2");
    expect(layers().map(({ textContent }) => textContent)).toEqual([
      "convConv2D · 8 channels0.500",
      "a ↔ bConv2D · 8 → 12 channels0.250",
    ]);
    expect(layers().map((row) => row.getAttribute("aria-selected"))).toEqual(["true", "false"]);
    expect(find(".cnnviz-compared-alone").textContent).toBe("moreDenseonly in v2");
    expect(find(".cnnviz-comparison-head").textContent).toContain("A <b>note</b>.");
    expect(document.querySelector(".cnnviz-comparison-head .cnnviz-note b")).toBeNull();
  });

  test("say what is dead, not finite, or not matched as asked", async () => {
    await open({ _layers: [layer({ dead: [1, 3], nonfinite: [0, 2], as_asked: false, change: null })] });
    expect(layers()[0]!.textContent).toBe(
      "convConv2D · 8 channels · 1 → 3 dead, 0 → 2 not finite · matched by number–",
    );
  });

  test("are chosen by click and by keyboard, and waited for", async () => {
    const { model } = await open();
    layers()[1]!.click();
    expect(model.state.layer).toBe("a");
    expect(model.saves).toBe(1);
    expect(state()).toBe("reading…");
    model.set("_shown", "a");
    expect(state()).toBe("");
    list("layers").dispatchEvent(key("Home"));
    list("layers").dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("conv");
  });

  test("those without a partner cannot be chosen", async () => {
    const { model } = await open();
    find(".cnnviz-compared-alone").click();
    list("layers").dispatchEvent(key("End"));
    list("layers").dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("a");
  });

  test("a kernel that does not answer is told of", async () => {
    await open();
    vi.useFakeTimers();
    layers()[1]!.click();
    vi.advanceTimersByTime(900);
    expect(state()).toContain("Waiting for the kernel");
  });

  test("none at all is no trouble", async () => {
    await open({ _layers: [], _alone: [], _pairs: [], _total: 0, _shown: "", layer: "" });
    list("layers").dispatchEvent(key("ArrowDown"));
    list("pairs").dispatchEvent(key("Enter"));
    expect(layers()).toHaveLength(0);
  });
});

describe("matching", () => {
  test("is chosen where there is a choice", async () => {
    const { model } = await open();
    const select = find<HTMLSelectElement>(".cnnviz-comparison-top select");
    expect(select.value).toBe("similarity");
    select.value = "index";
    select.dispatchEvent(new Event("change"));
    expect([model.state.match, model.saves, state()]).toEqual(["index", 1, "reading…"]);
  });

  test("is no question of two moments", async () => {
    await open({ _can_match: false, match: "index", _matched: "index" });
    expect(find(".cnnviz-comparison-top label").hidden).toBe(true);
  });
});

describe("channels", () => {
  test("are listed in the order given, with distance, shift and zeros", async () => {
    await open();
    expect(pairs().map(({ textContent }) => textContent)).toEqual([
      "4 → 1died2.0000.12550 % → 100 %",
      "00.2500.12550 % → 75 %",
      "2became NaN or ∞––50 % → 75 %",
    ]);
  });

  test("more than are listed is said", async () => {
    await open({ _total: 3000, _shown: "block/conv" });
    expect(find(".cnnviz-comparison-pane:last-child .cnnviz-compared-title").textContent).toBe(
      "Channels of conv, most changed first (first 3 of 3,000)",
    );
  });

  test("a click selects, with Ctrl one more; Escape selects none", async () => {
    const { selection } = await open();
    pairs()[0]!.click();
    expect(selection.state.selected).toEqual([4]);
    pairs()[1]!.dispatchEvent(new MouseEvent("click", { bubbles: true, ctrlKey: true }));
    expect(selection.state.selected).toEqual([4, 0]);
    list("pairs").dispatchEvent(key("Escape"));
    expect(selection.state.selected).toEqual([]);
  });

  test("the keyboard hovers and selects", async () => {
    const { selection } = await open();
    list("pairs").dispatchEvent(key("ArrowDown"));
    expect(selection.state.hovered).toBe(0);
    list("pairs").dispatchEvent(key("End"));
    expect(selection.state.hovered).toBe(2);
    list("pairs").dispatchEvent(key("Enter"));
    expect(selection.state.selected).toEqual([2]);
    list("pairs").dispatchEvent(new Event("blur"));
    expect(selection.state.hovered).toBe(-1);
  });

  test("what is hovered and selected elsewhere is marked here", async () => {
    const { selection } = await open();
    pairs()[1]!.dispatchEvent(new Event("pointerenter"));
    expect(selection.state.hovered).toBe(0);
    selection.set({ hovered: 2, selected: [4] });
    await frame();
    expect(pairs().map((row) => row.classList.contains("cnnviz-hovered"))).toEqual([false, false, true]);
    expect(pairs().map((row) => row.getAttribute("aria-selected"))).toEqual(["true", "false", "false"]);
  });

  test("follow another layer, which may have fewer", async () => {
    const { model } = await open();
    list("pairs").dispatchEvent(key("End"));
    model.set({ _pairs: [pair()], _total: 1, _shown: "conv" });
    await frame();
    expect(pairs()).toHaveLength(1);
  });
});

test("an error is text", async () => {
  const { model } = await open({ error: "ValueError: <i>no</i>" });
  expect(find(".cnnviz-error").textContent).toBe("ValueError: <i>no</i>");
  model.set("error", "");
  expect(find(".cnnviz-error").hidden).toBe(true);
});

describe("densities", () => {
  const mark = (name: string) => new FakeModel({ scales: {} }, name);

  async function plot(more: object = {}) {
    const { selection, refs } = shared();
    const marks = Object.fromEntries(
      ["before", "after", "zeros_before", "zeros_after", "log_axis", "linear_axis", "log_scale", "linear_scale"].map(
        (name) => [name, mark(name)],
      ),
    );
    const model = new FakeModel({
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
      ...Object.fromEntries(Object.keys(marks).map((name) => [`_${name}`, name])),
      _figure: figure(),
      ...more,
    });
    rendered = await show(densities as never, model);
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

describe("grids", () => {
  const open = async (more: object = {}) => {
    installCanvas();
    const { selection, axis, refs } = shared();
    const model = new FakeModel({
      ...refs,
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
      _kind: "vector",
      _reduction: [1, 1],
      _montage: [1, 1],
      ...more,
    });
    rendered = await show(grid as never, model);
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
    // 800 pixels less gutter and margin: 7.06 a place; the second column ends at 98.
    const { selection } = await open({ places: 100 });
    point(95);
    expect(selection.state.hovered).toBe(1);
    point(102);
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
