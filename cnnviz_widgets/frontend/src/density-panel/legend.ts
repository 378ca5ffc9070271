/** Which colour is which group of the cut: once, for plot and strips. */
import type { Curves } from "./curves";
import { distanceText, type Group, type Groups } from "./groups";
import { button, element } from "../lib/dom/elements";
import { count, counted } from "../lib/format";
import { combineOf, type Selection } from "../lib/linking/selection";
import { groupColor } from "../lib/plots/group-colors";

/** Of larger groups the channels are counted, not listed. */
const MOST_LISTED = 12;

export interface LegendContent {
  curves: Curves;
  groups: Groups;
  /** Live channels in no group. */
  alone: readonly number[];
  names: readonly string[];
  noun: string;
  dark: boolean;
}

export class Legend {
  readonly root = element("div", "cnnviz-density-legend");
  private shown = "";
  /** Ends the listeners of the rows before. */
  private rows = new AbortController();

  constructor(
    private readonly selection: Selection,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => this.rows.abort());
  }

  show(content: LegendContent): void {
    const { curves, groups, alone, noun, dark } = content;
    const rows = groups.list.map((group, i) => ({
      color: groupColor(i, dark),
      text: wordsOf(content, group),
      distance: distanceText(group.distance),
      channels: channelsOf(curves, group.curves),
    }));
    // A row that has the focus keeps it, unless there is something new to say.
    const key = JSON.stringify([rows, alone.length, dark]);
    if (key === this.shown) return;
    this.shown = key;
    this.rows.abort();
    this.rows = new AbortController();
    this.root.hidden = rows.length === 0;
    const head = element("div", "cnnviz-density-groups-head", {}, element("span", "", {}, "Groups"), element("span", "", {}, "distance"));
    const list = element("div", "cnnviz-density-groups");
    for (const row of rows) list.append(this.row(row, noun));
    if (alone.length > 0) {
      list.append(
        this.row({ color: groupColor(-1, dark), text: `${count(alone.length)} alone`, distance: "", channels: channelsOf(curves, alone) }, noun),
      );
    }
    this.root.replaceChildren(head, list);
  }

  private row({ color, text, distance, channels }: Row, noun: string): HTMLButtonElement {
    const made = button("", `Select ${counted(channels.length, noun)}; Shift or Ctrl adds`, () => undefined, this.rows.signal);
    made.className = "cnnviz-density-group";
    made.addEventListener("click", (event) => this.selection.combine(channels, combineOf(event)), { signal: this.rows.signal });
    const swatch = element("span", "cnnviz-density-swatch");
    swatch.style.background = color;
    made.append(swatch, element("span", "cnnviz-density-words", {}, text), element("span", "cnnviz-density-distance", {}, distance));
    return made;
  }
}

interface Row {
  color: string;
  text: string;
  distance: string;
  channels: readonly number[];
}

const channelsOf = (curves: Curves, of: readonly number[]): number[] => of.map((curve) => curves.channels[curve]!);

function wordsOf({ curves, names, noun }: LegendContent, group: Group): string {
  if (group.curves.length > MOST_LISTED) return counted(group.curves.length, noun);
  const channels = channelsOf(curves, group.curves).sort((a, b) => a - b);
  return channels.map((channel) => names[channel] ?? String(channel)).join(", ");
}
