/** The timeline rendered with stand-ins: scrubbing, keys, playing, marks, and what it says. */
import { describe, expect, test, vi } from "vitest";

import { LEFT, RIGHT, StepAxis } from "../../src/lib/plots/step-axis";
import { LIVE } from "../../src/lib/wire/constants";
import type { OnsetEntry } from "../../src/lib/wire/payloads";
import type { TimelineState } from "../../src/lib/wire/states";
import timeline from "../../src/timeline";
import { place } from "../../src/timeline/marks";
import { Moments } from "../../src/timeline/moments";
import { at, emptyPage, FakeModel, find, frame, key, show, view } from "../fake";

emptyPage();

const named = (name: string): HTMLButtonElement =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].find(
    (made) => made.getAttribute("aria-label") === name || made.textContent!.endsWith(name),
  )!;
const strip = (): HTMLElement => find(".cnnviz-timeline-strip");
const readout = (): string => find(".cnnviz-timeline-readout").textContent!;
const told = (): string => find(".cnnviz-timeline-told").textContent!;
const note = (): string => find(".cnnviz-timeline-foot > .cnnviz-warning").textContent!;
const marks = (): SVGElement[] => [...document.querySelectorAll<SVGElement>(".cnnviz-timeline-strip g.cnnviz-onset")];

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

const WIDTH = LEFT + RIGHT + 400;

async function open(more: Partial<TimelineState> = {}) {
    const model = new FakeModel<TimelineState>({
    position: LIVE,
    note: "",
    training: false,
    ...moments([0, 10, 20, 40], [1, 0, 1, 1]),
    _onsets: [],
    _marks: more._onsets?.length ?? 0,
    _shown: LIVE,
    _mark: [0, "", ""],
    ...more,
  });
  await show(timeline, model, WIDTH);
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
  test("is true to time, and has round whole steps", () => {
    const axis = new StepAxis(0, 40, WIDTH);
    expect([0, 10, 40].map((step) => axis.x(step) - LEFT)).toEqual([0, 100, 400]);
    expect(axis.step(LEFT + 100)).toBe(10);
    expect(axis.ticks).toEqual([0, 10, 20, 30, 40]);
    expect(new StepAxis(3, 4, WIDTH).ticks).toEqual([3, 4]);
    expect(new StepAxis(7, 10_007, WIDTH).ticks).toEqual([2000, 4000, 6000, 8000, 10_000]);
  });

  test("one moment alone stands in the middle", () => {
    const axis = new StepAxis(0, 0, WIDTH);
    expect(axis.x(0)).toBe(LEFT + 200);
    expect(axis.ticks).toEqual([0]);
  });
});

describe("marks", () => {
  test("each kind has a row; marks of a kind that meet are one, with their number", () => {
    const onsets = [onset(0), onset(5), onset(5, "frozen"), onset(18), onset(30), onset(30, "<odd>")];
    const { placed, kinds } = place(onsets, (step) => step);
    expect(kinds).toEqual(["dead", "frozen", "<odd>"]);
    expect(placed.map(({ x, row, onsets: some }) => [x, row, some.length])).toEqual([
      [0, 0, 3],
      [30, 0, 1],
      [5, 1, 1],
      [30, 2, 1],
    ]);
  });

  test("say what began, as text, and a click goes to the moment at which it was seen", async () => {
    const model = await open({ _onsets: [onset(9), onset(40, "frozen")] });
    expect(marks()).toHaveLength(2);
    marks()[0]!.dispatchEvent(new Event("pointerenter"));
    expect(told()).toBe("<b>9: since step 9");
    expect(find(".cnnviz-timeline-told").title).toBe("block/<b>9: since step 9");
    expect(document.querySelector("b")).toBeNull();
    marks()[0]!.dispatchEvent(new Event("pointerleave"));
    expect(told()).toBe("");
    marks()[0]!.dispatchEvent(new Event("click"));
    expect(model.state.position).toBe(10);
    // What began where the reader is stays told.
    expect(told()).toBe("<b>9: since step 9");
  });

  test("more than a few at one moment are counted", async () => {
    await open({ _onsets: [1, 2, 3, 4, 5].map(() => onset(20)), position: 20, _shown: 20 });
    expect(told()).toContain("and 2 more marks");
  });

  test("buttons lead to the mark before and after, and to the first channel that training killed", async () => {
    const onsets = [onset(0, "dead", { from_start: true }), onset(20, "frozen"), onset(40)];
    const model = await open({ _onsets: onsets });
    expect([named("Previous mark").disabled, named("Next mark").disabled]).toEqual([false, true]);
    named("Previous mark").click();
    expect(model.state.position).toBe(40);
    named("Previous mark").click();
    expect(model.state.position).toBe(20);
    named("Previous mark").click();
    expect(model.state.position).toBe(0);
    expect(named("Previous mark").disabled).toBe(true);
    named("Next mark").click();
    expect(model.state.position).toBe(20);
    expect(model.state._mark).toEqual([4, "frozen", "block/<b>20"]);
    named("First dead channel").click();
    expect(model.state.position).toBe(40);
    expect(model.state._mark).toEqual([5, "dead", "block/<b>40"]);
    // Once more, from another layer at the same moment: it leads to its own.
    named("First dead channel").click();
    expect([model.state.position, model.state._mark]).toEqual([40, [6, "dead", "block/<b>40"]]);
    model.set("_onsets", [onsets[0], onsets[1]]);
    named("First dead channel").click();
    expect(model.state.position).toBe(0);
    model.set({ _onsets: [], position: 10 });
    expect(["Previous mark", "Next mark", "First dead channel"].map((name) => named(name).disabled)).toEqual([true, true, true]);
  });
});

