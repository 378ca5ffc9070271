/** The layer selector rendered with stand-ins: rows, folds, filter, keys, health and findings. */
import { describe, expect, test, vi } from "vitest";

import selector from "../../src/layer-selector";
import type { LayerEntry } from "../../src/lib/wire/payloads";
import type { LayerSelectorState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, key, show } from "../fake";
import { dense, layer, named, RESNET50, VGG16 } from "./models";

emptyPage();

const INNER = [layer("first"), layer("inner/a<b>"), layer("inner/c", { kind: "Dense", dead: 2 })];

async function open(layers: LayerEntry[] = INNER, chosen = layers[0]?.path ?? "", width = 250) {
  const model = new FakeModel<LayerSelectorState>({
    _layers: layers,
    _basis: "",
    _earlier_scale: false,
    _unseen: [],
    layer: chosen,
    _shown: chosen,
    height: 300,
  });
  const { el } = await show(selector, model, width);
  return { model, el, input: find<HTMLInputElement>("input"), list: find(".cnnviz-layer-list") };
}

const all = (selectors: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selectors)];
const lines = (): HTMLElement[] => all("[role=treeitem]");
const names = (): string[] => all(".cnnviz-layer-name").map(({ textContent }) => textContent!);
const sides = (): string[] => all(".cnnviz-layer-side").map(({ textContent }) => textContent!);
const line = (path: string): HTMLElement => lines().find(({ title }) => title.split("\n")[0] === path)!;
/** A press on a block beside its strip; all boxes begin at the page's corner, and end there. */
const fold = (path: string): void => void line(path).dispatchEvent(at("click", -100, 0));
const type = (input: HTMLInputElement, text: string): void => {
  input.value = text;
  input.dispatchEvent(new Event("input"));
};
const chip = (text: string): HTMLButtonElement =>
  all(".cnnviz-layer-menu button").find(({ textContent }) => textContent!.startsWith(text)) as HTMLButtonElement;
const openMenu = (): void => all("button").find((each) => each.getAttribute("aria-label")?.startsWith("Sort"))!.click();

describe("rows", () => {
  test("a layer is a line: its name without its block's, and its shape in short; names are text", async () => {
    await open([layer("first", { shape: "28×28×16" }), layer("inner/a<b>", { shape: "7×5×16" }), layer("inner/c", { shape: "64" })]);
    expect(names()).toEqual(["first", "inner", "a<b>", "c"]);
    expect(sides()).toEqual(["28²·16", "", "7×5·16", "64"]);
    expect(document.querySelector(".cnnviz-layer-name b")).toBeNull();
  });

  test("few are all open, of many only the block of the chosen layer", async () => {
    const { model } = await open(named("block1_conv1 block1_conv2 block2_conv1 block2_conv2 logits:Dense"));
    expect(names()).toEqual(["block1", "conv1", "conv2", "block2", "conv1", "conv2", "logits"]);
    model.set("_layers", VGG16);
    model.set({ layer: "block4_conv1", _shown: "block4_conv1" });
    expect(names().slice(0, 8)).toEqual(["block1", "block2", "block3", "block4", "conv1", "conv2", "conv3", "pool"]);
    expect(sides().slice(0, 3)).toEqual(["3 layers", "3 layers", "4 layers"]);
    model.set({ layer: "block1_conv1", _shown: "block1_conv1" });
    expect(names().slice(0, 5)).toEqual(["block1", "conv1", "conv2", "pool", "block2"]);
    expect(names()).not.toContain("conv3");
  });

  test("they are a tree with levels and places, and the chosen one is known", async () => {
    await open(RESNET50, "conv3_block2_1_bn");
    const told = (name: string): (string | null)[] => {
      const row = lines().find((each) => each.querySelector(".cnnviz-layer-name")!.textContent === name)!;
      return ["aria-level", "aria-posinset", "aria-setsize", "aria-expanded", "aria-selected"].map((each) => row.getAttribute(each));
    };
    expect(find(".cnnviz-layer-list").getAttribute("role")).toBe("tree");
    expect(told("conv3_block1 … 4")).toEqual(["1", "4", "8", "true", "false"]);
    expect(told("block2")).toEqual(["2", "2", "4", "true", "false"]);
    expect(told("1_bn")).toEqual(["3", "2", "10", null, "true"]);
    expect(told("predictions")).toEqual(["1", "8", "8", null, "false"]);
  });

  test("what the reader opened or folded stays so while a model trains, and until another layer is chosen", async () => {
    const { model } = await open(VGG16, "block4_conv1");
    fold("block1");
    fold("block4");
    expect(names().slice(0, 6)).toEqual(["block1", "conv1", "conv2", "pool", "block2", "block3"]);
    model.set("_layers", VGG16.map((each) => ({ ...each, dead: 1 })));
    expect(names()).toContain("conv1");
    expect(line("block4").getAttribute("aria-expanded")).toBe("false");
    model.set({ layer: "block4_pool", _shown: "block4_pool" });
    expect(line("block4").getAttribute("aria-expanded")).toBe("true");
    expect(line("block1").getAttribute("aria-expanded")).toBe("true");
  });

  test("600 layers of a kind, and names of 3,000 characters, are few rows", async () => {
    const { model } = await open(dense(600), "dense_300");
    expect(lines().length).toBeLessThan(60);
    expect(line("dense_300").getAttribute("aria-selected")).toBe("true");
    const long = "block/".repeat(3) + "x".repeat(3000);
    model.set("_layers", [layer(long), layer("y")]);
    expect(names().at(-2)).toBe("x".repeat(3000));
    expect(line(long)).toBeDefined();
  });

  test("a layer of which no more than the path is known", async () => {
    await open([layer("conv", { kind: "", shape: "", parameters: 0, level: "", channels: null, dead: null, nonfinite: null, scale: null })]);
    expect(line("conv").title).toBe("conv");
    expect(sides()).toEqual([""]);
  });

  test("layers that are others make other rows", async () => {
    const { model, input } = await open();
    model.set("_layers", [layer("first", { parameters: 50 }), layer("second")]);
    expect(names()).toEqual(["first", "second"]);
    type(input, "nothing like it");
    model.set("_layers", [layer("first"), layer("second", { dead: 1 })]);
    expect(lines()).toHaveLength(0);
    expect(find(".cnnviz-layer-empty").textContent).toContain("No layer matches");
    model.set("_layers", []);
    expect(find(".cnnviz-layer-empty").textContent).toBe("No layers.");
  });
});

