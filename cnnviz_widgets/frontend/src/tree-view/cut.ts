/**
 * The line that cuts the tree: dragged with the mouse, moved and taken away with keys. It lies
 * level, or upright where the tree grows sideways.
 */
import { distanceAt, yOf, type Scale } from "./scale";
import { clusters, type Tree } from "./tree";
import { element, keyboard } from "../lib/dom/elements";
import { count, counted, number } from "../lib/format";

export class CutLine {
  readonly root: HTMLElement;
  private readonly text = element("span", "");
  private dragging = false;

  constructor(
    private readonly scale: () => Scale,
    private readonly cut: () => number | null,
    private readonly setCut: (cut: number | null) => void,
    signal: AbortSignal,
    private readonly upright = false,
  ) {
    this.root = element(
      "div",
      upright ? "cnnviz-cut cnnviz-upright" : "cnnviz-cut",
      {
        role: "slider",
        "aria-label": "Distance at which the tree is cut into groups",
        "aria-orientation": upright ? "horizontal" : "vertical",
        title: "Drag to cut the tree into groups; arrow keys move it, Delete takes it away",
      },
      this.text,
    );
    keyboard(this.root);
    const options = { signal };
    this.root.addEventListener("pointerdown", (event) => this.start(event), options);
    this.root.addEventListener("pointermove", (event) => this.drag(event), options);
    this.root.addEventListener("pointerup", () => (this.dragging = false), options);
    this.root.addEventListener("pointercancel", () => (this.dragging = false), options);
    this.root.addEventListener("keydown", (event) => this.onKey(event), options);
  }

  /** With no cut, the line waits at the top of the axis to be dragged down. */
  place(tree: Tree, scale: Scale, cut: number | null): void {
    const y = cut === null ? scale.top - 4 : yOf(scale, cut);
    this.root.style[this.upright ? "left" : "top"] = `${y}px`;
    this.root.classList.toggle("cnnviz-low", y < 24);
    this.root.hidden = tree.merges === 0;
    const text = cut === null ? "cut" : describeCut(tree, cut);
    // An upright line has less room beside it.
    this.text.textContent = this.upright && cut !== null ? number(cut) : text;
    this.root.setAttribute("aria-valuemin", "0");
    this.root.setAttribute("aria-valuemax", String(scale.tallest));
    this.root.setAttribute("aria-valuenow", String(cut ?? scale.tallest));
    this.root.setAttribute("aria-valuetext", text);
  }

  private start(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.root.setPointerCapture(event.pointerId);
    this.dragging = true;
  }

  private drag(event: PointerEvent): void {
    if (!this.dragging) return;
    const scale = this.scale();
    const box = this.root.parentElement!.getBoundingClientRect();
    const y = this.upright ? event.clientX - box.left : event.clientY - box.top;
    this.setCut(y < scale.top ? null : distanceAt(scale, y));
  }

  private onKey(event: KeyboardEvent): void {
    const { tallest } = this.scale();
    const cut = this.cut() ?? tallest;
    const step = tallest / (event.shiftKey ? 10 : 50);
    const [lower, higher] = this.upright ? ["ArrowRight", "ArrowLeft"] : ["ArrowDown", "ArrowUp"];
    if (event.key === lower) this.setCut(Math.max(0, cut - step));
    else if (event.key === higher) this.setCut(cut + step > tallest ? null : cut + step);
    else if (["Delete", "Backspace", "Escape"].includes(event.key)) this.setCut(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Into what a cut divides the leaves that are drawn. */
export function describeCut(tree: Tree, cut: number): string {
  const labels = clusters(tree, cut);
  const alone = labels.filter((label) => label < 0).length;
  const groups = new Set(labels).size - (alone > 0 ? 1 : 0);
  return `cut at ${number(cut)}: ${counted(groups, "group")}${alone > 0 ? `, ${count(alone)} alone` : ""}`;
}
