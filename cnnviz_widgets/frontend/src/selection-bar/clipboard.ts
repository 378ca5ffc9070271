/** A text for another cell: into the clipboard or, where that is refused, into a field to copy from. */
import { copyText } from "../lib/clipboard";
import { element, keyboard, say } from "../lib/dom/elements";

/** So long it is said that something was copied. */
const SAID_MS = 4000;

export class ClipboardLine {
  /** Stands over the bar while there is something to be said, or to be copied by hand. */
  readonly root = element("div", "cnnviz-selection-said", { hidden: true });
  private readonly text = element("span", "", { role: "status", "aria-live": "polite" });
  private readonly field = element("input", "cnnviz-selection-field", { readonly: true, "aria-label": "To be copied" });
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly signal: AbortSignal) {
    keyboard(this.field);
    this.root.append(this.text, this.field);
    this.field.addEventListener("copy", () => this.tell("Copied"), { signal });
    // Ctrl+C in the field is the browser's own.
    this.field.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  async copy(text: string, done: string): Promise<void> {
    const copied = await copyText(text);
    if (this.signal.aborted) return;
    if (copied) this.tell(done);
    else this.hand(text);
  }

  close(): void {
    clearTimeout(this.timer);
    this.root.hidden = true;
    say(this.text, "");
  }

  /** Say for a while what was done. */
  tell(text: string): void {
    clearTimeout(this.timer);
    this.field.hidden = true;
    this.root.hidden = false;
    say(this.text, text);
    this.timer = setTimeout(() => this.close(), SAID_MS);
  }

  private hand(text: string): void {
    clearTimeout(this.timer);
    this.field.hidden = false;
    this.root.hidden = false;
    this.field.value = text;
    say(this.text, "Ctrl+C to copy");
    this.field.focus({ preventScroll: true });
    this.field.select();
  }
}
