/**
 * The cut of the tree: a pill on the axis, dragged with the mouse or moved with keys, and a line
 * through the tree that lies level, or upright where the tree grows sideways.
 */
import { distanceAt, yOf, type Scale } from "./scale";
import { cutOf, groupsAt, labelsOf, type Tree } from "./tree";
import { element, keyboard } from "../lib/dom/elements";
import { onEscape } from "../lib/frame/escape";
import { count, counted, number } from "../lib/format";

/** Half the width of the pill. */
export const HALF = 28;

export interface CutOptions {
  tree: () => Tree;
  scale: () => Scale;
  /** Null where the tree says itself where to cut it. */
  cut: () => number | null;
  setCut: (cut: number | null) => void;
  upright?: boolean;
}

export class CutPill {
  readonly root: HTMLElement;
  readonly line = element("div", "cnnviz-cut-line");
  private readonly text = element("span", "");
  /** Where the cut was before it was dragged; undefined while it is not. */
  private before: number | null | undefined;

  constructor(
    private readonly options: CutOptions,
    signal: AbortSignal,
  ) {
    const { upright = false } = options;
    this.root = element(
      "div",
      "cnnviz-cut",
      {
        role: "slider",
        "aria-label": "Distance at which the tree is cut into groups",
        "aria-orientation": upright ? "horizontal" : "vertical",
        title: "Drag, or arrow keys (C): cut into groups. Delete: where there are most groups",
      },
      this.text,
    );
    for (const part of [this.root, this.line]) part.classList.toggle("cnnviz-upright", upright);
    keyboard(this.root);
    this.root.addEventListener("pointerdown", (event) => this.start(event), { signal });
    this.root.addEventListener("pointermove", (event) => this.drag(event), { signal });
    this.root.addEventListener("pointerup", () => (this.before = undefined), { signal });
    this.root.addEventListener("pointercancel", () => (this.before = undefined), { signal });
    onEscape(this.root, "drag", () => this.before !== undefined, () => {
      options.setCut(this.before!);
      this.before = undefined;
    }, signal);
    this.root.addEventListener("keydown", (event) => this.onKey(event), { signal });
  }

  /** Where along the axis it stands now. */
  get at(): number {
    return yOf(this.options.scale(), Math.min(this.cut, this.options.scale().tallest));
  }

  private get cut(): number {
    return cutOf(this.options.tree(), this.options.cut());
  }

  /** Give it the keyboard; false where it is not shown. */
  focus(): boolean {
    this.root.focus({ preventScroll: true });
    return this.root === document.activeElement;
  }

  /** Bring pill and line to where the cut is, between what is kept free before and after the tree. */
  place(edge: number, after: number, hidden: boolean): void {
    const { upright } = this.options;
    const tree = this.options.tree();
    // What is zero throughout is in no group, wherever the tree is cut.
    this.root.hidden = this.line.hidden = hidden || tree.zeroFrom < 2;
    this.text.textContent = `cut ${number(this.cut, 2)}`;
    this.line.style[upright ? "left" : "top"] = `${this.at}px`;
    const least = Math.max(HALF, this.root.offsetWidth / 2);
    this.root.style[upright ? "left" : "top"] = `${upright ? Math.max(least, this.at) : this.at}px`;
    if (!upright) {
      // The pill ends where the tiles begin, and the line begins there.
      this.root.style.right = `calc(100% - ${edge - 10}px)`;
      this.line.style.left = `${edge - 10}px`;
      this.line.style.right = `${after}px`;
    }
    const { tallest } = this.options.scale();
    const automatic = this.options.cut() === null ? "automatic, " : "";
    this.root.setAttribute("aria-valuemin", "0");
    this.root.setAttribute("aria-valuemax", String(tallest));
    this.root.setAttribute("aria-valuenow", String(this.cut));
    this.root.setAttribute("aria-valuetext", `${automatic}${describeCut(tree, this.cut)}`);
  }

  private start(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.root.setPointerCapture(event.pointerId);
    this.before = this.options.cut();
  }

  private drag(event: PointerEvent): void {
    if (this.before === undefined) return;
    const box = this.root.parentElement!.getBoundingClientRect();
    const along = this.options.upright ? event.clientX - box.left : event.clientY - box.top;
    this.options.setCut(distanceAt(this.options.scale(), along));
  }

  private onKey(event: KeyboardEvent): void {
    const { tallest } = this.options.scale();
    const step = tallest / (event.shiftKey ? 10 : 50);
    const [lower, higher] = this.options.upright ? ["ArrowRight", "ArrowLeft"] : ["ArrowDown", "ArrowUp"];
    if (event.key === lower) this.options.setCut(Math.max(0, this.cut - step));
    else if (event.key === higher) this.options.setCut(Math.min(tallest, this.cut + step));
    else if (event.key === "Delete" || event.key === "Backspace") this.options.setCut(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Into what a cut divides the leaves that are drawn. */
export function describeCut(tree: Tree, cut: number): string {
  const groups = groupsAt(tree, cut);
  const alone = labelsOf(tree, groups).subarray(0, tree.zeroFrom).filter((label) => label < 0).length;
  return `cut at ${number(cut)}: ${counted(groups.length, "group")}${alone > 0 ? `, ${count(alone)} alone` : ""}`;
}
