/** The slider over the kept maps of a training. */
import { expect, test, vi } from "vitest";

import networkMap from "../../src/network-map";
import type { MapViewState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, frame, shared, show } from "../fake";
import { mapState } from "./map-state";

emptyPage();

async function open(state: Partial<MapViewState>) {
  shared();
  const model = new FakeModel<MapViewState>({ ...mapState(), ...state });
  const { abort } = await show(networkMap, model, 1000);
  const label = [...document.querySelectorAll<HTMLElement>(".cnnviz-map-toolbar .cnnviz-choice")].find((each) => each.textContent!.startsWith("step"))!;
  return { model, abort, label, slider: label.querySelector("input")! };
}

const move = (slider: HTMLInputElement, value: number): void => {
  slider.value = String(value);
  slider.dispatchEvent(new Event("input"));
};

test("it is there where maps were kept, and its end is the present", async () => {
  const { label, model, slider } = await open({});
  expect(label.hidden).toBe(true);
  model.set("moments", [0, 40, 1200]);
  await frame();
  expect(label.hidden).toBe(false);
  expect([slider.max, slider.value, label.querySelector("output")!.textContent]).toEqual(["3", "3", "now"]);
  model.set("moment", 40);
  await frame();
  expect([slider.value, slider.getAttribute("aria-valuetext")]).toEqual(["1", "step 40"]);
});

test("where it rests the map of that step is asked for, once", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { model, slider, label } = await open({ moments: [0, 40, 1200] });
    move(slider, 2);
    move(slider, 1);
    expect(label.querySelector("output")!.textContent).toBe("40");
    vi.advanceTimersByTime(200);
    expect(model.state._asked.slice(1)).toEqual(["moment", "", [], 40]);
    expect(model.saves).toBe(1);
    // While that is done another one waits.
    move(slider, 3);
    vi.advanceTimersByTime(200);
    expect(model.saves).toBe(1);
    model.set("moment", 40);
    model.set("_answered", model.state._asked[0]);
    vi.advanceTimersByTime(200);
    expect(model.state._asked.slice(1)).toEqual(["moment", "", [], -1]);
  } finally {
    vi.useRealTimers();
  }
});

test("nothing is asked for once the page is gone", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { model, slider, abort } = await open({ moments: [0, 40] });
    move(slider, 0);
    abort();
    vi.advanceTimersByTime(1000);
    expect(model.saves).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("without a live model nothing can be changed, and the last moment is the end", async () => {
  const { slider } = await open({ moments: [0, 40], moment: 40, live: false });
  expect([slider.max, slider.value]).toEqual(["1", "1"]);
  const named = (text: string) => document.querySelector<HTMLButtonElement>(`button[aria-label="${text}"]`)!;
  expect(named("Make the map anew").disabled).toBe(true);
  expect([...document.querySelectorAll("button")].find((each) => each.textContent === "Weights")!.disabled).toBe(true);
});
