import { expect, test } from "vitest";

import { stageTitles } from "../../src/network-map/stage/titles";

test.each([
  [["conv2_block1_out", "conv2_block2_out"], "conv2", ["block1", "block2"]],
  [["block1a_project_bn", "block2b_add"], "", ["block1a_project_bn", "block2b_add"]],
  [["conv2d_2", "conv2d_3"], "", ["conv2d_2", "conv2d_3"]],
  [["enc_conv2d_2", "enc_conv2d_3"], "enc", ["conv2d_2", "conv2d_3"]],
  [["conv1", "conv2"], "", ["conv1", "conv2"]],
  [["enc/c", "enc/c"], "enc", ["c", "c"]],
  [["conv2_block1_out"], "", ["conv2_block1_out"]],
  [["a_x_b", "a_b"], "a", ["x_b", "b"]],
] as const)("of %j what is alike stands once", (titles, shared, short) => {
  expect(stageTitles(titles)).toEqual({ shared, titles: [...short] });
});
