/** A figure has its margins only where there is room for them. */
import { afterEach, expect, test, vi } from "vitest";

import { DENSITY_MARGINS, marginsWhileShown } from "../../../src/lib/plots/margins";
import { emptyPage, FakeModel } from "../../fake";

emptyPage();
afterEach(() => void vi.unstubAllGlobals());

test.each([[0, false], [140, false], [141, true], [800, true]])("%i pixels wide: %s", (width, has) => {
  let resized: () => void = () => undefined;
  vi.stubGlobal("ResizeObserver", class {
    constructor(callback: () => void) {
      resized = callback;
    }
    observe(): void {}
    disconnect(): void {}
  });
  const none = { top: 0, bottom: 0, left: 0, right: 0 };
  const figure = new FakeModel<Record<string, unknown>>({ fig_margin: none });
  const beside = document.createElement("div");
  let now = 0;
  Object.defineProperty(beside, "clientWidth", { get: () => now });
  const lay = marginsWhileShown(figure as never, beside, () => DENSITY_MARGINS, new AbortController().signal);
  expect(figure.state.fig_margin).toEqual(none);
  now = width;
  resized();
  expect(figure.state.fig_margin).toEqual(has ? DENSITY_MARGINS : none);
  now = 0;
  lay();
  expect(figure.state.fig_margin).toEqual(none);
});

test("they are not saved with the notebook, where a pane that is hidden would be drawn by them", () => {
  vi.stubGlobal("ResizeObserver", class {
    observe(): void {}
    disconnect(): void {}
  });
  class Figure extends FakeModel<Record<string, unknown>> {
    get_state(): Record<string, unknown> {
      return { title: "x", fig_margin: this.state.fig_margin };
    }
  }
  const figure = new Figure({ fig_margin: DENSITY_MARGINS });
  const end = new AbortController();
  const beside = document.createElement("div");
  Object.defineProperty(beside, "clientWidth", { value: 800 });
  marginsWhileShown(figure as never, beside, () => DENSITY_MARGINS, end.signal);
  expect(figure.state.fig_margin).toEqual(DENSITY_MARGINS);
  expect(figure.get_state()).toEqual({ title: "x", fig_margin: { top: 0, bottom: 0, left: 0, right: 0 } });
  // Shown once more: it is saved so until the last of its views has gone.
  const second = new AbortController();
  marginsWhileShown(figure as never, beside, () => DENSITY_MARGINS, second.signal);
  end.abort();
  expect(figure.get_state().fig_margin).toEqual({ top: 0, bottom: 0, left: 0, right: 0 });
  second.abort();
  expect(figure.get_state().fig_margin).toEqual(DENSITY_MARGINS);
});