describe("filter and order", () => {
  test("typing filters by name and kind, under the blocks; Enter chooses", async () => {
    const { model, input } = await open();
    type(input, "dense");
    expect(names()).toEqual(["inner", "c"]);
    expect(find(".cnnviz-layer-foot").textContent).toContain("1 of 3 layers");
    input.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("inner/c");
    expect(model.saves).toBe(1);
  });

  test("what is found is unfolded, can be folded, and is as before when all is shown", async () => {
    const { input } = await open(VGG16, "block4_conv1");
    type(input, "block2 _conv");
    expect(names()).toEqual(["block2", "conv1", "conv2"]);
    fold("block2");
    expect(names()).toEqual(["block2"]);
    type(input, "block2 _conv2");
    expect(names()).toEqual(["block2", "conv2"]);
    input.focus();
    input.dispatchEvent(key("Escape"));
    expect(input.value).toBe("");
    expect(names().slice(0, 5)).toEqual(["block1", "block2", "block3", "block4", "conv1"]);
    expect(find(".cnnviz-layer-foot").textContent).not.toContain("of");
  });

  test("nothing found says so", async () => {
    const { input, list } = await open();
    type(input, "<img src=x>");
    expect(list.textContent).toBe("No layer matches “<img src=x>”.");
    expect(list.getAttribute("role")).toBe("group");
  });

  test("only with findings, only of a kind, and all of them again", async () => {
    const { model } = await open([layer("a", { warnings: 1 }), layer("b", { kind: "Dense" }), layer("c", { kind: "Dense", severe: 1 })]);
    openMenu();
    chip("with findings").click();
    expect(names()).toEqual(["a", "c"]);
    expect(chip("with findings").getAttribute("aria-pressed")).toBe("true");
    chip("Dense 2").click();
    expect(names()).toEqual(["c"]);
    // A diagnosis that finds other things shows at once.
    model.set("_layers", [layer("a"), layer("b", { kind: "Dense", severe: 1 }), layer("c", { kind: "Dense" })]);
    expect(names()).toEqual(["b"]);
    all("button").find(({ textContent }) => textContent === "All")!.click();
    expect(names()).toEqual(["a", "b", "c"]);
  });

  test("dead first: what is not finite, then by share, then in the order in which they run", async () => {
    const { model, input } = await open([
      layer("block1_a", { dead: 1 }),
      layer("block1_b", { dead: null, channels: null, nonfinite: null }),
      layer("c", { dead: 3 }),
      layer("d", { dead: 1 }),
      layer("e", { nonfinite: 1 }),
    ]);
    openMenu();
    chip("dead first").click();
    expect(names()).toEqual(["e", "c", "block1_a", "d", "block1_b"]);
    model.set("_layers", [...model.state._layers.slice(0, 3), layer("d", { dead: 4 }), layer("e")]);
    expect(names()).toEqual(["d", "c", "block1_a", "e", "block1_b"]);
    // The menu is closed first.
    for (let time = 0; time < 2; time++) {
      input.focus();
      input.dispatchEvent(key("Escape"));
    }
    expect(names()).toEqual(["block1", "a", "b", "c", "d", "e"]);
  });
});

