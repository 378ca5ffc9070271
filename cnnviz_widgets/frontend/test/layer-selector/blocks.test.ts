/** Layers as blocks: what a reader sees of well-known models before anything is opened. */
import { describe, expect, test } from "vitest";

import { blocksOf, isBlock, type Node } from "../../src/layer-selector/blocks/blocks";
import { isAutomatic, range, withoutPrefix, wordEnds } from "../../src/layer-selector/blocks/names";
import { repeats } from "../../src/layer-selector/blocks/repeats";
import type { LayerEntry } from "../../src/lib/wire/payloads";
import { dense, DENSENET121, layer, MOBILENET, named, RESNET50, TRANSFORMER, VGG16, VGG16_UNNAMED } from "./models";

const rows = (layers: readonly LayerEntry[]): string[] => blocksOf(layers).map(written);
const written = (node: Node): string => (isBlock(node) ? `${node.label}, ${node.last - node.first + 1} layers` : node.label);
const inside = (nodes: readonly Node[], ...labels: string[]): string[] =>
  labels.reduce<readonly Node[]>((level, label) => level.filter(isBlock).find((node) => node.label === label)!.nodes, nodes).map(written);

/** All layers' numbers, in the order in which they stand. */
const leaves = (nodes: readonly Node[]): number[] => nodes.flatMap((node) => (isBlock(node) ? leaves(node.nodes) : [node.at]));

describe("well-known models", () => {
  test("VGG16 is its five blocks, whose layers are named without them", () => {
    const rest = ["flatten", "fc1", "fc2", "predictions"];
    expect(rows(VGG16)).toEqual(["block1, 3 layers", "block2, 3 layers", "block3, 4 layers", "block4, 4 layers", "block5, 4 layers", ...rest]);
    expect(inside(blocksOf(VGG16), "block4")).toEqual(["conv1", "conv2", "conv3", "pool"]);
  });

  test("so it is without names, cut where it pools", () => {
    expect(rows(VGG16_UNNAMED)).toEqual([
      "conv2d … max_pooling2d, 3 layers",
      "conv2d_2 … max_pooling2d_1, 3 layers",
      "conv2d_4 … max_pooling2d_2, 4 layers",
      "conv2d_7 … max_pooling2d_3, 4 layers",
      "conv2d_10 … max_pooling2d_4, 4 layers",
      ...["flatten", "dense", "dense_1", "dense_2"],
    ]);
  });

  test("ResNet50 is its stages, each a run of blocks", () => {
    const stages = ["conv2_block1 … 3, 32 layers", "conv3_block1 … 4, 42 layers", "conv4_block1 … 6, 62 layers", "conv5_block1 … 3, 32 layers"];
    expect(rows(RESNET50)).toEqual(["conv1, 4 layers", "pool1, 2 layers", ...stages, "avg_pool", "predictions"]);
    expect(inside(blocksOf(RESNET50), "conv3_block1 … 4")).toEqual(["block1, 12 layers", "block2, 10 layers", "block3, 10 layers", "block4, 10 layers"]);
    expect(inside(blocksOf(RESNET50), "conv3_block1 … 4", "block2").slice(0, 3)).toEqual(["1_conv", "1_bn", "1_relu"]);
  });

  test("more than four hundred layers of DenseNet121 are a dozen rows or so", () => {
    expect(DENSENET121.length).toBeGreaterThan(400);
    expect(rows(DENSENET121)).toEqual([
      ...["zero_padding2d", "conv1, 3 layers", "zero_padding2d_1", "pool1"],
      ...["conv2_block1 … 6, 42 layers", "pool2, 4 layers", "conv3_block1 … 12, 84 layers", "pool3, 4 layers"],
      ...["conv4_block1 … 24, 168 layers", "pool4, 4 layers", "conv5_block1 … 16, 112 layers"],
      ...["bn", "relu", "avg_pool", "predictions"],
    ]);
  });

  test("MobileNetV2's equal blocks are one row, as they are too many", () => {
    expect(rows(MOBILENET)).toEqual([
      ...["Conv1, 3 layers", "expanded_conv, 4 layers", "block_1 … 16, 96 layers", "Conv_1, 2 layers"],
      ...["out_relu", "global_average_pooling2d", "predictions"],
    ]);
    expect(inside(blocksOf(MOBILENET), "block_1 … 16", "block_3")).toEqual(["expand", "expand_BN", "depthwise", "depthwise_BN", "project", "project_BN"]);
  });

  test("sequences of kinds that repeat are blocks without any names", () => {
    const encoders = blocksOf(TRANSFORMER);
    expect(encoders.map(written)).toEqual(Array.from({ length: 12 }, (_, at) => `layer_normalization_${7 * at} … add_${7 * at + 6}, 7 layers`));
  });
});

