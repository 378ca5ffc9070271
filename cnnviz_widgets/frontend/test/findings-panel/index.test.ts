/** The findings panel rendered with a stand-in: rows, choice, filters, and what a row unfolds. */
import { describe, expect, test } from "vitest";

import panel from "../../src/findings-panel";
import { binsOf } from "../../src/findings-panel/histogram";
import { channelText, valueText } from "../../src/findings-panel/report";
import { FINDING_TITLES } from "../../src/lib/wire/constants";
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
  channel_names: [],
  channels: [1, 4],
  channel_total: 8,
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
    diagnosing: false,
    dismissed: [],
    _select_asked: 0,
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

const button = (text: string): HTMLButtonElement =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].find(
    (made) => made.textContent === text || made.getAttribute("aria-label") === text,
  )!;
const titles = () => all(".cnnviz-cause-title").map(({ textContent }) => textContent);
const places = () => all(".cnnviz-finding-place").map(({ textContent }) => textContent);

test("lines of code in a cure are marked, and text of a model is no markup", async () => {
  await open([finding({ cure: "Flip: `x[..., ::-1]`, not <b>." })]);
  const cure = find(".cnnviz-cause-cure");
  expect(cure.textContent).toBe("Flip: x[..., ::-1], not <b>.");
  expect([...cure.querySelectorAll("code")].map((code) => code.textContent)).toEqual(["x[..., ::-1]"]);
});

describe("causes", () => {
  test("have what the report calls them, in how many layers, and their cure once", async () => {
    await open([finding(), finding({ layer: "conv2", severity: "warning" }), finding({ kind: "duplicate", cure: "Prune." })]);
    expect(titles()).toEqual(["Dead channels in 2 layers", "Duplicate channels"]);
    expect(all(".cnnviz-cause-cure").map(({ textContent }) => textContent)).toEqual(["Change the activation.", "Prune."]);
    expect(places()).toEqual(["conv1", "conv2", "conv1"]);
  });

  test("of one kind with two cures are two: nothing is advised that the report does not advise", async () => {
    await open([finding(), finding({ layer: "conv2", cure: "Lower the learning rate." }), finding({ layer: "conv3" })]);
    expect(titles()).toEqual(["Dead channels in 2 layers", "Dead channels"]);
    expect(places()).toEqual(["conv1", "conv3", "conv2"]);
  });

  test("are told how grave they are by a mark and in words", async () => {
    await open(four);
    expect(all(".cnnviz-severity").map((mark) => mark.textContent)).toEqual(["severe", "warning", "warning", "note"]);
    expect(all(".cnnviz-severity svg")).toHaveLength(4);
  });

  test("notes stand in one line, but for those of a graver cause", async () => {
    const notes = Array.from({ length: 45 }, (_, i) => finding({ kind: "near-zero", severity: "note", layer: `l${i}` }));
    await open([finding(), finding({ severity: "note", layer: "conv9" }), ...notes]);
    const mild = find<HTMLDetailsElement>(".cnnviz-findings-mild");
    expect([mild.open, find(".cnnviz-findings-mild > summary").textContent]).toEqual([false, "45 notes"]);
    expect(places().slice(0, 2)).toEqual(["conv1", "conv9"]);
    expect(mild.querySelectorAll(".cnnviz-finding")).toHaveLength(45);
    expect(all(".cnnviz-finding-bar.cnnviz-grave")).toHaveLength(1);
  });

  test("a few notes are not folded where there is nothing graver", async () => {
    const model = await open([finding({ severity: "note" })]);
    expect(find<HTMLDetailsElement>(".cnnviz-findings-mild").open).toBe(true);
    model.set({ _report: { model: "cnn", layers: 3, samples: 2, notes: [], skipped: [] }, _findings: four });
    expect(find<HTMLDetailsElement>(".cnnviz-findings-mild").open).toBe(false);
  });
});

