/** The timeline rendered with stand-ins: scrubbing, keys, playing, marks, and what it says. */
import { describe, expect, test, vi } from "vitest";

import type { LogEntry, OnsetEntry } from "../../src/lib/wire/payloads";
import { LIVE } from "../../src/lib/wire/constants";
import type { TimelineState } from "../../src/lib/wire/states";
import timeline from "../../src/timeline";
import { Axis, LEFT, RIGHT, within, zoomed } from "../../src/timeline/strip/axis";
import { place, textOf, widthOf } from "../../src/timeline/strip/marks";
import { Moments } from "../../src/timeline/moments";
import { spread } from "../../src/timeline/strip/picture";
import { at, emptyPage, FakeModel, find, frame, key, show, view } from "../fake";

emptyPage();

const named = (name: string): HTMLButtonElement =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].find(
    (made) => made.getAttribute("aria-label") === name || made.textContent === name,
  )!;
const strip = (): HTMLElement => find(".cnnviz-timeline-strip");
const readout = (): string => find(".cnnviz-timeline-readout").textContent!;
const where = (): string => strip().getAttribute("aria-valuetext")!;
const note = (): HTMLElement => find(".cnnviz-timeline-note");
const marks = (): SVGElement[] => [...document.querySelectorAll<SVGElement>("g.cnnviz-onset")];
const click = (target: Element): boolean => target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
const words = (selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((text) => [...text.childNodes].filter(({ nodeName }) => nodeName !== "title").map(({ textContent }) => textContent).join(""));
const labels = (): string[] => words("text.cnnviz-timeline-label");

const onset = (step: number, kind = "dead", more: Partial<OnsetEntry> = {}): OnsetEntry => ({
  kind,
  layer: `block/<b>${step}`,
  step,
  text: `since step ${step}`,
  from_start: false,
  ...more,
});

const moments = (steps: number[], kept: number[] = steps.map(() => 1)) => ({
  _steps: view(Float64Array.from(steps)),
  _kept: view(Uint8Array.from(kept)),
  _moments: steps.length,
});

const NO_CURVES = {
  _numbers: [],
  _paths: [],
  _points: view(new Float64Array(0)),
  _values: view(new Float32Array(0)),
  _logs: [],
  _log_steps: view(new Float64Array(0)),
  _log_values: view(new Float32Array(0)),
  _epochs: view(new Float64Array(0)),
  _end: 0,
};

/** One number of layers over time, or several. */
const health = (steps: number[], paths: string[], ...values: number[][]) => ({
  _numbers: ["dead_share", "weight_norm"].slice(0, values.length / paths.length).map((name) => ({
    name, title: name === "dead_share" ? "dead channels" : "weight norm", explanation: "", look: name === "dead_share" ? ("share" as const) : ("size" as const), known: true,
  })),
  _paths: paths,
  _points: view(Float64Array.from(steps)),
  _values: view(Float32Array.from(values.flat())),
});

/** Losses and metrics, each by its steps and values. */
function logs(all: Record<string, [number[], number[]]>, of: LogEntry["of"] = "batch") {
  const curves = Object.entries(all);
  const values = curves.flatMap(([, [, means]]) => means);
  return {
    _logs: curves.map(([name, [steps]]) => ({ name, of, points: steps.length, batches: 1 })),
    _log_steps: view(Float64Array.from(curves.flatMap(([, [steps]]) => steps))),
    _log_values: view(Float32Array.from([...values, ...values, ...values])),
  };
}

const WIDTH = LEFT + RIGHT.wide + 800;

async function open(more: Partial<TimelineState> = {}, width = WIDTH) {
  const model = new FakeModel<TimelineState>({
    position: LIVE,
    note: "",
    training: false,
    has_live: true,
    _changes: [],
    ...moments([0, 10, 20, 40], [1, 0, 1, 1]),
    ...NO_CURVES,
    _onsets: [],
    _marks: more._onsets?.length ?? 0,
    _shown: LIVE,
    _mark: [0, "", ""],
    number: "dead_share",
    mark_a: -1,
    mark_b: -1,
    comparing: false,
    _compare_asked: 0,
    _compare_answered: 0,
    selector: null,
    ...more,
  });
  await show(timeline, model, width);
  return model;
}

/** Python has read whatever position was asked for. */
const answer = (model: FakeModel<TimelineState>, text = ""): void => model.set({ note: text, _shown: model.state.position });

describe("the way between moments", () => {
  const some = new Moments(Float64Array.of(0, 10, 20, 40), Uint8Array.of(1, 0, 1, 1));

  test("live is one beyond the last moment; a step between two moments has both beside it", () => {
    expect([LIVE, 40, 20, 0].map((position) => some.moved(position, -1))).toEqual([40, 20, 10, 0]);
    expect([LIVE, 40, 20, 0].map((position) => some.moved(position, 1))).toEqual([LIVE, LIVE, 40, 10]);
    expect([some.moved(15, -1), some.moved(15, 1)]).toEqual([10, 20]);
    expect([some.moved(20, -Infinity), some.moved(20, Infinity)]).toEqual([0, LIVE]);
  });

  test("a film shows moments with a record; where it has none, every one", () => {
    expect([-1, 0, 20, 40].map((position) => some.next(position))).toEqual([0, 20, 40, undefined]);
    const bare = new Moments(some.steps, new Uint8Array(4));
    expect(bare.next(0)).toBe(10);
  });

  test("nearest of two", () => {
    expect([-5, 4, 6, 29, 31, 99].map((step) => some.steps[some.nearest(step)])).toEqual([0, 0, 10, 20, 40, 40]);
  });
});

describe("the axis", () => {
  test("is true to time", () => {
    const axis = new Axis([0, 40], WIDTH);
    expect([0, 10, 40].map((step) => axis.x(step) - LEFT)).toEqual([0, 200, 800]);
    expect(axis.step(LEFT + 200)).toBe(10);
    expect(new Axis([0, 0], WIDTH).x(0)).toBe(LEFT + 400);
  });

  test("zooms about a step, never beyond the ends; all is no zoom", () => {
    const closer = zoomed([0, 100], [0, 100], 30, 2)!;
    expect((30 - closer[0]) / (closer[1] - closer[0])).toBeCloseTo(0.3);
    expect(closer[1] - closer[0]).toBeCloseTo(50);
    expect(zoomed([0, 100], closer, 30, 0.1)).toBeUndefined();
    expect(within([0, 100], [90, 130])).toEqual([60, 100]);
    expect(within([0, 100], [50, 50.1])).toEqual([50, 52]);
    expect(within([7, 7], [7, 7])).toBeUndefined();
  });

  test("epochs are numbered and shaded in turn; without any, steps are", async () => {
    await open({ _epochs: view(Float64Array.of(0, 1, 10, 2, 20, 3)) });
    expect(words("text")).toEqual(["epoch 1", "2", "3"]);
    expect(find(".cnnviz-timeline-shade").getAttribute("d")!.match(/M/g)).toHaveLength(1);
    document.body.replaceChildren();
    await open();
    expect(words("text")).toEqual(["0", "5", "10", "15", "20", "25", "30", "35", "40"]);
  });

  test("while training its future is empty to the planned end", async () => {
    await open({ _end: 80, ...logs({ loss: [[10, 40], [2, 1]] }) });
    const head = find(".cnnviz-timeline-head").getAttribute("transform");
    expect(head).toBe(`translate(${LEFT + 400 + 0.5} 0)`);
    expect(labels()).toEqual(["1 loss"]);
    expect(Number(find("text.cnnviz-timeline-label").getAttribute("x"))).toBe(LEFT + 400 + 8);
  });
});

describe("curves", () => {
  const LOSSES = { loss: [[1, 10, 40], [4, 2, 1]], accuracy: [[1, 10, 40], [0.1, 0.5, 0.8]], val_loss: [[20, 40], [3, 2]] } as Record<string, [number[], number[]]>;

  test("each has its own scale, validation that of its own, and a word with its value at its end", async () => {
    const model = await open({ ...logs(LOSSES), ...health([0, 40], ["a", "b"], [0, 0.5], [0, 0.1]) });
    expect(labels().sort()).toEqual(["1 loss", "30 % dead", "80 % accuracy"]);
    expect(document.querySelectorAll(".cnnviz-timeline-line")).toHaveLength(2);
    expect(document.querySelectorAll(".cnnviz-timeline-validation")).toHaveLength(1);
    // Four is the top of the band of losses, one its bottom; validation lies between.
    const heights = [...find(".cnnviz-timeline-line").getAttribute("d")!.matchAll(/ ([\d.]+)/g)].map(([, y]) => Number(y));
    expect(heights[0]).toBeLessThan(heights[2]!);
    expect(find("text.cnnviz-hue-0 > title").textContent).toContain("validation 2 (dots)");
    model.set({ position: 10, _shown: 10 });
    expect(labels().sort()).toEqual(["2 loss", "50 % accuracy", "0 % dead"].sort());
    // Where the pointer is comes before where the head is.
    strip().dispatchEvent(at("pointermove", LEFT + 790, 40));
    expect(labels()).toContain("2 loss");
    strip().dispatchEvent(at("pointermove", LEFT + 805, 40));
    expect(labels()).toContain("2 loss");
    strip().dispatchEvent(at("pointerleave", 0, 0));
    expect(labels()).toContain("50 % accuracy");
  });

  test("what is told of a moment before the last says of which, and shows where", async () => {
    const model = await open({ ...logs(LOSSES), ...health([0, 40], ["a", "b"], [0, 0.5], [0, 0.1]) });
    const here = () => [...document.querySelectorAll(".cnnviz-timeline-here")].map((dot) => [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))]);
    expect([words("text").includes("at 10"), here()]).toEqual([false, []]);
    model.set({ position: 10, _shown: 10 });
    expect(words("text")).toContain("at 10");
    // Two curves and the layers' number; the dot on the losses' is where the line is.
    expect(here()).toHaveLength(3);
    const line = [...find(".cnnviz-timeline-line").getAttribute("d")!.matchAll(/([\d.]+) ([\d.]+)/g)][1]!;
    expect(here().some(([x, y]) => Math.abs(x! - Number(line[1])) < 0.1 && Math.abs(y! - Number(line[2])) < 0.1)).toBe(true);
    model.set({ position: LIVE, _shown: LIVE });
    expect(here()).toEqual([]);
  });

  test("the shown layer stands out; where it has no number the mean of all does", async () => {
    const selector = new FakeModel({ layer: "b", _shown: "b" }, "selector");
    const model = await open({ selector: "selector", ...health([0, 40], ["a", "b"], [0, 0.5], [0, 0.25]) });
    expect(labels()).toEqual(["25 % dead"]);
    selector.set("layer", "a");
    await frame();
    expect(labels()).toEqual(["50 % dead"]);
    selector.set("layer", "input");
    await frame();
    expect(labels()).toEqual(["38 % dead"]);
    expect(find("text.cnnviz-timeline-label > title").textContent).toContain("mean of the layers");
    expect(model.saves).toBe(0);
  });

  test("words never stand over one another, and stay inside", () => {
    const all = [50, 50, 51, 70].map((y, place) => ({ key: String(place), y, text: "", title: "" }));
    const placed = spread(all, 16, 74).map(({ y }) => y).sort((a, b) => a - b);
    for (const [place, y] of placed.entries()) expect(y - (placed[place - 1] ?? 0)).toBeGreaterThanOrEqual(14);
    expect([placed[0]! >= 16, placed[3]! <= 74]).toEqual([true, true]);
    expect(spread([...all, ...all], 16, 74)).toHaveLength(5);
  });

  test("a loss that is no number makes a gap, and its word stands out", async () => {
    await open(logs({ loss: [[1, 2, 3, 40], [1, 2, NaN, NaN]] }));
    expect(labels()).toEqual(["NaN loss"]);
    expect(find("text.cnnviz-timeline-label").classList.contains("cnnviz-timeline-bad")).toBe(true);
    expect(find(".cnnviz-timeline-line").getAttribute("d")).not.toContain("NaN");
  });

  test("of twelve metrics three are drawn; others are chosen, as is the layers' number, without the kernel", async () => {
    const names = ["loss", "accuracy", ...Array.from({ length: 10 }, (_, k) => `m${k}`)];
    const model = await open({
      ...logs(Object.fromEntries(names.map((name) => [name, [[1, 40], [0.5, 0.7]]]))),
      ...health([0, 40], ["a"], [0, 0.5], [3, 4]),
    });
    expect(document.querySelectorAll(".cnnviz-timeline-line")).toHaveLength(3);
    find<HTMLButtonElement>(".cnnviz-timeline-opener").click();
    const boxes = [...document.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
    expect(boxes.map(({ checked }) => checked)).toEqual(names.map((_, k) => k < 3));
    boxes[5]!.checked = true;
    boxes[5]!.dispatchEvent(new Event("change"));
    await frame();
    expect(document.querySelectorAll(".cnnviz-timeline-line")).toHaveLength(4);
    const norm = document.querySelector<HTMLInputElement>("input[value=weight_norm]")!;
    norm.checked = true;
    norm.dispatchEvent(new Event("change"));
    await frame();
    expect(model.state.number).toBe("weight_norm");
    expect(labels()).toContain("4 ‖W‖");
  });

  test("a long run is a mean of neighbours with a band of what they span", async () => {
    const steps = Array.from({ length: 200 }, (_, k) => k);
    await open({ ...moments([0, 199]), ...logs({ loss: [steps, steps.map((step) => 1 + (step % 2))] }) });
    expect(document.querySelectorAll(".cnnviz-timeline-band")).toHaveLength(1);
    expect(labels()).toEqual(["1.5 loss"]);
  });
});

