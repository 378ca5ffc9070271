/** The list over the grid: opened by command, closed by Escape, by choice and by a look elsewhere. */
import { describe, expect, test, vi } from "vitest";

import selector from "../../src/layer-selector";
import { command, onAnyCommand } from "../../src/lib/frame/commands";
import { escape } from "../../src/lib/frame/escape";
import type { LayerSelectorState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, key, show } from "../fake";
import { named } from "./models";

emptyPage();

async function open(width: number) {
  const model = new FakeModel<LayerSelectorState>({
    _layers: named("first second"),
    _basis: "",
    _earlier_scale: false,
    _unseen: [],
    layer: "first",
    _shown: "first",
    height: 300,
  });
  const { el, abort } = await show(selector, model, width, "cnnviz-frame");
  const opener = document.createElement("button");
  el.append(opener);
  opener.addEventListener("click", () => command(opener, "layers"));
  const root = find(".cnnviz-layer-selector");
  return { model, opener, root, abort: () => (opener.remove(), abort()), isOpen: () => root.classList.contains("cnnviz-layers-open") };
}

describe("in a rail", () => {
  test("the frame is told that a layer does not come, and that it has come", async () => {
    const { model, opener, abort } = await open(39);
    const told: string[] = [];
    const listening = new AbortController();
    onAnyCommand(opener, (name) => told.push(name) > 0, listening.signal);
    vi.useFakeTimers();
    model.set("layer", "second");
    vi.advanceTimersByTime(1000);
    expect(told).toEqual(["waits"]);
    model.set("_shown", "second");
    expect(told).toEqual(["waits", "answered"]);
    vi.useRealTimers();
    listening.abort();
    abort();
  });

  test("the command opens the list with the keyboard in its filter, and closes it again", async () => {
    const { opener, isOpen, abort } = await open(39);
    opener.focus();
    opener.click();
    expect(isOpen()).toBe(true);
    expect(document.activeElement).toBe(find("input"));
    opener.click();
    expect(isOpen()).toBe(false);
    expect(document.activeElement).toBe(opener);
    abort();
  });

  test("Escape closes it once nothing is filtered any more", async () => {
    const { opener, isOpen, abort } = await open(39);
    opener.click();
    const input = find<HTMLInputElement>("input");
    input.value = "sec";
    input.dispatchEvent(new Event("input"));
    input.dispatchEvent(key("Escape"));
    expect([isOpen(), input.value]).toEqual([true, ""]);
    input.dispatchEvent(key("Escape"));
    expect(isOpen()).toBe(false);
    const event = key("Escape");
    input.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
    abort();
  });

  test("so does a choice, a click elsewhere and the frame's Escape; a click inside does not", async () => {
    const { model, opener, root, isOpen, abort } = await open(39);
    opener.click();
    find(".cnnviz-layer-head").click();
    expect(isOpen()).toBe(true);
    find("[role=treeitem]:nth-child(2)").click();
    expect([isOpen(), model.state.layer]).toEqual([false, "second"]);
    opener.click();
    document.body.click();
    expect(isOpen()).toBe(false);
    opener.click();
    escape(root);
    expect(isOpen()).toBe(false);
    abort();
  });

  test("its own button does the same", async () => {
    const { isOpen, abort } = await open(39);
    find<HTMLButtonElement>(".cnnviz-layer-opener").click();
    expect(isOpen()).toBe(true);
    abort();
  });
});

test("where the list stands beside the grid, the command puts the keyboard there", async () => {
  const { opener, isOpen, abort } = await open(250);
  opener.click();
  expect(isOpen()).toBe(false);
  expect(document.activeElement).toBe(find("input"));
  abort();
});

test("a list that was taken away hears nothing any more", async () => {
  const { opener, isOpen, abort } = await open(39);
  abort();
  document.body.append(opener);
  opener.click();
  document.body.click();
  expect(isOpen()).toBe(false);
});