describe("keys", () => {
  test("arrows move, Enter chooses, and the row waits for Python", async () => {
    const { model, list } = await open(named("first second"));
    list.dispatchEvent(key("ArrowDown"));
    expect(model.state.layer).toBe("first");
    list.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("second");
    expect(all(".cnnviz-waiting")).toHaveLength(1);
    model.set("_shown", "second");
    expect(all(".cnnviz-waiting")).toHaveLength(0);
  });

  test("right opens a block and goes in, left leads out and folds it", async () => {
    const { list } = await open(VGG16, "flatten");
    const active = (): string => find(`#${list.getAttribute("aria-activedescendant")} .cnnviz-layer-name`).textContent!;
    const press = (...keys: string[]): void => keys.forEach((each) => list.dispatchEvent(key(each)));
    press("Home");
    expect(active()).toBe("block1");
    press("ArrowRight");
    expect([active(), names()[1]]).toEqual(["block1", "conv1"]);
    press("ArrowRight", "ArrowDown");
    expect(active()).toBe("conv2");
    press("ArrowLeft");
    expect(active()).toBe("block1");
    press("ArrowLeft");
    expect(names()[1]).toBe("block2");
    press("Enter");
    expect(names()[1]).toBe("conv1");
    press(" ");
    expect(names()[1]).toBe("block2");
    press("ArrowLeft", "End");
    expect(active()).toBe("predictions");
  });

  test("in the filter, left and right move in the text, and what is no key of the list goes on", async () => {
    const { input, list } = await open(VGG16, "flatten");
    for (const each of ["ArrowLeft", "ArrowRight", "Home", "End", " "]) {
      const event = key(each);
      input.dispatchEvent(event);
      expect(event.defaultPrevented).toBe(false);
    }
    for (const event of [key("l"), key("Escape"), key("ArrowDown", { ctrlKey: true })]) {
      list.dispatchEvent(event);
      expect(event.defaultPrevented).toBe(false);
    }
  });

  test("where Python chooses, the keyboard goes with it", async () => {
    const { model, list } = await open(named("first second third"));
    model.set({ layer: "second", _shown: "second" });
    list.dispatchEvent(key("ArrowDown"));
    list.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("third");
  });
});

describe("while a model trains", () => {
  test("new health leaves rows and keyboard where they are", async () => {
    const { model, list } = await open(named("a b c"));
    const before = lines();
    list.dispatchEvent(key("ArrowDown"));
    model.set("_layers", [layer("a", { dead: 2 }), layer("b", { nonfinite: 1 }), layer("c", { dead: 3 })]);
    expect(lines()).toHaveLength(3);
    expect(lines().every((row, at) => row === before[at])).toBe(true);
    expect(before[0]!.title).toContain("2 of 4 channels (50 %) are zero on every sample");
    expect(sides()).toEqual(["8²·4", "NaN/∞", "8²·4"]);
    // A press that began before the update ends on the row that it began on.
    before[2]!.click();
    expect(model.state.layer).toBe("c");
    list.dispatchEvent(key("ArrowUp"));
    model.set("_layers", named("a b c"));
    list.dispatchEvent(key("Enter"));
    expect(model.state.layer).toBe("b");
  });

  test("a kernel that does not answer is waited for in words", async () => {
    const { model, list } = await open(named("first second"));
    vi.useFakeTimers();
    list.dispatchEvent(key("ArrowDown"));
    list.dispatchEvent(key("Enter"));
    vi.advanceTimersByTime(500);
    list.dispatchEvent(key("ArrowUp"));
    vi.advanceTimersByTime(500);
    expect(find(".cnnviz-layer-foot").textContent).toContain("Waiting for the kernel");
    model.set("_shown", "second");
    expect(find(".cnnviz-layer-foot [role=status]").textContent).toBe("");
  });
});

