/** The channel card: which channel it tells of, and a tile of the grid in it. */
import { describe, expect, test, vi } from "vitest";

import card from "../../src/channel-numbers";
import grid from "../../src/channel-grid";
import type { ChannelNumbersState, ChannelGridState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, frame, key, shared, show, view } from "../fake";

emptyPage();

const CHANNELS = Int32Array.of(2, 0, 1);

function cardModel(refs: { selection: string; axis: string }, more: Partial<ChannelNumbersState> = {}) {
  new FakeModel({
    _channels: view(CHANNELS),
    _grid: view(Float64Array.of(0, 1, 0, 2, 0, 3)),
    _density: view(Float64Array.of(0.5, 0.25, 1, 0, 0, 0)),
    _points: 2,
    _zero_share: view(Float32Array.of(0.25, 0, 1)),
    _nonfinite_share: view(new Float32Array(3)),
  }, "curves");
  return new FakeModel<ChannelNumbersState>({
    ...refs,
    _rows: "axis",
    _curves: "curves",
    channel: -1,
    class_names: [],
    _noun: "channel",
    _of_weights: false,
    _disagreements: {},
    _samples: "over 6 samples",
    _channels: view(CHANNELS),
    _maximum: view(Float32Array.of(2.5, 1, NaN)),
    _mean: view(Float32Array.of(0.5, 0.25, NaN)),
    _zero_share: view(Float32Array.of(0.25, 0, 1)),
    _nonfinite_share: view(Float32Array.of(0, 0, 0.5)),
    _fires: view(Float32Array.of(1, 0.5, 0)),
    _fired: view(new Int32Array(0)),
    _fired_differs: view(new Uint8Array(0)),
    _surveyed: 0,
    _class_titles: [],
    _class_samples: view(new Int32Array(0)),
    _listed: 0,
    _class_numbers: view(new Int32Array(0)),
    _class_means: view(new Float32Array(0)),
    _class_fired: view(new Int32Array(0)),
    _lift_class: view(new Int32Array(0)),
    _lift: view(new Float32Array(0)),
    _nearest: {},
    ...more,
  }, "card");
}

const title = (): string => find(".cnnviz-card-title").textContent!;
const press = (label: string): void => find<HTMLButtonElement>(`[aria-label="${label}"]`).click();