describe("a row", () => {
  test("has its layer's last name as text, the share as a bar, and the count", async () => {
    await open([finding({ layer: "outer/<b>conv</b>" })]);
    expect(places()).toEqual(["b>"]);
    expect(heads()[0]!.title).toContain("outer/<b>conv</b>");
    expect(find(".cnnviz-finding-value").textContent).toBe("2/8");
    expect(find(".cnnviz-finding-bar > i").style.width).toBe("25%");
  });

  test("names a weight, and the model as a whole", async () => {
    await open(four);
    expect(places()).toEqual(["conv1", "b> · kernel", "the model as a whole", "conv1"]);
  });

  test("has the measured share where it is not known of how many, and no bar for what is of no channels", async () => {
    const measured = { name: "share of right answers", value: 0.16, is_share: true };
    await open([finding({ channel_total: null }), finding({ kind: "memorised", channel_count: 0, channels: [], measured })]);
    expect(all(".cnnviz-finding-value").map(({ textContent }) => textContent)).toEqual(["25 %", "16 %"]);
    expect(all(".cnnviz-finding-bar > i")).toHaveLength(1);
  });

  test("shortens a name of thousands of letters, in its evidence, too", async () => {
    const layer = "x".repeat(3000);
    await open([finding({ layer, summary: `2 of 8 channels of ${layer} are zero.` })], { finding: 0 });
    const summary = find(".cnnviz-finding-summary");
    expect(summary.textContent!.length).toBeLessThan(120);
    expect(summary.title).toContain(layer);
  });
});

describe("the list", () => {
  test("says how many there are of what, and on what they rest", async () => {
    await open(four);
    const head = find(".cnnviz-findings-head");
    expect(head.textContent).toBe("4 findings: 1 severe, 2 warnings, 1 note, in 12 layers on 64 samples");
    expect(head.classList.contains("cnnviz-unseen")).toBe(true);
  });

  test("nothing is chosen or unfolded by itself", async () => {
    const model = await open(four);
    expect(model.state.finding).toBe(-1);
    expect(all(".cnnviz-finding-detail")).toHaveLength(0);
  });

  test("no trouble is said with its extent, and with what was not judged", async () => {
    await open([], {}, { layers: 1, samples: 8, skipped: [{ what: "targets", why: "<i>none</i>" }] });
    expect(find(".cnnviz-findings-head").textContent).toBe("No trouble found in 1 layer on 8 samples.");
    const [absent, left] = all(".cnnviz-findings-folded") as HTMLDetailsElement[];
    expect([absent!.open, left!.open]).toEqual([false, true]);
    expect(left!.textContent).toBe("Left open1 questiontargets: <i>none</i>");
    expect(find(".cnnviz-toolbar").hidden).toBe(true);
  });

  test("what was not found is listed, without what was found or left open", async () => {
    await open([finding()], {}, { skipped: [{ what: "frozen: conv1", why: "…" }] });
    const [absent] = all(".cnnviz-findings-folded");
    const listed = [...absent!.querySelectorAll("li")].map(({ textContent }) => textContent);
    const every = Object.values(FINDING_TITLES);
    expect(listed).toEqual(every.filter((title) => title !== "dead channels" && title !== "frozen weights"));
    expect(absent!.querySelector("summary")!.textContent).toBe(`Nothing found${every.length - 2} signs`);
  });

  // A Dict of traitlets that may be None begins as an empty one.
  test.each([{ _report: null }, { _report: {} }])("before the first report it says that there is none: %o", async (nothing) => {
    const model = await open([], { stale: true, ...nothing });
    expect(find(".cnnviz-findings-head").textContent).toBe("Nothing has been diagnosed yet.");
    model.set("diagnosing", true);
    expect(find(".cnnviz-findings-head").textContent).toBe("Diagnosing…");
    model.set("diagnosing", false);
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
    const left = all(".cnnviz-findings-folded")[1] as HTMLDetailsElement;
    expect([left.querySelector("summary")!.textContent, left.open]).toEqual(["Left open2 questions", false]);
  });
});