describe("marks", () => {
  test("those that meet are one; a word stands where it fits, and speaks for its neighbours", () => {
    const four = [onset(0, "dead", { layer: "a" }), onset(5, "dead", { layer: "b" }), onset(60, "dead", { layer: "c" }), onset(300, "frozen", { layer: "d" })];
    const placed = place(four, (step) => step, 0, 800);
    expect(placed.map(({ x, onsets, text }) => [x, onsets.length, text])).toEqual([[0, 2, ""], [60, 1, "a +2 die"], [300, 1, "d frozen"]]);
    for (const [k, { x, text }] of placed.entries()) if (text) expect(x + 9 + widthOf(text)).toBeLessThan(placed[k + 1]?.x ?? 800);
  });

  test("at the right end the word stands at the left, and none is outside", () => {
    const [mark] = place([onset(790, "non-finite", { layer: "conv" })], (step) => step, 0, 800);
    expect([mark!.text, mark!.isLeft]).toEqual(["conv not finite", true]);
    expect(place([onset(900)], (step) => step, 0, 800)).toEqual([]);
  });

  test("a long name is cut short; what was dead from the start does not die", () => {
    const text = textOf([onset(0, "dead", { layer: `net/${"x".repeat(3000)}`, from_start: true })]);
    expect(text).toBe(`${"x".repeat(19)}… dead`);
    expect(textOf([onset(0, "<odd>", { layer: "a" })])).toBe("a");
  });

  test("say what began, as text; a click leads to the moment and the layer, the next one to the next", async () => {
    const model = await open({ _onsets: [onset(9, "dead", { layer: "<b>a" }), onset(9, "dead", { layer: "c" }), onset(40, "frozen")] });
    expect(marks()).toHaveLength(2);
    expect(marks()[0]!.querySelector("title")!.textContent).toContain("<b>a: since step 9");
    expect(document.querySelector("b > *")).toBeNull();
    click(marks()[0]!);
    expect([model.state.position, model.state._mark]).toEqual([10, [1, "dead", "<b>a"]]);
    click(marks()[0]!);
    expect([model.state.position, model.state._mark]).toEqual([10, [2, "dead", "c"]]);
    click(marks()[0]!);
    expect(model.state._mark).toEqual([3, "dead", "<b>a"]);
  });

  test("Ctrl with an arrow leads to the mark before and after, the menu to the first that training killed", async () => {
    const onsets = [onset(0, "dead", { from_start: true }), onset(20, "frozen"), onset(40)];
    const model = await open({ _onsets: onsets });
    const press = (name: string) => strip().dispatchEvent(key(name, { ctrlKey: true }));
    press("ArrowLeft");
    press("ArrowLeft");
    expect(model.state.position).toBe(20);
    press("ArrowRight");
    expect([model.state.position, model.state._mark]).toEqual([40, [3, "dead", "block/<b>40"]]);
    press("Home");
    named("A B").click();
    named("First dead channel").click();
    expect(model.state.position).toBe(40);
    model.set("_onsets", [onsets[0]!, onsets[1]!]);
    named("A B").click();
    named("First dead channel").click();
    expect(model.state.position).toBe(0);
    model.set({ _onsets: [], position: 10, _shown: 10 });
    named("A B").click();
    expect(["Previous mark", "Next mark", "First dead channel"].map((name) => named(name).disabled)).toEqual([true, true, true]);
  });
});

