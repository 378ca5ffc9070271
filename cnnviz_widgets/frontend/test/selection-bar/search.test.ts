/** What is found by words, against distances that are counted one by one. */
import { describe, expect, test } from "vitest";

import { search, type Channels } from "../../src/selection-bar/search";

/** Eight channels, of which six are compared: leaves 4 0 | 2 5 | 1 3, then 6 (zero) and 7 (not finite). */
const some: Channels = {
  count: 8,
  drawn: Int32Array.from([4, 0, 2, 5, 1, 3, 6, 7]),
  gaps: Float64Array.from([0.1, 0.5, 0.2, 0.4, 0.3, 2]),
  numbers: {
    mean: Float32Array.from([4, 0.5, 2, 5, 1, 3, 0, NaN]),
    std: new Float32Array(8).fill(NaN),
    min: Float32Array.from([0, 0, 0, 0, -1, -2e-3, 0, NaN]),
    max: Float32Array.from([1, 9, 2, 8, 3, 7, 0, NaN]),
    zeros: Float32Array.from([0.1, 0.25, 0.5, 0.75, 0, 0.3, 1, 0]),
    "not finite": Float32Array.from([0, 0, 0, 0, 0, 0, 0, 0.125]),
  },
  dead: Uint8Array.from([0, 0, 0, 0, 0, 0, 1, 0]),
  names: [],
  kept: {},
};
const find = (text: string, selected: number[] = [], channels = some) => search(text, channels, selected);

describe("numbers", () => {
  test.each([
    ["3", [3], "1 of 8"],
    [" 3, 5-7 ", [3, 5, 6, 7], "4 of 8"],
    ["7-5", [5, 6, 7], "3 of 8"],
    ["5–6 1;1", [5, 6, 1], "3 of 8"],
    ["6-999999999999", [6, 7], "2 of 8; the last one is 7"],
    ["12", [], "0 of 8; the last one is 7"],
  ])("%s", (text, channels, said) => {
    expect(find(text)).toEqual({ channels, said });
  });

  test("what is neither a number nor a range says so", () => {
    expect(find("3-")).toEqual({ channels: [], said: "“3-” is no number and no range, such as 7-9" });
    expect(find("   ")).toEqual({ channels: [], said: "" });
  });
});

describe("comparisons", () => {
  test.each([
    ["mean > 1", [4, 2, 5, 3]],
    ["MEAN>=1", [4, 2, 5, 1, 3]],
    ["mean ≤ 0.5", [0, 6]],
    ["zeros = 10 %", [4]],
    ["zeros == .25", [0]],
    ["zero share >= 50%", [2, 5, 6]],
    ["min < -1e-3", [1, 3]],
    ["min < −1e-3", [1, 3]],
    ["min != 0", [1, 3]],
    ["mean > 1 and max < 8", [4, 2, 3]],
    ["mean > 1, max < 8 & zeros > 0.2", [2, 3]],
    ["non-finite > 0", [7]],
    ["mean > 99", []],
  ])("%s", (text, channels) => {
    expect(find(text)).toEqual({ channels, said: `${channels.length} of 8` });
  });

  test.each([
    ["size > 1", "“size” is not known of channels: mean, std, min, max, zeros, not finite are"],
    ["> 1", "“” is not known of channels: mean, std, min, max, zeros, not finite are"],
    ["mean > much", "“much” is no number to compare mean with"],
    ["mean > ", "“” is no number to compare mean with"],
    ["mean > 1 > 2", "“mean > 1 > 2” is no comparison, such as mean > 0.1"],
    ["std > 1", "std is not known of these channels"],
    ["mean > 1 and size < 2", "“size” is not known of channels: mean, std, min, max, zeros, not finite are"],
  ])("%s says what is wrong", (text, said) => {
    expect(find(text)).toEqual({ channels: [], said });
  });

  test("of a class whose name has such a sign, the name is found by its other letters", () => {
    expect(find("cat", [], { ...some, names: ["cat > 1", "dog"] }).channels).toEqual([0]);
  });
});