describe("dismissing", () => {
  test("a cause goes with all its rows, and comes back", async () => {
    const model = await open([finding(), finding({ layer: "conv2" }), finding({ kind: "duplicate" })]);
    button("Dismiss: Dead channels in 2 layers").click();
    expect(model.state.dismissed).toEqual([["dead", "conv1"], ["dead", "conv2"]]);
    expect(model.saves).toBe(1);
    expect(titles()).toEqual(["Duplicate channels"]);
    button("Show 2 dismissed").click();
    expect(model.state.dismissed).toEqual([]);
    expect(titles()).toHaveLength(2);
  });

  test("a finding goes by itself, from its evidence", async () => {
    const model = await open([finding(), finding({ layer: "conv2" })]);
    heads()[1]!.click();
    button("Dismiss").click();
    expect(model.state.dismissed).toEqual([["dead", "conv2"]]);
    expect(places()).toEqual(["conv1"]);
  });

  test("lasts for later reports, by kind and layer, and what is not in them stays away", async () => {
    const model = await open(four, { dismissed: [["dead", "conv1"], ["dead", "gone"]] });
    expect(places()).not.toContain("conv1 dead");
    expect(titles()).toEqual(["Duplicate channels", "Unreachable targets", "New kind"]);
    model.set({ _report: { model: "cnn", layers: 3, samples: 2, notes: [], skipped: [] }, _findings: [finding()] });
    expect(find(".cnnviz-findings-none").textContent).toBe("All findings are dismissed.");
    button("Show 1 dismissed").click();
    expect(model.state.dismissed).toEqual([["dead", "gone"]]);
  });

  test("leaves the keyboard in the list", async () => {
    await open([finding(), finding({ layer: "conv2" })]);
    heads()[0]!.click();
    heads()[0]!.focus();
    button("Dismiss").click();
    expect(document.activeElement).toBe(heads()[0]);
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
    // Notes that are folded away are no place to go to.
    press(heads()[1]!, "End");
    expect(document.activeElement).toBe(heads()[2]);
    find<HTMLDetailsElement>(".cnnviz-findings-mild").open = true;
    press(heads()[2]!, "End");
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
    expect(find(".cnnviz-findings-none").textContent).toBe("No finding matches.");
    find("input").focus();
    find("input").dispatchEvent(key("Escape"));
    expect(heads()).toHaveLength(500);
    expect(find("[id$='-31']").getAttribute("aria-expanded")).toBe("true");
  });

  test("few findings need no words to be found by", async () => {
    await open(four);
    expect(find(".cnnviz-toolbar").hidden).toBe(true);
  });
});

describe("what a row unfolds", () => {
  async function unfolded(more: Partial<FindingEntry>): Promise<HTMLElement> {
    await open([finding(more)], { finding: 0 });
    return find(".cnnviz-finding-detail");
  }

  test("summary, limits, source, samples and channels, as text", async () => {
    const detail = await unfolded({ summary: "<img src=x>", limits: "Fires under 3/16." });
    const text = detail.textContent!;
    for (const part of ["<img src=x>", "Fires under 3/16.", "[WL20 §1.3.2]"]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("channels 1, 4 · on 16 samples · dead");
    expect(detail.querySelector("img")).toBeNull();
  });

  test("a button that has Python select its channels, where it concerns some", async () => {
    const model = await open([finding({ channel_count: 1200 })], { finding: 0 });
    button("Select 1,200").click();
    expect([model.state._select_asked, model.saves]).toEqual([1, 1]);
    model.connect(false);
    expect(button("Select 1,200").disabled).toBe(true);
    model.set({ _findings: [finding({ channel_count: 0, channels: [] })] });
    expect(all(".cnnviz-primary")).toHaveLength(0);
  });

  test("where sign and cure come from, on request", async () => {
    const detail = await unfolded({});
    const source = detail.querySelector<HTMLElement>(".cnnviz-finding-source")!;
    expect(source.hidden).toBe(true);
    button("Source").click();
    expect([source.hidden, button("Source").getAttribute("aria-expanded")]).toEqual([false, "true"]);
    expect(source.textContent).toContain("[WL20 §1.3.2]");
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
    const follows = detail.querySelector(".cnnviz-finding-follows")!;
    expect(follows.querySelector("summary")!.textContent).toBe("also shows in: a, b, c and 2 more");
    expect(follows.querySelector("summary")!.title).toBe("a\nb\nc\nd\ne");
    expect(follows.textContent).toContain("d, e");
  });

  test("findings about weights rest on no samples", async () => {
    expect((await unfolded({ samples: 0, channel_count: 0, channels: [] })).textContent).toContain(
      "on the weights alone · dead",
    );
  });
});

describe("words and bars", () => {
  test("channels are named, counted, or all", () => {
    expect(channelText(finding({ channel_count: 2, channels: [1, 7], channel_names: ["coat", "<i>"] }))).toBe("channels 1 (coat), 7 (<i>)");
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