describe("other inputs", () => {
  const CHANGES = [{ step: 20, title: "<b>wrong ones, 1 to 8 of 12" }, { step: 40, title: "the inputs as given" }];

  test("are marked with the words of which, as text; a click leads there and to no layer", async () => {
    const model = await open({ _changes: CHANGES });
    expect(marks().map((mark) => mark.textContent)).toEqual([
      "Other inputs: <b>wrong ones, 1 to 8 of 12\nClick: to this moment<b>wrong ones, 1 to 8 of 12",
      expect.stringContaining("Other inputs: the inputs as given"),
    ]);
    click(marks()[0]!);
    expect([model.get("position"), model.get("_mark")]).toEqual([20, [0, "", ""]]);
  });

  test("are told of each moment, once there are others", async () => {
    const model = await open({ _changes: CHANGES, position: 10, _shown: 10 });
    expect(where()).toContain(" · on the inputs before");
    for (const [position, words] of [[20, "wrong ones, 1 to 8"], [40, "the inputs as given"], [LIVE, "the inputs as given"]] as const) {
      model.set({ position, _shown: position });
      expect(where()).toContain(words);
    }
    model.set({ _changes: [] });
    await frame();
    expect(where()).not.toContain("inputs");
  });

  test("share a mark with what began there, and lie on the way from mark to mark", async () => {
    const model = await open({ _changes: CHANGES, _onsets: [onset(20)], position: 10, _shown: 10 });
    expect(marks()).toHaveLength(2);
    expect(textOf([onset(20, "dead", { layer: "conv" }), { kind: "inputs", layer: "", step: 20, text: "x", from_start: false }])).toBe("conv dies · other inputs");
    strip().dispatchEvent(key("ArrowRight", { ctrlKey: true }));
    expect(model.get("position")).toBe(20);
    model.set({ _shown: 20 });
    strip().dispatchEvent(key("ArrowRight", { ctrlKey: true }));
    expect(model.get("position")).toBe(40);
  });
});