describe("a channel", () => {
  async function open(more: Partial<ChannelNumbersState> = {}) {
    const parts = shared();
    const model = cardModel(parts.refs, more);
    const { abort } = await show(card, model, 300);
    return { ...parts, model, abort };
  }

  test("hovered last is told of until one is selected", async () => {
    const { selection, model } = await open();
    expect(find(".cnnviz-note").textContent).toBe("Point at a channel, or select one.");
    selection.set("hovered", 2);
    await frame();
    expect(title()).toBe("Channel 2");
    expect(find(".cnnviz-card-numbers").textContent).toBe("2.5max0.5mean25 %zeros100 %fires on");
    expect(find(".cnnviz-card-samples").textContent).toBe("over 6 samples");
    selection.set("hovered", -1);
    await frame();
    expect(title()).toBe("Channel 2");
    selection.set("selected", [0, 1]);
    await frame();
    expect(title()).toBe("Channel 1");
    selection.set("hovered", 2);
    await frame();
    expect(title()).toBe("Channel 1");
    expect(model.state.channel).toBe(1);
  });

  const SURVEYED: Partial<ChannelNumbersState> = {
    _fired: view(Int32Array.of(6000, 0, 12)),
    _fired_differs: view(Uint8Array.of(0, 1, 0)),
    _surveyed: 8000,
    _class_titles: ["<i>ape</i>", "bee"],
    _class_samples: view(Int32Array.of(5000, 3000)),
    _listed: 2,
    _class_numbers: view(Int32Array.of(0, 1, 0, 1, 0, 1)),
    _class_means: view(Float32Array.of(0.25, -0.75, 0, NaN, 1, 0)),
    _class_fired: view(Int32Array.of(4900, 1100, 0, 0, 12, 0)),
    _lift_class: view(Int32Array.of(0, -1, 0)),
    _lift: view(Float32Array.of(1.307, 1.25, 1.36, NaN, NaN, NaN, 15.2, 11, 18)),
  };

  test("that was surveyed is told of on all those samples, class by class", async () => {
    const { selection } = await open({ ...SURVEYED, _disagreements: { 0: "fires on 3 of these 16, on 0 of 8,000" } });
    selection.set("selected", [2]);
    await frame();
    expect(find(".cnnviz-card-numbers").textContent).toContain("75 %fires on 6,000 of 8,000");
    const rows = () => [...document.querySelectorAll(".cnnviz-card-classes tbody tr")].map((row) => [...row.children].map((each) => each.textContent).join("|"));
    expect(find(".cnnviz-card-profile").textContent).toContain("Classes, on 8,000");
    expect(rows()).toEqual(["<i>ape</i>||0.25|98.0 %", "bee||−0.75|37 %"]);
    const [first, second] = [...document.querySelectorAll<HTMLElement>(".cnnviz-card-fill")];
    expect([first!.style.left, first!.style.width, second!.style.left, second!.style.width]).toEqual(["75%", "25%", "0%", "75%"]);
    expect(find(".cnnviz-card-lift").textContent).toBe("Fires 1.31 times as often on <i>ape</i> as on all (95 %: 1.25 to 1.36).");
    selection.set("selected", [0]);
    await frame();
    expect(find(".cnnviz-card-numbers").textContent).toContain("▲ 0 %fires on 0 of 8,000");
    expect(find(".cnnviz-card-aside").textContent).toBe("fires on 3 of these 16, on 0 of 8,000");
    expect(rows()[1]).toBe("bee||–|0 %");
    expect(find(".cnnviz-card-lift").textContent).toBe("Fires on no sample.");
    selection.set("selected", [1]);
    await frame();
    expect(find(".cnnviz-card-lift").textContent).toContain("Fires 15 times as often on <i>ape</i>");
  });

  test("surveyed without labels has no classes", async () => {
    const { selection } = await open({ ...SURVEYED, _listed: 0 });
    selection.set("selected", [2]);
    await frame();
    expect(find(".cnnviz-card-profile")).toBeNull();
    expect(find(".cnnviz-card-numbers").textContent).toContain("fires on 6,000 of 8,000");
  });

  test("leads through those selected, or else through its neighbours", async () => {
    const { selection } = await open();
    selection.set("selected", [1, 2]);
    await frame();
    expect(find(".cnnviz-card-place").textContent).toBe("2 of 2");
    expect(find<HTMLButtonElement>('[aria-label="Next channel"]').disabled).toBe(true);
    press("Channel before");
    await frame();
    expect([title(), selection.state.selected]).toEqual(["Channel 1", [1, 2]]);
    // One alone: those beside it in leaf order, which is 2, 0, 1.
    selection.set("selected", [2]);
    await frame();
    expect(find(".cnnviz-card-place").textContent).toBe("1 of 3");
    press("Next channel");
    await frame();
    expect([title(), selection.state.selected]).toEqual(["Channel 0", [0]]);
  });

  test("is called by its class, as text", async () => {
    const { selection } = await open({ class_names: ["<b>ape</b>", "bee", "cat"] });
    selection.set("selected", [0]);
    await frame();
    expect(title()).toBe("Channel <b>ape</b>");
  });

  test("shows its curve in its group's colour, and none where there is none", async () => {
    const { selection, axis } = await open();
    axis.set("_groups", [[0, 2, 0.3]]);
    selection.set("selected", [2]);
    await frame();
    const paths = [...document.querySelectorAll(".cnnviz-card-curve path[stroke]")];
    expect(paths).toHaveLength(2);
    expect(new Set(paths.map((path) => path.getAttribute("stroke"))).size).toBe(1);
    expect(find(".cnnviz-card-values").textContent).toContain("beside its group");
    selection.set("selected", [1]);
    await frame();
    expect(find(".cnnviz-card-values").hidden).toBe(true);
    expect(find(".cnnviz-card-numbers").textContent).toContain("–max");
    expect(find(".cnnviz-card-numbers").textContent).toContain("50 %NaN, infinite");
  });

  test("lists those most alike once Python has told, not those of another one", async () => {
    const { selection, model } = await open();
    selection.set("selected", [2]);
    await frame();
    expect(find(".cnnviz-card-alike").hidden).toBe(true);
    model.set("_nearest", { channel: 2, channels: [0, 1], distances: [0.125, 0.5] });
    await frame();
    expect(find(".cnnviz-card-alike").textContent).toBe("Most alike00.1310.50");
    find<HTMLButtonElement>(".cnnviz-card-other").click();
    await frame();
    expect(title()).toBe("Channel 0");
    expect(find(".cnnviz-card-alike").hidden).toBe(true);
  });

  test("chosen while nobody looks is asked for once somebody does", async () => {
    const seen: (() => void)[] = [];
    vi.stubGlobal("ResizeObserver", class {
      constructor(callback: () => void) {
        seen.push(callback);
      }
      observe(): void {}
      disconnect(): void {}
    });
    const { selection, model } = await open();
    Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => 0 });
    vi.useFakeTimers();
    selection.set("selected", [2]);
    vi.advanceTimersByTime(500);
    expect([model.state.channel, model.saves]).toEqual([2, 0]);
    Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => 300 });
    for (const callback of seen) callback();
    vi.advanceTimersByTime(500);
    expect(model.saves).toBe(1);
    vi.unstubAllGlobals();
  });

  test("of another layer is another one", async () => {
    const { selection, model } = await open();
    selection.set("selected", [2]);
    selection.set("selected", []);
    selection.set("_numbers_of", "conv2");
    await frame();
    expect(model.state.channel).toBe(-1);
    expect(find(".cnnviz-note").hidden).toBe(false);
  });
});

