/** The findings panel rendered with a stand-in: rows, choice, filters, and what a row unfolds. */
import { describe, expect, test } from "vitest";

import panel from "../../src/findings-panel";
import { binsOf } from "../../src/findings-panel/histogram";
import { channelText, valueText } from "../../src/findings-panel/report";
import type { FindingEntry } from "../../src/lib/wire/payloads";
import type { FindingsPanelState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, key, show } from "../fake";

emptyPage();

const all = (selectors: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selectors)];
const heads = () => all(".cnnviz-finding-head") as HTMLButtonElement[];
const press = (head: HTMLElement, name: string) => head.dispatchEvent(key(name));

const finding = (more: Partial<FindingEntry> = {}): FindingEntry => ({
  kind: "dead",
  severity: "severe",
  layer: "conv1",
  view: "outputs",
  channel_count: 2,
  channels: [1, 4],
  measured: { name: "share of dead channels", value: 0.25, is_share: true },
  reference: null,
  samples: 16,
  summary: "2 of 8 channels are zero on all 16 samples.",
  limits: "",
  cure: "Change the activation.",
  source: "[WL20 §1.3.2]",
  weight: "",
  evidence: null,
  follows: [],
  ...more,
});

async function open(findings: FindingEntry[], more: Partial<FindingsPanelState> = {}, report: object | null = {}) {
  const model = new FakeModel<FindingsPanelState>({
    _report: report && { model: "net", layers: 12, samples: 64, notes: [], skipped: [], ...report },
    _findings: findings,
    finding: -1,
    stale: false,
    height: 400,
    ...more,
  });
  await show(panel, model);
  return model;
}

const four = [
  finding(),
  finding({ kind: "duplicate", severity: "warning", layer: "<b>conv2</b>", weight: "kernel", view: "weights" }),
  finding({ kind: "unreachable-targets", severity: "warning", layer: "" }),
  finding({ kind: "new-kind", severity: "note" }),
];

test("lines of code in a cure are marked, and text of a model is no markup", async () => {
  await open([finding({ cure: "Flip: `x[..., ::-1]`, not <b>." })]);
  heads()[0]!.click();
  const cure = find(".cnnviz-finding-cure");
  expect(cure.textContent).toBe("Cure: Flip: x[..., ::-1], not <b>.");
  expect([...cure.querySelectorAll("code")].map((code) => code.textContent)).toEqual(["x[..., ::-1]"]);
});

describe("the list", () => {
  test("says how many there are of what, and on what they rest", async () => {
    await open(four);
    expect(find(".cnnviz-findings-head").textContent).toBe(
      "4 findings: 1 severe, 2 warnings, 1 note · 12 layers · 64 samples",
    );
  });

  test("a row has severity in words, a readable kind, and the layer as text", async () => {
    await open(four);
    expect(all(".cnnviz-severity").map((mark) => mark.textContent)).toEqual(["severe", "warning", "warning", "note"]);
    expect(all(".cnnviz-finding-kind").map(({ title }) => title)).toEqual(four.map(({ kind }) => kind));
    expect(all(".cnnviz-finding-kind").map(({ textContent }) => textContent)).toEqual([
      "dead channels",
      "duplicate channels",
      "unreachable targets",
      "new kind",
    ]);
    expect(all(".cnnviz-finding-place").map(({ textContent }) => textContent)).toEqual([
      "conv1",
      "<b>conv2</b> · kernel",
      "the model as a whole",
      "conv1",
    ]);
  });

  test("kinds and layers take the room that the longest of them needs", async () => {
    await open([finding({ layer: "outer/inner/conv" }), finding({ kind: "odd" })]);
    const list = all(".cnnviz-findings-list")[0]!;
    const room = (name: string) => list.style.getPropertyValue(name);
    expect([room("--kind"), room("--place")]).toEqual([`${"dead channels".length}ch`, `${"outer/inner/conv".length}ch`]);
    expect(all(".cnnviz-finding-place")[0]!.title).toBe("outer/inner/conv");
  });

  test("a row's sentence speaks of the layer by its last name, the full one is in the title", async () => {
    const summary = "2 of 8 channels of outer/conv are zero.";
    await open([finding({ layer: "outer/conv", summary })]);
    const line = all(".cnnviz-finding-line")[0]!;
    expect([line.textContent, line.title]).toEqual(["2 of 8 channels of conv are zero.", summary]);
    all(".cnnviz-finding-head")[0]!.click();
    expect(all(".cnnviz-finding-summary")[0]!.textContent).toBe(summary);
  });

  test("nothing is chosen or unfolded by itself", async () => {
    const model = await open(four);
    expect(model.state.finding).toBe(-1);
    expect(all(".cnnviz-finding-detail")).toHaveLength(0);
  });

  test("no trouble is said with its extent, and with what was not judged", async () => {
    await open([], {}, { layers: 1, samples: 8, skipped: [{ what: "targets", why: "<i>none</i>" }] });
    expect(find(".cnnviz-findings-head").textContent).toBe("No trouble found in 1 layer on 8 samples.");
    expect(find("details").hasAttribute("open")).toBe(true);
    expect(find("details").textContent).toBe("1 question was left opentargets: <i>none</i>");
    expect(find(".cnnviz-toolbar").hidden).toBe(true);
  });

  // A Dict of traitlets that may be None begins as an empty one.
  test.each([{ _report: null }, { _report: {} }])("before the first report it says that there is none: %o", async (nothing) => {
    const model = await open([], { stale: true, ...nothing });
    expect(find(".cnnviz-findings-head").textContent).toBe("Nothing has been diagnosed yet.");
    expect(find(".cnnviz-warning").hidden).toBe(true);
    model.set({ _report: { model: "cnn", layers: 3, samples: 2, notes: ["untrained"], skipped: [] }, _findings: [finding()] });
    expect(heads()).toHaveLength(1);
    expect(find(".cnnviz-findings-notes").textContent).toBe("untrained");
  });

  test("a model that has changed makes the report stale", async () => {
    const model = await open(four);
    expect(find(".cnnviz-warning").hidden).toBe(true);
    model.set("stale", true);
    expect(find(".cnnviz-warning").textContent).toBe("The model has changed since: diagnose again.");
  });

  test("open questions are folded where there are findings", async () => {
    await open(four, {}, { skipped: [{ what: "a", why: "b" }, { what: "c", why: "d" }] });
    expect(find(".cnnviz-findings-skipped summary").textContent).toBe("2 questions were left open");
    expect(find(".cnnviz-findings-skipped details").hasAttribute("open")).toBe(false);
  });
});

