/** The rows in sight, with the strip beside them, for mouse and keyboard: a tree of blocks. */
import { isBlock, type Block } from "./blocks/blocks";
import { keyOf, type Row } from "./folds";
import { Line, type Shown } from "./line";
import { words } from "./marks";
import { Strip } from "./strip";
import { element, keyboard } from "../lib/dom/elements";
import { rowAfter, scrollTo } from "../lib/dom/list";

export interface TreeHandlers {
  /** A layer, by its number in the order in which they run. */
  choose(at: number): void;
  toggle(block: Block, open: boolean): void;
}

/** What the strip is drawn by beside the rows. */
export interface Drawn {
  chosen: number;
  /** Pixels of the whole pane. */
  width: number;
  /** Whether neighbours in the list are neighbours in the model. */
  inOrder: boolean;
}

let instances = 0;

export class TreeList {
  readonly root: HTMLElement;
  rows: readonly Row[] = [];
  private lines: Line[] = [];
  private readonly lineOf = new Map<string, Line>();
  private made = 0;
  /** The row that the keyboard is on. */
  private active = "";
  private shown: Shown = { layers: [], basis: "", earlierScale: false };
  private width = 0;
  private readonly strip = new Strip();
  private readonly empty = element("div", "cnnviz-layer-empty");
  private readonly id = `cnnviz-layers-${instances++}`;

  constructor(
    label: string,
    private readonly handlers: TreeHandlers,
    signal: AbortSignal,
  ) {
    this.root = element("div", "cnnviz-layer-list", { id: this.id, "aria-label": label });
    keyboard(this.root);
    const on = (type: "click" | "pointermove" | "pointerout", act: (row: number, event: MouseEvent) => void): void =>
      this.root.addEventListener(type, (event) => {
        const line = (event.target as Element).closest(".cnnviz-layer-line");
        const row = this.lines.findIndex(({ root }) => root === line);
        if (row >= 0) act(row, event);
      }, { signal });
    on("click", (row, event) => this.press(row, event));
    on("pointermove", (row, event) => this.point(row, event));
    on("pointerout", (row) => this.lines[row]!.point());
  }

  /** The layers are others: no row is what it was. */
  forget(): void {
    this.lineOf.clear();
    this.active = "";
  }

  /**
   * Show these rows, each of what it was before: a row made anew would lose the press that had begun
   * on it. Without any, say why.
   */
  fill(rows: readonly Row[], shown: Shown, why: string): void {
    const before = this.lines;
    this.rows = rows;
    this.shown = shown;
    this.lines = rows.map((row) => {
      const line = this.line(row);
      line.show(row, shown);
      return line;
    });
    this.empty.textContent = why;
    this.root.setAttribute("role", this.lines.length > 0 ? "tree" : "group");
    if (this.lines.length > 0 && this.lines.length === before.length && this.lines.every((line, at) => line === before[at])) return;
    this.root.replaceChildren(...(this.lines.length > 0 ? this.lines.map(({ root }) => root) : [this.empty]), this.strip.root);
  }

  private line({ node }: Row): Line {
    const key = keyOf(node);
    const line = this.lineOf.get(key) ?? new Line(`${this.id}-${this.made++}`, node);
    this.lineOf.set(key, line);
    return line;
  }

  draw({ chosen, width, inOrder }: Drawn): void {
    const { layers, earlierScale } = this.shown;
    this.width = width;
    this.strip.draw(this.rows, layers, chosen, width, inOrder, earlierScale);
  }

  /** Show which row is chosen, which one the keyboard is on, and whether the choice is waited for. */
  mark(chosen: number, enabled: boolean, waiting: boolean): void {
    const active = this.activeRow;
    this.lines.forEach((line, row) => {
      const { node } = this.rows[row]!;
      const isChosen = !isBlock(node) && node.at === chosen;
      line.set("aria-selected", isChosen);
      if (!isBlock(node)) line.set("aria-disabled", !enabled);
      line.root.classList.toggle("cnnviz-active", row === active);
      line.root.classList.toggle("cnnviz-waiting", waiting && isChosen);
    });
    const line = this.lines[active];
    if (line) this.root.setAttribute("aria-activedescendant", line.root.id);
    else this.root.removeAttribute("aria-activedescendant");
  }

