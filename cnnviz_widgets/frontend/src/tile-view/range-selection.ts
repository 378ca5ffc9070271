/** Selecting channels by their places on the screen, one by one or in runs. */
import type { Combine, Selection } from "../lib/linking/selection";

export class RangeSelection {
  /** Where a run begins: the place chosen last without Shift. */
  anchor = 0;

  constructor(
    private readonly selection: Selection,
    private readonly channelAt: (place: number) => number,
  ) {}

  choose(place: number, how: Combine): void {
    if (how === "extend") {
      const [from, to] = [Math.min(this.anchor, place), Math.max(this.anchor, place)];
      this.selection.combine(Array.from({ length: to - from + 1 }, (_, i) => this.channelAt(from + i)), how);
      return;
    }
    this.anchor = place;
    const channel = this.channelAt(place);
    const alone = this.selection.list.length === 1 && this.selection.has(channel);
    if (how === "replace" && alone) this.selection.clear();
    else this.selection.combine([channel], how);
  }
}