describe("choosing", () => {
  test("a click chooses and unfolds; a second folds and keeps the choice", async () => {
    const model = await open(four);
    heads()[1]!.click();
    expect(model.state.finding).toBe(1);
    expect(model.saves).toBe(1);
    expect(heads()[1]!.getAttribute("aria-expanded")).toBe("true");
    expect(all(".cnnviz-finding-detail")).toHaveLength(1);
    heads()[1]!.click();
    expect(model.state.finding).toBe(1);
    expect(all(".cnnviz-finding-detail")).toHaveLength(0);
    expect(heads()[1]!.getAttribute("aria-current")).toBe("true");
    heads()[1]!.click();
    expect(all(".cnnviz-finding-detail")).toHaveLength(1);
    expect(model.saves).toBe(1);
  });

  test("one row is unfolded at a time, whoever chose it", async () => {
    const model = await open(four);
    heads()[0]!.click();
    model.set("finding", 2);
    expect(heads().map((head) => head.getAttribute("aria-expanded"))).toEqual(["false", "false", "true", "false"]);
    model.set("finding", -1);
    expect(all(".cnnviz-finding-detail")).toHaveLength(0);
  });

  test("arrows, Home and End move, Enter and Space choose", async () => {
    const model = await open(four);
    heads()[0]!.focus();
    press(heads()[0]!, "ArrowDown");
    expect(document.activeElement).toBe(heads()[1]);
    expect(model.state.finding).toBe(-1);
    press(heads()[1]!, "Enter");
    expect(model.state.finding).toBe(1);
    press(heads()[1]!, "End");
    expect(document.activeElement).toBe(heads()[3]);
    press(heads()[3]!, "ArrowDown");
    expect(document.activeElement).toBe(heads()[3]);
    press(heads()[3]!, " ");
    expect(model.state.finding).toBe(3);
    press(heads()[3]!, "Home");
    expect(document.activeElement).toBe(heads()[0]);
    // One stop for the Tab key.
    expect(heads().map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1, -1]);
  });
});

describe("filters", () => {
  const many = Array.from({ length: 500 }, (_, i) =>
    finding({
      layer: `block${i}/conv`,
      severity: i < 5 ? "severe" : i < 20 ? "warning" : "note",
      kind: i % 2 ? "dead" : "near-zero",
    }),
  );
  const type = (text: string) => {
    const input = find<HTMLInputElement>("input");
    input.value = text;
    input.dispatchEvent(new Event("input"));
  };

  test("by severity", async () => {
    await open(many);
    const select = find<HTMLSelectElement>("select");
    select.value = "grave";
    select.dispatchEvent(new Event("change"));
    expect(heads()).toHaveLength(20);
    expect(find(".cnnviz-toolbar").textContent).toContain("20 of 500 shown");
  });

  test("by words of kind and layer; numbers stay the report's", async () => {
    const model = await open(many);
    type("dead block31");
    expect(heads()).toHaveLength(6);
    heads()[0]!.click();
    expect(model.state.finding).toBe(31);
    type("nothing like it");
    expect(find(".cnnviz-findings-list").textContent).toBe("No finding matches.");
    find("input").dispatchEvent(key("Escape"));
    expect(heads()).toHaveLength(500);
    expect(heads()[31]!.getAttribute("aria-expanded")).toBe("true");
  });

  test("few findings need no words to be found by", async () => {
    await open(four);
    expect(find<HTMLInputElement>("input").hidden).toBe(true);
  });
});

