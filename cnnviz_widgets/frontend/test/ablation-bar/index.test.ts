/** The trials rendered with stand-ins: what is asked for, how it waits, and the tables. */
import { describe, expect, test, vi } from "vitest";

import bar from "../../src/ablation-bar";
import { groupsOf, verdictOf } from "../../src/ablation-bar/table";
import type { TrialEntry, TrialNumbersEntry } from "../../src/lib/wire/payloads";
import type { AblationBarState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, shared, show } from "../fake";

emptyPage();

const named = (text: string): HTMLButtonElement =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].find((made) => made.textContent === text)!;

const WAYS = ["Silence", "Mean", "Merge"];

/** Those of the mock-up: silencing four channels costs twelve right answers. */
const NUMBERS: TrialNumbersEntry = { samples: 64, change: 0.403, changed: 18, right: [47, 35], loss: [0.66, 1.15], unchanged: false };

const trial = (more: Partial<TrialEntry> = {}): TrialEntry => ({
  how: "silence",
  channels: [11, 15, 17, 22],
  layer: "conv<1>",
  summary: "loss 0.412 → 0.655",
  details: [["answers changed", "5 of 32"]],
  numbers: NUMBERS,
  ...more,
});

async function open(selected: number[] = [0, 2], more: Partial<AblationBarState> = {}) {
  const { selection, refs } = shared();
  selection.set("selected", selected);
  const model = new FakeModel<AblationBarState>({
    selection: refs.selection,
    layer: "conv<1>",
    enabled: true,
    reason: "These rows are no channels of the layer's output: select in Outputs",
    trials: [],
    error: "",
    _asked: [0, "", [], ""],
    _started: 0,
    _answered: 0,
    ...more,
  });
  await show(bar, model);
  return { model, selection, root: find(".cnnviz-ablation-bar") };
}

const lines = (): string[][] =>
  [...document.querySelectorAll("tr")].map((line) => [...line.children].map((cell) => cell.textContent!));

describe("what can be tried", () => {
  const lead = (): string => find(".cnnviz-ablation-lead").textContent!;

  test("is said by how many channels of which layer are selected", async () => {
    const { selection } = await open([]);
    expect(lead()).toContain("Select channels");
    expect(WAYS.map((text) => named(text).disabled)).toEqual([true, true, true]);
    selection.set("selected", [3, 1, 2]);
    expect(lead()).toBe("3 channels of conv<1> selected; without them:");
    expect(WAYS.map((text) => named(text).disabled)).toEqual([false, false, false]);
    selection.set("selected", [3]);
    expect(lead()).toBe("1 channel of conv<1> selected; without it:");
    expect(named("Merge").disabled).toBe(true);
    expect(named("Merge").title).toContain("two channels or more");
  });

  test("a layer deep in the model goes by its last name, its path is in the title", async () => {
    await open([0, 2], { layer: "outer/inner/conv" });
    expect(lead()).toBe("2 channels of conv selected; without them:");
    expect(find(".cnnviz-ablation-lead").title).toContain("outer/inner/conv");
  });

  test("rows that cannot be tried say so, selected or not", async () => {
    const { selection } = await open([1, 2], { enabled: false });
    const why = "These rows are no channels of the layer's output: select in Outputs";
    expect(lead()).toBe(why);
    expect([named("Silence").disabled, named("Silence").title]).toEqual([true, why]);
    selection.set("selected", []);
    expect(lead()).toBe(why);
  });

  test("in a frame the buttons give way to the tables", async () => {
    const { model, root } = await open();
    expect(root.classList.contains("cnnviz-has-trials")).toBe(false);
    model.set("trials", [trial()]);
    expect(root.classList.contains("cnnviz-has-trials")).toBe(true);
  });
});

