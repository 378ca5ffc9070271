/** ChannelAnswers rendered with stand-ins: headings that fold, pictures, and whose answer it is. */
import { describe, expect, test } from "vitest";

import answers from "../../src/channel-answers";
import { onScale } from "../../src/channel-answers/scale";
import type { AnswerEntry, PictureEntry } from "../../src/lib/wire/payloads";
import type { ChannelAnswersState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, frame, shared, show, view } from "../fake";

emptyPage();

const picture = (more: Partial<PictureEntry> = {}): PictureEntry => ({
  height: 2,
  width: 4,
  channels: 1,
  pixels: view(new Uint8Array(8)),
  outside: view(new Uint8Array(0)),
  mark: null,
  caption: "0.5",
  title: "sample 7: 0.5",
  sample: 7,
  surveyed: false,
  doubt: false,
  ...more,
});

const answer = (more: Partial<AnswerEntry> = {}): AnswerEntry => ({
  channel: 3,
  state: "done",
  words: [["plain", "<b>7 of 9</b> cat"], ["doubt", "No more coherent than a random direction."]],
  strips: [{ title: "strongest", across: 3, pictures: [picture(), picture({ sample: -1, doubt: true })] }],
  ...more,
});

const selectionOf = (id: string): FakeModel<Record<string, any>> =>
  new FakeModel<Record<string, any>>({ selected: [], hovered: -1, _chosen_in: [0, ""], _numbers_of: "", _named: {} }, id);

async function open(more: Partial<ChannelAnswersState> = {}) {
  shared();
  const [samples, surveyed] = [selectionOf("shown-samples"), selectionOf("surveyed-samples")];
  const model = new FakeModel<ChannelAnswersState>({
    sample_selection: "shown-samples",
    surveyed_selection: "surveyed-samples",
    channel: 3,
    unfolded: ["patches"],
    note: "",
    _asks: true,
    _left_out: [],
    _titles: [["patches", "Strongest patches", "where it fires"], ["ascent", "What excites it most", "by ascent"]],
    _answers: { patches: answer() },
    ...more,
  });
  await show(answers, model);
  await frame();
  return { model, samples, surveyed };
}

const heads = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-answer-head")];
const bodies = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".cnnviz-answer-body")];
const state = (): string => find(".cnnviz-answer-state").textContent!;

describe("questions about a channel", () => {
  test("what is unfolded shows its answer, as text; the heading folds it", async () => {
    const { model } = await open();
    expect(heads().map((head) => head.getAttribute("aria-expanded"))).toEqual(["true", "false"]);
    expect(bodies().map((body) => body.hidden)).toEqual([false, true]);
    expect(bodies()[0]!.querySelector("b")).toBeNull();
    expect(bodies()[0]!.textContent).toContain("<b>7 of 9</b> cat");
    expect(find(".cnnviz-answer-doubt").textContent).toContain("No more coherent");
    heads()[1]!.click();
    expect(model.get("unfolded")).toEqual(["patches", "ascent"]);
    heads()[0]!.click();
    expect(model.get("unfolded")).toEqual(["ascent"]);
    expect(model.saves).toBe(2);
  });

  test("a picture of a sample selects it, among those shown or those surveyed", async () => {
    const { model, samples, surveyed } = await open();
    const figures = () => [...document.querySelectorAll<HTMLElement>(".cnnviz-answer-figure")];
    expect(figures().map(({ tagName }) => tagName)).toEqual(["BUTTON", "SPAN"]);
    expect(figures()[1]!.classList.contains("cnnviz-answer-doubted")).toBe(true);
    figures()[0]!.click();
    expect([samples.get("selected"), surveyed.get("selected")]).toEqual([[7], []]);
    model.set("_answers", { patches: answer({ strips: [{ title: "strongest", across: 3, pictures: [picture({ surveyed: true })] }] }) });
    await frame();
    figures()[0]!.click();
    expect(surveyed.get("selected")).toEqual([7]);
  });

  test("the answer of the channel before stays, faintly, until there is another", async () => {
    const { model } = await open();
    expect([state(), bodies()[0]!.classList.contains("cnnviz-answer-old")]).toEqual(["", false]);
    model.set("channel", 4);
    await frame();
    expect([state(), bodies()[0]!.classList.contains("cnnviz-answer-old")]).toEqual(["being asked…", true]);
    model.set("_answers", { patches: answer({ channel: 4, state: "asked", strips: [] }) });
    await frame();
    expect([state(), bodies()[0]!.classList.contains("cnnviz-answer-old")]).toEqual(["being asked…", false]);
    model.set("_answers", { patches: answer({ channel: 4, state: "failed", words: [["doubt", "ValueError: no"]], strips: [] }) });
    await frame();
    expect([state(), find(".cnnviz-answer-doubt").textContent]).toEqual(["", "ValueError: no"]);
  });

  test("of no channel, or where nothing can be asked, there are no questions", async () => {
    const { model } = await open({ channel: -1 });
    const root = find(".cnnviz-channel-answers");
    expect(root.classList.contains("cnnviz-answers-none")).toBe(true);
    model.set("channel", 3);
    await frame();
    expect(root.classList.contains("cnnviz-answers-none")).toBe(false);
    model.set("_left_out", ["ascent"]);
    await frame();
    expect([...document.querySelectorAll<HTMLElement>(".cnnviz-answer")].map(({ hidden }) => hidden)).toEqual([false, true]);
    model.set("_asks", false);
    await frame();
    expect(root.classList.contains("cnnviz-answers-none")).toBe(true);
  });

  test("pictures keep their shape, however narrow", () => {
    expect([onScale(2, 4, 42), onScale(4, 2, 42), onScale(1, 900, 42), onScale(0, 0, 42)]).toEqual([[21, 42], [42, 21], [1, 42], [1, 1]]);
  });
});
