/** The picture: bands and lines behind the boxes, what is drawn in them, outlines and words above. */
import { element } from "../../lib/dom/elements";
import { svg } from "../../lib/dom/svg";
import { counted } from "../../lib/format";
import { rowOf, type MapData } from "../data";
import { BoxPainter, type Look } from "../boxes/boxes";
import { channelAt, columnAt } from "../boxes/cells";
import { Drag } from "./drag";
import { STRAND, type BundleNode, type Curve, type Strand } from "./edges";
import { Hits, type Place } from "./hits";
import type { Box, Layout } from "./layout";
import { dashed, Lines } from "./lines";
import type { Palette } from "./palette";
import { paintBands, paintFront } from "./scene";

/** What of a box the pointer is over. */
export interface Spot {
  box: Box;
  /** −1: of none. */
  channel: number;
  column: number;
}

export interface StageHand {
  hover(spot: Spot | undefined): void;
  hoverCurve(curve: Curve | undefined): void;
  press(place: Place, event: MouseEvent): void;
  open(place: Place): void;
  menu(box: Box): void;
  unfold(station: number): void;
  /** Which channels come along when one is dragged from its box; none where nothing may be. */
  taken(spot: Spot): readonly number[];
  drop(from: Box, channels: readonly number[], to: Box): void;
}

/** Pixels of the button at a box's corner, and of a box that has room for it. */
const [MORE, ROOMY] = [24, 54];

export class Stage {
  readonly root = element("div", "cnnviz-map-scroll", { tabindex: -1 });
  readonly hits: Hits;
  private readonly inner = element("div", "cnnviz-map-stage");
  private readonly back: SVGElement;
  private readonly bands = svg("g", {});
  private readonly lines: Lines;
  private readonly strands = svg("g", {});
  private readonly painter = new BoxPainter();
  private readonly front: SVGElement;
  private readonly words = svg("g", {});
  private readonly marks = svg("g", {});
  private readonly pills = element("div", "cnnviz-map-pills");
  private readonly drag: Drag;
  private look: Look | undefined;
  private layout: Layout | undefined;

  constructor(
    private readonly hand: StageHand,
    /** What stands at the corner of the box that is pointed at. */
    private readonly more: HTMLElement,
    signal: AbortSignal,
  ) {
    this.lines = new Lines((curve) => hand.hoverCurve(curve), signal);
    this.back = svg("svg", { class: "cnnviz-map-back", "aria-hidden": "true" }, this.bands, this.lines.root, this.strands);
    this.front = svg("svg", { class: "cnnviz-map-front", "aria-hidden": "true" }, this.words, this.marks);
    this.hits = new Hits(more, signal);
    this.inner.append(this.back, this.painter.layer.canvas, this.front, this.hits.root, this.pills);
    this.root.append(this.inner);
    this.drag = new Drag(this.inner, {
      at: (x, y) => this.at(x, y),
      take: (box, x, y) => this.take(box, x, y),
      drop: (from, channels, to) => hand.drop(from, channels, to),
    }, signal);
    this.listen(signal);
  }

  private listen(signal: AbortSignal): void {
    const { hand } = this;
    const { root } = this.hits;
    root.addEventListener("pointermove", (event) => this.drag.isOn || this.more.contains(event.target as Element) || hand.hover(this.spot(event)), { signal });
    root.addEventListener("pointerleave", () => hand.hover(undefined), { signal });
    root.addEventListener("focusin", (event) => {
      if (this.more.contains(event.target as Element)) return;
      const box = this.hits.of(event)?.box;
      hand.hover(box && { box, channel: -1, column: -1 });
    }, { signal });
    root.addEventListener("focusout", (event) => this.more.contains(event.target as Element) || hand.hover(undefined), { signal });
    const on = (type: "click" | "dblclick" | "contextmenu", act: (place: Place, event: MouseEvent) => void): void =>
      root.addEventListener(type, (event) => {
        const place = this.hits.of(event);
        if (place) act(place, event as MouseEvent);
      }, { signal });
    this.pills.addEventListener("click", (event) => hand.unfold(Number((event.target as HTMLElement).dataset["station"])), { signal });
    // The second click of a double one is no click.
    on("click", (place, event) => event.detail < 2 && hand.press(place, event));
    on("dblclick", (place) => hand.open(place));
    on("contextmenu", (place, event) => {
      if (!place.box) return;
      event.preventDefault();
      // JupyterLab would open its own as well.
      event.stopPropagation();
      hand.menu(place.box);
    });
  }

  private take(box: Box, x: number, y: number): { channels: readonly number[]; text: string } | undefined {
    const channels = this.hand.taken(this.spotIn(box, x, y));
    const text = channels.length === 1 ? `channel ${channels[0]}` : counted(channels.length, "channel");
    return channels.length > 0 ? { channels, text } : undefined;
  }

  private at(x: number, y: number): Box | undefined {
    return this.layout?.boxes.find((box) => x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height);
  }