describe("asking", () => {
  test("sends what, which channels and which layer; the buttons wait for the answer", async () => {
    const { model } = await open();
    named("Mean").click();
    expect(model.state._asked).toEqual([1, "mean", [0, 2], "conv<1>"]);
    expect(model.saves).toBe(1);
    const waits = () => named("Silence").getAttribute("aria-disabled");
    expect(waits()).toBe("true");
    named("Silence").click();
    expect(model.state._asked[0]).toBe(1);
    expect(find(".cnnviz-ablation-state").textContent).toBe("running…");
    model.set({ _answered: 1, trials: [trial({ how: "mean" })] });
    expect(waits()).toBe("false");
    expect(find(".cnnviz-ablation-state").textContent).toBe("");
  });

  test("a kernel that does not begin is waited for in words, one that has begun is running", async () => {
    const { model } = await open();
    vi.useFakeTimers();
    named("Silence").click();
    vi.advanceTimersByTime(900);
    expect(find(".cnnviz-ablation-state").textContent).toContain("Waiting for the kernel");
    model.set("_started", 1);
    expect(find(".cnnviz-ablation-state").textContent).toBe("running…");
    vi.advanceTimersByTime(5000);
    expect(find(".cnnviz-ablation-state").textContent).toBe("running…");
  });

  test("an error is text, and is gone while the next trial runs", async () => {
    const { model } = await open([0, 2], { error: "ValueError: <b>no</b>" });
    expect(find(".cnnviz-ablation-error").textContent).toBe("ValueError: <b>no</b>");
    expect(find(".cnnviz-ablation-error").hidden).toBe(false);
    named("Silence").click();
    expect(find(".cnnviz-ablation-error").hidden).toBe(true);
    model.set({ _answered: 1, error: "" });
    expect(find(".cnnviz-ablation-error").hidden).toBe(true);
  });

  test("a layer that changes while a trial runs keeps the trial with its own layer", async () => {
    const { model, selection } = await open();
    named("Silence").click();
    selection.set("selected", []);
    model.set("layer", "other");
    expect(find(".cnnviz-ablation-state").textContent).toBe("running…");
    model.set({ _answered: 1, trials: [trial({ channels: [0, 2] })] });
    expect(find(".cnnviz-trial-layer").textContent).toBe("conv<1>");
  });
});

describe("a table", () => {
  test("has the model as it is, and a row for each thing that was tried", async () => {
    const merged = trial({ how: "merge", numbers: { ...NUMBERS, change: 0.01, changed: 1, right: [47, 47], loss: [0.66, 0.66] } });
    await open([], { trials: [merged, trial()] });
    expect(find("h4").textContent).toBe("Without 11, 15, 17, 22");
    expect(find("section").textContent).toContain("64 samples; the model itself is untouched.");
    expect(lines()).toEqual([
      ["", "outputs", "changed", "right", "loss"],
      ["as it is", "–", "–", "47", "0.66"],
      ["Silence", "40 %", "18", "35", "1.15"],
      ["Merge", "1.0 %", "1", "47", "0.66"],
    ]);
    expect(find(".cnnviz-trial-verdict").textContent).toBe("Merged, they lose nothing on these 64 samples.");
  });

  test("without targets tells what changed, and no more", async () => {
    await open([], { trials: [trial({ numbers: { ...NUMBERS, right: null, loss: null } })] });
    expect(lines()).toEqual([["", "outputs", "changed"], ["as it is", "–", "–"], ["Silence", "40 %", "18"]]);
    expect(document.querySelector(".cnnviz-trial-verdict")).toBeNull();
  });

  test("of numbers that are not finite says so", async () => {
    await open([], { trials: [trial({ numbers: { ...NUMBERS, change: null, loss: [0.66, null] } })] });
    expect(lines()[2]).toEqual(["Silence", "∞", "18", "35", "not finite"]);
  });

  test("of what has no numbers has its sentence, by the layer's last name", async () => {
    await open([], { trials: [trial({ numbers: null, layer: "a/b/c", summary: "Silencing channel 1 of 'a/b/c'" })] });
    expect(find(".cnnviz-trial-summary").textContent).toBe("Silencing channel 1 of 'c'");
    expect(find(".cnnviz-trial-layer").title).toBe("a/b/c");
    expect(document.querySelector("table")).toBeNull();
  });

  test("names a few channels and counts many; names of a model are text", async () => {
    await open([], { trials: [trial({ layer: "<script>x</script>", channels: Array.from({ length: 2048 }, (_, i) => i) })] });
    expect(find("h4").textContent).toBe("Without 2,048 channels");
    expect(find("h4").title.length).toBeLessThan(600);
    expect(document.querySelector("script")).toBeNull();
    expect(find(".cnnviz-trial-layer").textContent).toBe("script>");
  });

  test("stays as it is, whatever is selected and shown since", async () => {
    const { model, selection } = await open([0, 2], { trials: [trial()] });
    const before = find("section").innerHTML;
    for (const selected of [[], [5], [1, 2, 3]]) selection.set("selected", selected);
    model.set("layer", "conv2");
    expect(find("section").innerHTML).toBe(before);
  });

  test("all of them are cleared", async () => {
    const { model } = await open([0, 2], { trials: [trial()] });
    named("Clear trials").click();
    expect(model.state.trials).toEqual([]);
    expect(document.querySelector("section")).toBeNull();
    expect(named("Clear trials").hidden).toBe(true);
  });
});

