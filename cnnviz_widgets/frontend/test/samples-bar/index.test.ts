/** The bar of samples: what it says, sorts in the page, and asks for. */
import { describe, expect, test, vi } from "vitest";

import bar from "../../src/samples-bar";
import { command } from "../../src/lib/frame/commands";
import type { SamplesBarState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, frame, key, sharedSamples, show } from "../fake";
import { headEntry, NO_HEADS, withHeads } from "../heads-state";

emptyPage();

const ENTRIES = [
  headEntry({ true_class: 2, truth: "dress" }),
  headEntry({ right: false, answer: "shirt", confidence: 0.4 }),
  headEntry({ confidence: 0.6 }),
];

const STATE: SamplesBarState = {
  grid: "grid",
  samples: 3,
  judged: 3,
  right: 2,
  step: -1,
  chosen: "",
  pool: "2,000",
  choices: ["given", "these", "wrong", "unsure", "random", "class"],
  classes: ["<b>", "coat", "dress"],
  has_next: false,
  has_previous: false,
  error: "",
  _asked: [0, "", []],
  _answered: 0,
  _wrong: [1],
  _surveyed: null,
  survey: "",
  survey_stale: false,
  surveying: "",
  survey_share: -1,
  can_survey: false,
  _survey_asked: 0,
  _stop_asked: 0,
};

const survey = (selected: number[]): FakeModel => new FakeModel({ ...sharedSamples().samples.state, selected }, "surveyed") as never;

async function open(more: Partial<SamplesBarState> = {}, entries = ENTRIES) {
  const { samples: selection, sampleRefs } = sharedSamples();
  const grid = new FakeModel({ ...withHeads(entries), ...sampleRefs, sample_labels: [] }, "grid");
  const model = new FakeModel<SamplesBarState>({ ...STATE, ...more });
  const rendered = await show(bar, model, 800, "cnnviz-frame");
  const opener = find<HTMLButtonElement>(".cnnviz-samples-opener");
  opener.click();
  return { grid, model, opener, rendered, selection };
}

const shown = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-samples button")].filter((made) => !made.closest("[hidden]"));
const named = (text: string): HTMLButtonElement => shown().find((made) => made.textContent === text)!;
const samples = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-sample")];

describe("the button", () => {
  test.each([
    [{}, "3 inputs · 67 % right"],
    [{ samples: 64, judged: 8, right: 6 }, "64 inputs · 6 of 8 right"],
    [{ step: 0 }, "3 inputs · 67 % right at step 0"],
    [{ samples: 64, judged: 8, right: 6, step: 1500 }, "64 inputs · 6 of 8 right at step 1,500"],
    [{ judged: 0, right: 0, step: 7 }, "3 inputs"],
    [{ judged: 0, right: 0 }, "3 inputs"],
    [{ samples: 1, judged: 0 }, "1 input"],
    [{ chosen: "wrong ones, 1 to 3 of 17", right: 0 }, "3 inputs · wrong ones"],
    [{ chosen: "wrong ones, 1 to 3 of 17", step: 40 }, "3 inputs · 67 % right at step 40"],
  ])("%j", async (more, text) => {
    const { opener } = await open(more);
    expect(opener.textContent).toBe(text);
  });

  test("opens and closes the list, as the frame's command does", async () => {
    const { opener, rendered } = await open();
    expect(opener.getAttribute("aria-expanded")).toBe("true");
    command(rendered.el.firstElementChild!, "samples");
    expect(opener.getAttribute("aria-expanded")).toBe("false");
    expect(find(".cnnviz-samples")).toBeNull();
    command(rendered.el.firstElementChild!, "samples");
    expect(opener.getAttribute("aria-expanded")).toBe("true");
  });
});

describe("the rows", () => {
  test("are sorted by the page alone, with or without a kernel", async () => {
    const { grid, model } = await open();
    model.connect(false);
    named("wrong first").click();
    expect(grid.get("sort_rows")).toBe("wrong");
    expect(named("wrong first").getAttribute("aria-pressed")).toBe("true");
    expect(samples()[0]!.title).toContain("sample 1");
    expect(model.saves).toBe(0);
  });

  test("are sorted by what is known of them", async () => {
    await open({}, [headEntry({ right: null, true_class: -1, confidence: null })]);
    // What is no choice is not offered.
    for (const text of ["as given", "wrong first", "by class", "least sure"]) expect(named(text)).toBeUndefined();
  });
});

