/** What lines and marks mean, and what the columns of the matrices are: names that can be chosen. */
import { choice, element, keyboard } from "../../lib/dom/elements";
import { svg } from "../../lib/dom/svg";
import { clamp } from "../../lib/clamp";
import type { MapViewState } from "../../lib/wire/states";
import { COLUMN_NOUNS, type MapData } from "../data";
import { dashed } from "../stage/lines";
import type { Palette } from "../stage/palette";

const LINES: Record<MapViewState["reading"], [text: string, title: string]> = {
  effects: ["in σ, when silenced", "What changes in a group when the other is silenced, in standard deviations σ of its channels; in brackets the share of all that acts on it"],
  weights: ["mean weight", "The mean weight from one group to the other; in brackets the share of all that acts on it"],
};
/** More columns than these are chosen from a list. */
const MOST_CHIPS = 32;

export class Legend {
  readonly root = element("div", "cnnviz-map-legend");
  private readonly keys = element("div", "cnnviz-map-keys");
  private readonly columns = element("div", "cnnviz-map-columns");
  private readonly list: ReturnType<typeof choice>;
  private chips: HTMLButtonElement[] = [];
  private names = "";

  constructor(
    /** A column, or −1: none. */
    private readonly choose: (column: number) => void,
    signal: AbortSignal,
  ) {
    this.list = choice("stands out", "Groups and lines that are strong on it stand out", [], (value) => this.choose(Number(value)), signal);
    this.root.append(this.keys, this.columns);
    this.columns.addEventListener("click", (event) => {
      const column = this.chips.indexOf(event.target as HTMLButtonElement);
      if (column >= 0) this.choose(this.chips[column]!.getAttribute("aria-pressed") === "true" ? -1 : column);
    }, { signal });
    this.columns.addEventListener("keydown", (event) => this.onKey(event), { signal });
  }

  show(data: MapData, palette: Palette, reading: MapViewState["reading"]): void {
    const line = (sign: 1 | -1): SVGElement => svg("svg", { width: 26, height: 8, "aria-hidden": "true" }, svg("path", {
      d: "M1 4H25", stroke: sign > 0 ? palette.raises : palette.lowers, "stroke-width": 3, ...dashed(sign, 3),
    }));
    const node = svg("svg", { width: 8, height: 8, "aria-hidden": "true" }, svg("circle", { cx: 4, cy: 4, r: 3, fill: palette.faint }));
    const box = svg("svg", { width: 16, height: 10, "aria-hidden": "true" }, svg("rect", { x: 1, y: 1, width: 14, height: 8, fill: "none", stroke: palette.outline, "stroke-width": 1.5, "stroke-dasharray": "4 2" }));
    const entry = (mark: Node | string, text: string, title: string): HTMLElement => element("span", "", { title }, mark, text);
    const noun = COLUMN_NOUNS[data.columnKind];
    const ramp = element("span", "cnnviz-map-ramp", { style: `background:${palette.scale}` });
    this.keys.replaceChildren(
      entry(line(1), "raises", "The wider, the stronger"),
      entry(line(-1), "lowers", "The wider, the stronger"),
      entry("", ...LINES[reading]),
      entry(node, "several to several", "Each on the left acts on each on the right"),
      entry(element("b", "", {}, "#3 · 12"), "group · channels", "At a box's corner: the number of the group in its column, and how many channels are in it, where there is room"),
      ...(data.columns.length > 0 ? [entry(ramp, "least to most", `A row a channel, a column each of the ${noun}: on which of them its mean is least and greatest, each row on its own scale`)] : []),
      ...(data.groups.some(({ stability }) => stability !== null) ? [entry(box, "uncertain group", "Stability below 60 %: on samples drawn again, the group most like it shares less than that with it, on average (Jaccard index)")] : []),
      ...(data.stations.some(({ update }) => update.length > 0) ? [entry("", "below: ‖ΔW‖/‖W‖, 10⁻⁵ to 1", "How far the weights moved since the moment before, as a share of themselves; marks at 10⁻⁴ and 0.1; orange outside of them. ∇: the norm of the gradients")] : []),
    );
    this.listColumns(data);
  }

  /** Chips are made anew only where there are others. */
  private listColumns({ columns, columnKind }: MapData): void {
    const names = JSON.stringify([columnKind, columns]);
    if (names === this.names) return;
    this.names = names;
    const noun = COLUMN_NOUNS[columnKind];
    const lead = element("span", "cnnviz-faint", {}, `columns: ${noun}`);
    this.chips = [];
    if (columns.length > MOST_CHIPS) {
      this.list.select.replaceChildren(...["all", ...columns].map((name, at) => element("option", "", { value: at - 1 }, name)));
      this.columns.replaceChildren(lead, this.list.root);
      return;
    }
    this.chips = columns.map((name, column) => {
      const made = element("button", "cnnviz-map-chip", { type: "button", title: `${name}: groups and lines that are strong on it stand out` }, name);
      keyboard(made);
      made.tabIndex = column === 0 ? 0 : -1;
      return made;
    });
    this.columns.replaceChildren(...(columns.length > 0 ? [lead, element("span", "cnnviz-map-chips", { role: "toolbar", "aria-label": noun }, ...this.chips)] : []));
  }

  /** Which column is chosen, and which one is under the pointer. */
  mark(chosen: number, hovered: number): void {
    this.list.select.value = String(chosen);
    this.chips.forEach((chip, column) => {
      chip.setAttribute("aria-pressed", String(column === chosen));
      chip.classList.toggle("cnnviz-map-named", column === hovered);
    });
  }

  private onKey(event: KeyboardEvent): void {
    const at = this.chips.indexOf(event.target as HTMLButtonElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || !step) return;
    event.preventDefault();
    const next = clamp(at + step, 0, this.chips.length - 1);
    this.chips.forEach((chip, column) => (chip.tabIndex = column === next ? 0 : -1));
    this.chips[next]!.focus();
  }
}