describe("a history without its model", () => {
  test("ends at its last moment: no button, key or drag leads beyond", async () => {
    const model = await open({ has_live: false, position: 20, _shown: 20 });
    expect(named("live").hidden).toBe(true);
    strip().dispatchEvent(key("End"));
    expect(model.get("position")).toBe(40);
    strip().dispatchEvent(key("ArrowRight"));
    expect(model.get("position")).toBe(40);
  });
});

describe("two moments", () => {
  const press = (name: string) => strip().dispatchEvent(key(name));

  test("A and B mark them, and ask for their comparison; Escape ends it", async () => {
    const model = await open({ position: 10, _shown: 10 });
    press("a");
    await frame();
    expect([model.state.mark_a, model.state._compare_asked]).toEqual([10, 0]);
    expect(words(".cnnviz-timeline-flag text")).toEqual(["A"]);
    press("End");
    answer(model);
    press("b");
    expect([model.state.mark_b, model.state._compare_asked]).toEqual([40, 1]);
    vi.useFakeTimers();
    model.set("note", "from before");
    expect(note().hidden).toBe(true);
    vi.advanceTimersByTime(900);
    model.set({ _compare_answered: 1, note: "both marks lead to one", comparing: true });
    expect(note().textContent).toBe("both marks lead to one");
    press("Escape");
    expect(model.state.comparing).toBe(false);
  });

  test("a comparison does not lie over the panes for ever once its kernel is gone", async () => {
    const model = await open({ comparing: true });
    const root = find(".cnnviz-timeline");
    const box = Object.assign(document.createElement("div"), { className: "cnnviz-moments-compared" });
    root.parentElement!.classList.add("cnnviz-frame");
    root.before(box);
    model.connect(false);
    press("Escape");
    expect([model.state.comparing, box.style.display]).toEqual([false, "none"]);
    box.remove();
  });

  test("while they lie over the panes no part below hears a key", async () => {
    const model = await open();
    const root = find(".cnnviz-timeline");
    root.parentElement!.classList.add("cnnviz-frame");
    const below = ["layers", "main", "drawer"].map((name) => Object.assign(document.createElement("div"), { className: `cnnviz-frame-${name}` }));
    root.before(...below);
    model.set("comparing", true);
    expect(below.map(({ inert }) => inert)).toEqual([true, true, true]);
    expect(root.closest("[inert]")).toBeNull();
    press("Escape");
    expect(below.map(({ inert }) => inert)).toEqual([false, false, false]);
    for (const each of below) each.remove();
  });

  test("the menu says the same, greys out what cannot be, and clears both", async () => {
    const model = await open({ mark_a: 10, mark_b: 10 });
    named("A B").click();
    expect(named("Compare A and B").disabled).toBe(true);
    named("Mark B here, not at 10").click();
    expect([model.state.mark_b, model.state._compare_asked]).toEqual([40, 1]);
    model.connect(false);
    named("A B").click();
    expect(named("Compare A and B").disabled).toBe(true);
    named("Clear A and B").click();
    expect([model.state.mark_a, model.state.mark_b]).toEqual([-1, -1]);
  });
});

