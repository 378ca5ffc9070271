/** The map of a network with stand-ins: pointing, selecting, walking, editing, and what it does without. */
import { describe, expect, test, vi } from "vitest";

import networkMap from "../../src/network-map";
import { NO_KERNEL } from "../../src/lib/linking/connection";
import type { MapViewState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, frame, key, shared, show, view } from "../fake";
import { effectEntry, groupEntry, largeState, mapState, stationEntry } from "./map-state";

emptyPage();

const HEIGHT = 600;

async function open(state: Partial<MapViewState> = {}, width = 1000, of = mapState) {
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => HEIGHT });
  const { selection } = shared();
  const model = new FakeModel<MapViewState>({ ...of(), ...state });
  const { abort } = await show(networkMap, model, width);
  return { model, selection, abort };
}

const boxes = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-map-box")];
const box = (label: string): HTMLButtonElement => boxes().find((each) => each.getAttribute("aria-label")!.startsWith(label))!;
const heads = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-map-head")];
const paths = (): SVGPathElement[] => [...document.querySelectorAll<SVGPathElement>(".cnnviz-map-back > g:nth-of-type(2) > path")];
const opacities = (): number[] => paths().map((path) => Number(path.getAttribute("opacity")));
const named = (text: string): HTMLButtonElement => [...document.querySelectorAll("button")].find((each) => (each.getAttribute("aria-label") ?? each.textContent) === text)!;
const readout = (): string => find(".cnnviz-map-readout").textContent;
/** The middle of a button, as the stage counts. */
const middle = (button: HTMLElement): [number, number] => {
  const [left, top, width, height] = ["left", "top", "width", "height"].map((name) => parseFloat(button.style[name as "left"]));
  return [left! + width! / 2, top! + height! / 2];
};
const point = (button: HTMLElement, type: string, place = middle(button), init: MouseEventInit = {}): void => {
  button.dispatchEvent(Object.assign(at(type, ...place, init), { pointerId: 1 }));
};

