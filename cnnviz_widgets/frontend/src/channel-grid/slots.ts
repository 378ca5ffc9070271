/** What the slots of the columns show: a channel each, or the one that stands best for a run. */
import { mostCentral } from "./central";
import type { Sheet } from "./sheet";
import { columnsOf, type ColumnLayout } from "../lib/columns/column-layout";

export class Slots {
  /** Columns that stand for the runs that fold to a tile, by the run. */
  private readonly central = new Map<string, number>();

  constructor(
    private readonly sheet: () => Sheet,
    private readonly columns: () => ColumnLayout,
    /** The column of tiles at a place of the axis. */
    private readonly storedAt: (place: number) => number,
  ) {}

  /** Forget what was found for another sheet. */
  reset(): void {
    this.central.clear();
  }

  /** The column of tiles that a slot shows. */
  shownAt(slot: number): number {
    const [first, past] = columnsOf(this.columns(), slot);
    if (past - first < 2) return this.storedAt(first);
    const key = `${first} ${past}`;
    let shown = this.central.get(key);
    if (shown === undefined) {
      shown = mostCentral(this.sheet(), Array.from({ length: past - first }, (_, at) => first + at));
      this.central.set(key, shown);
    }
    return shown;
  }

  channelAt(slot: number): number {
    return this.sheet().channels[this.shownAt(slot)] ?? -1;
  }

  channelsAt(slot: number): number[] {
    const [first, past] = columnsOf(this.columns(), slot);
    return Array.from({ length: past - first }, (_, at) => this.sheet().channels[this.storedAt(first + at)]!);
  }

  /** A slot that folds is selected where all of it is; the stack of the zeros where any of them is. */
  isSelected(slot: number, has: (channel: number) => boolean): boolean {
    const channels = this.channelsAt(slot);
    return slot < this.columns().slots.length ? channels.every(has) : channels.some(has);
  }
}
