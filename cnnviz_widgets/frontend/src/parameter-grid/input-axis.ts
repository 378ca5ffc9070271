/** Moving along the inputs: sideways, and to other widths of an input. */
import type { AnyModel } from "@anywidget/types";

import { fitScale, moveTo, panned, scrolledTo, zoomed, type Columns } from "../lib/columns/column-axis";
import type { Publisher } from "../lib/linking/publish";
import type { ColumnAxisState } from "../lib/wire/states";

/** An input is at most so wide by the slider. */
const WIDEST = 160;

export class InputAxis {
  constructor(
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly columns: () => Columns,
    private readonly publish: Publisher,
  ) {}

  /** How wide an input is, and how wide it can be. */
  sizes(): { now: number; least: number; most: number } {
    const columns = this.columns();
    return { now: columns.scale, least: fitScale(columns.count, columns.width, columns), most: Math.max(WIDEST, columns.scale) };
  }

  setSize(scale: number): void {
    this.axis.set("scale", scale);
    this.publish();
  }

  pan(from: Columns, pixels: number): boolean {
    const before = this.columns().start;
    this.moveTo(panned(from, pixels));
    return this.columns().start !== before;
  }

  zoom(factor: number, x: number): void {
    const columns = this.columns();
    this.moveTo(zoomed(columns, factor, Math.max(x, columns.before)));
  }

  reveal(column: number): void {
    this.moveTo(scrolledTo(this.columns(), column));
  }

  private moveTo(columns: Columns): void {
    moveTo(this.axis, columns, this.publish);
  }
}