describe("a tile", () => {
  async function open(withCard = true) {
    const parts = shared();
    // Four samples of two channels, each two by one pixels; heads that show their inputs.
    const sheet = new FakeModel({
      ...parts.refs,
      _shape: [3, 2, 1, 2],
      _codes: view(Uint8Array.from({ length: 12 }, (_, i) => 20 * i)),
      _low: view(new Float32Array(6)),
      _high: view(new Float32Array(6).fill(1)),
      _marks: view(new Uint8Array(6)),
      _kind: "image",
      _reduction: [2, 2],
      _montage: [1, 1],
      _channels: view(Int32Array.of(1, 0)),
      _samples: view(Int32Array.of(0, 1, 2)),
      _rows: view(new Int32Array(0)),
      _notes: [],
      channel_names: [],
      class_names: [],
      sample_labels: [],
      title: "",
      places: 0,
      colormap: "grey",
      value_range: "tile",
      height: 300,
      _head_shape: [3, 1, 1, 1],
      _head_pixels: view(Uint8Array.of(10, 20, 30)),
    } as unknown as ChannelGridState, "grid");
    const asked: string[] = [];
    const listen = (event: Event): void => void asked.push((event as CustomEvent<{ name: string }>).detail.name);
    document.addEventListener("cnnviz-command", listen);
    const around = document.createElement("div");
    around.className = "cnnviz-frame";
    document.body.append(around);
    const views = [await show(grid, sheet, 500)];
    if (withCard) views.push(await show(card, cardModel(parts.refs), 300));
    around.append(...views.map(({ el }) => el));
    const canvas = find<HTMLCanvasElement>(".cnnviz-grid-overlay");
    canvas.focus();
    canvas.dispatchEvent(key("Enter"));
    await frame();
    document.removeEventListener("cnnviz-command", listen);
    return { ...parts, sheet, canvas, asked };
  }

  const facts = (): string => find(".cnnviz-card-facts").textContent!;

  test("fills the card, and leaves the grid to be seen", async () => {
    const { asked, selection } = await open();
    expect(document.querySelector(".cnnviz-enlarged")).toBeNull();
    expect(asked).toEqual(["tab:channel"]);
    const tile = find(".cnnviz-card-tile");
    expect(tile.hidden).toBe(false);
    expect(document.activeElement).toBe(tile);
    expect(facts()).toContain("Channel1");
    expect(facts()).toContain("each the mean of 2 × 2");
    expect(title()).toBe("Channel 1");
    expect(document.querySelectorAll(".cnnviz-card-histogram rect")).toHaveLength(32);
    expect(find(".cnnviz-card-input").textContent).toBe("input");
    // The grid goes along, whatever is selected.
    tile.dispatchEvent(key("ArrowRight"));
    await frame();
    expect(facts()).toContain("Channel0");
    expect(selection.state.hovered).toBe(0);
    tile.dispatchEvent(key("ArrowDown"));
    press("Next sample");
    expect(facts()).toContain("Sample2");
    // There is no more.
    press("Next sample");
    expect(facts()).toContain("Sample2");
  });

  test("gives the focus back to the grid", async () => {
    const { canvas } = await open();
    find(".cnnviz-card-tile").dispatchEvent(key("Escape"));
    expect(document.activeElement).toBe(canvas);
    expect(find(".cnnviz-card-tile").hidden).toBe(true);
  });

  test("goes with its layer, and is drawn anew with new values", async () => {
    const { sheet } = await open();
    sheet.set("_low", view(new Float32Array(6).fill(-3)));
    await frame();
    expect(facts()).toContain("Lowest−3");
    sheet.set({ _shape: [3, 1, 1, 2], _channels: view(Int32Array.of(0)) });
    await frame();
    expect(find(".cnnviz-card-tile").hidden).toBe(true);
  });

  test("goes where weights are shown in the place of outputs", async () => {
    await open();
    FakeModel.all.get("card")!.set("_of_weights", true);
    expect(find(".cnnviz-card-tile").hidden).toBe(true);
  });

  test("stands over the grid where no card takes it", async () => {
    await open(false);
    expect(find(".cnnviz-enlarged").textContent).toContain("Channel1");
  });
});
