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

  /** Null without a reference, as in pages that were saved before there was one. */
  static async from(host: Host, reference: string | null | undefined, signal: AbortSignal): Promise<Selection | null> {
    return reference ? Selection.of(host, reference, signal) : null;
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
    this.model.set("_chosen_in", [this.model.get("_chosen_in")[0] + 1, this.model.get("_numbers_of")]);
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

  /** Selections that have a name, of what is shown. */
  get named(): Record<string, number[]> {
    return this.model.get("_named")[this.model.get("_numbers_of")] ?? {};
  }

  /** Keep these channels under a name. */
  name(name: string, channels: readonly number[]): void {
    this.setNamed({ ...this.named, [name]: [...channels] });
  }

  /** Forget what was kept under a name. */
  unname(name: string): void {
    this.setNamed(Object.fromEntries(Object.entries(this.named).filter(([each]) => each !== name)));
  }

  private setNamed(named: Record<string, number[]>): void {
    this.model.set("_named", { ...this.model.get("_named"), [this.model.get("_numbers_of")]: named });
    this.publish();
  }

  onNamed(callback: () => void): void {
    onChange(this.model, ["_named", "_numbers_of"], callback);
  }

  /** When the numbers become channels of something else. */
  onOthers(callback: () => void): void {
    onChange(this.model, ["_numbers_of"], callback);
  }

  /** When others are selected, but not with each that the pointer passes. */
  onSelected(callback: () => void): void {
    onChange(this.model, ["selected"], callback);
  }

  onChange(callback: () => void): void {
    onChange(this.model, ["selected", "hovered"], callback);
  }
}

/** So many selections are gone back to. */
const REMEMBERED = 50;

/** What is selected in each of several selections. */
type Moment = readonly (readonly number[])[];

/** What was selected before, by whatever view or cell; it lives in the page, and needs no kernel. */
export class SelectionHistory {
  private earlier: Moment[] = [];
  private present: Moment;

  constructor(private readonly selections: readonly Selection[]) {
    this.present = this.read();
    selections.forEach((selection, at) => {
      selection.onSelected(() => this.look());
      selection.onOthers(() => this.forget(at));
    });
  }

  /** What was selected before, other than what is now; undefined where there is none. */
  private get last(): Moment | undefined {
    while (this.earlier.length > 0 && equal(this.earlier[this.earlier.length - 1]!, this.present)) this.earlier.pop();
    return this.earlier[this.earlier.length - 1];
  }

  get isEmpty(): boolean {
    return this.last === undefined;
  }

  undo(): void {
    const { last } = this;
    if (!last) return;
    this.earlier.pop();
    this.present = last;
    this.selections.forEach((selection, at) => {
      if (!same(selection.list, last[at]!)) selection.replace(last[at]!);
    });
    this.present = this.read();
  }

  private read(): Moment {
    return this.selections.map(({ list }) => list);
  }

  private look(): void {
    const now = this.read();
    if (equal(now, this.present)) return;
    this.earlier.push(this.present);
    if (this.earlier.length > REMEMBERED) this.earlier.shift();
    this.present = now;
  }

  /** The numbers of one of them count something else: of it nothing is gone back to. */
  private forget(at: number): void {
    const { list } = this.selections[at]!;
    const without = (moment: Moment): Moment => moment.map((each, i) => (i === at ? list : each));
    this.earlier = this.earlier.map(without);
    this.present = without(this.present);
  }
}

const equal = (a: Moment, b: Moment): boolean => a.every((each, at) => same(each, b[at]!));

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((channel, i) => channel === b[i]));