  private spotIn(box: Box, x: number, y: number): Spot {
    const inside = this.painter.inside(box);
    return { box, channel: channelAt(box, inside, x, y), column: columnAt(inside, this.look!.data.columns.length, x, y) };
  }

  private spot(event: MouseEvent): Spot | undefined {
    const { left, top } = this.inner.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const box = this.hits.of(event)?.box;
    return box && this.spotIn(box, x, y);
  }

  /** Lay everything out anew. */
  lay(data: MapData, layout: Layout, palette: Palette): void {
    this.layout = layout;
    const { width, height } = layout;
    Object.assign(this.inner.style, { width: `${width}px`, height: `${height}px` });
    for (const each of [this.back, this.front]) {
      for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}`, "font-family": palette.font })) each.setAttribute(name, String(value));
    }
    paintBands(this.bands, layout, palette);
    paintFront(this.words, data, layout, palette);
    this.hits.lay(data.stations, layout);
    this.pills.replaceChildren(...layout.columns.flatMap(({ fold }, at) => (fold === null ? [] : [this.pill(data, at, fold)])));
  }

  private pill({ stations }: MapData, at: number, x: number): HTMLButtonElement {
    const { folded, title } = stations[at]!;
    const made = element("button", "cnnviz-map-pill", {
      type: "button", tabindex: -1, "aria-label": `Show ${counted(folded, "station")} alike before ${title}`, title: `Show ${counted(folded, "station")} alike`, style: `left:${Math.max(0, x - 32)}px`,
    });
    made.dataset["station"] = String(at);
    return made;
  }

  paintBoxes(look: Look): void {
    this.look = look;
    const { boxes, width, height } = this.layout!;
    this.painter.paint(boxes, look, width, height);
  }

  paintEdges(curves: readonly Curve[], nodes: readonly BundleNode[], palette: Palette): void {
    this.lines.paint(curves, nodes, palette);
  }

  /** Put what can be done at the corner of a box, or away. */
  showMore(box: Box | undefined): void {
    this.more.hidden = !box?.group;
    if (!box) return;
    // In a small box it would lie over what is pressed.
    const left = box.x + box.width - (box.height < ROOMY || box.width < ROOMY ? 1 : MORE + 1);
    Object.assign(this.more.style, { left: `${left}px`, top: `${box.y + box.height - MORE - 1}px` });
  }

  /** Let boxes and lines stand out; all are as usual without a choice. */
  light(boxes: ReadonlySet<number> | undefined, isLit: ((curve: Curve) => boolean) | undefined): void {
    this.hits.fade(boxes);
    this.lines.light(isLit);
  }

  showStrands(strands: readonly Strand[], palette: Palette): void {
    this.strands.replaceChildren(...strands.map(({ path, mean }) => svg("path", {
      d: path, fill: "none", stroke: mean < 0 ? palette.lowers : palette.raises, "stroke-width": STRAND, ...dashed(mean < 0 ? -1 : 1, STRAND),
    })));
  }

  /** Outline what is selected of a station: whole boxes, or cells and rows of them. */
  showSelected(station: number, isSelected: (channel: number) => boolean, palette: Palette): void {
    const marks = (this.layout?.stacks[station] ?? []).flatMap((box) => this.marksOf(box, isSelected, palette));
    this.marks.replaceChildren(...marks);
  }

  private marksOf(box: Box, isSelected: (channel: number) => boolean, palette: Palette): SVGElement[] {
    const chosen = [...box.channels.keys()].filter((place) => isSelected(box.channels[place]!));
    if (chosen.length === 0) return [];
    const all = chosen.length === box.channels.length;
    const { x, y, width, height } = box;
    const stroke = { fill: "none", stroke: palette.accent };
    const outer = svg("rect", { x: x - 1, y: y - 1, width: width + 2, height: height + 2, rx: 3, ...stroke, "stroke-width": all ? 3 : 1.5 });
    if (all) return [outer];
    const { cells, matrix } = this.painter.inside(box);
    const around = cells.filter(({ channel }) => isSelected(channel)).map((cell) =>
      svg("rect", { x: cell.x + 1, y: cell.y + 1, width: Math.max(0, cell.width - 2), height: Math.max(0, cell.height - 2), ...stroke, "stroke-width": 2 }));
    if (!matrix || !box.group) return [outer, ...around];
    const { rows, firstRow } = box.group;
    const tall = matrix.height / rows;
    const ticks = [...new Set(chosen.map((place) => rowOf(box.group!, place) - firstRow))].map((row) =>
      svg("rect", { x: x + width - 4, y: matrix.y + row * tall, width: 4, height: Math.max(2, tall), fill: palette.accent }));
    return [outer, ...around, ...ticks];
  }

  /** The parts of the picture, for a file; none before the first. */
  get parts(): { back: SVGElement; front: SVGElement; layout: Layout; look: Look } | undefined {
    const { back, front, layout, look } = this;
    return layout && look && { back, front, layout, look };
  }
}