describe("what is drawn", () => {
  test("a box for each group and each kind of silence, and a line for each edge", async () => {
    await open();
    expect(boxes().map((each) => each.getAttribute("aria-label")).sort()).toEqual([
      "conv1 · group #0 · 2 channels",
      "conv1 · group #1 · 2 channels · stability 40 % · 1 pinned",
      "conv2 · 1 channel silent",
      "conv2 · group #0 · 2 channels",
      "conv2 · group #1 · 2 channels · 2 near zero",
    ]);
    expect(paths()).toHaveLength(4);
    // The sign is a colour and a dash.
    expect(paths().filter((path) => path.hasAttribute("stroke-dasharray"))).toHaveLength(1);
    expect(new Set(paths().map((path) => path.getAttribute("stroke"))).size).toBe(2);
  });

  test("a box bears the number by which words name its group", async () => {
    await open();
    const numbers = [...document.querySelectorAll(".cnnviz-map-front text")].map((each) => each.textContent).filter((each) => each!.startsWith("#"));
    expect(numbers.map((each) => each!.slice(0, 2)).sort()).toEqual(["#0", "#0", "#1", "#1"]);
  });

  test("an uncertain group's outline is dashed, a pinned one has a pin, trouble its mark", async () => {
    await open();
    const front = document.querySelector(".cnnviz-map-front")!;
    expect(front.querySelectorAll("rect[stroke-dasharray]")).toHaveLength(1);
    expect(front.querySelectorAll("path")).toHaveLength(2);
  });

  test("the slider takes lines away without a question to the kernel, and moves no box", async () => {
    const { model } = await open();
    const places = boxes().map((each) => each.style.top);
    const slider = find<HTMLInputElement>(".cnnviz-map-share");
    slider.value = "30";
    slider.dispatchEvent(new Event("input"));
    await frame();
    expect(model.state.share).toBe(0.3);
    expect(model.saves).toBe(0);
    // The strongest one into each group is always there.
    expect(paths()).toHaveLength(2);
    expect(boxes().map((each) => each.style.top)).toEqual(places);
    slider.dispatchEvent(new Event("change"));
    expect(model.saves).toBe(1);
  });

  test("facets change what is in the boxes, and move none", async () => {
    const { model } = await open();
    const places = boxes().map((each) => each.style.cssText);
    for (const name of ["Patches", "Classes", "Density", "Health", "Both"]) {
      named(name).click();
      await frame();
      expect(boxes().map((each) => each.style.cssText)).toEqual(places);
    }
    expect(model.state.facet).toBe("both");
    expect(model.saves).toBe(5);
  });

  test("the other colours and the other reading are drawn where they are known", async () => {
    const { model } = await open({ _weights: [effectEntry(0, 1, [-1, -1, -1, -1])] });
    const before = paths().map((path) => path.getAttribute("stroke"));
    model.set("colours", "blue-orange");
    await frame();
    expect(paths().map((path) => path.getAttribute("stroke"))).not.toEqual(before);
    named("Weights").click();
    await frame();
    expect(paths().every((path) => path.hasAttribute("stroke-dasharray"))).toBe(true);
  });

  test("a reading that is not there yet is no lines, not others", async () => {
    await open();
    named("Weights").click();
    await frame();
    expect(paths()).toHaveLength(0);
  });

  test("names are words, whatever is in them", async () => {
    const name = "<script>alert(1)</script><img src=x>";
    await open({
      title: name, facts: name, _columns: [name, "dog"], _notes: [name], error: name, undoable: name,
      _stations: [stationEntry({ path: name, stage: name }), stationEntry({ path: "conv2", channels: 5, parents: [0] })],
    });
    named("Table of groups").click();
    await frame();
    expect(document.querySelectorAll("script, img")).toHaveLength(0);
    expect(find(".cnnviz-map-title").textContent).toBe(name);
    expect(heads()[0]!.title).toBe(name);
  });

  test("24 columns of 8 groups are drawn at once; where there is no room it scrolls", async () => {
    await open({}, 1000, () => largeState(24));
    expect(boxes()).toHaveLength(24 * 8);
    expect(parseFloat(find(".cnnviz-map-stage").style.width)).toBeGreaterThan(24 * 65);
    for (const each of boxes()) expect(parseFloat(each.style.height)).toBeGreaterThanOrEqual(24);
  });

  test("one station, without pictures, rows or lines", async () => {
    await open({
      _stations: [stationEntry({ path: "dense", shape: [2], channels: 2 })], _groups: [groupEntry({ station: 0, group: 0, channels: [0, 1], rows: 0 })],
      _effects: [], _profile: view(new Uint8Array(0)), _columns: [], _picture_shape: [0, 0, 0, 0], _pictures: view(new Uint8Array(0)), _patches: view(new Int32Array(0)),
    });
    expect(boxes().map((each) => each.getAttribute("aria-label"))).toEqual(["dense · group #0 · 2 units"]);
    expect(paths()).toHaveLength(0);
    point(boxes()[0]!, "pointermove");
    boxes()[0]!.focus();
    boxes()[0]!.dispatchEvent(key("c"));
    boxes()[0]!.dispatchEvent(key("z"));
    expect(find(".cnnviz-map-group").hidden).toBe(false);
  });

  test("effects that are not numbers are no lines, and no words", async () => {
    await open({ _effects: [effectEntry(0, 1, [NaN, 0.1, Infinity, NaN])] });
    expect(paths()).toHaveLength(1);
    point(box("conv2 · group #0"), "pointermove");
    expect(readout()).not.toMatch(/NaN|←/);
  });

  test("what fits no station of now is left out until the rest is there", async () => {
    await open({ _effects: [effectEntry(0, 1, [1, 2, 3]), effectEntry(0, 7, [1])] });
    expect(boxes()).toHaveLength(5);
    expect(paths()).toHaveLength(0);
  });

  test("before the first map there is a button that makes it", async () => {
    const { model } = await open({ _stations: [], _groups: [], _effects: [], _patches: view(new Int32Array(0)), _profile: view(new Uint8Array(0)) });
    expect(find(".cnnviz-map-empty").hidden).toBe(false);
    named("Make the map").click();
    expect(model.state._asked).toEqual([1, "refresh", "", [], -1]);
    model.set({ progress: 0.5, doing: "Measuring" });
    await frame();
    expect(find<HTMLProgressElement>("progress").value).toBe(0.5);
    expect(find(".cnnviz-map-work").textContent).toContain("Measuring");
  });

  test("a map of an earlier model says so, an error too", async () => {
    const { model } = await open({ fresh: false, error: "conv2 mixes samples" });
    expect(find(".cnnviz-map-status").textContent).toContain("changed since");
    expect(find("[role=alert]").textContent).toBe("conv2 mixes samples");
    named("Make it anew").click();
    expect(model.state._asked[1]).toBe("refresh");
  });

  test("below the columns stands what is known of their weights", async () => {
    await open({ _stations: [
      stationEntry({ path: "conv1", update: [0.001, 0.2], gradient: 0.5, silent_shares: [0, 0] }),
      stationEntry({ path: "conv2", channels: 5, parents: [0], update: [null, 1e-3], silent: 1, thin: view(Int32Array.of(4)), silent_shares: [0, 0.2] }),
    ] });
    const words = document.querySelector(".cnnviz-map-front")!.textContent;
    for (const each of ["20 %", "0.1 %", "∇ 0.5", "20 % silent"]) expect(words).toContain(each);
  });
});