describe("what a row unfolds", () => {
  async function unfolded(more: Partial<FindingEntry>): Promise<HTMLElement> {
    await open([finding(more)], { finding: 0 });
    return find(".cnnviz-finding-detail");
  }

  test("summary, cure, limits, source, samples and channels, as text", async () => {
    const detail = await unfolded({ summary: "<img src=x>", limits: "Fires under 3/16." });
    const text = detail.textContent!;
    for (const part of ["<img src=x>", "Cure: Change the activation.", "Fires under 3/16.", "[WL20 §1.3.2]"]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("channels 1, 4 · on 16 samples · dead");
    expect(detail.querySelector("img")).toBeNull();
  });

  test("the number beside what it was compared with", async () => {
    const detail = await unfolded({
      reference: { name: "fresh weights", value: 0.01, percentile: 99, effect: 6.25 },
    });
    const rows = [...detail.querySelectorAll(".cnnviz-finding-numbers > *")].map((node) => node.textContent);
    expect(rows).toEqual([
      "25 %",
      "share of dead channels",
      "1.0 %",
      "compared with: fresh weights · percentile 99, effect 6.25",
    ]);
  });

  test("a histogram with axis and legend; the reference as an outline", async () => {
    const detail = await unfolded({
      evidence: { label: "fork height", edges: [0, 1, 2], shares: [0.75, 0.25], reference: [0.5, 0.5] },
      reference: { name: "fresh weights", value: 0.01, percentile: null, effect: null },
    });
    const picture = detail.querySelector("svg.cnnviz-histogram")!;
    expect(picture.getAttribute("aria-label")).toBe(
      "Histogram of fork height, from 0 to 2; most, 75 %, between 0 and 1",
    );
    expect(picture.querySelectorAll("path")).toHaveLength(2);
    expect(detail.querySelector(".cnnviz-evidence-axis")!.textContent).toBe("0fork height2");
    expect(detail.querySelector(".cnnviz-evidence-legend")!.textContent).toBe("this layerfresh weights");
  });

  test("without a reference there is no outline", async () => {
    const detail = await unfolded({ evidence: { label: "x", edges: [0, 1], shares: [1], reference: [] } });
    expect(detail.querySelectorAll(".cnnviz-histogram path")).toHaveLength(1);
  });

  test("numbers that are all alike are no range", async () => {
    const detail = await unfolded({ evidence: { label: "target", edges: [5, 5], shares: [1], reference: [] } });
    expect(detail.querySelector("svg.cnnviz-histogram")!.getAttribute("aria-label")).toBe(
      "Histogram of target: all 5",
    );
    expect(detail.querySelector(".cnnviz-evidence-axis")!.textContent).toBe("5target");
  });

  test("a few layers that follow are named, of many the rest is folded", async () => {
    expect((await unfolded({ follows: ["a", "b"] })).textContent).toContain("also shows in: a, b");
    document.body.replaceChildren();
    const detail = await unfolded({ follows: ["a", "b", "c", "d", "e"] });
    expect(detail.querySelector("summary")!.textContent).toBe("also shows in: a, b, c and 2 more");
    expect(detail.querySelector("summary")!.title).toBe("a\nb\nc\nd\ne");
    expect(detail.querySelector("details")!.textContent).toContain("d, e");
  });

  test("findings about weights rest on no samples", async () => {
    expect((await unfolded({ samples: 0, channel_count: 0, channels: [] })).textContent).toContain(
      "on the weights alone · dead",
    );
  });
});

describe("words and bars", () => {
  test("channels are named, counted, or all", () => {
    const text = (count: number, channels: number[]) => channelText(finding({ channel_count: count, channels }));
    expect(text(0, [])).toBe("");
    expect(text(1, [7])).toBe("channel 7");
    expect(text(30, [1, 2])).toBe("30 channels: 1, 2, …");
    expect(text(9, [0, 1, 2, 3, 4, 5, 6, 7, 8])).toBe("9 channels: 0, 1, 2, 3, 4, 5, 6, 7, 8");
  });

  test("what is not finite says so", () => {
    expect(valueText(null, true)).toBe("not finite");
    expect(valueText(0.5, true)).toBe("50 %");
    expect(valueText(0.5, false)).toBe("0.5");
  });

  test("bars of unequal width have areas in proportion to their shares", () => {
    const bins = binsOf([0, 1, 4], [0.5, 0.5]);
    const areas = bins.map(({ from, to, density }) => (to - from) * density);
    expect(areas[0]).toBeCloseTo(areas[1]!);
    expect(bins[1]!.to / bins[0]!.to).toBeCloseTo(4);
  });

  test.each([
    ["all equal", [2, 2, 2]],
    ["not finite", [null, 0, 1]],
  ])("edges that are %s stand evenly", (_, edges) => {
    const [first, second] = binsOf(edges, [0.5, 0.5]);
    expect(first!.to).toBeCloseTo(second!.to / 2);
    expect(first!.density).toBeCloseTo(second!.density);
  });
});