describe("groups", () => {
  test("are of the same channels of the same layer and model, tried last first", () => {
    const again = trial({ summary: "again" });
    const trained = trial({ how: "mean", numbers: { ...NUMBERS, loss: [0.5, 0.9] } });
    const groups = groupsOf([trained, again, trial({ channels: [22, 17, 15, 11], how: "mean" }), trial(), trial({ layer: "other" }), trial({ channels: [1] })]);
    expect(groups.map(({ layer, channels, trials }) => [layer, channels.length, [...trials.keys()]])).toEqual([
      ["conv<1>", 4, ["mean"]],
      ["conv<1>", 4, ["silence", "mean"]],
      ["other", 4, ["silence"]],
      ["conv<1>", 1, ["silence"]],
    ]);
    expect(groups[1]!.trials.get("silence")).toBe(again);
  });
});

describe("the sentence", () => {
  const verdict = (numbers: Partial<TrialNumbersEntry>, channels = [1, 2]): string =>
    verdictOf(groupsOf([trial({ channels, numbers: { ...NUMBERS, ...numbers } })])[0]!);
  const fine = { right: [47, 47], loss: [0.66, 0.66] } satisfies Partial<TrialNumbersEntry>;

  test.each<[string, Partial<TrialNumbersEntry>, string]>([
    ["as right, no higher loss", fine, "Silenced, they lose nothing on these 64 samples."],
    ["fewer right", { ...fine, right: [47, 46] }, ""],
    ["a higher loss", { ...fine, loss: [0.66, 0.7] }, ""],
    ["a loss that is not finite", { ...fine, loss: [0.66, null] }, ""],
    ["a loss alone", { right: null, loss: [0.66, 0.6] }, "Silenced, they lose nothing on these 64 samples."],
    ["nothing at all", { unchanged: true, changed: 0 }, "Silenced, nothing changes on these 64 samples."],
    ["answers alone", { right: null, loss: null, changed: 0, samples: 1 }, "Silenced, no answer changes on this sample."],
    ["no answers and no targets", { right: null, loss: null, changed: null }, ""],
  ])("%s", (_, numbers, text) => {
    expect(verdict(numbers)).toBe(text);
  });

  test("speaks of one channel as of one, and of several trials in one", () => {
    expect(verdict(fine, [3])).toBe("Silenced, it loses nothing on these 64 samples.");
    const numbers = { ...NUMBERS, ...fine };
    const group = groupsOf([trial({ numbers }), trial({ how: "mean", numbers }), trial({ how: "merge", numbers })])[0]!;
    expect(verdictOf(group)).toBe("Silenced, replaced by their means or merged, they lose nothing on these 64 samples.");
  });
});