describe("pointing", () => {
  test("a box's lines stand out both ways, and it is told how strong they are", async () => {
    await open();
    const usual = opacities();
    point(box("conv1 · group #1"), "pointermove");
    expect(opacities().filter((each) => each < 0.1)).toHaveLength(2);
    expect(opacities().filter((each) => each > 0.7)).toHaveLength(2);
    expect(readout()).toContain("conv1 · group #1 · 2 channels");
    expect(readout()).toContain("→ conv2 #1  +0.8 σ (89 %),  conv2 #0  −0.3 σ (38 %)");
    expect(box("conv1 · group #0").classList.contains("cnnviz-map-far")).toBe(true);
    expect(box("conv2 · group #0").classList.contains("cnnviz-map-far")).toBe(false);
    find(".cnnviz-map-hits").dispatchEvent(at("pointerleave", 0, 0));
    expect(opacities()).toEqual(usual);
    expect(readout()).toBe("");
  });

  test("the legend says what lines, numbers and shades are", async () => {
    const { model } = await open();
    const words = (): string => find(".cnnviz-map-keys").textContent;
    expect(words()).toContain("in σ, when silenced");
    for (const each of ["group · channels", "least to most", "uncertain group"]) expect(words()).toContain(each);
    expect(find(".cnnviz-map-percent").textContent).toBe("100 % of effect");
    model.set("reading", "weights");
    await frame();
    expect(words()).toContain("mean weight");
    expect(words()).not.toContain("σ");
    expect(find(".cnnviz-map-percent").textContent).toBe("100 % of weight");
    point(box("conv1 · group #1"), "pointermove");
    expect(readout()).not.toContain("σ");
  });

  test("a right click opens the map's menu alone", async () => {
    await open();
    const outside = vi.fn();
    document.addEventListener("contextmenu", outside, { once: true });
    const event = at("contextmenu", ...middle(box("conv1 · group #1")));
    box("conv1 · group #1").dispatchEvent(event);
    document.removeEventListener("contextmenu", outside);
    expect(outside).not.toHaveBeenCalled();
    expect(event.defaultPrevented).toBe(true);
    expect(find(".cnnviz-map-menu").textContent).toContain("Enlarge");
  });

  test("a line tells who acts on whom", async () => {
    await open();
    paths().find((path) => path.hasAttribute("stroke-dasharray"))!.dispatchEvent(at("pointerover", 0, 0));
    expect(readout()).toBe("conv1 #1 lowers conv2 #0: 0.3 standard deviations, mean −0.3, 38 % of all that acts on it");
  });

  test("within a box it is told of the channel and the class", async () => {
    const { selection } = await open();
    const button = box("conv1 · group #0");
    const [x, y] = middle(button);
    point(button, "pointermove", [x + parseFloat(button.style.width) / 2 - 3, y]);
    expect(readout()).toContain("channel 2 · largest value 1 · on dog: ");
    expect(find(".cnnviz-map-named").textContent).toBe("dog");
    // What is told of the class is not what is told of the largest value.
    expect(readout()).toMatch(/ on dog: \d+ % of its range/);
    // Other views know of it, where they show that layer.
    expect(selection.state.hovered).toBe(2);
    point(box("conv2 · group #0"), "pointermove");
    expect(selection.state.hovered).toBe(-1);
  });

  test("a class leaves what is strong on it, and a second click all", async () => {
    await open();
    named("dog").click();
    await frame();
    expect(boxes().filter((each) => !each.classList.contains("cnnviz-map-far")).map((each) => each.getAttribute("aria-label")!.slice(0, 16)).sort()).toEqual(["conv1 · group #1", "conv2 · group #1"]);
    expect(opacities().filter((each) => each > 0.1)).toHaveLength(1);
    named("dog").click();
    await frame();
    expect(document.querySelectorAll(".cnnviz-map-far")).toHaveLength(0);
  });

  test("more classes than chips are chosen from a list", async () => {
    await open({ _columns: Array.from({ length: 40 }, (_, at) => `class ${at}`), _profile: view(new Uint8Array(8 * 40)) });
    const select = find<HTMLSelectElement>(".cnnviz-map-columns select");
    expect(select.options).toHaveLength(41);
    select.value = "3";
    select.dispatchEvent(new Event("change"));
    await frame();
    expect(document.querySelectorAll(".cnnviz-map-far")).toHaveLength(5);
  });
});

