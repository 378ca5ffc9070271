/** The selections that have a name: give one, apply one, forget one. */
import { button, element, keyboard } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { popover, type Popover } from "../lib/popover/popover";
import { counted } from "../lib/format";
import type { Selection } from "../lib/linking/selection";

export class Names {
  readonly opener: HTMLButtonElement;
  private readonly window: Popover;
  private readonly field = element("input", "cnnviz-filter cnnviz-names-field", {
    type: "text",
    placeholder: "Name",
    "aria-label": "Name of the selection",
    spellcheck: "false",
    maxlength: 80,
  });
  private readonly list = element("ul", "cnnviz-names-list", { "aria-label": "Named selections" });

  constructor(
    private readonly selection: Selection,
    private readonly channelCount: () => number,
    private readonly onSaved: (name: string) => void,
    private readonly signal: AbortSignal,
  ) {
    this.opener = element("button", "cnnviz-button", { type: "button", title: "Keep this selection under a name, or go to one" }, "Save");
    keyboard(this.opener);
    keyboard(this.field);
    const form = element("form", "cnnviz-names-form", {}, this.field, element("button", "cnnviz-button", { type: "submit" }, "Save"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    }, { signal });
    const content = element("div", "cnnviz-names", {}, form, this.list);
    this.window = popover(this.opener, content, signal, { label: "Named selections", align: "start", onOpen: () => this.show() });
    selection.onNamed(() => this.window.isOpen && this.show());
  }

  close(): void {
    this.window.close();
  }

  private show(): void {
    const named = Object.entries(this.selection.named);
    this.list.hidden = named.length === 0;
    this.list.replaceChildren(...named.map(([name, channels]) => this.row(name, channels)));
  }

  private row(name: string, channels: readonly number[]): HTMLElement {
    const apply = button("", `Select ${counted(channels.length, "channel")}: ${listed(channels)}`, () => this.apply(channels), this.signal);
    apply.append(element("span", "cnnviz-names-name", {}, name), element("span", "cnnviz-faint", {}, String(channels.length)));
    const forget = iconButton("close", `Forget ${name}`, `Forget ${name}`, () => this.selection.unname(name), this.signal);
    return element("li", "", {}, apply, forget);
  }

  private save(): void {
    const name = this.field.value.trim();
    if (!name || this.selection.list.length === 0) return;
    this.selection.name(name, this.selection.list);
    this.field.value = "";
    this.window.close();
    this.onSaved(name);
  }

  private apply(channels: readonly number[]): void {
    // The layer may have had more channels when they were named.
    this.selection.replace(channels.filter((channel) => channel < this.channelCount()));
    this.window.close();
  }
}

/** So many numbers are listed; more are counted. */
const LISTED = 24;

/** `3, 7, 9`, or the first of many. */
export const listed = (numbers: readonly number[], noun = "channel"): string =>
  numbers.slice(0, LISTED).join(", ") + (numbers.length > LISTED ? `, … (${counted(numbers.length, noun)})` : "");
