/** The training bar rendered with stand-ins: what it says, what it asks for, and how it waits. */
import { describe, expect, test, vi } from "vitest";

import type { TrainingBarState } from "../../src/lib/wire/states";
import bar from "../../src/training-bar";
import { emptyPage, FakeModel, find, show } from "../fake";

emptyPage();

const text = (name: string): string => find(`.cnnviz-training-${name}`).textContent!;
const buttons = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>("button")];
const named = (name: string): HTMLButtonElement => buttons().find((made) => made.getAttribute("aria-label") === name)!;
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

const title = (): string => find(".cnnviz-training-text").title;
const line = (): HTMLElement => find(".cnnviz-training-progress");

describe("the line", () => {
  test("tells where training is; what the updates cost is in its tooltip", async () => {
    await open();
    expect([text("state"), text("place"), text("logs")]).toEqual(["", "Epoch 3/5", "loss 0.31"]);
    expect(title()).toContain("epoch 3 of 5 · step 120 of 468 · 1,056 training steps in all");
    expect(title()).toContain("loss 0.312, accuracy 0.91");
    expect(title()).toContain("12 updates of the views, 30 skipped: 4.1 % of the training time (at most 5 %");
    expect(parseFloat(line().style.width)).toBeCloseTo((100 * (2 + 120 / 468)) / 5, 0);
    expect(line().getAttribute("aria-valuenow")).toBe("45");
  });

  test("is full at the last epoch's last step", async () => {
    await open({ step: 2340, batch: 468, epoch: 5 });
    expect(line().style.width).toBe("100.0%");
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
    expect([text("state"), text("place")]).toEqual(["Training", "step 7"]);
    expect(title()).toContain("1 update of the views: ");
    expect(line().hidden).toBe(true);
    expect(find<HTMLElement>(".cnnviz-training-logs").hidden).toBe(true);
  });

  test("a loss that is no number stands out; names are text", async () => {
    await open({ logs: { up: 3, "<b>": 1, loss: "NaN" } });
    expect(text("logs")).toBe("loss NaN");
    expect(document.querySelectorAll(".cnnviz-training-logs .cnnviz-warning")).toHaveLength(1);
    expect(title()).toContain("<b> 1");
    expect(document.querySelector("b b")).toBeNull();
  });

  test("is hidden without training; an end that was none, or went wrong, is told", async () => {
    const { model, root } = await open({ state: "" });
    expect(root.hidden).toBe(true);
    model.set("state", "ended");
    expect(root.hidden).toBe(true);
    model.set("error", "ValueError: no");
    expect([root.hidden, text("state"), text("note")]).toEqual([false, "Training ended", "ValueError: no"]);
    model.set({ state: "interrupted", error: "" });
    expect([root.hidden, text("state")]).toEqual([false, "Interrupted"]);
    expect(find<HTMLElement>(".cnnviz-training-buttons").hidden).toBe(true);
  });

  test("the frame's key pauses and resumes", async () => {
    const { model, root } = await open();
    const bar = root.parentElement!;
    bar.className = "cnnviz-frame";
    const ask = () => document.dispatchEvent(new CustomEvent("cnnviz-command", { detail: { frame: bar, name: "pause" } }));
    ask();
    ask();
    expect([model.state._pause_asked, model.state._resume_asked]).toEqual([1, 0]);
    model.set({ _pause_answered: 1, state: "paused" });
    ask();
    expect(model.state._resume_asked).toBe(1);
    model.set({ _resume_answered: 1, state: "ended" });
    ask();
    expect(model.state._pause_asked).toBe(1);
  });
});

describe("asking", () => {
  test("pause becomes resume on the same button once training is paused", async () => {
    const { model } = await open();
    const made = named("Pause");
    made.click();
    expect(model.state._pause_asked).toBe(1);
    expect(model.saves).toBe(1);
    expect([made.getAttribute("aria-label"), isOff(made)]).toEqual(["Pausing…", true]);
    model.set({ _pause_answered: 1, state: "paused" });
    expect([made.getAttribute("aria-label"), isOff(made)]).toEqual(["Resume", false]);
    made.click();
    expect(model.state._resume_asked).toBe(1);
    expect(made.getAttribute("aria-label")).toBe("Resuming…");
    model.set({ _resume_answered: 1, state: "training" });
    expect(made.getAttribute("aria-label")).toBe("Pause");
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
    expect(text("note").length).toBeLessThanOrEqual(40);
    expect(find(".cnnviz-training-note").title).toContain("only after this cell");
    expect(find(".cnnviz-training-note").title).toContain("interrupt the kernel");
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