describe("selecting", () => {
  test("a click selects a box's channels, with keys as in every view", async () => {
    const { selection } = await open();
    box("conv1 · group #0").click();
    expect(selection.state.selected).toEqual([0, 2]);
    point(box("conv1 · group #1"), "click", undefined, { shiftKey: true });
    expect(selection.state.selected).toEqual([0, 2, 1, 3]);
    point(box("conv1 · group #0"), "click", undefined, { ctrlKey: true });
    expect(selection.state.selected).toEqual([1, 3]);
    expect(box("conv1 · group #1").getAttribute("aria-pressed")).toBe("true");
  });

  test("of another layer, the kernel is asked to show it and to select them", async () => {
    const { model, selection } = await open();
    box("conv2 · group #1").click();
    expect(model.state._asked).toEqual([1, "select", "conv2", [1, 2], -1]);
    expect(selection.state.selected).toEqual([]);
    box("conv2 · group #0").click();
    expect(model.state._asked[0]).toBe(1);
    expect(readout()).toContain("Something else is being done");
  });

  test("what is selected elsewhere is outlined, in the boxes of that layer alone", async () => {
    const { model, selection } = await open({ layer: "conv2" });
    const marks = (): number => document.querySelectorAll(".cnnviz-map-front > g:nth-of-type(2) > *").length;
    selection.set("selected", [3, 0]);
    expect(marks()).toBe(1);
    selection.set("selected", [3]);
    // The box, the patch and the row.
    expect(marks()).toBe(3);
    model.set("layer", "conv1");
    expect(box("conv2 · group #0").getAttribute("aria-pressed")).toBe("false");
  });

  test("silent channels are selected like others", async () => {
    const { selection } = await open({ layer: "conv2" });
    box("conv2 · 1 channel silent").click();
    expect(selection.state.selected).toEqual([4]);
  });

  test("a head is its layer", async () => {
    const { model } = await open();
    heads()[1]!.click();
    expect(model.state.layer).toBe("conv2");
    expect(heads()[1]!.getAttribute("aria-pressed")).toBe("true");
  });
});

