import type { TreeState } from "../src/lib/wire/payloads";
import { view } from "./fake";

/*
 * Five leaves 4 2 0 | 3 | 1 (channel numbers), joined at 0.1 (4-2), 0.3 (+0), 0.6 (+3), and
 * channel 1, all zero, at 2.
 */
export const treeState: TreeState = {
  _column_count: 5,
  _columns: view(Int32Array.of(4, 2, 0, 3, 1)),
  _feet: view(Float32Array.of(0.5, 1.5, 1, 2.5, 1.75, 3.5, 2.625, 4.5)),
  _heights: view(Float64Array.of(0, 0, 0.1, 0.1, 0, 0.3, 0.3, 0, 0.6, 0.6, 0, 2)),
  _span: view(Int32Array.of(0, 2, 0, 3, 0, 4, 0, 5)),
  _split: view(Int32Array.of(1, 2, 3, 4)),
  _zero_columns: 1,
  _order: view(Int32Array.of(4, 2, 0, 3, 1)),
};