  get hasActive(): boolean {
    return this.active !== "";
  }

  /** Put the keyboard on a layer's row, or on that of the folded block that it is in; else on the first layer. */
  goTo(at: number): void {
    const holds = ({ node }: Row): boolean => (isBlock(node) ? at >= node.first && at <= node.last : node.at === at);
    const row = this.rows.filter(holds).at(-1) ?? this.rows.find(({ node }) => !isBlock(node)) ?? this.rows[0];
    this.active = row ? keyOf(row.node) : "";
    this.scrollToActive();
  }

  /** Do what may open and fold blocks, and leave the row that was in sight where it stood. */
  keepPlace(change: () => void): void {
    const line = this.lines[this.activeRow];
    const before = line ? line.root.offsetTop - this.root.scrollTop : 0;
    change();
    if (line && this.lines.includes(line)) this.root.scrollTop = line.root.offsetTop - before;
    this.scrollToActive();
  }

  /** Whether a key had a meaning; in a text some keys have another one. */
  onKey(key: string, inText: boolean): boolean {
    const ofText = inText && (key === "Home" || key === "End");
    const next = ofText ? undefined : rowAfter(key, this.activeRow, this.lines.length - 1);
    if (next !== undefined) this.goToRow(next);
    else if (!inText && (key === "ArrowRight" || key === "ArrowLeft")) this.fold(key === "ArrowRight");
    else if (key === "Enter" || (key === " " && !inText)) this.enter();
    else return false;
    return true;
  }

  private get activeRow(): number {
    return Math.max(0, this.rows.findIndex(({ node }) => keyOf(node) === this.active));
  }

  private scrollToActive(): void {
    const line = this.lines[this.activeRow];
    if (line) scrollTo(this.root, line.root);
  }

  private goToRow(row: number): void {
    const next = this.rows[row];
    if (!next) return;
    this.lines[this.activeRow]!.root.classList.remove("cnnviz-active");
    this.active = keyOf(next.node);
    const line = this.lines[row]!;
    line.root.classList.add("cnnviz-active");
    this.root.setAttribute("aria-activedescendant", line.root.id);
    this.scrollToActive();
  }

  private enter(): void {
    const row = this.rows[this.activeRow];
    if (!row) return;
    if (isBlock(row.node)) this.handlers.toggle(row.node, !row.open);
    else this.handlers.choose(row.node.at);
  }

  /** Right opens a block and goes into an open one; left folds it, and leads out to the block around. */
  private fold(right: boolean): void {
    const at = this.activeRow;
    const row = this.rows[at];
    if (!row) return;
    const { node, open, depth } = row;
    if (isBlock(node) && open !== right) this.handlers.toggle(node, right);
    else if (right && open) this.goToRow(at + 1);
    else if (!right) this.goToRow(this.rows.slice(0, at).map((each) => each.depth < depth).lastIndexOf(true));
  }

  /** A press on a row, or on one of the layers that share a folded block's row in the strip. */
  private press(row: number, event: MouseEvent): void {
    const { node, open } = this.rows[row]!;
    this.goToRow(row);
    const at = isBlock(node) ? this.pointed(row, event) : node.at;
    if (at >= 0) this.handlers.choose(at);
    else if (isBlock(node)) this.handlers.toggle(node, !open);
  }

  private point(row: number, event: MouseEvent): void {
    const { layers, basis, earlierScale } = this.shown;
    const at = isBlock(this.rows[row]!.node) ? this.pointed(row, event) : -1;
    this.lines[row]!.point(at >= 0 ? words(layers[at]!, basis, earlierScale).join("\n") : undefined);
  }

  /** The layer that the pointer is on in the strip of a folded block; -1 elsewhere. */
  private pointed(row: number, event: MouseEvent): number {
    const box = this.lines[row]!.root.getBoundingClientRect();
    const inStrip = event.clientX >= box.right - Strip.width(this.width);
    return inStrip ? this.strip.nearest(row, event.clientY - box.top) : -1;
  }
}
