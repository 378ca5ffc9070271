/** The comparison's head rendered with stand-ins: lists of layers and channels, choice, linking. */
import { describe, expect, test, vi } from "vitest";

import head from "../../src/comparison-panel";
import { describePair, fate, fromTo, health, measure } from "../../src/comparison-panel/rows";
import type { ComparedLayerEntry, PairEntry } from "../../src/lib/wire/payloads";
import type { ComparisonState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, frame, key, shared, show } from "../fake";

emptyPage();

const all = (selectors: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selectors)];

const layer = (more: Partial<ComparedLayerEntry> = {}): ComparedLayerEntry => ({
  path: "conv",
  partner: "conv",
  kind: "Conv2D",
  channels: [8, 8],
  change: 0.5,
  shift: 0.2,
  dead: [0, 0],
  nonfinite: [0, 0],
  turned: [0, 0],
  saturated: [null, null],
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
  saturated: [false, false],
  ...more,
});

const PAIRS = [
  pair({ number: 4, channels: [4, 1], distance: 2, zeros: [0.5, 1], dead: [false, true] }),
  pair({ number: 0 }),
  pair({ number: 2, channels: [2, 2], distance: null, shift: null, nonfinite: [false, true] }),
];

async function open(more: Partial<ComparisonState> = {}) {
  const { selection, refs } = shared();
  const model = new FakeModel<ComparisonState>({
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
  await show(head, model);
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
    [[true, false], [false, false], "woke"],
    [[true, false], [false, true], "became NaN or ∞"],
    [[false, false], [true, false], "was NaN or ∞"],
    [[false, false], [true, true], "not finite in both"],
  ])("dead %j, not finite %j: %s", (dead, nonfinite, words) => {
    expect(fate({ dead, nonfinite, saturated: [false, false] } as never)).toBe(words);
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

  test.each([
    [[false, true], [false, false], "became saturated"],
    [[true, false], [false, false], "was saturated"],
    [[true, true], [false, false], "saturated in both"],
    [[true, false], [false, true], "died"],
    [[false, true], [true, false], "became saturated"],
  ])("saturated %j, dead %j: %s", (saturated, dead, words) => {
    expect(fate({ dead, nonfinite: [false, false], saturated } as never)).toBe(words);
  });

  test("tell died from woke where counts do not, and what is saturated where that is known", () => {
    const words = (more: Partial<ComparedLayerEntry>) => health(layer(more));
    expect(words({ dead: [3, 3], turned: [2, 2] })).toBe("3 dead, 2 died and 2 woke");
    expect(words({ dead: [1, 3], turned: [2, 0] })).toBe("1 → 3 dead");
    expect(words({ saturated: [0, 4] })).toBe("0 → 4 saturated");
    expect(words({ saturated: [null, 4] })).toBe("");
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
