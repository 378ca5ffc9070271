/** What can be done with a box: a small window at its corner, and the same by keys. */
import { element, keyboard } from "../../lib/dom/elements";
import { rowAfter } from "../../lib/dom/list";
import { popover, type Popover } from "../../lib/popover/popover";

export interface Deed {
  text: string;
  /** The key that does it where a box has the focus. */
  key?: string | undefined;
  /** Why it cannot be done now. */
  hindrance?: string | undefined;
  act(): void;
}

export class BoxMenu {
  /** Stands at the corner of a box, with the window in it. */
  readonly root: HTMLElement;
  private readonly opener = element("button", "cnnviz-map-more", { type: "button", "aria-label": "What can be done with this group", title: "More (. or right click)" }, "⋯");
  private readonly list = element("div", "cnnviz-map-menu", { role: "menu" });
  private readonly window: Popover;
  /** Ends what listens to the entries shown now. */
  private listening = new AbortController();

  constructor(
    private readonly deeds: () => readonly Deed[],
    /** Give the box the focus. */
    private readonly goBack: () => void,
    signal: AbortSignal,
  ) {
    this.root = element("span", "cnnviz-map-corner", { hidden: true }, this.opener);
    keyboard(this.opener);
    this.opener.tabIndex = -1;
    this.opener.addEventListener("focus", goBack, { signal });
    this.window = popover(this.opener, this.list, signal, { label: "Group", align: "start", onOpen: () => this.fill() });
    this.list.addEventListener("keydown", (event) => this.onKey(event), { signal });
    signal.addEventListener("abort", () => this.listening.abort());
  }

  get isOpen(): boolean {
    return this.window.isOpen;
  }

  open(): void {
    this.window.open();
  }

  private fill(): void {
    this.listening.abort();
    this.listening = new AbortController();
    this.list.replaceChildren(...this.deeds().map((deed) => {
      const made = element("button", "cnnviz-map-deed", { type: "button", role: "menuitem", ...(deed.hindrance ? { title: deed.hindrance } : {}) }, element("span", "", {}, deed.text), element("span", "cnnviz-faint", {}, deed.key ?? ""));
      keyboard(made);
      made.disabled = deed.hindrance !== undefined;
      made.addEventListener("click", () => {
        this.window.close();
        this.goBack();
        deed.act();
      }, { signal: this.listening.signal });
      return made;
    }));
  }

  private onKey(event: KeyboardEvent): void {
    const entries = [...this.list.querySelectorAll<HTMLButtonElement>("button:enabled")];
    const next = rowAfter(event.key, entries.indexOf(event.target as HTMLButtonElement), entries.length - 1);
    if (next === undefined) return;
    event.preventDefault();
    entries[next]?.focus();
  }
}
