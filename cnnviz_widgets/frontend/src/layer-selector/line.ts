/** A row of the list: a layer or a block, its name and a few signs in one line. */
import { element, say } from "../lib/dom/elements";
import { icon } from "../lib/dom/icons";
import { count, counted } from "../lib/format";
import { severityIcon } from "../lib/severity";
import type { LayerEntry } from "../lib/wire/payloads";
import { isBlock, type Block, type Node } from "./blocks/blocks";
import { leavesOf, type Row } from "./folds";
import { findingsText, isBroken, lookedText, shortShape, words } from "./marks";

/** What all rows are shown by. */
export interface Shown {
  layers: readonly LayerEntry[];
  basis: string;
  earlierScale: boolean;
}

export class Line {
  readonly root: HTMLElement;
  private readonly slot = element("span", "cnnviz-layer-slot");
  private readonly name = element("span", "cnnviz-layer-name");
  private readonly findings = element("span", "");
  private readonly side = element("span", "cnnviz-layer-side");
  private title = "";

  constructor(id: string, public node: Node) {
    const own = isBlock(node) ? "cnnviz-layer-block" : "cnnviz-layer-row";
    this.root = element("div", `cnnviz-layer-line ${own}`, { id, role: "treeitem" }, this.slot, this.name, this.findings, this.side);
  }

  show(row: Row, shown: Shown): void {
    const { node, depth, place, of, open } = row;
    this.node = node;
    this.root.style.setProperty("--depth", String(depth));
    this.set("aria-level", depth + 1);
    this.set("aria-posinset", place);
    this.set("aria-setsize", of);
    say(this.name, node.label);
    if (isBlock(node)) this.showBlock(node, open === true, shown);
    else this.showLayer(shown.layers[node.at]!, shown);
  }

  /** Another tooltip while the pointer is on one of several layers. */
  point(title?: string): void {
    this.root.title = title ?? this.title;
  }

  private showLayer(layer: LayerEntry, { basis, earlierScale }: Shown): void {
    this.describe(words(layer, basis, earlierScale));
    this.markFindings(layer.severe, layer.warnings);
    this.markLooked(layer);
    const broken = isBroken(layer);
    say(this.side, broken ? "NaN/∞" : shortShape(layer.shape));
    this.side.classList.toggle("cnnviz-ill", broken);
  }

  private showBlock(block: Block, open: boolean, { layers }: Shown): void {
    const own = leavesOf(block).map(({ at }) => layers[at]!);
    const severe = own.reduce((sum, layer) => sum + layer.severe, 0);
    const warnings = own.reduce((sum, layer) => sum + layer.warnings, 0);
    const broken = own.filter(isBroken).length;
    const parts = [counted(own.length, "layer"), findingsText({ severe, warnings }), broken > 0 ? `NaN or infinity in ${count(broken)}` : ""];
    this.describe([block.label, ...parts, `${own[0]!.path} to ${own.at(-1)!.path}`].filter(Boolean));
    this.set("aria-expanded", open);
    if (!this.slot.firstChild) this.slot.append(icon("chevron-right"));
    // What is open shows its layers' own signs.
    this.markFindings(open ? 0 : severe, open ? 0 : warnings);
    say(this.side, open ? "" : broken > 0 ? "NaN/∞" : counted(own.length, "layer"));
    this.side.classList.toggle("cnnviz-ill", !open && broken > 0);
    // The number stays whole where there is no room for the word.
    this.side.style.minWidth = `${(broken > 0 ? 6 : count(own.length).length) + 0.2}ch`;
  }

  /** A screen reader reads this after what the row shows or, where that is a point only, as its name. */
  private describe(lines: readonly string[]): void {
    const title = lines.join("\n");
    if (this.title !== title) this.root.title = this.title = title;
  }

  /** A triangle or, where one is severe, an octagon, and how many there are. */
  private markFindings(severe: number, warnings: number): void {
    const sum = severe + warnings;
    const worst = severe > 0 ? "severe" : "warning";
    const now = sum > 0 ? `cnnviz-severity cnnviz-is-${worst}` : "";
    if (this.findings.className !== now) {
      this.findings.className = now;
      this.findings.replaceChildren(...(sum > 0 ? [severityIcon(worst), element("span", "")] : []));
    }
    if (sum > 0) say(this.findings.lastChild!, count(sum));
  }

  /** A quiet dot for each view that has been looked at. */
  private markLooked(layer: LayerEntry): void {
    const seen = lookedText(layer).map((text) => text.endsWith(": looked at"));
    const now = seen.map((each) => (each ? "1" : "0")).join("");
    if (this.slot.dataset["seen"] === now || (seen.length === 0 && !this.slot.firstChild)) return;
    this.slot.dataset["seen"] = now;
    this.slot.replaceChildren(...seen.map((each) => element("i", each ? "cnnviz-seen" : "")));
  }

  /** Set where it changes. */
  set(name: string, value: string | number | boolean): void {
    if (this.root.getAttribute(name) !== String(value)) this.root.setAttribute(name, String(value));
  }
}
