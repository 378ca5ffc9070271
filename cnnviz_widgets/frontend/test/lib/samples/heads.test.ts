/** What leads rows: read, sorted, and told in a sentence. */
import { describe, expect, test } from "vitest";

import { describeSample, readHeads, sorted, sure, type HeadsModel } from "../../../src/lib/samples/heads";
import { emptyPage, FakeModel } from "../../fake";
import { headEntry, NO_HEADS, withHeads } from "../../heads-state";

emptyPage();

const read = (state: object) => readHeads(new FakeModel({ sample_labels: [], ...state }) as unknown as HeadsModel);

describe("heads", () => {
  test("state that was saved before there were any has none", () => {
    const heads = read({});
    expect(heads.entries).toEqual([]);
    expect(heads.atlas).toBeNull();
  });

  test("pictures that are not all there are none", () => {
    expect(read(withHeads([headEntry()])).atlas).not.toBeNull();
    expect(read({ ...withHeads([headEntry()]), _head_shape: [2, 1, 1, 1] }).atlas).toBeNull();
    expect(read({ ...NO_HEADS, _heads: [headEntry()] }).atlas).toBeNull();
  });

  test("three letters say how sure an answer is", () => {
    expect([0.9, 0.4567, 0.996, 1, 0.04].map(sure)).toEqual([".90", ".46", ".99", "1.0", ".04"]);
  });

  test("a sentence says what a sample is, what it is taken for, and what black and white mean", () => {
    const heads = read(withHeads([headEntry({ answer: "<b>", confidence: 0.344, right: false, more: "table: 1, 2" })]));
    expect(describeSample(heads, 0, "sample 0")).toBe(
      "sample 0 · true: coat · answer: <b>, 34 % sure · wrong · table: 1, 2 · black is −1, white 1",
    );
    expect(describeSample(heads, 7, "sample 7")).toBe("sample 7");
  });

  test("a name of 3,000 letters is told by its beginning", () => {
    const heads = read({ ...NO_HEADS, _heads: [headEntry({ truth: "n".repeat(3000) })] });
    expect(describeSample(heads, 0, "s").length).toBeLessThan(200);
  });
});

describe("rows", () => {
  const entries = [
    headEntry({ true_class: 2, confidence: 0.9 }),
    headEntry({ true_class: 1, confidence: 0.5, right: false }),
    headEntry({ true_class: -1, confidence: null, right: null }),
    headEntry({ true_class: 1, confidence: 0.8, right: false }),
  ];
  const samples = Int32Array.of(0, 1, 2, 3);

  test.each([
    ["given", [0, 1, 2, 3]],
    ["wrong", [3, 1, 0, 2]],
    ["class", [1, 3, 0, 2]],
    ["unsure", [1, 3, 0, 2]],
  ] as const)("%s", (sort, order) => {
    expect([...sorted(samples, entries, sort)]).toEqual(order);
    expect([...samples]).toEqual([0, 1, 2, 3]);
  });

  test("without heads, and of samples beyond those that have any, the order stays", () => {
    expect([...sorted(samples, [], "wrong")]).toEqual([0, 1, 2, 3]);
    expect([...sorted(Int32Array.of(9, 8, 1), entries, "wrong")]).toEqual([1, 9, 8]);
  });
});
