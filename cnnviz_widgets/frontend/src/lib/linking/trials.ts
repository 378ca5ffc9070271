/** Trials without the selected channels: who may ask for one, and what is waited for. */
import type { AnyModel } from "@anywidget/types";

import { onChange } from "./changes";
import type { Connection } from "./connection";
import type { TrialEntry } from "../wire/payloads";
import type { AblationBarState } from "../wire/states";

export type How = TrialEntry["how"];

const UNTOUCHED = "The model itself is not touched.";

/** What can be tried, by its name: on a button, in a tooltip, and with its key. */
export const WAYS: readonly (readonly [how: How, text: string, title: string])[] = [
  ["silence", "Silence", `What does the model do if their output is zero? ${UNTOUCHED} (S)`],
  ["mean", "Mean", `If each is everywhere its own mean, over samples and positions? ${UNTOUCHED} (M)`],
  ["merge", "Merge", `If each is the mean map of all of them? ${UNTOUCHED} (G)`],
];

export class Trials {
  constructor(
    private readonly model: AnyModel<AblationBarState>,
    private readonly connection: Connection,
  ) {}

  /** Whether a trial has been asked for that has not come back. */
  get waiting(): boolean {
    return this.connection.alive && this.model.get("_asked")[0] > this.model.get("_answered");
  }

  /** Whether the kernel has begun with it. */
  get begun(): boolean {
    return this.model.get("_started") >= this.model.get("_asked")[0];
  }

  /** Why so many channels cannot be tried; "" where they can. */
  hindrance(how: How, chosen: number): string {
    if (!this.model.get("enabled")) return this.model.get("reason");
    if (chosen === 0) return "Select a channel or more.";
    return how === "merge" && chosen < 2 ? "Select two channels or more." : "";
  }

  /** Grey a button out where its trial cannot be asked for, and say why. */
  offer(button: HTMLButtonElement, how: How, chosen: number): void {
    const [, , title] = WAYS.find(([name]) => name === how)!;
    const why = this.hindrance(how, chosen);
    this.connection.need(button, why !== "");
    // One that is disabled would lose the focus, and the frame its keys, with each trial.
    button.setAttribute("aria-disabled", String(this.waiting));
    button.title = why || title;
  }

  ask(how: How, channels: readonly number[]): void {
    if (!this.connection.alive || this.waiting || this.hindrance(how, channels.length)) return;
    this.model.set("_asked", [this.model.get("_asked")[0] + 1, how, [...channels], this.model.get("layer")]);
    this.model.save_changes();
  }

  onChange(callback: () => void): void {
    this.connection.onChange(callback);
    onChange(this.model, ["layer", "enabled", "reason", "_asked", "_started", "_answered"], callback);
  }
}
