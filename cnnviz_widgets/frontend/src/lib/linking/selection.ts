/** The one shared state of which channels are selected and hovered, as the views use it. */
import type { AnyModel, Host } from "@anywidget/types";

import { onChange } from "./changes";
import { publisher } from "./publish";
import type { SelectionState } from "../wire/states";

/** How a click combines with what is selected already. */
export type Combine = "replace" | "toggle" | "extend";

export const combineOf = (event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): Combine =>
  event.shiftKey ? "extend" : event.ctrlKey || event.metaKey ? "toggle" : "replace";

export class Selection {
  private cached: { list: number[]; set: Set<number> } = { list: [], set: new Set() };
  private readonly publish: () => void;

  constructor(
    private readonly model: AnyModel<SelectionState>,
    signal: AbortSignal,
  ) {
    this.publish = publisher(model, signal);
  }

  static async of(host: Host, reference: string, signal: AbortSignal): Promise<Selection> {
    return new Selection(await host.getModel<SelectionState>(reference), signal);
  }

  get hovered(): number {
    return this.model.get("hovered");
  }

  get list(): number[] {
    return this.model.get("selected");
  }

  has(channel: number): boolean {
    const list = this.list;
    if (this.cached.list !== list) this.cached = { list, set: new Set(list) };
    return this.cached.set.has(channel);
  }

  hover(channel: number): void {
    if (channel === this.hovered) return;
    this.model.set("hovered", channel);
    this.publish();
  }

  /** Select exactly these channels, each once, in the order given. */
  replace(channels: Iterable<number>): void {
    this.model.set("selected", [...new Set(channels)]);
    // The count makes every message bring it: the kernel may have moved on to another layer.
    this.model.set("_chosen_in", [this.model.get("_chosen_in")[0] + 1, this.model.get("_channels_of")]);
    this.publish();
  }

  /** Add the channels, or take them away where all of them were selected. */
  toggle(channels: readonly number[]): void {
    if (channels.every((channel) => this.has(channel))) {
      const gone = new Set(channels);
      this.replace(this.list.filter((channel) => !gone.has(channel)));
    } else {
      this.replace([...this.list, ...channels]);
    }
  }

  /** Select channels as a click with its modifier keys means it. */
  combine(channels: readonly number[], how: Combine): void {
    if (how === "replace") this.replace(channels);
    else if (how === "toggle") this.toggle(channels);
    else this.replace([...this.list, ...channels]);
  }

  clear(): void {
    if (this.list.length > 0) this.replace([]);
  }

  /** When the numbers become channels of something else. */
  onOthers(callback: () => void): void {
    onChange(this.model, ["_channels_of"], callback);
  }

  onChange(callback: () => void): void {
    onChange(this.model, ["selected", "hovered"], callback);
  }
}
