/** What goes on and what went wrong, in the bar's one line; an error lies over the page's top until it is closed. */
import type { AnyModel } from "@anywidget/types";

import { element, say } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { onCommand } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import type { Connection } from "../lib/linking/connection";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import type { InspectorHeaderState } from "../lib/wire/states";

export class Messages {
  readonly root: HTMLElement;
  private readonly line = element("span", "cnnviz-inspector-message cnnviz-faint", { role: "status", "aria-live": "polite" });
  private readonly text = element("span", "cnnviz-error-text");
  private readonly error: HTMLElement;
  private readonly slowAnswer: SlowAnswer;
  /** The error that the reader has closed. */
  private closed = "";
  /** Whether a layer was chosen that does not come. */
  private layerWaits = false;

  constructor(
    private readonly model: AnyModel<InspectorHeaderState>,
    private readonly connection: Connection,
    signal: AbortSignal,
  ) {
    this.slowAnswer = new SlowAnswer(() => this.show(), signal);
    const close = iconButton("close", "Close", "Close (Escape)", () => this.close(), signal);
    this.error = element("div", "cnnviz-error", { role: "alert" }, this.text, close);
    this.root = element("div", "cnnviz cnnviz-bar-messages", {}, this.line, this.error);
    onEscape(this.error, "error", () => !this.error.hidden, () => this.close(), signal);
    onCommand(this.root, "waits", () => this.wait(true), signal);
    onCommand(this.root, "answered", () => this.wait(false), signal);
  }

  private close(): void {
    this.closed = this.model.get("error");
    this.show();
  }

  private wait(waits: boolean): void {
    this.layerWaits = waits;
    this.show();
  }

  show(): void {
    const error = this.model.get("error");
    if (error === "") this.closed = "";
    say(this.text, error);
    this.error.hidden = error === "" || error === this.closed;
    const message = this.model.get("message");
    this.slowAnswer.wait(this.connection.alive && this.model.get("view") !== this.model.get("_shown_view"));
    const warnings = this.model.get("warnings");
    this.line.classList.toggle("cnnviz-warning", this.connection.alive && !message && warnings.length > 0);
    if (!this.connection.alive) this.put(this.connection.notice());
    else if (message) this.put(bar(this.model.get("progress"), message), message);
    else if (this.slowAnswer.over || this.layerWaits) this.put(WAITING);
    else this.put(warnings.length > 0 ? `⚠ ${warnings.join(" ")}` : "");
    const words = this.line.textContent ?? "";
    this.line.title = this.connection.alive ? words : "";
  }

  private put(...parts: (Node | string)[]): void {
    const before = this.line.textContent;
    const after = parts.map((part) => (typeof part === "string" ? part : part.textContent)).join("");
    if (before === after && this.line.querySelector("progress") === null && parts.length < 2) return;
    this.line.replaceChildren(...parts.filter((part) => part !== ""));
  }
}

/** How far the work is; without a value it moves to and fro. */
function bar(share: number, message: string): HTMLProgressElement {
  const made = element("progress", "cnnviz-progress", { max: 1, "aria-label": message });
  if (share >= 0) made.value = share;
  return made;
}
