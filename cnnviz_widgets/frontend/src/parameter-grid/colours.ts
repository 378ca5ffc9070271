/** Kernels of three inputs in red, green and blue, behind the last of them. */
import { before, type Layout } from "./layout";
import type { Parameters } from "./parameters";
import { xOf } from "../lib/columns/column-axis";
import { paintComposite } from "../tile-view/composite/paint";
import type { Picture, Span } from "../tile-view/paint";

/** Draws the composite of each row, where it is shown. */
export function paintColours(
  picture: Picture,
  { whole, colours, inputs }: Parameters,
  { columns, gap }: Pick<Layout, "columns" | "gap">,
  down: readonly Span[],
  ratio: number,
  notFinite: number,
): void {
  if (!colours) return;
  const left = Math.round(xOf(columns, inputs) * ratio) + Math.round(before(gap) * ratio);
  const span = { index: 0, from: left, to: left + Math.round((columns.scale - gap) * ratio) };
  paintComposite(picture, whole.tiles, [0, 1, 2], span, down, colours, notFinite);
}
