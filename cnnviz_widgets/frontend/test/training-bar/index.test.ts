/** The training bar rendered with stand-ins: what it says, what it asks for, and how it waits. */
import { describe, expect, test, vi } from "vitest";

import type { TrainingBarState } from "../../src/lib/wire/states";
import bar from "../../src/training-bar";
import { emptyPage, FakeModel, find, show } from "../fake";

emptyPage();

const text = (name: string): string => find(`.cnnviz-training-${name}`).textContent!;
const buttons = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>("button")];
const named = (name: string): HTMLButtonElement => buttons().find((made) => made.textContent === name)!;
const isOff = (made: HTMLButtonElement): boolean => made.getAttribute("aria-disabled") === "true";

async function open(more: Partial<TrainingBarState> = {}) {
  const model = new FakeModel<TrainingBarState>({
    state: "training",
    step: 1056,
    batch: 120,
    steps: 468,
    epoch: 3,
    epochs: 5,
    updates: 12,
    skipped: 30,
    spent: 0.041,
    budget: 0.05,
    logs: { loss: 0.3123, accuracy: 0.91 },
    error: "",
    note: "",
    _pause_asked: 0,
    _pause_answered: 0,
    _resume_asked: 0,
    _resume_answered: 0,
    _stop_asked: 0,
    _stop_answered: 0,
    ...more,
  });
  await show(bar, model);
  return { model, root: find(".cnnviz-training-bar") };
}

describe("the line", () => {
  test("tells where training is, and what the updates cost", async () => {
    await open();
    expect(text("state")).toBe("Training");
    expect(text("place")).toBe("epoch 3 of 5 · step 120 of 468");
    expect(text("logs")).toBe("loss 0.312accuracy 0.91");
    expect(text("cost")).toBe("12 updates, 30 skipped: 4.1 % of the training time (at most 5\u00a0%)");
    expect(find(".cnnviz-training-cost").title).toContain("the one at the end is always made");
    expect(find<HTMLProgressElement>("progress").value).toBeCloseTo(120 / 468);
  });

  test("is full at an epoch's last step, not empty", async () => {
    await open({ step: 936, batch: 468 });
    expect(text("place")).toContain("step 468 of 468");
    expect(find<HTMLProgressElement>("progress").value).toBe(1);
  });

  test("without a kernel training is not said to go on", async () => {
    const { model } = await open();
    for (const [state, last] of [["training", "Was training"], ["paused", "Was paused"], ["stopping", "Was stopping"], ["ended", "Training ended"]] as const) {
      model.set("state", state);
      model.connect(false);
      expect(text("state")).toBe(last);
      model.connect(true);
      expect(text("state")).not.toMatch(/^Was/);
    }
  });

  test("says nothing of what is not known", async () => {
    await open({ steps: 0, epoch: 0, epochs: 0, step: 7, skipped: 0, updates: 1, logs: {} });
    expect(text("place")).toBe("step 7");
    expect(text("cost")).toContain("1 update: ");
    expect(find<HTMLElement>("progress").hidden).toBe(true);
    expect(find<HTMLElement>(".cnnviz-training-logs").hidden).toBe(true);
  });

  test("a loss that is no number stands out; names are text; more than a few are counted", async () => {
    await open({ logs: { "<b>": "NaN", up: "Infinity", a: 1, b: 2, c: 3, d: 4 } });
    expect(text("logs")).toBe("<b> NaNup ∞a 1b 2+2 more");
    expect(document.querySelectorAll(".cnnviz-training-logs .cnnviz-warning")).toHaveLength(2);
    expect(find(".cnnviz-training-logs").title).toContain("d 4");
    expect(document.querySelector("b b")).toBeNull();
  });

  test("is hidden before the first training, and without buttons after the last", async () => {
    const { model, root } = await open({ state: "" });
    expect(root.hidden).toBe(true);
    model.set("state", "ended");
    expect(root.hidden).toBe(false);
    expect(find<HTMLElement>(".cnnviz-group").hidden).toBe(true);
    expect(text("place")).toBe("epoch 3 of 5 · after 1,056 steps");
    model.set("state", "interrupted");
    expect(text("state")).toBe("Training was interrupted");
  });
});

describe("asking", () => {
  test("pause becomes resume on the same button once training is paused", async () => {
    const { model } = await open();
    const made = named("Pause");
    made.click();
    expect(model.state._pause_asked).toBe(1);
    expect(model.saves).toBe(1);
    expect([made.textContent, isOff(made)]).toEqual(["Pausing…", true]);
    model.set({ _pause_answered: 1, state: "paused" });
    expect([made.textContent, isOff(made)]).toEqual(["Resume", false]);
    made.click();
    expect(model.state._resume_asked).toBe(1);
    expect(made.textContent).toBe("Resuming…");
    model.set({ _resume_answered: 1, state: "training" });
    expect(made.textContent).toBe("Pause");
  });

  test("stop is asked for once, and both buttons wait until training has ended", async () => {
    const { model } = await open();
    named("Stop").click();
    expect(model.state._stop_asked).toBe(1);
    expect(isOff(named("Stopping…"))).toBe(true);
    model.set({ _stop_answered: 1, state: "stopping" });
    expect(isOff(named("Stopping…"))).toBe(true);
    expect(isOff(named("Pause"))).toBe(true);
  });

  test("a kernel that does not answer: the line says what is true", async () => {
    const { model } = await open({ error: "<i>earlier</i>" });
    vi.useFakeTimers();
    named("Stop").click();
    expect(text("note")).toBe("<i>earlier</i>");
    vi.advanceTimersByTime(900);
    expect(text("note")).toContain("only after this cell");
    expect(text("note")).toContain("interrupt the kernel");
    model.set("_stop_answered", 1);
    expect(text("note")).toBe("<i>earlier</i>");
    model.set("error", "");
    expect(find<HTMLElement>(".cnnviz-training-note").hidden).toBe(true);
  });

  test("an answer that never came is no matter once training has ended", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await open({ _stop_asked: 3, _stop_answered: 2, state: "ended" });
    vi.advanceTimersByTime(900);
    expect(text("note")).toBe("");
  });
});