describe("any model", () => {
  test.each([["VGG16", VGG16], ["ResNet50", RESNET50], ["DenseNet121", DENSENET121], ["MobileNetV2", MOBILENET], ["600", dense(600)], ["2048", dense(2048)]])(
    "%s: each layer stands once, in the order in which they run, and no level is too long",
    (_, layers) => {
      const nodes = blocksOf(layers);
      expect(leaves(nodes)).toEqual(layers.map((_, at) => at));
      const longest = (level: readonly Node[]): number => Math.max(level.length, ...level.filter(isBlock).map(({ nodes }) => longest(nodes)));
      expect(longest(nodes)).toBeLessThan(50);
      const ids: string[] = [];
      const collect = (level: readonly Node[]): void => level.filter(isBlock).forEach((block) => (ids.push(block.id), collect(block.nodes)));
      collect(nodes);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );

  test("few layers with names of their own stay as they are", () => {
    expect(rows(named("conv1 conv2 flatten:Flatten logits:Dense"))).toEqual(["conv1", "conv2", "flatten", "logits"]);
    expect(rows(named("dense:Dense dense_1:Dense dense_2:Dense"))).toEqual(["dense", "dense_1", "dense_2"]);
    expect(rows(named("encoder_conv encoder_pool head:Dense"))).toEqual(["encoder_conv", "encoder_pool", "head"]);
    expect(rows([])).toEqual([]);
  });

  test("the only layer of a block keeps its whole name", () => {
    expect(rows(named("block1_conv1 block1_conv2 block2_conv1 gap:GlobalAveragePooling2D"))).toEqual(["block1, 2 layers", "block2_conv1", "gap"]);
  });

  test("nested models are blocks, and so are those within them", () => {
    const nodes = blocksOf([layer("first"), layer("encoder/stem/conv"), layer("encoder/stem/bn"), layer("encoder/out"), layer("last")]);
    expect(nodes.map(written)).toEqual(["first", "encoder, 3 layers", "last"]);
    expect(inside(nodes, "encoder")).toEqual(["stem, 2 layers", "out"]);
    expect(inside(nodes, "encoder", "stem")).toEqual(["conv", "bn"]);
  });

  test("what joins two blocks belongs to the one before", () => {
    const block = (number: number): string => `block${number}_sep block${number}_bn:BatchNormalization batch_normalization_${number}:BatchNormalization add_${number}:Add`;
    expect(rows(named([1, 2, 3].map(block).join(" ")))).toEqual(["block1, 4 layers", "block2, 4 layers", "block3, 2 layers", "batch_normalization_3", "add_3"]);
  });

  test("a prefix of all tells nothing, and names of no known kind are taken as they are", () => {
    expect(rows(named("net_conv1 net_conv2 net_dense"))).toEqual(["net_conv1", "net_conv2", "net_dense"]);
    expect(rows(["a_1", "a_2", "a_3"].map((path) => layer(path, { kind: "" })))).toEqual(["a_1", "a_2", "a_3"]);
    expect(rows([layer("x".repeat(3000)), layer("/"), layer("")]).length).toBeGreaterThan(1);
  });
});

describe("names", () => {
  test.each([
    ["conv2_block1_1_conv", ["conv2", "conv2_block1", "conv2_block1_1", "conv2_block1_1_conv"]],
    ["block_12_add", ["block_12", "block_12_add"]],
    ["block2a_bn", ["block2", "block2a", "block2a_bn"]],
    ["my_conv2d_bn", ["my", "my_conv2d", "my_conv2d_bn"]],
    ["stage.3.mlp", ["stage.3", "stage.3.mlp"]],
  ])("%s has its words", (name, prefixes) => {
    expect(wordEnds(name).map((end) => name.slice(0, end))).toEqual(prefixes);
  });

  test("those that nobody chose are known by their kind", () => {
    const automatic: [string, string][] = [["conv2d", "Conv2D"], ["batch_normalization_12", "BatchNormalization"], ["max_pooling2d_1", "MaxPooling2D"]];
    for (const [name, kind] of automatic) expect(isAutomatic({ name, kind })).toBe(true);
    expect(isAutomatic({ name: "conv2d", kind: "Dense" })).toBe(false);
    expect(isAutomatic({ name: "", kind: "" })).toBe(false);
  });

  test("without a prefix a name still has a letter", () => {
    expect([withoutPrefix("block1_conv", "block1"), withoutPrefix("conv1_1", "conv1"), withoutPrefix("block1", "block1")]).toEqual(["conv", "conv1_1", "block1"]);
    expect([range("block1", "block6"), range("block_9", "block_10"), range("conv2d", "add_3")]).toEqual(["block1 … 6", "block_9 … 10", "conv2d … add_3"]);
  });
});

/** The same by trying all: for each place every period and every number of times. */
function plainRepeats(signs: string): string[] {
  const found: string[] = [];
  for (let start = 0; start < signs.length; ) {
    let best = "";
    for (let period = 1; period <= 32; period++) {
      const once = signs.slice(start, start + period);
      let times = 1;
      while (once.length === period && signs.startsWith(once, start + times * period)) times++;
      const covers = times * period;
      if (times >= (period === 1 ? 8 : 2) && covers >= 8 && covers > best.length) best = once.repeat(times);
    }
    if (best) found.push(best);
    start += best.length || 1;
  }
  return found;
}

test("what repeats is found as by trying all", () => {
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 300; round++) {
    const word = Array.from({ length: 1 + random(6) }, () => "abc"[random(3)]).join("");
    const signs = "abcd".slice(0, random(4)) + word.repeat(1 + random(12)) + "dcba".slice(0, random(4)) + word.repeat(random(4));
    const found = repeats([...signs]).map(({ start, period, times }) => signs.slice(start, start + period * times));
    expect(found, signs).toEqual(plainRepeats(signs));
  }
});
