/** Layers of well-known models, by the names that Keras gives them, and of strange ones. */
import type { LayerEntry } from "../../src/lib/wire/payloads";

export const layer = (path: string, more: Partial<LayerEntry> = {}): LayerEntry => ({
  path,
  kind: "Conv2D",
  shape: "8×8×4",
  parameters: 40,
  channels: 4,
  dead: 0,
  nonfinite: 0,
  surveyed: null,
  scale: 1,
  level: "low abstraction",
  relative_level: 0.25,
  looked: null,
  severe: 0,
  warnings: 0,
  ...more,
});

/** `name:Kind`, many in a line. */
export const named = (text: string): LayerEntry[] =>
  text.trim().split(/\s+/).map((each) => {
    const [path, kind = "Conv2D"] = each.split(":");
    return layer(path!, { kind });
  });

const upTo = <T>(count: number, make: (number: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at + 1));

export const VGG16 = named(
  [2, 2, 3, 3, 3].map((convs, at) => upTo(convs, (conv) => `block${at + 1}_conv${conv}`).join(" ") + ` block${at + 1}_pool:MaxPooling2D`).join(" ") +
    " flatten:Flatten fc1:Dense fc2:Dense predictions:Dense",
);

/** The same with the names that layers get where nobody gives them one. */
export const VGG16_UNNAMED = (() => {
  const counts = new Map<string, number>();
  const word: Record<string, string> = { Conv2D: "conv2d", MaxPooling2D: "max_pooling2d", Flatten: "flatten", Dense: "dense" };
  return VGG16.map(({ kind }) => {
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return layer(count ? `${word[kind]}_${count}` : word[kind]!, { kind });
  });
})();

const RESIDUAL = (block: string, shortcut: boolean): string =>
  [..."123"].map((part) => `${block}_${part}_conv ${block}_${part}_bn:BatchNormalization` + (part === "3" ? "" : ` ${block}_${part}_relu:Activation`)).join(" ") +
  (shortcut ? ` ${block}_0_conv ${block}_0_bn:BatchNormalization` : "") +
  ` ${block}_add:Add ${block}_out:Activation`;

export const RESNET50 = named(
  "conv1_pad:ZeroPadding2D conv1_conv conv1_bn:BatchNormalization conv1_relu:Activation pool1_pad:ZeroPadding2D pool1_pool:MaxPooling2D " +
    [3, 4, 6, 3].flatMap((blocks, stage) => upTo(blocks, (block) => RESIDUAL(`conv${stage + 2}_block${block}`, block === 1))).join(" ") +
    " avg_pool:GlobalAveragePooling2D predictions:Dense",
);

const DENSE_BLOCK = (block: string): string =>
  `${block}_0_bn:BatchNormalization ${block}_0_relu:Activation ${block}_1_conv ${block}_1_bn:BatchNormalization ${block}_1_relu:Activation ${block}_2_conv ${block}_concat:Concatenate`;

export const DENSENET121 = named(
  "zero_padding2d:ZeroPadding2D conv1_conv conv1_bn:BatchNormalization conv1_relu:Activation zero_padding2d_1:ZeroPadding2D pool1:MaxPooling2D " +
    [6, 12, 24, 16].map((blocks, stage) =>
      upTo(blocks, (block) => DENSE_BLOCK(`conv${stage + 2}_block${block}`)).join(" ") +
      (stage < 3 ? ` pool${stage + 2}_bn:BatchNormalization pool${stage + 2}_relu:Activation pool${stage + 2}_conv pool${stage + 2}_pool:AveragePooling2D` : ""),
    ).join(" ") +
    " bn:BatchNormalization relu:Activation avg_pool:GlobalAveragePooling2D predictions:Dense",
);

const INVERTED = (block: string): string =>
  `${block}_expand ${block}_expand_BN:BatchNormalization ${block}_depthwise:DepthwiseConv2D ${block}_depthwise_BN:BatchNormalization ${block}_project ${block}_project_BN:BatchNormalization`;

export const MOBILENET = named(
  "Conv1 bn_Conv1:BatchNormalization Conv1_relu:ReLU expanded_conv_depthwise:DepthwiseConv2D expanded_conv_depthwise_BN:BatchNormalization expanded_conv_project expanded_conv_project_BN:BatchNormalization " +
    upTo(16, (block) => INVERTED(`block_${block}`)).join(" ") +
    " Conv_1 Conv_1_bn:BatchNormalization out_relu:ReLU global_average_pooling2d:GlobalAveragePooling2D predictions:Dense",
);

/** Twelve encoders whose layers nobody named. */
export const TRANSFORMER = upTo(84, (number) => number - 1).map((at) => {
  const kind = ["LayerNormalization", "MultiHeadAttention", "Add", "LayerNormalization", "Dense", "Dense", "Add"][at % 7]!;
  return layer(`${kind.replace(/(?<=.)([A-Z])/g, "_$1").toLowerCase()}_${at}`, { kind });
});

/** The dense network of the issue: so many layers, all of a kind. */
export const dense = (count: number): LayerEntry[] => upTo(count, (number) => layer(number > 1 ? `dense_${number - 1}` : "dense", { kind: "Dense", shape: "64" }));
