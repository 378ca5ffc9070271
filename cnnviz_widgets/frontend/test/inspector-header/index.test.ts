/** The inspector's header rendered with stand-ins: what it says, asks for and waits for. */
import { describe, expect, test, vi } from "vitest";

import header from "../../src/inspector-header";
import { command } from "../../src/lib/frame/commands";
import type { InspectorHeaderState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, show } from "../fake";

emptyPage();

describe("inspector header", () => {
  async function open(state: Partial<InspectorHeaderState> = {}) {
    const model = new FakeModel<InspectorHeaderState>({
      title: "conv<1>",
      facts: "Conv2D",
      message: "",
      progress: -1,
      error: "",
      warnings: [],
      live: true,
      view: "outputs",
      _shown_view: "outputs",
      has_weights: true,
      has_attention: false,
      weights: [],
      weight: "",
      step: 0,
      steps: 0,
      stage: "",
      look_for: "",
      next_step: "",
      previous_step: "",
      found: [],
      _asked: 0,
      _answered: 0,
      _diagnose_asked: 0,
      _diagnosed: 0,
      _step_asked: [0, 1],
      _step_answered: 0,
      ...state,
    });
    await show(header, model, 800, "cnnviz-frame");
    return model;
  }

  const named = (text: string): HTMLButtonElement =>
    [...document.querySelectorAll<HTMLButtonElement>("button")].find((made) => made.textContent === text)!;

  const labelled = (name: string): HTMLButtonElement => find(`button[aria-label="${name}"]`);

  test("attention is a choice where the layer has it, and the frame's key steps over what there is", async () => {
    const model = await open();
    expect(named("Attention").hidden).toBe(true);
    const steps = (times: number): string[] =>
      Array.from({ length: times }, () => {
        command(find(".cnnviz-view-switch"), "view");
        return model.get("view");
      });
    expect(steps(2)).toEqual(["weights", "outputs"]);
    model.set("has_attention", true);
    expect(named("Attention").hidden).toBe(false);
    expect(steps(3)).toEqual(["weights", "attention", "outputs"]);
    model.set("has_weights", false);
    expect(steps(2)).toEqual(["attention", "outputs"]);
  });

  test("an error is shown as text and goes away again", async () => {
    const model = await open();
    expect(find(".cnnviz-error").hidden).toBe(true);
    model.set("error", "ValueError: <b>no</b>");
    expect(find(".cnnviz-error").textContent).toBe("ValueError: <b>no</b>");
    expect(find(".cnnviz-error").hidden).toBe(false);
    model.set("error", "");
    expect(find(".cnnviz-error").hidden).toBe(true);
  });

  test("work shows as progress", async () => {
    const model = await open({ message: "reading conv1" });
    expect(find("progress").hasAttribute("value")).toBe(false);
    model.set("progress", 0.5);
    expect(find<HTMLProgressElement>("progress").value).toBe(0.5);
    expect(find(".cnnviz-inspector-message").textContent).toBe("reading conv1");
  });

  test("asking to read again waits for the answer", async () => {
    const model = await open();
    const button = labelled("Read again");
    button.click();
    expect(model.state._asked).toBe(1);
    expect(button.disabled).toBe(true);
    model.set("_answered", 1);
    expect(button.disabled).toBe(false);
  });

  test("asking for a diagnosis waits for it", async () => {
    const model = await open();
    const button = named("Diagnose");
    button.click();
    expect(model.state._diagnose_asked).toBe(1);
    expect([button.disabled, button.textContent]).toEqual([true, "Diagnosing…"]);
    model.set("_diagnosed", 1);
    expect([button.disabled, button.textContent]).toEqual([false, "Diagnose"]);
  });

  test("the view is switched, and waits until it is drawn", async () => {
    const model = await open();
    const pressed = () => ["Outputs", "Weights"].map((text) => named(text).getAttribute("aria-pressed"));
    expect(pressed()).toEqual(["true", "false"]);
    named("Weights").click();
    expect(model.state.view).toBe("weights");
    expect(model.saves).toBe(1);
    expect(pressed()).toEqual(["false", "true"]);
    expect(document.querySelectorAll(".cnnviz-waiting-view")).toHaveLength(1);
    model.set("_shown_view", "weights");
    expect(document.querySelectorAll(".cnnviz-waiting-view")).toHaveLength(0);
    named("Weights").click();
    expect(model.saves).toBe(1);
  });

  test("a view that does not come is waited for in words, until the kernel has begun", async () => {
    const model = await open({ warnings: ["<b>odd</b>"] });
    const message = () => find(".cnnviz-inspector-message").textContent;
    vi.useFakeTimers();
    named("Weights").click();
    vi.advanceTimersByTime(700);
    expect(message()).toBe("⚠ <b>odd</b>");
    vi.advanceTimersByTime(200);
    expect(message()).toBe("Waiting for the kernel. Where a cell is running, this may come after it.");
    model.set("message", "reading conv1");
    expect(message()).toBe("reading conv1");
    model.set({ message: "", _shown_view: "weights" });
    expect(message()).toBe("⚠ <b>odd</b>");
  });

  test("it waits in words for a layer, too, that the list has no room to speak of", async () => {
    await open();
    const message = () => find(".cnnviz-inspector-message").textContent;
    command(find(".cnnviz-bar-messages"), "waits");
    expect(message()).toMatch(/^Waiting for the kernel/);
    command(find(".cnnviz-bar-messages"), "answered");
    expect(message()).toBe("");
  });

  test("a layer without weights offers none, and says why", async () => {
    const model = await open({ has_weights: false });
    expect(named("Weights").disabled).toBe(true);
    expect(named("Weights").title).toBe("This layer has no weights");
    model.set("has_weights", true);
    expect(named("Weights").disabled).toBe(false);
  });

  test("of several weights one is chosen, in the weights view alone", async () => {
    const model = await open({ weights: ["kernel", "<b>"], weight: "kernel" });
    const choice = find(".cnnviz-choice");
    expect(choice.hidden).toBe(true);
    model.set("view", "weights");
    expect(choice.hidden).toBe(false);
    const select = find<HTMLSelectElement>("select");
    expect([...select.options].map(({ textContent }) => textContent)).toEqual(["kernel", "<b>"]);
    select.value = "<b>";
    select.dispatchEvent(new Event("change"));
    expect(model.state.weight).toBe("<b>");
    model.set("weights", ["kernel"]);
    expect(choice.hidden).toBe(true);
  });

  test("an error can be put away, and another one comes all the same", async () => {
    const model = await open({ error: "first" });
    labelled("Close").click();
    expect(find(".cnnviz-error").hidden).toBe(true);
    model.set("error", "second");
    expect(find(".cnnviz-error").hidden).toBe(false);
    model.set("error", "");
    model.set("error", "first");
    expect(find(".cnnviz-error").hidden).toBe(false);
  });

  test("the order of analysis leads on and back, and says in the title where one is", async () => {
    const model = await open({
      step: 3,
      steps: 24,
      stage: "low-abstraction outputs",
      look_for: "black tiles",
      previous_step: "conv<1>, outputs",
      next_step: "conv<2>, weights",
    });
    expect(find(".cnnviz-inspector-title").title).toContain("Step 3 of 24 · low-abstraction outputs · look for: black tiles");
    const [before, after] = [labelled("Before"), labelled("Next")];
    expect(before.title).toContain("conv<1>, outputs");
    after.click();
    expect(model.state._step_asked).toEqual([1, 1]);
    expect([before.disabled, after.disabled]).toEqual([true, true]);
    model.set("_step_answered", 1);
    before.click();
    expect(model.state._step_asked).toEqual([2, -1]);
    model.set({ _step_answered: 2, step: 24, next_step: "" });
    expect([before.disabled, after.disabled]).toEqual([false, true]);
    expect(after.title).toBe("All steps have been looked at");
  });

  test("without an order there are no steps", async () => {
    const model = await open();
    const steps = find(".cnnviz-steps");
    expect(steps.hidden).toBe(true);
    model.set("steps", 4);
    expect(steps.hidden).toBe(false);
  });

  test("the layer goes by its last name, its path is in the title", async () => {
    await open({ title: "outer/in<b>ner/conv" });
    expect(find(".cnnviz-inspector-name").textContent).toBe("conv");
    expect(find(".cnnviz-inspector-title").title).toContain("outer/in<b>ner/conv");
  });

  test("findings are counted beside the button, the gravest first", async () => {
    const model = await open();
    const marks = find<HTMLButtonElement>(".cnnviz-found");
    expect(marks.hidden).toBe(true);
    model.set("found", [0, 0, 0]);
    expect([marks.textContent, marks.title]).toEqual(["✓", "No trouble found"]);
    model.set("found", [0, 0, 12]);
    expect([marks.textContent, marks.title]).toEqual(["12", "12 notes"]);
    model.set("found", [1, 4, 12]);
    expect([marks.textContent, marks.title]).toEqual(["5", "1 severe, 4 warnings, 12 notes"]);
    expect(marks.querySelector(".cnnviz-is-severe")).not.toBe(null);
  });
});
