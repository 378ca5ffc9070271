/** The inspector's header rendered with stand-ins: what it says, asks for and waits for. */
import { describe, expect, test, vi } from "vitest";

import header from "../../src/inspector-header";
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
      weights: [],
      weight: "",
      step: 0,
      steps: 0,
      stage: "",
      look_for: "",
      next_step: "",
      guide: true,
      _asked: 0,
      _answered: 0,
      _diagnose_asked: 0,
      _diagnosed: 0,
      _next_asked: 0,
      _next_answered: 0,
      ...state,
    });
    await show(header, model);
    return model;
  }

  const named = (text: string): HTMLButtonElement =>
    [...document.querySelectorAll<HTMLButtonElement>("button")].find((made) => made.textContent === text)!;

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
    const button = named("Read again");
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

  test("the guide says where the reader is and leads on", async () => {
    const model = await open({
      step: 3,
      steps: 24,
      stage: "low-abstraction outputs",
      look_for: "black tiles",
      next_step: "conv<2>, weights",
    });
    expect(find(".cnnviz-guide-words").textContent).toBe(
      "Step 3 of 24 · low-abstraction outputs · look for: black tiles",
    );
    const next = named("Next: conv<2>, weights →");
    next.click();
    expect(model.state._next_asked).toBe(1);
    expect(next.disabled).toBe(true);
    model.set({ _next_answered: 1, step: 24, next_step: "" });
    expect(next.hidden).toBe(true);
    expect(find(".cnnviz-guide").textContent).toContain("All 24 steps looked at.");
  });

  test("the next layer goes by its last name, its path is in the title", async () => {
    await open({ step: 1, steps: 2, next_step: "outer, too/conv, weights" });
    expect(named("Next: conv, weights →").title).toBe("Go on to outer, too/conv, weights");
  });

  test("the guide folds away and comes back, and Python remembers", async () => {
    const model = await open({ step: 1, steps: 2 });
    named("Guide ▾").click();
    expect(model.state.guide).toBe(false);
    expect(find(".cnnviz-guide").hidden).toBe(true);
    named("Guide ▸").click();
    expect(find(".cnnviz-guide").hidden).toBe(false);
  });

  test("without an order there is no guide; a view that is no step says how many there are", async () => {
    const model = await open();
    expect(find(".cnnviz-guide").hidden).toBe(true);
    expect(named("Guide ▾").hidden).toBe(true);
    model.set("steps", 4);
    expect(find(".cnnviz-guide-words").textContent).toBe("4 steps in the method's order");
  });
});
