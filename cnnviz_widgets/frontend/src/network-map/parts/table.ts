/** The groups as a table: the map in words, for those who do not see it and for those who want numbers. */
import { element, keyboard } from "../../lib/dom/elements";
import { count, number, percent, wholePercent } from "../../lib/format";
import { STATE_NAMES, STATES, type MapData, type Pair } from "../data";
import { acting, neighboursOf } from "../readout";
import { silentShare } from "../stage/strip";

const HEADS = ["Station", "Group", "Channels", "Stability", "Largest value", "Acted on by", "Acts on", "Remarks"];
/** Others that are named in a row. */
const MOST = 3;

export class Table {
  readonly root = element("div", "cnnviz-map-table", { tabindex: 0, role: "region", "aria-label": "The map as a table", hidden: true });
  /** Ends what listens to the buttons shown now. */
  private listening = new AbortController();

  constructor(
    private readonly choose: (station: number, channels: Iterable<number>, event: MouseEvent) => void,
    signal: AbortSignal,
  ) {
    this.root.setAttribute("data-lm-suppress-shortcuts", "true");
    signal.addEventListener("abort", () => this.listening.abort());
  }

  show(data: MapData, pairs: readonly Pair[]): void {
    this.listening.abort();
    this.listening = new AbortController();
    const rows = data.stations.flatMap((station) => [
      ...station.groups.map((group) => {
        const { into, out } = neighboursOf(data, pairs, group);
        const values = group.values.filter(Number.isFinite);
        return row([
          station.title,
          this.button(`group #${group.group}`, station.index, group.channels),
          count(group.channels.length),
          group.stability === null ? "" : wholePercent(group.stability),
          values.length > 0 ? number(values.reduce((most, each) => Math.max(most, each))) : "",
          acting(data, pairs, into, MOST),
          acting(data, pairs, out, MOST),
          [...(group.pinned.length > 0 ? [`${group.pinned.length} pinned`] : []), ...group.findings].join(", "),
        ]);
      }),
      ...(station.thin.length > 0 ? [row([
        station.title,
        this.button("no group", station.index, station.thin),
        count(station.thin.length),
        "", "", "", "",
        STATES.filter((state) => station[state] > 0).map((state) => `${station[state]} ${STATE_NAMES[state]}`).join(", ") + ` (${percent(silentShare(station))} silent)`,
      ])] : []),
    ]);
    const head = element("thead", "", {}, element("tr", "", {}, ...HEADS.map((each) => element("th", "", { scope: "col" }, each))));
    this.root.replaceChildren(element("table", "", {}, head, element("tbody", "", {}, ...rows)));
  }

  private button(text: string, station: number, channels: Iterable<number>): HTMLButtonElement {
    const made = element("button", "cnnviz-map-link", { type: "button", title: "Select its channels" }, text);
    keyboard(made);
    made.addEventListener("click", (event) => this.choose(station, channels, event), { signal: this.listening.signal });
    return made;
  }
}

const row = (cells: readonly (string | Node)[]): HTMLTableRowElement =>
  element("tr", "", {}, element("th", "", { scope: "row" }, cells[0]!), ...cells.slice(1).map((cell) => element("td", "", {}, cell)));
