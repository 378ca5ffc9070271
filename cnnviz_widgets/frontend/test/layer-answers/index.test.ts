/** LayerAnswers rendered with stand-ins: headings that fold, choices that select, and old answers. */
import { describe, expect, test } from "vitest";

import answers from "../../src/layer-answers";
import type { LayerAnswerEntry } from "../../src/lib/wire/payloads";
import type { LayerAnswersState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, frame, shared, show } from "../fake";

emptyPage();

const answer = (more: Partial<LayerAnswerEntry> = {}): LayerAnswerEntry => ({
  state: "done",
  words: [["plain", "<b>1</b> silent"]],
  choices: [
    { text: "2 silent", title: "Zero everywhere.", channels: [4, 11], doubt: false },
    { text: "3 ≈ 5", title: "Channel 5 is 3 again.", channels: [3, 5], doubt: true },
  ],
  sheet: null,
  ...more,
});

async function open(more: Partial<LayerAnswersState> = {}) {
  shared();
  const selection = new FakeModel<Record<string, any>>({ selected: [], hovered: -1, _chosen_in: [0, ""], _numbers_of: "", _named: {} }, "channels");
  const model = new FakeModel<LayerAnswersState>({
    selection: "channels",
    unfolded: ["filters"],
    _asks: true,
    _again: [0, ""],
    _rows: [2, 8],
    _titles: [["filters", "Blank and redundant filters", "of the layer"]],
    _answers: { filters: answer() },
    ...more,
  });
  await show(answers, model);
  await frame();
  return { model, selection };
}

const choices = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-layer-choices > button")];
const again = (): HTMLButtonElement => [...document.querySelectorAll("button")].find((each) => each.textContent === "Ask again")!;

describe("questions about a layer", () => {
  test("an answer is text, and its choices select those channels that are shown", async () => {
    const { selection } = await open();
    expect(document.querySelector(".cnnviz-answer-body b")).toBeNull();
    expect(find(".cnnviz-answer-body").textContent).toContain("<b>1</b> silent");
    expect(choices().map((each) => each.classList.contains("cnnviz-layer-doubted"))).toEqual([false, true]);
    // Of channels 2 to 9 the first is the selection's number 0; 11 is not shown.
    choices()[0]!.click();
    expect(selection.get("selected")).toEqual([2]);
    choices()[1]!.dispatchEvent(new MouseEvent("click", { ctrlKey: true }));
    expect(selection.get("selected")).toEqual([2, 1, 3]);
  });

  test("of earlier weights, or failed, it can be asked again", async () => {
    const { model } = await open();
    expect(again().hidden).toBe(true);
    model.set("_answers", { filters: answer({ state: "old" }) });
    await frame();
    expect(find(".cnnviz-answer-doubt").textContent).toContain("have changed");
    again().click();
    expect(model.get("_again")).toEqual([1, "filters"]);
    model.set("_answers", { filters: answer({ state: "asked" }) });
    await frame();
    expect([again().hidden, find(".cnnviz-answer-state").textContent]).toEqual([true, "being asked…"]);
  });

  test("the heading folds, and of what has no channels there are no questions", async () => {
    const { model } = await open();
    find<HTMLButtonElement>(".cnnviz-answer-head").click();
    expect(model.get("unfolded")).toEqual([]);
    model.set("_asks", false);
    await frame();
    expect(find(".cnnviz-layer-answers").classList.contains("cnnviz-answers-none")).toBe(true);
  });
});
