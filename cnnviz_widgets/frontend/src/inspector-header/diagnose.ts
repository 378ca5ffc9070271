/** The button that asks for a diagnosis, and how many findings the last one had. */
import type { AnyModel } from "@anywidget/types";

import { button, element } from "../lib/dom/elements";
import { onCommand } from "../lib/frame/commands";
import { count, counted } from "../lib/format";
import type { Connection } from "../lib/linking/connection";
import { severityIcon } from "../lib/severity";
import type { InspectorHeaderState } from "../lib/wire/states";

const TITLE = "Look through every layer for signs of trouble, each with its evidence and its cure (D)";

export class Diagnose {
  readonly root: HTMLElement;
  private readonly ask: HTMLButtonElement;
  private readonly marks: HTMLButtonElement;

  constructor(
    private readonly model: AnyModel<InspectorHeaderState>,
    private readonly connection: Connection,
    private readonly showFindings: () => void,
    signal: AbortSignal,
  ) {
    this.ask = button("Diagnose", TITLE, () => this.begin(), signal);
    this.marks = button("", "", showFindings, signal);
    this.marks.classList.add("cnnviz-found");
    this.root = element("span", "cnnviz-diagnose", {}, this.ask, this.marks);
    onCommand(this.root, "diagnose", () => this.ask.click(), signal);
  }

  private begin(): void {
    this.model.set("_diagnose_asked", this.model.get("_diagnose_asked") + 1);
    this.model.save_changes();
    this.show();
    this.showFindings();
  }

  show(): void {
    const diagnosing = this.connection.alive && this.model.get("_diagnose_asked") > this.model.get("_diagnosed");
    this.root.hidden = !this.model.get("live");
    this.connection.need(this.ask, diagnosing);
    this.ask.textContent = diagnosing ? "Diagnosing…" : "Diagnose";
    const found = this.model.get("found");
    const [severe = 0, warnings = 0, notes = 0] = found;
    const words = [severe > 0 && `${count(severe)} severe`, warnings > 0 && counted(warnings, "warning"), notes > 0 && counted(notes, "note")];
    this.marks.hidden = found.length === 0;
    this.marks.title = this.marks.ariaLabel = words.filter(Boolean).join(", ") || "No trouble found";
    const worst = severe > 0 ? "severe" : warnings > 0 ? "warning" : "note";
    const text = severe + warnings > 0 ? count(severe + warnings) : notes > 0 ? count(notes) : "✓";
    const mark = element("span", `cnnviz-severity cnnviz-is-${worst}`, {}, ...(text === "✓" ? [] : [severityIcon(worst)]), text);
    this.marks.replaceChildren(mark);
  }
}
