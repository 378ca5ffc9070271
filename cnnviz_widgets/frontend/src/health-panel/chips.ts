/** The layers as chips in their colours: a legend to hover and to click, one stop of the Tab key. */
import { element, keyboard } from "../lib/dom/elements";
import { lastName } from "../lib/format";

/** Layers by their last name; where several have it, it tells nothing, and the path stands. */
export function shortNames(paths: readonly string[]): string[] {
  const names = paths.map(lastName);
  return names.map((name, layer) => (names.indexOf(name) === names.lastIndexOf(name) ? name : paths[layer]!));
}

export class Chips {
  readonly root = element("div", "cnnviz-health-chips", {
    role: "toolbar",
    "aria-label": "Layers; arrow keys and Enter choose",
  });
  private chips: HTMLButtonElement[] = [];
  private paths: readonly string[] = [];
  private active = 0;
  private enabled = true;

  constructor(
    private readonly choose: (layer: number) => void,
    private readonly hover: (layer: number) => void,
    private readonly signal: AbortSignal,
  ) {
    this.root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.root.addEventListener("pointerleave", () => this.hover(-1), { signal });
  }

  /** List these layers; nothing is made anew where they are the ones listed. */
  list(paths: readonly string[]): void {
    if (paths.length === this.paths.length && paths.every((path, at) => path === this.paths[at])) return;
    this.paths = paths;
    this.active = 0;
    const { signal } = this;
    this.chips = shortNames(paths).map((name, layer) => {
      const chip = element(
        "button",
        "cnnviz-health-chip",
        { type: "button" },
        element("i", ""),
        element("span", "", {}, name),
      );
      keyboard(chip);
      chip.addEventListener("click", () => this.enabled && this.choose(layer), { signal });
      chip.addEventListener("pointerenter", () => this.hover(layer), { signal });
      chip.addEventListener("focus", () => this.focused(layer), { signal });
      chip.addEventListener("blur", () => this.hover(-1), { signal });
      return chip;
    });
    this.root.replaceChildren(...this.chips);
    this.focusable();
  }

  /** Let layers be chosen, or grey them out; they can be pointed at all the same. */
  enable(enabled: boolean): void {
    this.enabled = enabled;
    // Not `disabled`: a disabled button tells nobody that it is pointed at.
    for (const chip of this.chips) chip.setAttribute("aria-disabled", String(!enabled));
  }

  /** Colours, which one is chosen, and what is known of each. */
  show(colors: readonly string[], chosen: number, values: readonly string[]): void {
    this.chips.forEach((chip, layer) => {
      chip.style.setProperty("--layer", colors[layer]!);
      chip.setAttribute("aria-pressed", String(layer === chosen));
      chip.title = `${this.paths[layer]}: ${values[layer]}`;
    });
  }

  /** Scroll the list, and nothing around it, until a layer can be seen. */
  reveal(layer: number): void {
    const chip = this.chips[layer];
    if (!chip) return;
    const { scrollTop, clientHeight } = this.root;
    const top = chip.offsetTop - this.root.offsetTop;
    if (top < scrollTop) this.root.scrollTop = top;
    else if (top + chip.offsetHeight > scrollTop + clientHeight) this.root.scrollTop = top + chip.offsetHeight - clientHeight;
  }

  private focused(layer: number): void {
    this.active = layer;
    this.focusable();
    this.hover(layer);
  }

  private focusable(): void {
    this.chips.forEach((chip, layer) => (chip.tabIndex = layer === this.active ? 0 : -1));
  }

  private onKey(event: KeyboardEvent): void {
    const last = this.chips.length - 1;
    const moves: Record<string, number> = {
      ArrowRight: this.active + 1,
      ArrowDown: this.active + 1,
      ArrowLeft: this.active - 1,
      ArrowUp: this.active - 1,
      Home: 0,
      End: last,
    };
    const target = moves[event.key];
    if (target === undefined || last < 0) return;
    const layer = Math.min(Math.max(target, 0), last);
    this.chips[layer]!.focus({ preventScroll: true });
    this.reveal(layer);
    event.preventDefault();
    event.stopPropagation();
  }
}
