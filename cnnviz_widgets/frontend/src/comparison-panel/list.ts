/** A list of rows for mouse and keyboard: one is under the cursor, some are chosen. */
import { element, keyboard } from "../lib/dom/elements";
import { rowAfter, scrollTo } from "../lib/dom/list";

export interface ListHandlers {
  choose(index: number, event: MouseEvent | KeyboardEvent): void;
  /** The row that mouse or keyboard is on; -1: none any more. */
  point?(index: number): void;
}

let instances = 0;

export class List {
  readonly root: HTMLElement;
  private readonly id = `cnnviz-compared-${instances++}`;
  private rows: HTMLElement[] = [];
  private active = 0;
  private enabled = true;

  constructor(
    label: string,
    className: string,
    private readonly handlers: ListHandlers,
    private readonly signal: AbortSignal,
  ) {
    this.root = element("div", `cnnviz-compared-list ${className}`, { role: "listbox", "aria-label": label });
    keyboard(this.root);
    const listen = <K extends keyof HTMLElementEventMap>(type: K, handle: (event: HTMLElementEventMap[K]) => void) =>
      this.root.addEventListener(type, handle, { signal });
    listen("keydown", (event) => this.onKey(event));
    listen("pointerleave", () => handlers.point?.(-1));
    listen("blur", () => handlers.point?.(-1));
  }

  /** Show these rows; `others` stand below them and cannot be chosen. */
  fill(rows: HTMLElement[], others: HTMLElement[] = []): void {
    this.rows = rows;
    rows.forEach((row, index) => {
      row.id = `${this.id}-${index}`;
      row.setAttribute("role", "option");
      row.addEventListener("click", (event) => this.choose(index, event), { signal: this.signal });
      row.addEventListener("pointerenter", () => this.handlers.point?.(index), { signal: this.signal });
    });
    this.active = Math.min(this.active, Math.max(0, rows.length - 1));
    this.root.replaceChildren(...rows, ...others);
    this.root.tabIndex = rows.length > 0 ? 0 : -1;
    this.enable(this.enabled);
    this.markActive();
  }

  /** Let rows be chosen, or grey them out. */
  enable(enabled: boolean): void {
    this.enabled = enabled;
    for (const row of this.rows) row.setAttribute("aria-disabled", String(!enabled));
  }

  /** Show which rows are chosen, and which one is hovered. */
  mark(chosen: (index: number) => boolean, hovered = -1): void {
    this.rows.forEach((row, index) => {
      row.setAttribute("aria-selected", String(chosen(index)));
      row.classList.toggle("cnnviz-hovered", index === hovered);
    });
  }

  /** Put the keyboard on a row, and scroll to it. */
  goTo(index: number): void {
    if (index < 0) return;
    this.active = index;
    this.markActive();
    const row = this.rows[index];
    if (row) scrollTo(this.root, row);
  }

  private choose(index: number, event: MouseEvent | KeyboardEvent): void {
    if (!this.enabled || !this.rows[index]) return;
    this.active = index;
    this.markActive();
    this.handlers.choose(index, event);
  }

  private markActive(): void {
    this.rows.forEach((row, index) => row.classList.toggle("cnnviz-active", index === this.active));
    const active = this.rows[this.active];
    if (active) this.root.setAttribute("aria-activedescendant", active.id);
    else this.root.removeAttribute("aria-activedescendant");
  }

  private onKey(event: KeyboardEvent): void {
    const next = rowAfter(event.key, this.active, this.rows.length - 1);
    if (next !== undefined) {
      this.goTo(next);
      this.handlers.point?.(this.active);
    } else if (event.key === "Enter" || event.key === " ") this.choose(this.active, event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