describe("zooming", () => {
  const shown = (): string[] => words("text").filter((text) => /^\d+$/.test(text));

  test("Ctrl and wheel, Shift and drag, + and −; a plain wheel is the page's, a double click shows all", async () => {
    await open();
    const wheel = (init: MouseEventInit & { deltaY: number }) => {
      const event = at("wheel", LEFT, 40, init);
      return strip().dispatchEvent(Object.assign(event, init)), event;
    };
    expect(wheel({ deltaY: -300 }).defaultPrevented).toBe(false);
    expect(wheel({ deltaY: -400, ctrlKey: true }).defaultPrevented).toBe(true);
    await frame();
    expect(Math.max(...shown().map(Number))).toBeLessThan(20);
    strip().dispatchEvent(at("dblclick", LEFT, 40));
    await frame();
    expect(shown().at(-1)).toBe("40");
    strip().dispatchEvent(at("pointerdown", LEFT + 400, 40, { shiftKey: true }));
    strip().dispatchEvent(at("pointermove", LEFT + 600, 40, { shiftKey: true }));
    expect(find(".cnnviz-timeline-range").style.width).toBe("200px");
    strip().dispatchEvent(at("pointerup", LEFT + 600, 40, { shiftKey: true }));
    await frame();
    expect([shown()[0], shown().at(-1)]).toEqual(["20", "30"]);
    expect(document.querySelector(".cnnviz-timeline-range")).toBeNull();
    named("A B").click();
    named("Show all steps").click();
    await frame();
    expect(shown().at(-1)).toBe("40");
    strip().dispatchEvent(key("+"));
    await frame();
    expect(Number(shown()[0])).toBeGreaterThan(0);
  });
});

