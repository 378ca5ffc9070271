/** ComparisonPanel's head: what is compared, and lists of layers and channels, most changed first. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { List } from "./list";
import {
  channelCount,
  describePair,
  fate,
  health,
  measure,
  pairName,
  zeros,
} from "./rows";
import { choice, element, mount, showNotes } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { count, lastName } from "../lib/format";
import { onEscape } from "../lib/frame/escape";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { combineOf, Selection } from "../lib/linking/selection";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import type { ComparedLayerEntry, PairEntry, UncomparedLayerEntry } from "../lib/wire/payloads";
import type { ComparisonState } from "../lib/wire/states";

const MATCHES = [
  ["similarity", "what they show"],
  ["index", "their number"],
] as const;
const MATCH_TITLE =
  "By what they show: so that the sum of all pairs' cosine distances is least. " +
  "By their number: channel i with channel i";
const CHANGE_TITLE =
  "Mean over its channels of the cosine distance between before and after, 0 to 2; " +
  "a channel that is zero in both counts 0";
const DISTANCE_TITLE = "Cosine distance of the two maps over all samples: 0 the same up to scale, 2 opposite, or one is zero";
const SHIFT_TITLE =
  "How far the values moved: Wasserstein's distance over twice the standard deviation of both together; 0 the same, 1 two constants";

class ComparisonHead {
  readonly root: HTMLElement;
  private readonly heading = element("div", "cnnviz-comparison-title", { role: "heading", "aria-level": "3" });
  private readonly match: { root: HTMLLabelElement; select: HTMLSelectElement };
  private readonly state = element("div", "cnnviz-note", { role: "status", "aria-live": "polite" });
  private readonly error = element("div", "cnnviz-error", { role: "alert" });
  private readonly layersHead = element("div", "cnnviz-compared-head cnnviz-compared-layer");
  private readonly pairsTitle = element("div", "cnnviz-compared-title");
  private readonly pairsHead = element("div", "cnnviz-compared-head cnnviz-compared-pair");
  private readonly notes = element("div", "cnnviz-note");
  private readonly layers: List;
  private readonly pairs: List;
  private readonly slowAnswer: SlowAnswer;
  private readonly connection: Connection;
  /** What the rows are of: the traits may be ahead of them by a frame. */
  private listed: { layers: ComparedLayerEntry[]; pairs: PairEntry[] } = { layers: [], pairs: [] };

  constructor(
    private readonly model: AnyModel<ComparisonState>,
    private readonly selection: Selection,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.match = choice("Match channels by", MATCH_TITLE, MATCHES, (value) => {
      model.set("match", value as ComparisonState["match"]);
      model.save_changes();
      this.mark();
    }, signal);
    this.layers = new List(
      "Layers, most changed first",
      "cnnviz-compared-layers",
      { choose: (index) => this.chooseLayer(index) },
      signal,
    );
    this.pairs = new List(
      "Channels, most changed first",
      "cnnviz-compared-pairs",
      {
        choose: (index, event) => selection.combine([this.pairNumber(index)], combineOf(event)),
        point: (index) => selection.hover(index < 0 ? -1 : this.pairNumber(index)),
      },
      signal,
    );
    this.layersHead.append(
      element("span", "", {}, "layer"),
      element("span", "cnnviz-number", { title: CHANGE_TITLE }, "change"),
    );
    this.pairsHead.append(
      element("span", "", {}, "channel"),
      element("span", "cnnviz-number", { title: DISTANCE_TITLE }, "distance"),
      element("span", "cnnviz-number", { title: SHIFT_TITLE }, "shift"),
      element("span", "cnnviz-number", { title: "Share of exact zeros among the values, before and after" }, "zeros"),
    );
    this.root = element(
      "div",
      "cnnviz cnnviz-comparison-head",
      {},
      element("div", "cnnviz-comparison-top", {}, this.heading, this.match.root),
      this.state,
      this.error,
      element(
        "div",
        "cnnviz-comparison-lists",
        {},
        element(
          "div",
          "cnnviz-comparison-pane",
          {},
          element("div", "cnnviz-compared-title", {}, "Layers, most changed first"),
          this.layersHead,
          this.layers.root,
        ),
        element("div", "cnnviz-comparison-pane", {}, this.pairsTitle, this.pairsHead, this.pairs.root),
      ),
      this.notes,
    );
    this.slowAnswer = new SlowAnswer(() => this.mark(), signal);
    onEscape(this.root, "selection", () => selection.list.length > 0, () => selection.clear(), signal);
    const later = (draw: () => void) => eachFrame(draw, signal);
    onChange(model, ["titles", "_layers", "_alone"], later(() => this.buildLayers()));
    onChange(model, ["_pairs", "_total", "_notes"], later(() => this.buildPairs()));
    const mark = () => this.mark();
    onChange(model, ["layer", "_shown", "match", "_matched", "_can_match", "message", "error"], mark);
    selection.onChange(later(() => this.markPairs()));
    this.connection.onChange(mark);
  }

  refresh(): void {
    this.buildLayers();
    this.buildPairs();
  }

  private buildLayers(): void {
    const [before, after] = this.model.get("titles");
    this.heading.replaceChildren(
      element("span", "", {}, before),
      element("span", "cnnviz-faint", {}, " → "),
      element("span", "", {}, after),
    );
    const layers = this.model.get("_layers");
    this.listed.layers = layers;
    const most = layers.reduce((peak, { change }) => Math.max(peak, change ?? 0), 0);
    this.layers.fill(
      layers.map((layer) => layerRow(layer, most)),
      this.model.get("_alone").map(aloneRow),
    );
    this.mark();
    this.layers.goTo(this.chosenLayer());
  }

  private buildPairs(): void {
    const pairs = this.model.get("_pairs");
    this.listed.pairs = pairs;
    const total = this.model.get("_total");
    const some = pairs.length < total ? ` (first ${count(pairs.length)} of ${count(total)})` : "";
    const name = lastName(this.model.get("_shown"));
    this.pairsTitle.textContent = name ? `Channels of ${name}, most changed first${some}` : "Channels";
    this.pairsTitle.title = this.model.get("_shown");
    this.pairs.fill(pairs.map(pairRow));
    showNotes(this.notes, this.model.get("_notes"));
    this.markPairs();
  }

  private chosenLayer(): number {
    // Without a kernel what is chosen and not shown will not come.
    const chosen = this.model.get(this.connection.alive ? "layer" : "_shown");
    return this.listed.layers.findIndex(({ path }) => path === chosen);
  }

  private chooseLayer(index: number): void {
    this.model.set("layer", this.listed.layers[index]!.path);
    this.model.save_changes();
    this.mark();
  }

  private pairNumber(index: number): number {
    return this.listed.pairs[index]!.number;
  }

  private mark(): void {
    const { model } = this;
    const { alive } = this.connection;
    const waiting = model.get("layer") !== model.get("_shown") || model.get("match") !== model.get("_matched");
    const chosen = this.chosenLayer();
    this.layers.mark((index) => index === chosen);
    this.match.root.hidden = !model.get("_can_match");
    this.match.select.value = model.get(alive ? "match" : "_matched");
    this.connection.need(this.match.select);
    this.layers.enable(alive);
    this.error.textContent = model.get("error");
    this.error.hidden = !this.error.textContent;
    this.slowAnswer.wait(alive && waiting);
    if (!alive) {
      this.state.replaceChildren(this.connection.notice());
      return;
    }
    const text = model.get("message") || (this.slowAnswer.over ? WAITING : waiting ? "reading…" : "");
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  private markPairs(): void {
    const { pairs } = this.listed;
    const hovered = pairs.findIndex(({ number }) => number === this.selection.hovered);
    this.pairs.mark((index) => this.selection.has(pairs[index]!.number), hovered);
  }
}

