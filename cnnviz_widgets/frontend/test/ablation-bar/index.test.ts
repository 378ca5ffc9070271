/** The ablation bar rendered with stand-ins: what it asks for, how it waits, and what it lists. */
import { describe, expect, test, vi } from "vitest";

import bar from "../../src/ablation-bar";
import type { TrialEntry } from "../../src/lib/wire/payloads";
import type { AblationBarState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, shared, show } from "../fake";

emptyPage();

const named = (text: string): HTMLButtonElement =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].find((made) => made.textContent === text)!;

const WAYS = ["Silence", "Replace by mean", "Merge"];

const trial = (more: Partial<TrialEntry> = {}): TrialEntry => ({
  how: "silence",
  channels: [2, 0],
  layer: "conv<1>",
  summary: "loss 0.412 → 0.655",
  details: [["answers changed", "5 of 32"]],
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

describe("the bar", () => {
  const lead = (): string => find(".cnnviz-ablation-lead").textContent!;

  test("stays, and names how many channels of which layer are selected", async () => {
    const { selection, root } = await open([]);
    const calm = "— select channels (a column, a row or a fork) to try the model without them";
    expect(root.hidden).toBe(false);
    expect(lead()).toBe(calm);
    expect(WAYS.map((text) => named(text).disabled)).toEqual([true, true, true]);
    selection.set("selected", [3, 1, 2]);
    expect(lead()).toBe("3 channels of conv<1> selected — without them:");
    expect(WAYS.map((text) => named(text).disabled)).toEqual([false, false, false]);
    selection.set("selected", [3]);
    expect(lead()).toBe("1 channel of conv<1> selected — without it:");
    selection.set("selected", []);
    expect(lead()).toBe(calm);
  });

  test("a layer deep in the model goes by its last name, its path is in the title", async () => {
    await open([0, 2], { layer: "outer/inner/conv" });
    expect(lead()).toBe("2 channels of conv selected — without them:");
    expect(find(".cnnviz-ablation-lead").title).toContain("outer/inner/conv");
  });

  test("one channel cannot be merged", async () => {
    const { selection } = await open([3]);
    expect(named("Merge").disabled).toBe(true);
    expect(named("Merge").title).toContain("two channels or more");
    selection.set("selected", [3, 4]);
    expect(named("Merge").disabled).toBe(false);
  });

  test("rows that cannot be tried say so, selected or not", async () => {
    const { selection } = await open([1, 2], { enabled: false });
    const why = "These rows are no channels of the layer's output: select in Outputs";
    expect(lead()).toBe(why);
    expect(named("Silence").disabled).toBe(true);
    expect(named("Silence").title).toContain("not possible");
    selection.set("selected", []);
    expect(lead()).toBe(why);
  });
});

describe("asking", () => {
  test("sends what, which channels and which layer; the buttons wait for the answer", async () => {
    const { model } = await open();
    named("Replace by mean").click();
    expect(model.state._asked).toEqual([1, "mean", [0, 2], "conv<1>"]);
    expect(model.saves).toBe(1);
    expect(named("Silence").disabled).toBe(true);
    expect(find(".cnnviz-ablation-state").textContent).toBe("running…");
    model.set({ _answered: 1, trials: [trial({ how: "mean" })] });
    expect(named("Silence").disabled).toBe(false);
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
});

describe("trials", () => {
  const trials = [trial(), trial({ layer: "other", summary: "<i>older</i>", details: [] })];

  test("the newest is told in full, others in a line", async () => {
    await open([0, 2], { trials });
    expect(find(".cnnviz-ablation-result").textContent).toBe("loss 0.412 → 0.655answers changed: 5 of 32");
    expect(find(".cnnviz-ablation-earlier").textContent).toBe("<i>older</i>");
    expect(find("li").title).toBe("other: 2 channels silenced");
    expect(document.querySelector("i")).toBeNull();
  });

  test("speak of a layer by its last name, its path is in the title", async () => {
    await open([], { trials: [trial({ layer: "a/b/c", summary: "Silencing channel 1 of 'a/b/c'" })] });
    expect(find(".cnnviz-ablation-result b").textContent).toBe("Silencing channel 1 of 'c'");
    expect(find(".cnnviz-ablation-result").title).toBe("a/b/c: 2 channels silenced");
  });

  test("stay as they are whatever is selected, those unfolded unfolded", async () => {
    const { model, selection } = await open([0, 2], { trials: [...trials, trial()] });
    find<HTMLDetailsElement>("details").open = true;
    const before = find(".cnnviz-ablation-earlier").innerHTML;
    for (const selected of [[0], [], [2, 0]]) {
      selection.set("selected", selected);
      expect(find(".cnnviz-ablation-result").textContent).toContain("loss 0.412 → 0.655");
      expect(find(".cnnviz-ablation-earlier").innerHTML).toBe(before);
    }
    model.set("layer", "conv2");
    expect(find(".cnnviz-ablation-earlier").innerHTML).toBe(before);
  });

  test("are cleared", async () => {
    const { model } = await open([0, 2], { trials });
    named("Clear trials").click();
    expect(model.state.trials).toEqual([]);
    expect(find(".cnnviz-ablation-result").textContent).toBe("");
    expect(named("Clear trials").hidden).toBe(true);
  });
});
