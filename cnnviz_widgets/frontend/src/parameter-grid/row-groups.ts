/** The groups that the cut makes of the rows, told to every view that shares the axis. */
import type { AnyModel } from "@anywidget/types";

import { neighbours, type Group, type Neighbours } from "../lib/columns/column-layout";
import type { Publisher } from "../lib/linking/publish";
import type { ColumnAxisState } from "../lib/wire/states";
import { cutOf, groupsAt, labelsOf, type Tree } from "../tree-view/tree";

export class RowGroups {
  groups: Group[] = [];
  /** The groups and what stands between them. */
  blocks: Neighbours[] = [];
  /** The group of each row; -1 for none. */
  labels: Int32Array = new Int32Array(0);

  constructor(
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly publish: Publisher,
  ) {}

  /** Cut the tree of so many rows. */
  cut(tree: Tree, cut: number | null, count: number): void {
    this.groups = tree.merges > 0 ? groupsAt(tree, cutOf(tree, cut)) : [];
    const zeros = tree.zeroFrom < tree.columns.length ? [tree.zeroFrom, tree.columns.length] as const : null;
    this.blocks = neighbours({ count, groups: this.groups, zeros });
    this.labels = labelsOf(tree, this.groups);
    this.axis.set("_groups", this.groups as [number, number, number][]);
    this.publish();
  }
}
