/** What is asked of the kernel, one thing at a time, and what is waited for. */
import type { AnyModel } from "@anywidget/types";

import { onChange } from "../lib/linking/changes";
import { NO_KERNEL, type Connection } from "../lib/linking/connection";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import type { MapVerb } from "../lib/wire/payloads";
import type { MapViewState } from "../lib/wire/states";

/** What is shown while it is done, where the kernel says nothing itself. */
const DOING: Record<MapVerb, string> = {
  select: "Showing the layer",
  move: "Moving channels", merge: "Merging groups", split: "Splitting the group", pin: "Pinning channels", unpin: "Unpinning channels",
  undo: "Undoing", redo: "Doing it again", reset: "Grouping anew", expand: "Unfolding", fold: "Folding", refresh: "Making the map",
  moment: "Showing the map of a moment",
};

export class Requests {
  private readonly slow: SlowAnswer;

  constructor(
    private readonly model: AnyModel<MapViewState>,
    private readonly connection: Connection,
    changed: () => void,
    signal: AbortSignal,
  ) {
    this.slow = new SlowAnswer(changed, signal);
    const look = (): void => {
      this.slow.wait(this.isWaiting && this.begun < this.asked);
      changed();
    };
    onChange(model, ["_asked", "_started", "_answered", "doing", "progress", "error"], look);
    connection.onChange(look);
  }

  private get asked(): number {
    return this.model.get("_asked")[0];
  }

  private get begun(): number {
    return this.model.get("_started");
  }

  /** Whether something has been asked for that has not come back. */
  get isWaiting(): boolean {
    return this.connection.alive && this.asked > this.model.get("_answered");
  }

  /** Whether something may be asked for now. */
  get isFree(): boolean {
    return this.connection.alive && !this.isWaiting;
  }

  /** Why nothing may be changed; undefined where it may. */
  get hindrance(): string | undefined {
    if (!this.connection.alive) return NO_KERNEL;
    if (!this.model.get("live") || this.model.get("moment") >= 0) return "Only the present map of a live model can be changed";
    return this.isFree ? undefined : "Something else is being done";
  }

  ask(verb: MapVerb, path = "", channels: Iterable<number> = [], to = -1): void {
    if (!this.isFree) return;
    this.model.set("_asked", [this.asked + 1, verb, path, [...channels], to]);
    this.model.save_changes();
  }

  /** Undo and redo by their keys, where there is something to be. */
  onKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const verb = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : undefined;
    if (!verb || !this.model.get(`${verb}able`)) return;
    event.preventDefault();
    event.stopPropagation();
    this.ask(verb);
  }

  /** What goes on, in words; "" for nothing. */
  get state(): string {
    if (!this.connection.alive) return "";
    const doing = this.model.get("doing");
    if (this.model.get("progress") >= 0) return doing || "Making the map";
    if (!this.isWaiting) return doing;
    return this.slow.over ? WAITING : doing || `${DOING[this.model.get("_asked")[1]] ?? "Working"}…`;
  }
}
