/** The line in which channels are looked for: what is typed is found at once, Enter selects it. */
import { search, WORDS, type Channels, type Found } from "./search";
import { button, element, keyboard, say } from "../lib/dom/elements";
import { icon, iconButton } from "../lib/dom/icons";
import { onEscape } from "../lib/frame/escape";
import type { Selection } from "../lib/linking/selection";

/** So many names are offered; others can be typed. */
const OFFERED = 6;

export class Finder {
  readonly root: HTMLFormElement;
  private readonly field = element("input", "cnnviz-finder-field", {
    type: "search",
    placeholder: "3, 7-9, mean > 0.1",
    "aria-label": "Find channels: numbers, dead, most alike, top by mean, top by max, a comparison such as mean > 0.1, or a class",
    spellcheck: "false",
    autocomplete: "off",
  });
  private readonly words = element("span", "cnnviz-finder-words");
  private readonly said = element("span", "cnnviz-finder-said", { role: "status", "aria-live": "polite" });

  constructor(
    private readonly selection: Selection,
    private readonly channels: () => Channels,
    onClose: () => void,
    private readonly signal: AbortSignal,
  ) {
    keyboard(this.field);
    this.root = element(
      "form",
      "cnnviz-selection-pill cnnviz-finder",
      { hidden: true, role: "search" },
      icon("search"),
      this.field,
      this.said,
      this.words,
      iconButton("close", "Close the search", "Close (Escape)", onClose, signal),
    );
    this.field.addEventListener("input", () => say(this.said, this.find().said), { signal });
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.take(this.field.value);
    }, { signal });
    onEscape(this.root, "search", () => !this.root.hidden, onClose, signal);
    // Letters typed here are no keys of the frame.
    this.root.addEventListener("keydown", (event) => event.stopPropagation(), { signal });
    selection.onOthers(() => say(this.said, ""));
    selection.onNamed(() => this.offer());
    this.offer();
  }

  /** What needs no typing: the words, and the names that were given. */
  private offer(): void {
    const names = Object.keys(this.selection.named).slice(0, OFFERED);
    const words = [...WORDS, ...names];
    this.words.replaceChildren(...words.map((word) => button(word, `Select: ${word}`, () => this.take(word), this.signal)));
  }

  open(): void {
    this.root.hidden = false;
    this.field.focus({ preventScroll: true });
    this.field.select();
  }

  close(): void {
    this.root.hidden = true;
    say(this.said, "");
  }

  private find(): Found {
    return search(this.field.value, this.channels(), this.selection.list);
  }

  private take(text: string): void {
    this.field.value = text;
    const { channels, said } = this.find();
    if (channels.length > 0) this.selection.replace(channels);
    say(this.said, said);
  }
}
