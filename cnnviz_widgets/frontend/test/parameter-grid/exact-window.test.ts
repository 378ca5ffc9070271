/** What is asked for where the picture holds averages. */
import { describe, expect, test, vi } from "vitest";

import { ExactWindow } from "../../src/parameter-grid/exact-window";
import { emptyPage, FakeModel, view } from "../fake";
import { read, strips } from "./states";

emptyPage();

describe("asking for what is exact", () => {
  const sight = { rows: [0, 2] as [number, number], columns: [2, 4] as [number, number] };

  function open(state = strips) {
    vi.useFakeTimers();
    const model = new FakeModel({ ...state, _window_asked: [], _window: {} });
    const answered = vi.fn();
    const exact = new ExactWindow(model as never, read(state), answered, new AbortController().signal);
    const answer = (serial: number, reduction = [1, 1]) =>
      model.set("_window", {
        serial,
        rows: [0, 2],
        columns: [1, 5],
        shape: [2, 1, 1, 4],
        codes: view(new Uint8Array(8)),
        low: view(new Float32Array(2)),
        high: view(new Float32Array(2)),
        marks: view(new Uint8Array(2)),
        kind: "strip",
        reduction,
        montage: [1, 1],
      });
    return { model, exact, answered, answer };
  }

  test("asks once moving has stopped, for a little more than is in sight", () => {
    const { model, exact } = open();
    exact.look({ ...sight, columns: [0, 1] }, 2);
    vi.advanceTimersByTime(60);
    exact.look(sight, 2);
    vi.advanceTimersByTime(60);
    expect(model.saves).toBe(0);
    vi.advanceTimersByTime(100);
    expect(model.saves).toBe(1);
    expect(model.state._window_asked).toEqual([1, 0, 2, 1, 5]);
  });

  test("does not ask where nothing is averaged, or weights are smaller than a pixel", () => {
    const whole = open({ ...strips, _reduction: [1, 1], _inputs: 4 });
    whole.exact.look(sight, 20);
    vi.advanceTimersByTime(1000);
    expect(whole.model.saves).toBe(0);
    const far = open();
    far.exact.look(sight, 0.6);
    vi.advanceTimersByTime(1000);
    expect(far.model.saves).toBe(0);
  });

  test("takes the newest answer only, and asks nothing that it covers", () => {
    const { model, exact, answered, answer } = open();
    exact.look(sight, 2);
    vi.advanceTimersByTime(200);
    exact.look({ ...sight, columns: [6, 8] }, 2);
    vi.advanceTimersByTime(200);
    answer(1);
    expect(exact.part).toBeNull();
    answer(2);
    expect(exact.part).not.toBeNull();
    expect(answered).toHaveBeenCalledTimes(1);
    exact.look({ ...sight, columns: [6, 7] }, 4);
    vi.advanceTimersByTime(1000);
    expect(model.saves).toBe(2);
  });

  test("asks again for less where the answer was averaged, too", () => {
    const { model, exact, answer } = open();
    exact.look(sight, 2);
    vi.advanceTimersByTime(200);
    answer(1, [1, 2]);
    exact.look(sight, 2);
    vi.advanceTimersByTime(200);
    expect(model.saves).toBe(2);
  });

  test("other parameters have no use for an answer about the old ones", () => {
    const { exact, answer } = open();
    exact.look(sight, 2);
    vi.advanceTimersByTime(200);
    exact.reset(read(strips));
    answer(1);
    expect(exact.part).toBeNull();
  });
});
