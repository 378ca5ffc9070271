/** How channels are joined, as a choice among others: it makes tree, leaf order and groups. */
import type { AnyModel } from "@anywidget/types";

import { onChange } from "./changes";
import type { Connection } from "./connection";
import { publisher } from "./publish";
import { choice } from "../dom/elements";
import type { ColumnAxisState } from "../wire/states";

const WORDS: Record<ColumnAxisState["linkage"], string> = {
  single: "single (the paper's)",
  average: "average",
  complete: "complete",
  ward: "Ward",
};

/** A drop-down, which is hidden where the tree that is shown was kept, and grey without a kernel. */
export function linkageChoice(axis: AnyModel<ColumnAxisState>, connection: Connection, signal: AbortSignal): HTMLElement {
  const publish = publisher(axis, signal);
  const options = Object.entries(WORDS) as [ColumnAxisState["linkage"], string][];
  const { root, select } = choice("Linkage", "How far apart two groups of channels are", options, (value) => {
    axis.set("linkage", value as ColumnAxisState["linkage"]);
    publish();
  }, signal);
  const refresh = (): void => {
    select.value = axis.get("linkage");
    // Widget state that was saved before there was a choice has none.
    root.hidden = (axis.get("_linkages") ?? []).length < 2;
    connection.need(select);
  };
  onChange(axis, ["linkage", "_linkages"], refresh);
  connection.onChange(refresh);
  refresh();
  return root;
}
