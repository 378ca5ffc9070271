/** PrunePanel rendered with stand-ins: what may be rehearsed, what came of it, and what is taken. */
import { describe, expect, test } from "vitest";

import panel from "../../src/prune-panel";
import type { RehearsalEntry } from "../../src/lib/wire/payloads";
import type { PrunePanelState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, shared, show } from "../fake";

emptyPage();

const rehearsal = (more: Partial<RehearsalEntry> = {}): RehearsalEntry => ({
  layer: "block/<i>conv",
  channels: [7, 3],
  how: "remove",
  summary: "1 of 16 answers differ.",
  rows: [["loss", "0.1", "0.2"], ["parameters", "100", "90 (−10 %)"]],
  why_not: "",
  old: false,
  ...more,
});

async function open(selected: number[], more: Partial<PrunePanelState> = {}) {
  shared();
  const selection = new FakeModel<Record<string, any>>({ selected, hovered: -1, _chosen_in: [0, ""], _numbers_of: "", _named: {} }, "channels");
  const model = new FakeModel<PrunePanelState>({
    selection: "channels",
    layer: "block/conv",
    enabled: true,
    reason: "",
    error: "",
    is_working: false,
    note: "",
    can_go_back: false,
    _asked: [0, "", [], ""],
    _answered: 0,
    _cancelled: 0,
    _take_asked: 0,
    _back_asked: 0,
    _rehearsal: {},
    ...more,
  });
  await show(panel, model);
  return { model, selection };
}

const named = (text: string): HTMLButtonElement => [...document.querySelectorAll("button")].find((each) => each.textContent === text)!;

describe("doing without channels", () => {
  test("one channel can be removed, two can be merged, and what is asked can be given up", async () => {
    const { model, selection } = await open([]);
    expect([named("Remove").disabled, named("Merge").disabled]).toEqual([true, true]);
    selection.set("selected", [7]);
    expect([named("Remove").disabled, named("Merge").disabled]).toEqual([false, true]);
    selection.set("selected", [7, 3]);
    named("Merge").click();
    expect(model.get("_asked")).toEqual([1, "merge", [7, 3], "block/conv"]);
    named("Remove").click();
    expect(model.get("_asked")[0]).toBe(1);
    expect(named("Cancel").hidden).toBe(false);
    named("Cancel").click();
    expect(model.get("_cancelled")).toBe(1);
    model.set("_answered", 1);
    expect(named("Cancel").hidden).toBe(true);
  });

  test("what came of it is a table, and the smaller model is taken and given back", async () => {
    const { model } = await open([7, 3], { _rehearsal: rehearsal() });
    expect(find(".cnnviz-prune-heading").textContent).toBe("Without 3, 7 of <i>conv");
    expect([...document.querySelectorAll("tbody td")].map((each) => each.textContent)).toEqual(["0.1", "0.2", "100", "90 (−10 %)"]);
    named("Take the smaller model").click();
    expect(model.get("_take_asked")).toBe(1);
    expect(named("Give it back").hidden).toBe(true);
    model.set("note", "a model without 2 channels");
    model.set("can_go_back", true);
    expect(find(".cnnviz-prune-panel").textContent).toContain("Taken: a model without 2 channels. In Python: inspector.pruned");
    named("Give it back").click();
    expect(model.get("_back_asked")).toBe(1);
  });

  test("where there is none, or the weights have changed, it says so", async () => {
    const { model } = await open([7, 3], { _rehearsal: rehearsal({ why_not: "'net' has a call of its own" }) });
    expect(named("Take the smaller model").hidden).toBe(true);
    expect(find(".cnnviz-prune-why").textContent).toBe("There is no smaller model: 'net' has a call of its own.");
    model.set("_rehearsal", rehearsal({ old: true }));
    expect(named("Take the smaller model").disabled).toBe(true);
    expect(find(".cnnviz-prune-why").textContent).toContain("rehearse again");
    model.set("enabled", false);
    model.set("reason", "This is of the past.");
    expect([named("Remove").disabled, named("Remove").title]).toEqual([true, "This is of the past."]);
  });
});
