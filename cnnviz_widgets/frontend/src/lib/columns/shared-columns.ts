/** The columns of one view: laid out anew only where the shared axis, the selection or its room changed. */
import type { AnyModel } from "@anywidget/types";

import { GUTTER } from "./column-axis";
import { isNarrow, layoutOf, type AxisPlace, type ColumnLayout, type LayoutRequest } from "./column-layout";
import type { Publisher } from "../linking/publish";
import type { Selection } from "../linking/selection";
import type { ColumnAxisState } from "../wire/states";

/** Pixels left of the first column where rows are led by picture and class. */
const HEADS = 178;
const NARROW_HEADS = 138;

/** What the columns are of. */
export interface Channels {
  count: number;
  places: number;
  /** The channel of a column; undefined for those that the view does not know. */
  channelAt: (column: number) => number | undefined;
}

export class SharedColumns {
  private before: readonly unknown[] = [];
  private layout: ColumnLayout | undefined;

  constructor(
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    private readonly publish: Publisher,
  ) {}

  /** Whether similar channels stand side by side: then a tree can stand above them. */
  get inLeafOrder(): boolean {
    return this.axis.get("order_by") !== "natural";
  }

  request({ count, places, channelAt }: Channels, width: number): LayoutRequest {
    const { axis, selection } = this;
    // Widget state that was saved before there were groups has none.
    const [first, past] = axis.get("_zeros") ?? [];
    const zeros = first !== undefined && past !== undefined && past <= count ? [first, past] as const : null;
    const heads = isNarrow(width) ? NARROW_HEADS : HEADS;
    return {
      count,
      places,
      beside: axis.get("_beside") ?? 0,
      groups: this.inLeafOrder ? axis.get("_groups") ?? [] : [],
      zeros: this.inLeafOrder ? zeros : null,
      width,
      before: axis.get("heads") ? heads : GUTTER,
      start: axis.get("start"),
      scale: axis.get("scale"),
      unfolded: axis.get("unfolded") ?? [],
      isSelected: (column) => {
        const channel = channelAt(column);
        return channel !== undefined && selection.has(channel);
      },
    };
  }

  /** Where the columns stand now. */
  at(channels: Channels, width: number): ColumnLayout {
    const { axis } = this;
    const states = (["start", "scale", "order_by", "unfolded", "_groups", "_zeros", "heads", "_beside"] as const).map((name) => axis.get(name));
    const now = [channels, width, this.selection.list, ...states];
    if (!this.layout || now.some((value, at) => value !== this.before[at])) {
      this.layout = layoutOf(this.request(channels, width));
      this.before = now;
    }
    return this.layout;
  }

  /** Put the axis elsewhere, for every view that shares it. */
  moveTo(place: Partial<AxisPlace>): void {
    if (place.start !== undefined) this.axis.set("start", place.start);
    if (place.scale !== undefined) this.axis.set("scale", place.scale);
    this.publish();
  }

  /** Fold what begins at a column, or unfold it. */
  toggleFold(first: number): void {
    const unfolded = this.axis.get("unfolded") ?? [];
    const others = unfolded.filter((each) => each !== first);
    this.axis.set("unfolded", others.length < unfolded.length ? others : [...unfolded, first]);
    this.publish();
  }

  isUnfolded(first: number): boolean {
    return (this.axis.get("unfolded") ?? []).includes(first);
  }
}