const aloneRow = ({ path, kind, where }: UncomparedLayerEntry): HTMLElement =>
  element(
    "div",
    "cnnviz-compared-layer cnnviz-compared-alone",
    { title: path },
    element("span", "cnnviz-compared-name", {}, path, element("small", "", {}, kind)),
    element("span", "", {}, where),
  );

function layerRow(layer: ComparedLayerEntry, most: number): HTMLElement {
  const { path, partner, kind, change, shift } = layer;
  const matched = layer.as_asked ? "" : "matched by number";
  const facts = [kind, channelCount(layer.channels), health(layer), matched].filter(Boolean).join(" · ");
  const share = change === null || most === 0 ? 0 : change / most;
  const names = path === partner ? path : `${path} ↔ ${partner}`;
  return element(
    "div",
    "cnnviz-compared-layer",
    { title: `${names}\n${facts}\nchange ${measure(change)}, distribution shift ${measure(shift)}` },
    element("span", "cnnviz-compared-name", {}, names, element("small", "", {}, facts)),
    element(
      "span",
      "cnnviz-number cnnviz-compared-bar",
      { style: `--share: ${share}` },
      element("i", ""),
      element("span", "", {}, measure(change)),
    ),
  );
}

function pairRow(pair: PairEntry): HTMLElement {
  const what = fate(pair);
  return element(
    "div",
    "cnnviz-compared-pair",
    { title: describePair(pair) },
    element(
      "span",
      "cnnviz-compared-name",
      {},
      pairName(pair),
      element("small", pair.dead[1] || pair.nonfinite[1] ? "cnnviz-warning" : "", {}, what),
    ),
    element("span", "cnnviz-number", {}, measure(pair.distance)),
    element("span", "cnnviz-number", {}, measure(pair.shift)),
    element("span", "cnnviz-number", {}, zeros(pair.zeros)),
  );
}

async function render({ model, el, host, signal }: RenderProps<ComparisonState>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const head = new ComparisonHead(model, selection, { model, el, signal });
  mount(el, head.root, signal);
  head.refresh();
}

export default entry(render);