describe("marks", () => {
  test("health says on which samples it rests, where these were not all", async () => {
    const { model } = await open();
    const text = (): string => lines().at(-1)!.title.split("\n").find((each) => each.includes("channel"))!;
    expect(text()).toBe("2 of 4 channels (50 %) are zero on every sample");
    model.set("_basis", "on all 32 samples when these were last looked at");
    expect(text()).toBe("2 of 4 channels (50 %) were zero on all 32 samples when these were last looked at");
    model.set("_layers", [layer("one", { dead: 1 })]);
    expect(text()).toBe("1 of 4 channels (25 %) was zero on all 32 samples when these were last looked at");
    model.set({ _basis: "", _layers: [layer("one", { nonfinite: 1 })] });
    expect(text()).toBe("1 of 4 channels holds NaN or infinity");
  });

  test("the tooltip tells kind, shape, size, level and scale", async () => {
    const { model } = await open([layer("a", { scale: 0.0123 })]);
    expect(line("a").title.split("\n")).toEqual([
      ...["a", "Conv2D", "8×8×4", "40 params", "low abstraction"],
      ...["0 of 4 channels are zero on every sample", "σ of the outputs 0.0123"],
    ]);
    model.set("_earlier_scale", true);
    expect(line("a").title).toContain("σ of the outputs 0.0123, at an earlier look");
  });

  test("findings are counted, with their severities in words; a folded block has those of its layers", async () => {
    const { model } = await open([layer("a", { severe: 1, warnings: 2 }), layer("b", { warnings: 1 }), layer("c")]);
    const marks = (): (string | null)[] => all(".cnnviz-severity").map(({ textContent }) => textContent);
    expect(marks()).toEqual(["3", "1"]);
    expect(find(".cnnviz-severity").classList.contains("cnnviz-is-severe")).toBe(true);
    expect(line("a").title).toContain("1 severe, 2 warnings in the diagnosis");
    expect(line("b").title).toContain("1 warning in the diagnosis");
    model.set("_layers", VGG16.map((each, at) => (at < 2 ? { ...each, warnings: 1 } : each)));
    model.set({ layer: "flatten", _shown: "flatten" });
    expect(marks()).toEqual(["2"]);
    expect(line("block1").title).toContain("2 warnings in the diagnosis");
    fold("block1");
    expect(marks()).toEqual(["1", "1"]);
  });

  test("a folded block tells of NaN in it", async () => {
    await open(VGG16.map((each, at) => (at === 1 ? { ...each, nonfinite: 2 } : each)), "flatten");
    expect(sides()[0]).toBe("NaN/∞");
    expect(line("block1").title).toContain("NaN or infinity in 1");
  });

  test("what has been looked at is marked: outputs and, where there are any, weights", async () => {
    const { model } = await open([layer("a", { looked: ["outputs"] }), layer("b", { looked: [], parameters: 0 }), layer("c")]);
    const told = (path: string): string[] => line(path).title.split("\n").filter((text) => text.includes("looked at"));
    expect(["a", "b", "c"].map(told)).toEqual([
      ["outputs: looked at", "weights: not looked at yet"],
      ["outputs: not looked at yet"],
      [],
    ]);
    const dots = (): string[] => ["a", "b", "c"].map((path) => [...line(path).querySelectorAll("i")].map(({ className }) => (className ? "●" : "○")).join(""));
    expect(dots()).toEqual(["●○", "○", ""]);
    model.set("_layers", [layer("a", { looked: ["outputs", "weights"] }), layer("b", { looked: ["outputs"], parameters: 0 }), layer("c")]);
    expect(dots()).toEqual(["●●", "●", ""]);
  });

  test("values that no layer shows are told of below the list, as text", async () => {
    const { model } = await open();
    const unseen = find<HTMLDetailsElement>(".cnnviz-layer-unseen");
    expect(unseen.hidden).toBe(true);
    model.set("_unseen", ["block <b>x</b> (Block): before 'pool'", "each (TimeDistributed): conv"]);
    expect(unseen.hidden).toBe(false);
    expect([...unseen.querySelectorAll("p")].map(({ textContent }) => textContent)).toEqual([
      "block <b>x</b> (Block): before 'pool'",
      "each (TimeDistributed): conv",
    ]);
    expect(unseen.querySelector("b")).toBeNull();
    model.set("_unseen", []);
    expect(unseen.hidden).toBe(true);
  });

  test("at rest there are no words but names and sizes", async () => {
    const { el } = await open(VGG16.map((each) => ({ ...each, looked: [] })), "flatten");
    const rest = el.querySelector(".cnnviz-layer-selector")!;
    const texts = [...rest.querySelectorAll("*")].filter((each) => each.children.length === 0 && !each.closest("[hidden]")).map(({ textContent }) => textContent!.trim());
    const known = [...names(), ...sides(), "scale", "dead", ""];
    expect(texts.filter((text) => !known.includes(text))).toEqual([]);
  });
});
