/** The samples side by side, in the order of the rows: wrong ones framed, and each can be selected. */
import { layer, prepare } from "../lib/dom/canvas";
import { element, keyboard } from "../lib/dom/elements";
import { combineOf, type Selection } from "../lib/linking/selection";
import { describeSample, drawSample, sorted, type Heads, type RowSort } from "../lib/samples/heads";

/** Pixels of a picture, and how many stand side by side (style.css); words have a line each. */
const SIDE = 34;
const ACROSS = 8;

export class Gallery {
  readonly root = element("div", "cnnviz-samples-gallery", {
    role: "group",
    "aria-label": "Samples: press one to select it",
  });
  private heads: Heads | undefined;
  private buttons: HTMLButtonElement[] = [];
  /** Place of the one that the keyboard comes to. */
  private current = 0;

  constructor(
    private readonly selection: Selection,
    private readonly signal: AbortSignal,
  ) {
    this.root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    selection.onSelected(() => this.mark());
  }

  private mark(): void {
    for (const made of this.buttons) made.setAttribute("aria-pressed", String(this.selection.has(Number(made.dataset.sample))));
  }

  show(heads: Heads, sort: RowSort, names: readonly string[]): void {
    const held = this.root.contains(document.activeElement);
    this.heads = heads;
    const all = Int32Array.from(heads.entries, (_, sample) => sample);
    this.buttons = Array.from(sorted(all, heads.entries, sort), (sample) => this.made(heads, sample, names[sample]));
    this.current = Math.min(this.current, Math.max(0, this.buttons.length - 1));
    this.buttons.forEach((made, at) => (made.tabIndex = at === this.current ? 0 : -1));
    this.root.classList.toggle("cnnviz-samples-words", !heads.atlas);
    this.root.replaceChildren(...this.buttons);
    this.root.hidden = this.buttons.length === 0;
    if (held) this.buttons[this.current]?.focus({ preventScroll: true });
  }

  private made(heads: Heads, sample: number, name: string | undefined): HTMLButtonElement {
    const head = heads.entries[sample]!;
    const words = describeSample(heads, sample, `sample ${sample}`);
    const made = element("button", "cnnviz-sample", { type: "button", title: words, "aria-label": words });
    made.dataset.sample = String(sample);
    made.setAttribute("aria-pressed", String(this.selection.has(sample)));
    made.classList.toggle("cnnviz-sample-wrong", head.right === false);
    if (heads.atlas) {
      const picture = layer("");
      prepare(picture, SIDE, SIDE);
      drawSample(picture.context, heads, sample, { x: 0, y: 0, width: SIDE, height: SIDE });
      made.append(picture.canvas);
    } else {
      made.textContent = head.text || name || head.truth || String(sample);
    }
    keyboard(made);
    made.addEventListener("click", (event) => this.pick(made, event), { signal: this.signal });
    return made;
  }

  /** Add it, or take it away; with Shift all from the one before to it. */
  private pick(made: HTMLButtonElement, event: MouseEvent): void {
    const [from, to] = [this.current, this.buttons.indexOf(made)];
    const run = this.buttons.slice(Math.min(from, to), Math.max(from, to) + 1);
    const sampleOf = (each: HTMLButtonElement): number => Number(each.dataset.sample);
    if (combineOf(event) === "extend") this.selection.combine(run.map(sampleOf), "extend");
    else this.selection.toggle([sampleOf(made)]);
    this.moveTo(to);
  }

  private onKey(event: KeyboardEvent): void {
    const last = this.buttons.length - 1;
    const across = this.heads?.atlas ? ACROSS : 1;
    const to = {
      ArrowRight: this.current + 1,
      ArrowLeft: this.current - 1,
      ArrowDown: this.current + across,
      ArrowUp: this.current - across,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to >= 0 && to <= last) this.moveTo(to);
  }

  private moveTo(place: number): void {
    this.buttons[this.current]!.tabIndex = -1;
    this.current = place;
    const made = this.buttons[place]!;
    made.tabIndex = 0;
    made.focus();
  }
}
