/** The health panel rendered with stand-ins for bqplot's marks: what they are told. */
import { describe, expect, test } from "vitest";

import panel from "../../src/health-panel";
import { layerColors } from "../../src/health-panel/colors";
import { scaleFor, written } from "../../src/lib/plots/value-scale";
import type { NumberEntry } from "../../src/lib/wire/payloads";
import type { HealthState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, figure, find, frame, key, show, view } from "../fake";

emptyPage();

const chips = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-health-chip")];
const readout = (): string => find(".cnnviz-health-readout").textContent!;

const entry = (name: string, look: NumberEntry["look"], more: Partial<NumberEntry> = {}): NumberEntry => ({
  name,
  title: `title of ${name}`,
  explanation: `about ${name}`,
  look,
  known: true,
  ...more,
});

const PARTS = ["every", "chosen", "hovered", "position", "step_axis", "log_axis", "linear_axis", "step_scale", "log_scale", "linear_scale"];
const PATHS = ["a/conv", "b/conv", "<b>last</b>"];
const NUMBERS = [entry("dead_share", "share"), entry("change", "size"), entry("gradient_norm", "size", { known: false })];
// Three layers over four moments, for each of two numbers and one that is not known.
const VALUES = [
  [0, 0, 0.25, 0.5, 0, 0, 0, 0, NaN, NaN, 1, 1],
  [NaN, 0.1, 0.01, 0.001, NaN, 1, 1, 1, NaN, 1, 0, 0],
  Array.from({ length: 12 }, () => NaN),
].flat();

async function open(more: Partial<HealthState> = {}, linked = true) {
  const parts = Object.fromEntries(PARTS.map((name) => [name, new FakeModel({ x: [], y: [], scales: {} }, name)])) as Record<string, FakeModel>;
  const selector = new FakeModel({ layer: "", _shown: "" }, "selector");
  const timeline = new FakeModel({ position: -1 }, "timeline");
  const model = new FakeModel<HealthState>({
    number: "",
    selector: linked ? "selector" : null,
    timeline: linked ? "timeline" : null,
    _numbers: NUMBERS,
    _paths: PATHS,
    _steps: view(Float64Array.of(0, 10, 20, 40)),
    _values: view(Float32Array.from(VALUES)),
    _layers: 3,
    _moments: 4,
    _figure: figure(),
    _every: "every",
    _chosen: "chosen",
    _hovered: "hovered",
    _position: "position",
    _step_axis: "step_axis",
    _log_axis: "log_axis",
    _linear_axis: "linear_axis",
    _step_scale: "anywidget:step_scale",
    _log_scale: "anywidget:log_scale",
    _linear_scale: "anywidget:linear_scale",
    ...more,
  });
  await show(panel, model);
  return { model, selector, timeline, parts };
}

const y = (part: FakeModel | undefined): number[][] => (part!.state.y as Float64Array[]).map((line) => Array.from(line));