describe("scrubbing", () => {
  const drag = (type: string, x: number) => strip().dispatchEvent(at(type, x, 40));

  test("snaps to moments, sends at leisure, and beyond the last one is live", async () => {
    const model = await open();
    vi.useFakeTimers();
    drag("pointermove", LEFT + 100);
    expect(model.state.position).toBe(LIVE);
    drag("pointerdown", LEFT + 90);
    expect(model.state.position).toBe(10);
    drag("pointermove", LEFT + 160);
    drag("pointermove", LEFT + 330);
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
    expect(press("b")).toBe(true);
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
  test("is told at once in a word, after a while in a sentence; what was said before is gone", async () => {
    const model = await open({ note: "<i>not kept</i>" });
    expect(note()).toBe("<i>not kept</i>");
    vi.useFakeTimers();
    named("Previous mark");
    strip().dispatchEvent(key("Home"));
    expect(readout()).toBe("step 0 · moment 1 of 4 · being read…");
    expect(note()).toBe("");
    vi.advanceTimersByTime(900);
    expect(note()).toContain("Waiting for the kernel");
    answer(model, "conv2 was not kept at step 0");
    expect(readout()).toBe("step 0 · moment 1 of 4");
    expect(note()).toBe("conv2 was not kept at step 0");
  });

  test("live is a button, off while it is live", async () => {
    const model = await open({ training: true });
    expect([named("Live").disabled, readout()]).toEqual([true, "live: following training"]);
    strip().dispatchEvent(key("Home"));
    expect(named("Live").disabled).toBe(false);
    named("Live").click();
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
    expect(named("Play").getAttribute("aria-pressed")).toBe("false");
  });

  test("space begins and ends it, and so does a hand on the strip", async () => {
    const model = await open({ position: 0, _shown: 0 });
    vi.useFakeTimers();
    strip().dispatchEvent(key(" "));
    expect(model.state.position).toBe(20);
    expect(named("Pause")).toBeDefined();
    strip().dispatchEvent(key(" "));
    answer(model);
    vi.advanceTimersByTime(500);
    expect(model.state.position).toBe(20);
    strip().dispatchEvent(key(" "));
    strip().dispatchEvent(key("Home"));
    answer(model);
    vi.advanceTimersByTime(500);
    expect(model.state.position).toBe(0);
    expect(named("Pause")).toBeUndefined();
  });
});

describe("how many moments", () => {
  test("none: a hint; then some: the strip", async () => {
    const model = await open(moments([]));
    expect(find<HTMLElement>(".cnnviz-note").hidden).toBe(false);
    expect(document.querySelector("svg")).toBeNull();
    model.set(moments([3]));
    await frame();
    await frame();
    expect(find<HTMLElement>(".cnnviz-note").hidden).toBe(true);
    expect(document.querySelector("svg")).not.toBeNull();
    expect(named("Play").disabled).toBe(true);
  });

  test("thousands: a line a pixel, and a word that not each has a tick", async () => {
    const steps = Array.from({ length: 2000 }, (_, i) => 5 * i);
    await open({ ...moments(steps, steps.map((step) => Number(step % 50 === 0))), _moments: 10_000 });
    const lines = [...document.querySelectorAll(".cnnviz-timeline-tick")].map((path) => path.getAttribute("d")!.split("M").length - 1);
    expect(lines[0]! + lines[1]!).toBeLessThanOrEqual(401);
    expect(lines[1]).toBeGreaterThan(150);
    expect(find(".cnnviz-timeline-legend").textContent).toBe("2,000 of 10,000 moments have a tickshort tick: only numbers kept");
  });
});
