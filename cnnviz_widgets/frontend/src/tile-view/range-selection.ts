/** Selecting channels by their places on the screen, one by one or in runs. */
import type { Combine, Selection } from "../lib/linking/selection";

export class RangeSelection {
  /** Where a run begins: the place chosen last without Shift. */
  anchor = 0;

  constructor(
    private readonly selection: Selection,
    private readonly channelsAt: (place: number) => number[],
  ) {}

  choose(place: number, how: Combine): void {
    if (how === "extend") {
      const [from, to] = [Math.min(this.anchor, place), Math.max(this.anchor, place)];
      const places = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      this.selection.combine(places.flatMap((each) => this.channelsAt(each)), how);
      return;
    }
    this.anchor = place;
    const channels = this.channelsAt(place);
    const alone = this.selection.list.length === channels.length && channels.every((each) => this.selection.has(each));
    if (how === "replace" && alone) this.selection.clear();
    else this.selection.combine(channels, how);
  }
}