describe("curves", () => {
  test("one a layer, of one length, with gaps; nothing is sent to the kernel", async () => {
    const { parts } = await open();
    expect(y(parts.every)).toEqual([
      [0, 0, 0.25, 0.5],
      [0, 0, 0, 0],
      [NaN, NaN, 1, 1],
    ]);
    expect(parts.every!.state.x).toHaveLength(3);
    expect(parts.every!.state.colors).toHaveLength(3);
    expect(parts.every!.saves).toBe(0);
    expect([parts.linear_axis!.state.visible, parts.log_axis!.state.visible]).toEqual([true, false]);
    expect(parts.step_scale!.state).toMatchObject({ min: 0, max: 40 });
    // Few points are dots, too.
    expect(parts.every!.state.marker).toBe("circle");
  });

  test("another number is drawn at once, on the axis that suits it", async () => {
    const { model, parts } = await open();
    const select = find<HTMLSelectElement>("select");
    expect([...select.options].map(({ textContent, disabled }) => [textContent, disabled])).toEqual([
      ["title of dead_share", false],
      ["title of change", false],
      ["title of gradient_norm (not known)", true],
    ]);
    select.value = "change";
    select.dispatchEvent(new Event("change"));
    expect([model.state.number, model.saves]).toEqual(["change", 1]);
    expect([parts.linear_axis!.state.visible, parts.log_axis!.state.visible]).toEqual([false, true]);
    expect((parts.every!.state.scales as { y: unknown }).y).toBe(parts.log_scale);
    // 0 runs along the bottom, and that is said.
    const bottom = parts.log_scale!.state.min as number;
    expect(bottom).toBeLessThan(0.001);
    expect(y(parts.every)[2]).toEqual([NaN, 1, bottom, bottom]);
    expect(find(".cnnviz-note").textContent).toBe("0 is drawn at the bottom of the logarithmic axis.");
  });

  test("a number that is gone gives way to the first one", async () => {
    const { parts } = await open({ number: "gone" });
    expect(y(parts.every)[0]).toEqual([0, 0, 0.25, 0.5]);
    expect(find<HTMLSelectElement>("select").value).toBe("dead_share");
  });

  test("what is left out and thinned is said", async () => {
    await open({ _layers: 70, _moments: 4000 });
    expect(find(".cnnviz-note").textContent).toContain("3 of 70 layers have a curve");
    expect(find(".cnnviz-note").textContent).toContain("4,000 moments are drawn as 4 points");
  });

  test("no moment, one moment", async () => {
    const { model, parts } = await open({ _steps: view(new Float64Array(0)), _values: view(new Float32Array(0)), _moments: 0 });
    expect(readout()).toContain("No numbers yet");
    expect(parts.every!.state.x).toEqual([]);
    expect(chips()).toHaveLength(0);
    model.set({ _steps: view(Float64Array.of(7)), _values: view(new Float32Array(9).fill(0.5)), _moments: 1 });
    await frame();
    expect(y(parts.every)).toEqual([[0.5], [0.5], [0.5]]);
    expect(parts.step_scale!.state).toMatchObject({ min: 6, max: 8 });
    expect(Array.from(parts.step_axis!.state.tick_values as Float64Array)).toEqual([7]);
  });
});

describe("layers", () => {
  test("go by their last name where it is their own, as text", async () => {
    await open();
    expect(chips().map((chip) => chip.textContent)).toEqual(["a/conv", "b/conv", "b>"]);
    expect(document.querySelector("b")).toBeNull();
  });

  test("the selector's layer stands out, whoever chose it", async () => {
    const { selector, parts } = await open();
    expect(y(parts.chosen)).toEqual([]);
    selector.set("layer", "b/conv");
    await frame();
    expect(y(parts.chosen)).toEqual([[0, 0, 0, 0]]);
    expect(parts.chosen!.state.colors).toEqual([(parts.every!.state.colors as string[])[1]]);
    expect(chips().map((chip) => chip.getAttribute("aria-pressed"))).toEqual(["false", "true", "false"]);
    expect(Math.max(...(parts.every!.state.opacities as number[]))).toBeLessThan(0.5);
    expect(readout()).toBe("b/conv: 0 % at step 40");
    selector.set("layer", "not listed");
    await frame();
    expect(y(parts.chosen)).toEqual([]);
  });

  test("a click on a layer chooses it in the selector", async () => {
    const { selector } = await open();
    chips()[0]!.click();
    expect([selector.state.layer, selector.saves]).toEqual(["a/conv", 1]);
  });

  test("without a selector it is chosen here", async () => {
    const { parts } = await open({}, false);
    chips()[0]!.click();
    await frame();
    expect(y(parts.chosen)).toEqual([[0, 0, 0.25, 0.5]]);
  });

  test("hovering shows one, and leaving the chosen one", async () => {
    const { selector, parts } = await open();
    selector.set("layer", "b/conv");
    chips()[0]!.dispatchEvent(at("pointerenter", 0, 0));
    await frame();
    expect(y(parts.hovered)).toEqual([[0, 0, 0.25, 0.5]]);
    expect(readout()).toBe("a/conv: 50 % at step 40");
    find(".cnnviz-health-chips").dispatchEvent(at("pointerleave", 0, 0));
    await frame();
    expect(y(parts.hovered)).toEqual([]);
    expect(readout()).toBe("b/conv: 0 % at step 40");
  });

  test("are one stop of the Tab key, and arrows go from one to the next", async () => {
    await open();
    expect(chips().map((chip) => chip.tabIndex)).toEqual([0, -1, -1]);
    chips()[0]!.focus();
    chips()[0]!.dispatchEvent(key("ArrowRight"));
    expect(document.activeElement).toBe(chips()[1]);
    expect(chips().map((chip) => chip.tabIndex)).toEqual([-1, 0, -1]);
    chips()[1]!.dispatchEvent(key("End"));
    expect(document.activeElement).toBe(chips()[2]);
  });

  test("have a colour of their own, few and many, light and dark", () => {
    for (const dark of [false, true]) {
      for (const count of [0, 1, 2, 6, 7, 64]) {
        const colors = layerColors(count, dark);
        expect(new Set(colors).size).toBe(count);
      }
    }
  });
});

