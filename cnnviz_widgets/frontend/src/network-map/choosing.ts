/** What is selected, and of which station: the same here as in every view of the layer that is shown. */
import type { AnyModel } from "@anywidget/types";

import type { Connection } from "../lib/linking/connection";
import { combineOf, type Selection } from "../lib/linking/selection";
import type { MapViewState } from "../lib/wire/states";
import type { Station } from "./data";

/** What a click or a key is made with. */
export type Pressed = Pick<MouseEvent, "shiftKey" | "ctrlKey" | "metaKey">;

export class Choosing {
  /** What is to be selected once its station is the layer shown. */
  private pending: { path: string; channels: number[] } | undefined;

  constructor(
    private readonly model: AnyModel<MapViewState>,
    private readonly selection: Selection,
    private readonly connection: Connection,
  ) {
    selection.onOthers(() => this.selectPending());
  }

  isShown({ path }: Station): boolean {
    return path === this.model.get("layer");
  }

  has(station: Station, channel: number): boolean {
    return this.isShown(station) && this.selection.has(channel);
  }

  /** Channels of its groups that are selected. */
  of(station: Station): number[] {
    return station.groups.flatMap(({ channels }) => [...channels]).filter((channel) => this.has(station, channel));
  }

  /** Have all views show a station. */
  show({ path }: Station): void {
    if (path === this.model.get("layer") || !this.connection.alive) return;
    this.model.set("layer", path);
    this.model.save_changes();
  }

  /** Select channels of a station; of another than is shown, it is shown first. False: nobody can show it. */
  select(station: Station, channels: Iterable<number>, pressed?: Pressed): boolean {
    this.pending = undefined;
    if (this.isShown(station)) {
      this.selection.combine([...channels], pressed ? combineOf(pressed) : "replace");
      return true;
    }
    if (!this.connection.alive) return false;
    this.pending = { path: station.path, channels: [...channels] };
    this.show(station);
    // Where nobody says what the numbers count, it is what is shown here.
    if (!this.selection.of) this.selectPending();
    return true;
  }

  private selectPending(): void {
    const { pending } = this;
    if (!pending || pending.path !== this.model.get("layer")) return;
    this.pending = undefined;
    this.selection.replace(pending.channels);
  }
}