describe("the samples", () => {
  test("are drawn when the list is open, as they are then", async () => {
    const { grid, opener } = await open();
    const [before] = samples();
    opener.click();
    grid.set("_heads", [headEntry({ truth: "bag" })]);
    await frame();
    expect(samples()).toEqual([]);
    opener.click();
    expect(samples()).not.toContain(before);
    expect(samples().map((made) => made.title)).toEqual([expect.stringContaining("true: bag")]);
  });

  test("of which the answer is wrong are framed, and say so", async () => {
    await open();
    expect(samples().map((made) => made.classList.contains("cnnviz-sample-wrong"))).toEqual([false, true, false]);
    expect(samples()[1]!.getAttribute("aria-label")).toContain("true: coat · answer: shirt, 40 % sure · wrong");
  });

  test("are those selected everywhere, and can be shown alone", async () => {
    const { model, selection } = await open();
    samples()[2]!.click();
    expect(samples()[2]!.getAttribute("aria-pressed")).toBe("true");
    expect(named("Show this alone")).toBeDefined();
    samples()[0]!.click();
    expect(selection.state.selected).toEqual([2, 0]);
    named("Show these 2").click();
    expect(model.get("_asked")).toEqual([1, "these", [0, 2]]);
    selection.set("selected", [1]);
    expect(samples().map((made) => made.getAttribute("aria-pressed"))).toEqual(["false", "true", "false"]);
    samples()[1]!.click();
    samples()[2]!.dispatchEvent(new MouseEvent("click", { shiftKey: true, bubbles: true }));
    expect(selection.state.selected).toEqual([1, 2]);
  });

  test("with wrong answers are selected at once, without a kernel too", async () => {
    const { model, selection, rendered } = await open();
    model.connect(false);
    named("Select the wrong one").click();
    expect(selection.state.selected).toEqual([1]);
    expect(named("Show this alone").disabled).toBe(true);
    expect(command(rendered.el, "these")).toBe(false);
    selection.set("selected", []);
    expect(command(rendered.el, "wrong")).toBe(true);
    expect(selection.state.selected).toEqual([1]);
    model.set("_wrong", []);
    expect(named("None is wrong").disabled).toBe(true);
    expect(command(rendered.el, "wrong")).toBe(false);
    model.set("judged", 0);
    expect(named("None is wrong")).toBeUndefined();
  });

  test("of a survey are shown by the frame's command, and are selected there no longer", async () => {
    const surveyed = survey([9, 4]);
    const { model, rendered } = await open({ _surveyed: "surveyed" });
    expect(command(rendered.el, "surveyed")).toBe(true);
    expect(model.get("_asked")).toEqual([1, "surveyed", [4, 9]]);
    expect(surveyed.get("selected")).toEqual([]);
    expect(command(rendered.el, "surveyed")).toBe(false);
  });

  test("that are selected elsewhere are shown alone by the frame's command", async () => {
    const { model, selection, rendered } = await open();
    expect(command(rendered.el, "these")).toBe(false);
    selection.set("selected", [2, 1]);
    expect(command(rendered.el, "these")).toBe(true);
    expect(model.get("_asked")).toEqual([1, "these", [1, 2]]);
  });

  test("are walked by the arrow keys, one of them in the order of Tab", async () => {
    await open({}, Array.from({ length: 20 }, () => headEntry()));
    const stops = () => samples().flatMap((made, at) => (made.tabIndex === 0 ? [at] : []));
    samples()[0]!.focus();
    for (const [name, at] of [["ArrowRight", 1], ["ArrowDown", 9], ["ArrowUp", 1], ["ArrowUp", 1], ["End", 19], ["Home", 0], ["ArrowLeft", 0]] as const) {
      document.activeElement!.dispatchEvent(key(name));
      expect(samples().indexOf(document.activeElement as HTMLButtonElement)).toBe(at);
      expect(stops()).toEqual([at]);
    }
  });

  test("that are read anew stay selected", async () => {
    const { grid } = await open();
    samples()[1]!.click();
    grid.set("_heads", ENTRIES.map((each) => ({ ...each, confidence: 0.1 })));
    await frame();
    expect(samples()[1]!.getAttribute("aria-label")).toContain("10 % sure");
    expect(samples()[1]!.getAttribute("aria-pressed")).toBe("true");
  });
});

describe("samples without pictures", () => {
  test("are lines of words, walked one by one", async () => {
    const grid = new FakeModel({ ...NO_HEADS, _heads: [headEntry({ text: "<i>a dog" }), headEntry(), headEntry({ truth: "" })], sample_labels: ["", "first"], ...sharedSamples().sampleRefs }, "grid");
    await show(bar, new FakeModel<SamplesBarState>({ ...STATE }), 800, "cnnviz-frame");
    find<HTMLButtonElement>(".cnnviz-samples-opener").click();
    expect(samples().map((made) => made.textContent)).toEqual(["<i>a dog", "first", "2"]);
    samples()[0]!.focus();
    document.activeElement!.dispatchEvent(key("ArrowDown"));
    expect(document.activeElement).toBe(samples()[1]);
    expect(grid.saves).toBe(0);
  });
});

