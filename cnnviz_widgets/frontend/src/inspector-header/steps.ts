/** Before and next in the order of analysis: which layer to look at, and for what. */
import type { AnyModel } from "@anywidget/types";

import { element } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { onCommand } from "../lib/frame/commands";
import { count } from "../lib/format";
import type { Connection } from "../lib/linking/connection";
import type { InspectorHeaderState } from "../lib/wire/states";

export class Steps {
  readonly root: HTMLElement;
  private readonly before: HTMLButtonElement;
  private readonly after: HTMLButtonElement;

  constructor(
    private readonly model: AnyModel<InspectorHeaderState>,
    private readonly connection: Connection,
    signal: AbortSignal,
  ) {
    this.before = iconButton("chevron-left", "Before", "", () => this.go(-1), signal);
    this.after = iconButton("chevron-right", "Next", "", () => this.go(1), signal);
    this.root = element("span", "cnnviz-steps", { role: "group", "aria-label": "Order of analysis" }, this.before, this.after);
    onCommand(this.root, "previous", () => this.before.click(), signal);
    onCommand(this.root, "next", () => this.after.click(), signal);
  }

  /** Where the reader is in the order, and what to look for there. */
  words(): string {
    const [step, steps] = [this.model.get("step"), this.model.get("steps")];
    if (step === 0) return "";
    const [stage, lookFor] = [this.model.get("stage"), this.model.get("look_for")];
    return [`Step ${count(step)} of ${count(steps)}`, stage, lookFor && `look for: ${lookFor}`].filter(Boolean).join(" · ");
  }

  show(): void {
    const waiting = this.connection.alive && this.model.get("_step_asked")[0] > this.model.get("_step_answered");
    this.root.hidden = this.model.get("steps") === 0;
    const [before, after] = [this.model.get("previous_step"), this.model.get("next_step")];
    this.connection.need(this.before, waiting || before === "");
    this.connection.need(this.after, waiting || after === "");
    this.before.title = before ? `Before, in the order of analysis: ${before} ([)` : "The order of analysis begins here";
    this.after.title = after ? `Next, in the order of analysis: ${after} (])` : "All steps have been looked at";
  }

  private go(by: number): void {
    this.model.set("_step_asked", [this.model.get("_step_asked")[0] + 1, by]);
    this.model.save_changes();
    this.show();
  }
}
