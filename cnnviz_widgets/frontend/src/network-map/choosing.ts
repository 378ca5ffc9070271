/** What is selected, and of which station: the same here as in every view of the layer that is shown. */
import type { AnyModel } from "@anywidget/types";

import type { Connection } from "../lib/linking/connection";
import { combineOf, type Selection } from "../lib/linking/selection";
import type { MapViewState } from "../lib/wire/states";
import type { Station } from "./data";
import type { Requests } from "./requests";

/** What a click or a key is made with. */
export type Pressed = Pick<MouseEvent, "shiftKey" | "ctrlKey" | "metaKey">;

export class Choosing {
  constructor(
    private readonly model: AnyModel<MapViewState>,
    private readonly selection: Selection,
    private readonly connection: Connection,
    private readonly requests: Requests,
  ) {}

  isShown({ path }: Station): boolean {
    return path === this.model.get("layer");
  }

  has(station: Station, channel: number): boolean {
    return this.isShown(station) && this.selection.has(channel);
  }

  /** Tell all views which channel the pointer is over, where they show its station; −1: over none. */
  hover(station: Station | undefined, channel: number): void {
    this.selection.hover(station && this.isShown(station) ? channel : -1);
  }

  /** Channels of its groups that are selected. */
  of(station: Station): number[] {
    return station.groups.flatMap(({ channels }) => [...channels]).filter((channel) => this.has(station, channel));
  }

  /** Have all views show a station. */
  show(station: Station): void {
    if (this.isShown(station) || !this.connection.alive) return;
    this.model.set("layer", station.path);
    this.model.save_changes();
  }

  /** Select channels of a station; of another than is shown, the kernel shows it first. Why it cannot be. */
  select(station: Station, channels: Iterable<number>, pressed?: Pressed): string | undefined {
    if (this.isShown(station)) {
      this.selection.combine([...channels], pressed ? combineOf(pressed) : "replace");
      return undefined;
    }
    const { hindrance } = this.requests;
    this.requests.ask("select", station.path, channels);
    return hindrance;
  }
}