describe("words", () => {
  test("dead ones", () => {
    expect(find("Dead")).toEqual({ channels: [6], said: "1 of 8" });
  });

  test("the highest, without those that have no value", () => {
    expect(find("top by mean").channels).toEqual([5, 4, 3, 2, 1]);
    expect(find("top by max 2").channels).toEqual([0, 5]);
    expect(find("top by mean 99").channels).toHaveLength(7);
  });

  test("what cannot be found says what can", () => {
    expect(find("edges").channels).toEqual([]);
    expect(find("edges").said).toContain("most alike");
  });

  test("of a layer that is not all drawn only what is drawn is searched, and that is said", () => {
    const large = { ...some, count: 4096 };
    expect(find("dead", [], large).said).toBe("1 of 8 drawn");
    expect(find("4000-4002", [], large)).toEqual({ channels: [4000, 4001, 4002], said: "3 of 4,096" });
  });
});

describe("most alike", () => {
  /** The height at which two leaves are first below one merge, by joining clusters one at a time. */
  function joined(a: number, b: number): number {
    const clusters = [4, 0, 2, 5, 1, 3, 6].map((channel) => [channel]);
    const merges = [...some.gaps as Float64Array].map((height, at) => ({ height, at })).sort((x, y) => x.height - y.height);
    const order = [4, 0, 2, 5, 1, 3, 6];
    for (const { height, at } of merges) {
      const [left, right] = [order[at]!, order[at + 1]!].map((c) => clusters.find((cluster) => cluster.includes(c))!);
      left!.push(...right!);
      clusters.splice(clusters.indexOf(right!), 1);
      if (left!.includes(a) && left!.includes(b)) return height;
    }
    return Infinity;
  }

  test.each([4, 0, 2, 5, 1, 3, 6])("to channel %i: none left out is nearer than one found", (channel) => {
    const found = find("most alike 3", [channel]).channels;
    expect(found[0]).toBe(channel);
    expect(found).toHaveLength(4);
    const heights = (channels: number[]) => channels.map((other) => joined(channel, other));
    const out = [4, 0, 2, 5, 1, 3, 6].filter((other) => !found.includes(other));
    expect(Math.max(...heights(found.slice(1)))).toBeLessThanOrEqual(Math.min(...heights(out)));
  });

  test("to several is to any of them", () => {
    expect(find("most alike 2", [4, 1]).channels).toEqual([4, 1, 0, 3]);
  });

  test("needs a selected channel that was compared", () => {
    expect(find("most alike").said).toBe("Select a channel first");
    expect(find("most alike", [7])).toEqual({ channels: [], said: "What is selected is not in the tree" });
  });

  test("a layer of one channel, or of none that is compared", () => {
    const one = { ...some, count: 1, drawn: Int32Array.of(0), gaps: new Float64Array(0) };
    expect(find("most alike", [0], one)).toEqual({ channels: [0], said: "0 more of 1" });
    expect(find("most alike", [0], { ...one, drawn: new Int32Array(0) }).channels).toEqual([]);
  });
});

test("class names, by a part of them", () => {
  const named = { ...some, names: ["Coat", "Raincoat", "Shoe"] };
  expect(find("coat", [], named)).toEqual({ channels: [0, 1], said: "2 of 8" });
  expect(find("sock", [], named)).toEqual({ channels: [], said: "0 of 8" });
});

test("selections that have a name, by all of it, before any other meaning", () => {
  const kept = { ...some, kept: { Edges: [3, 1, 400], dead: [2] }, names: ["edges of things"] };
  expect(find("edges", [], kept)).toEqual({ channels: [3, 1], said: "2 of 8" });
  expect(find("dead", [], kept).channels).toEqual([2]);
  expect(find("edge", [], kept).channels).toEqual([0]);
});