describe("the position", () => {
  test("of the timeline is a line, and the values are those there", async () => {
    const { selector, timeline, parts } = await open();
    selector.set("layer", "a/conv");
    expect(parts.position!.state.x).toHaveLength(0);
    timeline.set("position", 25);
    await frame();
    expect(Array.from(parts.position!.state.x as Float64Array)).toEqual([25, 25]);
    expect(Array.from(parts.position!.state.y as Float64Array)).toEqual([0, 1]);
    expect(readout()).toBe("a/conv: 25 % at step 20");
    expect(chips()[2]!.title).toBe("<b>last</b>: 100 %");
    timeline.set("position", -1);
    await frame();
    expect(parts.position!.state.x).toHaveLength(0);
  });
});

describe("the axis of values", () => {
  const scale = (look: Parameters<typeof scaleFor>[0], ...values: number[]) => scaleFor(look, Float32Array.from(values));

  test("a size that spans powers of ten is logarithmic, another one is not", () => {
    expect(scale("size", 1e-4, 1).log).toBe(true);
    expect(Array.from(scale("size", 1e-4, 1).ticks)).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1].map((tick) => expect.closeTo(tick)));
    expect(Array.from(scale("size", 2, 30).ticks)).toEqual([2, 5, 10, 20]);
    expect(scale("size", 4, 5).log).toBe(false);
    expect(scale("size", 0, 0).log).toBe(false);
    expect(scale("size", -1, 100).log).toBe(false);
    expect(scale("value", 1e-4, 1).log).toBe(false);
  });

  test("its ends hold every value, and no axis is empty or upside down", () => {
    for (const look of ["share", "count", "size", "value"] as const) {
      for (const values of [[], [NaN], [0], [1], [3, 3], [0, 1e-30], [1e-30, 1e30], [0, 0.004], [120]]) {
        const made = scale(look, ...values);
        expect(made.max).toBeGreaterThan(made.min);
        expect(made.ticks.length).toBeGreaterThan(0);
        for (const tick of made.ticks) expect(tick >= made.min && tick <= made.max).toBe(true);
        const highest = Math.max(...values.filter((value) => !Number.isNaN(value)), -Infinity);
        expect(Math.fround(made.max)).toBeGreaterThanOrEqual(Math.fround(highest));
      }
    }
  });

  test("values are written as their number wants it", () => {
    expect([written("share", 0.5), written("count", 1200), written("size", 0.01234), written("size", NaN)]).toEqual([
      "50 %",
      "1,200",
      "0.0123",
      "not known",
    ]);
  });
});
