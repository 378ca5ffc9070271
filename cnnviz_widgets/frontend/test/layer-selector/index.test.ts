/** The layer selector rendered with stand-ins: rows, filter, keys, health and findings. */
import { describe, expect, test, vi } from "vitest";

import selector from "../../src/layer-selector";
import type { LayerSelectorState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, key, show } from "../fake";

emptyPage();

describe("layer selector", () => {
  const layer = (path: string, more = {}) => ({
    path,
    kind: "Conv2D",
    shape: "8 × 8 × 4",
    parameters: 40,
    channels: 4,
    dead: 0,
    nonfinite: 0,
    level: "low abstraction",
    relative_level: 0.25,
    looked: null,
    severe: 0,
    warnings: 0,
    ...more,
  });

  async function open(
    layers = [layer("first"), layer("inner/a<b>"), layer("inner/c", { kind: "Dense", dead: 2 })],
  ) {
    const model = new FakeModel<LayerSelectorState>({
      _layers: layers,
      _basis: "",
      _unseen: [],
      layer: "first",
      _shown: "first",
      height: 300,
    });
    await show(selector, model);
    return { model, input: find<HTMLInputElement>("input"), list: find("[role=listbox]") };
  }

  test("nested layers stand under their model's name, names are text", async () => {
    await open();
    expect(find(".cnnviz-layer-heading").textContent).toBe("inner");
    expect(document.querySelectorAll("[role=option]")).toHaveLength(3);
    expect(document.querySelector(".cnnviz-layer-name b")).toBeNull();
  });

  test("values that no layer shows are told of below the list, as text", async () => {
    const { model } = await open();
    const told = () => find<HTMLDetailsElement>(".cnnviz-layer-unseen");
    expect(told().hidden).toBe(true);
    model.set("_unseen", ["block <b>x</b> (Block): before 'pool'", "each (TimeDistributed): conv"]);
    expect(told().hidden).toBe(false);
    expect([...told().querySelectorAll("p")].map((line) => line.textContent)).toEqual([
      "block <b>x</b> (Block): before 'pool'",
      "each (TimeDistributed): conv",
    ]);
    expect(told().querySelector("b")).toBeNull();
    model.set("_unseen", []);
    expect(told().hidden).toBe(true);
  });

  test("typing filters by name and kind; Enter chooses", async () => {
    const { model, input } = await open();
    input.value = "dense";
    input.dispatchEvent(new Event("input"));
    expect(document.querySelectorAll("[role=option]")).toHaveLength(1);
    input.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("inner/c");
    expect(model.saves).toBe(1);
  });

  test("arrows move, Enter chooses, and the row waits for Python", async () => {
    const { model, list } = await open();
    list.dispatchEvent(key("ArrowDown"));
    expect(model.state.layer).toBe("first");
    list.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("inner/a<b>");
    expect(document.querySelectorAll(".cnnviz-waiting")).toHaveLength(1);
    model.set("_shown", "inner/a<b>");
    expect(document.querySelectorAll(".cnnviz-waiting")).toHaveLength(0);
  });

  test("a training model's new health leaves rows and keyboard where they are", async () => {
    const { model, list } = await open();
    const rows = () => [...document.querySelectorAll<HTMLElement>("[role=option]")];
    const before = rows();
    list.dispatchEvent(key("ArrowDown"));
    model.set("_layers", [layer("first", { dead: 2 }), layer("inner/a<b>"), layer("inner/c", { kind: "Dense", dead: 3 })]);
    expect(rows()).toEqual(before);
    expect(rows().every((row, at) => row === before[at])).toBe(true);
    expect([...document.querySelectorAll(".cnnviz-health")].map((mark) => mark.textContent)).toEqual(["50 %", "alive", "75 %"]);
    // A press that began before the update ends on the row that it began on.
    before[2]!.click();
    expect(model.state.layer).toBe("inner/c");
    list.dispatchEvent(key("ArrowUp"));
    model.set("_layers", [layer("first"), layer("inner/a<b>"), layer("inner/c", { kind: "Dense" })]);
    list.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("inner/a<b>");
  });

  test("health says on which samples it rests, where these were not all", async () => {
    const { model } = await open();
    const said = (): string => [...document.querySelectorAll<HTMLElement>(".cnnviz-health")].at(-1)!.title;
    expect(said()).toBe("2 of 4 channels are zero on every sample");
    model.set("_basis", "on all 32 samples when these were last looked at");
    expect(said()).toBe("2 of 4 channels were zero on all 32 samples when these were last looked at");
    model.set("_layers", [layer("one", { dead: 1 })]);
    expect(said()).toBe("1 of 4 channels was zero on all 32 samples when these were last looked at");
  });

  test("layers that are others make other rows", async () => {
    const { model, input } = await open();
    model.set("_layers", [layer("first", { parameters: 50 }), layer("second")]);
    expect([...document.querySelectorAll(".cnnviz-layer-name")].map((name) => name.firstChild!.textContent)).toEqual(["first", "second"]);
    expect(document.querySelector(".cnnviz-layer-heading")).toBeNull();
    input.value = "nothing like it";
    input.dispatchEvent(new Event("input"));
    model.set("_layers", [layer("first"), layer("second", { dead: 1 })]);
    expect(document.querySelectorAll("[role=option]")).toHaveLength(0);
    expect(find(".cnnviz-layer-heading").textContent).toContain("No layer matches");
  });

  test("health is a number, not only a colour", async () => {
    await open();
    const marks = [...document.querySelectorAll(".cnnviz-health")].map((mark) => mark.textContent);
    expect(marks).toEqual(["alive", "alive", "50 %"]);
  });

  test("the abstraction level is a gauge, and words", async () => {
    await open();
    const gauge = find(".cnnviz-level");
    expect(gauge.title).toBe("low abstraction");
    expect(gauge.style.getPropertyValue("--share")).toBe("0.25");
  });

  test("findings are counted, with their severities in words", async () => {
    await open([layer("a", { severe: 1, warnings: 2 }), layer("b", { warnings: 1 }), layer("c")]);
    const marks = [...document.querySelectorAll<HTMLElement>(".cnnviz-severity")];
    expect(marks.map((mark) => [mark.textContent, mark.title])).toEqual([
      ["3", "1 severe, 2 warnings in the diagnosis"],
      ["1", "1 warning in the diagnosis"],
    ]);
    expect(marks[0]!.classList.contains("cnnviz-is-severe")).toBe(true);
  });

  test("what has been looked at is marked: outputs and, where there are any, weights", async () => {
    await open([
      layer("a", { looked: ["outputs"] }),
      layer("b", { looked: [], parameters: 0 }),
      layer("c", { looked: null }),
    ]);
    const marks = [...document.querySelectorAll<HTMLElement>(".cnnviz-looked")];
    expect(marks.map(({ title }) => title)).toEqual([
      "outputs: looked at\nweights: not looked at yet",
      "outputs: not looked at yet",
    ]);
    expect(marks.map((mark) => mark.querySelectorAll(".cnnviz-seen").length)).toEqual([1, 0]);
    const each = [...document.querySelectorAll<HTMLElement>(".cnnviz-looked > i")].map(({ title }) => title);
    expect(each).toEqual(["outputs: looked at", "weights: not looked at yet", "outputs: not looked at yet"]);
  });

  test("the foot explains the marks, where there are any", async () => {
    const { model } = await open([layer("a")]);
    const legend = find(".cnnviz-layer-foot > :last-child");
    expect(legend.hidden).toBe(true);
    model.set("_layers", [layer("a", { looked: [] })]);
    expect(legend.hidden).toBe(false);
    expect(legend.textContent).toBe("● looked at: outputs above, weights below");
  });

  test("a kernel that does not answer is waited for in words", async () => {
    const { model, list } = await open();
    vi.useFakeTimers();
    list.dispatchEvent(key("ArrowDown"));
    list.dispatchEvent(key("Enter"));
    vi.advanceTimersByTime(500);
    list.dispatchEvent(key("ArrowUp"));
    vi.advanceTimersByTime(500);
    expect(find(".cnnviz-layer-foot").textContent).toContain("Waiting for the kernel");
    model.set("_shown", "inner/a<b>");
    expect(find(".cnnviz-layer-foot").textContent).toContain("3 layers, in the order");
  });

  test("nothing found says so", async () => {
    const { input } = await open();
    input.value = "<img src=x>";
    input.dispatchEvent(new Event("input"));
    expect(find(".cnnviz-layer-list").textContent).toBe("No layer matches “<img src=x>”.");
  });
});