describe("others", () => {
  test.each([["All wrong ones", "wrong"], ["Least sure", "unsure"], ["Random", "random"]])("%s", async (text, what) => {
    const { model } = await open();
    named(text).click();
    expect(model.get("_asked")).toEqual([1, what, []]);
    expect(model.saves).toBe(1);
    expect(find(".cnnviz-samples-state").textContent).toBe("reading…");
    expect(named(text).disabled).toBe(true);
    model.set("_answered", 1);
    expect(named(text).disabled).toBe(false);
    expect(find(".cnnviz-samples-state").hidden).toBe(true);
  });

  test("of one class, whose name is text", async () => {
    const { model } = await open();
    const select = find<HTMLSelectElement>(".cnnviz-samples select");
    expect([...select.options].map(({ text }) => text)).toEqual(["choose", "<b>", "coat", "dress"]);
    select.value = "2";
    select.dispatchEvent(new Event("change"));
    expect(model.get("_asked")).toEqual([1, "class", [2]]);
  });

  test("that were chosen have pages, and a way back", async () => {
    const { model } = await open({ chosen: "wrong ones, 4 to 6 of 17", has_next: true, has_previous: true });
    expect(find(".cnnviz-samples-facts").textContent).toBe("2 of 3 right · wrong ones, 4 to 6 of 17");
    named("next ›").click();
    expect(model.get("_asked")).toEqual([1, "next", []]);
    model.set("_answered", 1);
    model.set("has_next", false);
    expect(named("next ›").disabled).toBe(true);
    named("As given").click();
    expect(model.get("_asked")).toEqual([2, "given", []]);
  });

  test("are offered as far as they can be chosen", async () => {
    await open({ choices: ["given", "these"], pool: "" });
    for (const text of ["All wrong ones", "Least sure", "Random", "As given", "next ›"]) expect(named(text)).toBeUndefined();
    expect(find(".cnnviz-samples-pool").hidden).toBe(true);
  });

  test("are greyed without a kernel, and what went wrong is said", async () => {
    const { model } = await open({ error: "ValueError: no answer is wrong" });
    expect(find(".cnnviz-samples-error").textContent).toBe("ValueError: no answer is wrong");
    model.connect(false);
    for (const text of ["All wrong ones", "Least sure", "Random"]) expect(named(text).disabled).toBe(true);
    expect(find<HTMLSelectElement>(".cnnviz-samples select").disabled).toBe(true);
    expect(named("by class").disabled).toBe(false);
    model.connect(true);
    expect(named("Random").disabled).toBe(false);
  });

  test("that take long are waited for in words", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await open();
    named("Random").click();
    vi.advanceTimersByTime(900);
    expect(find(".cnnviz-samples-state").textContent).toContain("Waiting for the kernel");
  });
});

describe("a survey", () => {
  const survey = (): HTMLElement => find(".cnnviz-samples-survey");
  const words = (): string => find(".cnnviz-samples-survey-words").textContent ?? "";

  test("is not spoken of where there is no pool and none was made", async () => {
    await open();
    expect(survey().hidden).toBe(true);
  });

  test("is begun from the button, says how far it is, and can be stopped", async () => {
    const { model, opener } = await open({ can_survey: true });
    expect(words()).toBe("Numbers rest on the inputs");
    const begin = named("Survey the pool");
    begin.focus();
    begin.click();
    expect(model.get("_survey_asked")).toBe(1);
    model.set({ surveying: "3,200 of 8,000 samples, 4 s left", survey_share: 0.4 });
    expect(words()).toBe("Surveying: 3,200 of 8,000 samples, 4 s left");
    expect(opener.textContent).toBe("3 inputs · survey 40 %");
    expect(document.activeElement).toBe(named("Stop"));
    named("Stop").click();
    expect(model.get("_stop_asked")).toBe(1);
    model.set({ surveying: "", survey_share: -1, survey: "3,200 samples" });
    expect(words()).toBe("Numbers rest on 3,200 samples surveyed");
    expect(document.activeElement).toBe(named("Survey again"));
  });

  test("of earlier weights is said to be that", async () => {
    await open({ can_survey: true, survey: "8,000 samples", survey_stale: true });
    expect(words()).toBe("The survey of 8,000 samples is of earlier weights");
    expect(named("Survey again").disabled).toBe(false);
  });
});
