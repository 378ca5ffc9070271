/** The small window in which the layers are sorted and filtered. */
import { button, element } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { popover } from "../lib/popover/popover";
import { count } from "../lib/format";
import type { LayerEntry } from "../lib/wire/payloads";
import { isChosen, type Arrangement } from "./arrange";

/** More kinds than these are not offered: the filter finds them by name. */
const MOST_KINDS = 24;

export class Menu {
  readonly opener: HTMLButtonElement;
  private readonly content = element("div", "cnnviz-layer-menu");
  /** Ends what listens to the buttons shown now. */
  private listening = new AbortController();

  constructor(
    private readonly arrangement: () => Arrangement,
    private readonly layers: () => readonly LayerEntry[],
    private readonly choose: (change: Partial<Arrangement>) => void,
    private readonly signal: AbortSignal,
  ) {
    this.opener = iconButton("sort", "Sort and filter layers", "Sort and filter layers", () => undefined, signal);
    popover(this.opener, this.content, signal, { label: "Sort and filter layers", onOpen: () => this.fill() });
  }

  /** Whether something is chosen shows on the button. */
  mark(): void {
    this.opener.classList.toggle("cnnviz-layer-arranged", isChosen(this.arrangement()));
  }

  private change(change: Partial<Arrangement>): void {
    const at = [...this.content.querySelectorAll("button")].indexOf(document.activeElement as HTMLButtonElement);
    this.choose(change);
    this.fill();
    if (at >= 0) this.content.querySelectorAll("button")[at]?.focus();
  }

  private fill(): void {
    this.listening.abort();
    this.listening = new AbortController();
    const signal = AbortSignal.any([this.signal, this.listening.signal]);
    const { withFindings, deadFirst, kinds } = this.arrangement();
    const chip = (text: string, title: string, on: boolean, change: Partial<Arrangement>): HTMLElement => {
      const made = button(text, title, () => this.change(change), signal);
      made.setAttribute("aria-pressed", String(on));
      return made;
    };
    const found = this.layers().filter(({ severe, warnings }) => severe + warnings > 0).length;
    const offered = this.kinds();
    const kindChips = offered.map(([kind, number]) => {
      const other = new Set(kinds);
      if (!other.delete(kind)) other.add(kind);
      return chip(`${kind} ${count(number)}`, `Only ${kind}`, kinds.has(kind), { kinds: other });
    });
    this.content.replaceChildren(
      group("Order",
        chip("as run", "In the order in which they run", !deadFirst, { deadFirst: false }),
        chip("dead first", "Those with the largest share of dead channels first", deadFirst, { deadFirst: true })),
      group("Only", chip(`with findings ${count(found)}`, "Only layers with findings", withFindings, { withFindings: !withFindings })),
      ...(offered.length > 1 ? [group("Kinds", ...kindChips)] : []),
    );
  }

  /** The kinds and how often each occurs, the most frequent first. */
  private kinds(): [string, number][] {
    const counts = new Map<string, number>();
    for (const { kind } of this.layers()) if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return [...counts].sort(([, one], [, other]) => other - one).slice(0, MOST_KINDS);
  }
}

const group = (label: string, ...chips: HTMLElement[]): HTMLElement =>
  element("div", "cnnviz-layer-chips", { role: "group", "aria-label": label }, element("span", "cnnviz-faint", {}, label), ...chips);