describe("keys", () => {
  test("one stop for Tab; arrows walk, Enter selects", async () => {
    const { selection } = await open();
    expect([...boxes(), ...heads()].filter((each) => each.tabIndex === 0)).toHaveLength(1);
    const first = [...boxes(), ...heads()].find((each) => each.tabIndex === 0)!;
    first.focus();
    first.dispatchEvent(key("ArrowDown"));
    const [one] = boxes().filter((each) => each === document.activeElement);
    expect(one?.getAttribute("aria-label")).toMatch(/^conv1/);
    one!.dispatchEvent(key("Enter"));
    expect(selection.state.selected).toHaveLength(2);
    one!.dispatchEvent(key("ArrowRight"));
    expect(document.activeElement!.getAttribute("aria-label")).toMatch(/^conv2/);
    document.activeElement!.dispatchEvent(key("ArrowUp"));
    document.activeElement!.dispatchEvent(key("ArrowUp"));
    document.activeElement!.dispatchEvent(key("ArrowUp"));
    expect(document.activeElement).toBe(heads()[1]);
  });

  test("the strongest chain is drawn, and Escape ends it", async () => {
    await open();
    const button = box("conv1 · group #1");
    const strands = (): number => document.querySelectorAll(".cnnviz-map-back > g:nth-of-type(3) > path").length;
    button.focus();
    button.dispatchEvent(key("c"));
    expect(strands()).toBe(1);
    expect(box("conv2 · group #1").classList.contains("cnnviz-map-far")).toBe(false);
    expect(box("conv2 · group #0").classList.contains("cnnviz-map-far")).toBe(true);
    button.dispatchEvent(key("Escape"));
    await frame();
    expect(strands()).toBe(0);
  });

  test("a group is enlarged: all of its channels, each to be selected", async () => {
    const { selection } = await open();
    box("conv1 · group #1").focus();
    box("conv1 · group #1").dispatchEvent(key("z"));
    const cells = [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-map-cell")];
    expect(cells.map((each) => each.title)).toEqual(["channel 1, largest value 2, pinned", "channel 3, largest value 1"]);
    cells[1]!.click();
    expect(selection.state.selected).toEqual([3]);
    expect(cells[1]!.getAttribute("aria-pressed")).toBe("true");
    cells[1]!.dispatchEvent(key("Escape"));
    expect(find(".cnnviz-map-group").hidden).toBe(true);
  });

  test("an enlarged group stays so when the map is made anew, as long as there is one", async () => {
    const { model } = await open();
    box("conv1 · group #1").dispatchEvent(key("z"));
    model.set("_groups", [groupEntry({ station: 0, group: 0, channels: [0] }), groupEntry({ station: 0, group: 1, channels: [1, 2, 3] }), ...model.state._groups.slice(2)]);
    await frame();
    expect(document.querySelectorAll(".cnnviz-map-cell")).toHaveLength(3);
    model.set("_groups", [groupEntry({ station: 0, group: 0, channels: [0, 1, 2, 3] }), ...model.state._groups.slice(2)]);
    await frame();
    expect(find(".cnnviz-map-group").hidden).toBe(true);
  });

  test("undo and redo, where there is something to be undone", async () => {
    const { model } = await open();
    boxes()[0]!.dispatchEvent(key("z", { ctrlKey: true }));
    expect(model.state._asked[0]).toBe(0);
    model.set("undoable", "moved 2 channels");
    boxes()[0]!.dispatchEvent(key("z", { ctrlKey: true }));
    expect(model.state._asked).toEqual([1, "undo", "", [], -1]);
    model.set({ _answered: 1, redoable: "moved 2 channels" });
    boxes()[0]!.dispatchEvent(key("Z", { ctrlKey: true, shiftKey: true }));
    expect(model.state._asked[1]).toBe("redo");
  });

  test("the table says the same in words", async () => {
    const { selection } = await open();
    named("Table of groups").click();
    await frame();
    const rows = [...document.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows).toHaveLength(5);
    expect(rows[3]).toEqual(["conv2", "group #1", "2", "", "2", "conv1 #1  +0.8 σ (89 %),  conv1 #0  +0.1 σ (11 %)", "", "2 near zero"]);
    document.querySelector<HTMLButtonElement>("tbody button")!.click();
    expect(selection.state.selected).toEqual([0, 2]);
  });
});

describe("editing", () => {
  const menu = (label: string): HTMLButtonElement[] => {
    box(label).focus();
    box(label).dispatchEvent(key("."));
    return [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-map-deed")];
  };
  const deed = (label: string, text: string): HTMLButtonElement => menu(label).find((each) => each.textContent!.startsWith(text))!;

  test.each([
    ["Split in two", "split", [1, 3], 1],
    ["Pin its channels", "pin", [1, 3], 1],
    ["Merge into group #0", "merge", [1, 3], 0],
    ["Group conv1 anew", "reset", [], -1],
  ] as const)("the menu: %s", async (text, verb, channels, to) => {
    const { model } = await open();
    deed("conv1 · group #1", text).click();
    expect(model.state._asked).toEqual([1, verb, "conv1", [...channels], to]);
    // One thing at a time.
    expect(deed("conv1 · group #0", "Split in two").disabled).toBe(true);
    await frame();
    expect(find(".cnnviz-map-work").textContent).toMatch(/…$/);
  });

  test("selected channels of other groups move here", async () => {
    const { model, selection } = await open();
    expect(deed("conv1 · group #1", "Move selected here").disabled).toBe(true);
    selection.set("selected", [0, 1]);
    box("conv1 · group #1").focus();
    box("conv1 · group #1").dispatchEvent(key("m"));
    expect(model.state._asked).toEqual([1, "move", "conv1", [0], 1]);
  });

  test("a channel is dragged to another box of its column, and to no other", async () => {
    const { model, selection } = await open();
    const from = box("conv1 · group #0");
    const drag = (to: HTMLElement): void => {
      point(from, "pointerdown");
      point(from, "pointermove", middle(to));
      point(from, "pointerup", middle(to));
      from.click();
    };
    drag(box("conv2 · group #0"));
    expect(model.state._asked[0]).toBe(0);
    drag(box("conv1 · group #1"));
    expect(model.state._asked).toMatchObject([1, "move", "conv1", { length: 1 }, 1]);
    // The click that ends a drag selects nothing.
    expect(selection.state.selected).toEqual([]);
  });

  test("those that are selected come along", async () => {
    const { model, selection } = await open();
    selection.set("selected", [0, 2]);
    const [from, to] = [box("conv1 · group #0"), box("conv1 · group #1")];
    point(from, "pointerdown");
    point(from, "pointermove", middle(to));
    expect(find(".cnnviz-map-ghost").textContent).toBe("2 channels");
    point(from, "pointerup", middle(to));
    expect(model.state._asked).toEqual([1, "move", "conv1", [0, 2], 1]);
  });

  test("folded stations unfold by their pill and by their head", async () => {
    const { model } = await open({ _stations: [
      stationEntry({ path: "conv1" }),
      stationEntry({ path: "conv2", channels: 5, parents: [0], folded: 3, expandable: true, silent: 1, thin: view(Int32Array.of(4)) }),
    ] });
    expect(document.querySelector(".cnnviz-map-front")!.textContent).toContain("+ 3 alike");
    find(".cnnviz-map-pill").click();
    expect(model.state._asked).toEqual([1, "expand", "conv2", [], -1]);
    model.set("_answered", 1);
    heads()[1]!.dispatchEvent(at("dblclick", 0, 0));
    expect(model.state._asked[0]).toBe(2);
  });
});

describe("without a kernel", () => {
  test("all that is there can be looked at; what needs one is greyed", async () => {
    const { model, selection } = await open({ fresh: false });
    model.connect(false);
    await frame();
    expect(find(".cnnviz-no-kernel").textContent).toBe(NO_KERNEL);
    for (const name of ["Make it anew", "Make the map anew", "Weights", "Density", "Undo"]) expect(named(name).disabled).toBe(true);
    point(box("conv1 · group #1"), "pointermove");
    expect(opacities().filter((each) => each < 0.1)).toHaveLength(2);
    box("conv1 · group #0").click();
    expect(selection.state.selected).toEqual([0, 2]);
    // Nobody would show that layer.
    box("conv2 · group #0").click();
    expect(model.state.layer).toBe("conv1");
    expect(readout()).toContain(NO_KERNEL);
    box("conv1 · group #0").focus();
    box("conv1 · group #0").dispatchEvent(key("x"));
    expect(model.state._asked[0]).toBe(0);
    named("Patches").click();
    expect(model.state.facet).toBe("patches");
  });

  test("densities that were measured can be looked at", async () => {
    const { model } = await open();
    const measured = model.state._groups.map((each) => ({ ...each, density: new DataView(Uint8Array.of(0, 255, 0).buffer) }));
    model.connect(false);
    model.set("_groups", measured);
    model.trigger("change:_groups");
    await frame();
    named("Density").click();
    expect(model.state.facet).toBe("density");
  });

  test("it is told where the kernel is busy", async () => {
    const { model } = await open();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    named("Make the map anew").click();
    vi.advanceTimersByTime(1000);
    vi.useRealTimers();
    await frame();
    expect(find(".cnnviz-map-work").textContent).toContain("Waiting for the kernel");
    model.set("_started", 1);
    await frame();
    expect(find(".cnnviz-map-work").textContent).toContain("Making the map");
    model.set("_answered", 1);
    await frame();
    expect(find(".cnnviz-map-work").textContent).toBe("");
  });
});

test("groups keep their places where another order is hardly better", async () => {
  const { model } = await open({}, 1000, () => largeState(4));
  const places = (): string[] => boxes().map((each) => each.getAttribute("aria-label")!);
  const before = places();
  model.set("_effects", model.state._effects.map(({ parent, child, mean }) => effectEntry(parent, child, Array.from(new Float32Array(mean.buffer), (each, at) => each * (1 + 0.001 * (at % 3))))));
  await frame();
  expect(places()).toEqual(before);
});
