/**
 * Beside the rows, down the layers: a line of the activation scale, on a logarithmic axis, and bars
 * of the dead share. The layers of a folded block share its row.
 */
import { element } from "../lib/dom/elements";
import { svg } from "../lib/dom/svg";
import type { LayerEntry } from "../lib/wire/payloads";
import { isBlock } from "./blocks/blocks";
import { leavesOf, type Row } from "./folds";
import { deadShare, isBroken } from "./marks";

export const ROW = 26;
/** A list is at least so wide; what is narrower is a rail. */
export const LIST = 200;

/** Where the line and the bars stand, in pixels from the strip's left. */
const WIDE = { width: 64, from: 7, to: 37, end: 60, bar: 20 };
const SLIM = { width: 39, from: 6, to: 24, end: 36, bar: 9 };
/** At least so many powers of ten: the usual ups and downs are not to look like a fall. */
const LEAST_SPAN = 4;
/** The dead share at which a bar is full. */
const FULL = 0.5;
/** Layers that stand closer have no point of their own. */
const POINTS_APART = 3;

/** A layer of the strip: how far down it stands, and how much room it has there. */
interface Place {
  at: number;
  y: number;
  room: number;
}

export class Strip {
  readonly root = svg("svg", { class: "cnnviz-layer-strip", "aria-hidden": "true" });
  private readonly line = svg("path", { class: "cnnviz-strip-line" });
  private readonly points = svg("path", { class: "cnnviz-strip-points" });
  private readonly none = svg("path", { class: "cnnviz-strip-none" });
  private readonly bars = svg("path", { class: "cnnviz-strip-bars" });
  private readonly chosen = svg("circle", { class: "cnnviz-strip-chosen", r: 4 });
  private places: Place[] = [];

  constructor() {
    this.root.append(this.bars, this.line, this.points, this.none, this.chosen);
  }

  /** Pixels of a row's right end that are the strip's. */
  static width(pane: number): number {
    return pane >= LIST ? WIDE.width : pane;
  }

  /** The layer of a row that is the nearest to a height within it. */
  nearest(row: number, y: number): number {
    const own = this.places.filter((place) => Math.floor(place.y / ROW) === row);
    const far = (place: Place): number => Math.abs(place.y - row * ROW - y);
    return own.reduce<Place | undefined>((best, place) => (best && far(best) <= far(place) ? best : place), undefined)?.at ?? -1;
  }

  draw(rows: readonly Row[], layers: readonly LayerEntry[], chosen: number, pane: number, joined: boolean, earlier: boolean): void {
    const box = pane >= LIST ? WIDE : SLIM;
    this.places = rows.flatMap(placesOf);
    const height = rows.length * ROW;
    this.root.setAttribute("width", String(box.width));
    this.root.setAttribute("height", String(height));
    this.root.setAttribute("viewBox", `0 0 ${box.width} ${height}`);
    const toX = axis(layers, box.from, box.to);
    const x = this.places.map(({ at }) => toX(layers[at]!.scale));
    const seen = this.places.map((place, index) => ({ ...place, x: x[index]!, none: layers[place.at]!.scale === 0 }));
    this.line.setAttribute("d", joined ? pathOf(seen) : "");
    this.line.classList.toggle("cnnviz-earlier", earlier);
    const point = ({ x, y }: { x: number; y: number }): string => `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
    const apart = seen.filter((place) => Number.isFinite(place.x) && place.room >= POINTS_APART);
    this.points.setAttribute("d", apart.filter(({ none }) => !none).map(point).join(""));
    // Nothing varies any more: that is seen however many share a row.
    this.none.setAttribute("d", seen.filter(({ none }) => none).map(point).join(""));
    this.bars.setAttribute("d", this.places.map((place) => bar(place, layers[place.at]!, box)).join(""));
    this.choose(seen.find(({ at }) => at === chosen), box);
  }

  private choose(place: { x: number; y: number } | undefined, { from, to }: typeof WIDE): void {
    this.chosen.style.display = place ? "" : "none";
    if (!place) return;
    this.chosen.setAttribute("cx", String(Number.isFinite(place.x) ? place.x : (from + to) / 2));
    this.chosen.setAttribute("cy", String(place.y));
    // Where its scale is not known, a ring stands for no height.
    this.chosen.classList.toggle("cnnviz-unknown", !Number.isFinite(place.x));
  }
}

function placesOf({ node, open }: Row, row: number): Place[] {
  if (!isBlock(node)) return [{ at: node.at, y: (row + 0.5) * ROW, room: ROW }];
  if (open) return [];
  const leaves = leavesOf(node);
  const room = ROW / leaves.length;
  return leaves.map(({ at }, index) => ({ at, y: row * ROW + (index + 0.5) * room, room }));
}

/** From a scale to its place on the logarithmic axis; NaN where it is not known, its end for 0. */
export function axis(layers: readonly LayerEntry[], from: number, to: number): (scale: number | null) => number {
  const logs = layers.flatMap(({ scale }) => (scale !== null && scale > 0 ? [Math.log10(scale)] : []));
  const low = Math.min(...logs);
  const high = Math.max(...logs);
  const spare = Math.max(0, LEAST_SPAN - (high - low)) / 2;
  const share = (scale: number): number => (Math.log10(scale) - low + spare) / (high - low + 2 * spare);
  return (scale) => (scale === null ? NaN : scale === 0 ? from : from + share(scale) * (to - from));
}

/** A line from layer to layer, with a gap where one is not known. */
function pathOf(places: readonly { x: number; y: number }[]): string {
  let drawn = false;
  return places
    .map(({ x, y }) => {
      const known = Number.isFinite(x);
      const step = known ? `${drawn ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}` : "";
      drawn = known;
      return step;
    })
    .join("");
}

function bar({ y, room }: Place, layer: LayerEntry, { end, bar: full }: typeof WIDE): string {
  const share = isBroken(layer) ? FULL : deadShare(layer);
  if (!(share > 0)) return "";
  // What is there is seen, however little it is.
  const length = Math.max(2, Math.min(1, share / FULL) * full);
  const height = Math.max(0.5, Math.min(6, room * 0.75));
  return `M${(end - length).toFixed(1)} ${(y - height / 2).toFixed(2)}h${length.toFixed(1)}v${height.toFixed(2)}h${(-length).toFixed(1)}z`;
}

/** What stands above the strip. */
export function stripHead(): HTMLElement {
  const scale = "Activation scale: σ of the outputs on a logarithmic axis, small at the left. A line that falls to the left is a signal that vanishes.";
  const dead = "Share of channels that are zero on every sample: full at 50 %.";
  return element("span", "cnnviz-strip-head", {}, element("span", "", { title: scale }, "scale"), element("span", "", { title: dead }, "dead"));
}
