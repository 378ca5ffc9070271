/** The strip beside the rows: where the line goes, where it ends, and what a press on it chooses. */
import { describe, expect, test } from "vitest";

import selector from "../../src/layer-selector";
import { ROW } from "../../src/layer-selector/strip";
import type { LayerEntry } from "../../src/lib/wire/payloads";
import type { LayerSelectorState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, show } from "../fake";
import { layer, VGG16 } from "./models";

emptyPage();

async function open(layers: LayerEntry[], chosen = layers[0]!.path, width = 250) {
  const state = { _layers: layers, _basis: "", _earlier_scale: false, _unseen: [], layer: chosen, _shown: chosen, height: 300 };
  const model = new FakeModel<LayerSelectorState>(state);
  await show(selector, model, width);
  return model;
}

const scales = (...each: (number | null)[]): LayerEntry[] => each.map((scale, number) => layer(`layer${number}x`, { scale }));
const numbers = (path: string): number[][] =>
  [...path.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
const drawn = (name: string): string => find(`.cnnviz-strip-${name}`).getAttribute("d")!;

describe("the line of the scale", () => {
  test("is logarithmic: equal factors are equal steps, from the least at the left", async () => {
    await open(scales(1, 1e-2, 1e-4, 1e-6));
    const line = numbers(drawn("line"));
    expect(line.map(([, y]) => y)).toEqual([0.5, 1.5, 2.5, 3.5].map((row) => row * ROW));
    const x = line.map(([x]) => x!);
    const steps = x.slice(1).map((each, at) => x[at]! - each);
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!, 0);
    expect(x[0]! - x[3]!).toBeGreaterThan(25);
  });

  test("shows the usual ups and downs as small ones", async () => {
    await open(scales(1, 1.5, 0.7, 1.2));
    const x = numbers(drawn("line")).map(([x]) => x!);
    expect(Math.max(...x) - Math.min(...x)).toBeLessThan(5);
  });

  test("has a gap where a scale is not known, and the choice there a ring", async () => {
    await open(scales(1, null, 1, 1), "layer1x");
    expect(drawn("line").match(/M/g)).toHaveLength(2);
    expect(numbers(drawn("points"))).toHaveLength(3);
    expect(find(".cnnviz-strip-chosen").classList.contains("cnnviz-unknown")).toBe(true);
  });

  test("ends at the left, marked, where nothing varies any more", async () => {
    await open(scales(1, 0));
    const [[x]] = numbers(drawn("none")) as [[number]];
    expect(x).toBeLessThan(numbers(drawn("points"))[0]![0]!);
    expect(numbers(drawn("none"))).toHaveLength(1);
  });

  test("is dashed where the scales are of an earlier look", async () => {
    const model = await open(scales(1, 2));
    const earlier = (): boolean => find(".cnnviz-strip-line").classList.contains("cnnviz-earlier");
    expect(earlier()).toBe(false);
    model.set("_earlier_scale", true);
    expect(earlier()).toBe(true);
  });

  test("nothing is known of any: no line, no number that is none", async () => {
    await open(scales(null, null));
    expect([drawn("line"), drawn("points"), drawn("none")]).toEqual(["", "", ""]);
    expect(document.querySelector("svg.cnnviz-layer-strip")!.outerHTML).not.toMatch(/NaN|Infinity/);
  });
});

describe("the bars of the dead share", () => {
  const bars = (): number[] => [...drawn("bars").matchAll(/h([\d.]+)v/g)].map(([, length]) => Number(length));

  test("are full at half, and not there where nothing is dead or known", async () => {
    await open([0, 1, 2, 3, 4].map((dead) => layer(`l${dead}x`, { dead })).concat(layer("none", { channels: null, dead: null })));
    const full = Math.max(...bars());
    expect(bars()).toEqual([full / 2, full, full, full]);
  });

  test("are full where values are not finite", async () => {
    await open([layer("half", { dead: 2 }), layer("nan", { nonfinite: 1 })]);
    expect(bars()[1]).toBe(bars()[0]);
  });
});

describe("layers of a folded block", () => {
  test("share its row", async () => {
    await open(VGG16, "flatten");
    const y = numbers(drawn("line")).map(([, y]) => y!);
    expect(y).toHaveLength(VGG16.length);
    const inFirst = y.filter((each) => each < ROW);
    expect(inFirst).toHaveLength(3);
    expect(inFirst).toEqual([...inFirst].sort((one, other) => one - other));
  });

  /** happy-dom lays nothing out: all boxes begin at the corner, and end there. */
  const press = (type: string, y: number): void => void find(".cnnviz-layer-block").dispatchEvent(at(type, 0, y));

  test("are pointed at and chosen there one by one", async () => {
    const model = await open(VGG16, "flatten");
    press("pointermove", 14);
    expect(find(".cnnviz-layer-block").title.split("\n")[0]).toBe("block1_conv2");
    press("pointerout", 14);
    expect(find(".cnnviz-layer-block").title.split("\n")[0]).toBe("block1");
    press("click", 24);
    expect(model.state.layer).toBe("block1_pool");
    expect(find("[aria-selected=true]").title.split("\n")[0]).toBe("block1_pool");
  });
});

test("the choice is a point of its own, on the row of its layer", async () => {
  const model = await open(scales(1, 1, 1));
  const chosen = find(".cnnviz-strip-chosen");
  expect(Number(chosen.getAttribute("cy"))).toBe(0.5 * ROW);
  model.set({ layer: "layer2x", _shown: "layer2x" });
  expect(Number(chosen.getAttribute("cy"))).toBe(2.5 * ROW);
});

test("a rail has the same rows in less room", async () => {
  await open(VGG16, "block4_conv1", 39);
  const strip = find(".cnnviz-layer-strip");
  expect([strip.getAttribute("width"), strip.getAttribute("height")]).toEqual(["39", String(13 * ROW)]);
  for (const [x] of numbers(drawn("line"))) expect(x).toBeLessThan(39);
});