describe("scrubbing", () => {
  const drag = (type: string, x: number) => strip().dispatchEvent(at(type, x, 40));

  test("snaps to moments, sends at leisure, and beyond the last one is live", async () => {
    const model = await open();
    vi.useFakeTimers();
    drag("pointermove", LEFT + 200);
    expect(model.state.position).toBe(LIVE);
    drag("pointerdown", LEFT + 180);
    expect(model.state.position).toBe(10);
    drag("pointermove", LEFT + 320);
    drag("pointermove", LEFT + 660);
    expect(model.state.position).toBe(40);
    expect(model.saves).toBe(0);
    vi.advanceTimersByTime(150);
    expect(model.saves).toBe(1);
    drag("pointermove", WIDTH - 20);
    expect(model.state.position).toBe(LIVE);
    drag("pointerup", WIDTH - 20);
    drag("pointermove", LEFT);
    expect(model.state.position).toBe(LIVE);
  });

  test("keys go to the moments beside, to the ends, and leave others to the notebook", async () => {
    const model = await open();
    const press = (name: string): boolean => strip().dispatchEvent(key(name));
    expect(press("ArrowLeft")).toBe(false);
    expect(model.state.position).toBe(40);
    press("ArrowLeft");
    press("ArrowRight");
    expect(model.state.position).toBe(40);
    press("Home");
    expect(model.state.position).toBe(0);
    press("PageUp");
    expect(model.state.position).toBe(LIVE);
    press("Home");
    press("End");
    expect(model.state.position).toBe(LIVE);
    expect(press("x")).toBe(true);
  });

  test("the slider tells screen readers where it is", async () => {
    const model = await open();
    model.set("position", 10);
    const attributes = ["valuemin", "valuemax", "valuenow", "valuetext"].map((name) => strip().getAttribute(`aria-${name}`));
    expect(attributes).toEqual(["0", "40", "10", "step 10 · moment 2 of 4 · only numbers kept"]);
    expect(strip().tabIndex).toBe(0);
    expect(strip().getAttribute("data-lm-suppress-shortcuts")).toBe("true");
  });
});

