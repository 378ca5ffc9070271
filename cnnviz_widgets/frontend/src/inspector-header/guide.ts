/** One line that leads through the order of analysis: where the reader is, and what comes next. */
import type { AnyModel } from "@anywidget/types";

import { button, element } from "../lib/dom/elements";
import { count, counted, lastName } from "../lib/format";
import type { Connection } from "../lib/linking/connection";
import type { InspectorHeaderState } from "../lib/wire/states";

export class Guide {
  readonly root: HTMLElement;
  /** Brings the line back, or folds it away. */
  readonly opener: HTMLButtonElement;
  private readonly words = element("span", "cnnviz-guide-words");
  private readonly next: HTMLButtonElement;
  /** Stands where the button was, once all has been looked at. */
  private readonly done = element("span", "cnnviz-faint");

  constructor(
    private readonly model: AnyModel<InspectorHeaderState>,
    private readonly connection: Connection,
    signal: AbortSignal,
  ) {
    this.opener = button("", "", () => this.change("guide", !model.get("guide")), signal);
    this.next = button("", "", () => this.change("_next_asked", model.get("_next_asked") + 1), signal);
    this.root = element("div", "cnnviz-guide", {}, this.words, this.next, this.done);
  }

  show(): void {
    const [step, steps] = [this.model.get("step"), this.model.get("steps")];
    const open = this.model.get("guide");
    this.opener.hidden = steps === 0;
    this.opener.setAttribute("aria-expanded", String(open));
    this.opener.textContent = `Guide ${open ? "▾" : "▸"}`;
    this.opener.title = `${open ? "Fold away" : "Show"} the order of analysis: what to look at next, and for what`;
    this.root.hidden = steps === 0 || !open;
    const [stage, lookFor] = [this.model.get("stage"), this.model.get("look_for")];
    const place = step > 0 ? `Step ${count(step)} of ${count(steps)}` : `${counted(steps, "step")} in the method's order`;
    this.words.replaceChildren(
      element("b", "", {}, place),
      stage && ` · ${stage}`,
      lookFor && ` · look for: ${lookFor}`,
    );
    const next = this.model.get("next_step");
    const waiting = this.connection.alive && this.model.get("_next_asked") > this.model.get("_next_answered");
    this.next.hidden = next === "";
    this.connection.need(this.next, waiting);
    // The view follows the path, in which there may be commas, too.
    const comma = next.lastIndexOf(", ");
    const short = lastName(next.slice(0, comma)) + next.slice(comma);
    this.next.textContent = waiting ? "Waiting for the kernel…" : `Next: ${short} →`;
    this.next.title = `Go on to ${next}`;
    this.done.hidden = next !== "";
    this.done.textContent = `All ${counted(steps, "step")} looked at.`;
  }

  private change<Key extends "guide" | "_next_asked">(key: Key, value: InspectorHeaderState[Key]): void {
    this.model.set(key, value);
    this.model.save_changes();
    this.show();
  }
}