describe("waiting", () => {
  test("is told at once, after a while in a sentence; what was said before is gone", async () => {
    const model = await open({ note: "<i>not kept</i>" });
    expect(note().textContent).toBe("<i>not kept</i>");
    vi.useFakeTimers();
    strip().dispatchEvent(key("Home"));
    expect([readout(), where()]).toEqual(["step 0…", "step 0 · moment 1 of 4"]);
    expect(note().textContent).toBe("");
    vi.advanceTimersByTime(900);
    expect(note().textContent).toContain("Waiting for the kernel");
    answer(model, "conv2 was not kept at step 0");
    expect(readout()).toBe("step 0");
    expect([note().textContent, note().title]).toEqual(["conv2 was not kept at step 0", "conv2 was not kept at step 0"]);
  });

  test("live is a button, away while it is live", async () => {
    const model = await open({ training: true });
    expect([named("live").hidden, where(), readout()]).toEqual([true, "live: following training", "step 40"]);
    strip().dispatchEvent(key("Home"));
    expect(named("live").hidden).toBe(false);
    named("live").click();
    expect(model.state.position).toBe(LIVE);
  });
});

describe("playing", () => {
  test("goes on when the moment has been shown, not faster than can be seen, and stops at the end", async () => {
    const model = await open();
    vi.useFakeTimers();
    named("Play").click();
    // From live it begins at the beginning.
    expect(model.state.position).toBe(0);
    vi.advanceTimersByTime(5000);
    expect(model.state.position).toBe(0);
    answer(model);
    expect(model.state.position).toBe(20);
    answer(model);
    expect(model.state.position).toBe(20);
    vi.advanceTimersByTime(210);
    expect(model.state.position).toBe(40);
    answer(model);
    vi.advanceTimersByTime(210);
    expect(model.state.position).toBe(40);
    expect(named("Play")).toBeDefined();
  });

  test("space begins and ends it, and so does a hand on the strip", async () => {
    const model = await open({ position: 0, _shown: 0 });
    vi.useFakeTimers();
    strip().dispatchEvent(key(" "));
    expect(model.state.position).toBe(20);
    expect(named("Stop playing")).toBeDefined();
    strip().dispatchEvent(key(" "));
    answer(model);
    vi.advanceTimersByTime(500);
    expect(model.state.position).toBe(20);
    strip().dispatchEvent(key(" "));
    strip().dispatchEvent(key("Home"));
    answer(model);
    vi.advanceTimersByTime(500);
    expect(model.state.position).toBe(0);
    expect(named("Stop playing")).toBeUndefined();
  });
});

describe("how many moments", () => {
  test("none: one line of code, to be copied; then some: the strip", async () => {
    const written: string[] = [];
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: async (text: string) => void written.push(text) } });
    const model = await open(moments([]));
    const empty = find(".cnnviz-timeline-empty");
    expect([empty.hidden, document.querySelector("svg.cnnviz-none")]).toEqual([false, null]);
    named("Copy").click();
    await frame();
    expect([written, named("Copied") !== undefined]).toEqual([["model.fit(…, callbacks=[inspector.monitor()])"], true]);
    model.set(moments([3]));
    await frame();
    await frame();
    expect([empty.hidden, strip().querySelector("svg") !== null]).toEqual([true, true]);
    expect(named("Play").disabled).toBe(true);
  });

  test("a clipboard that refuses: the line is marked, and the key said", async () => {
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: () => Promise.reject(new Error("refused")) } });
    await open(moments([]));
    named("Copy").click();
    await frame();
    expect(named("Press Ctrl+C")).toBeDefined();
    expect(getSelection()!.toString()).toContain("model.fit");
  });

  test("thousands: a tick a pixel at the most, and few nodes", async () => {
    const steps = Array.from({ length: 2000 }, (_, i) => 5 * i);
    await open({ ...moments(steps), _moments: 10_000, ...health(steps.slice(0, 240), Array.from({ length: 64 }, (_, k) => `l${k}`), ...Array.from({ length: 64 }, () => steps.slice(0, 240))) });
    expect(find(".cnnviz-timeline-tick").getAttribute("d")!.split("M").length - 1).toBeLessThanOrEqual(802);
    expect(document.querySelectorAll("*").length).toBeLessThan(120);
  });
});
