/** MapView: a network's stations as columns of groups, and how these act on one another. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { saveFile } from "../export-menu/save";
import { onResize } from "../lib/dom/canvas";
import { element, mount, say } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { onThemeChange, themeOf } from "../lib/dom/theme";
import { counted } from "../lib/format";
import { frameOf } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { Selection } from "../lib/linking/selection";
import type { MapVerb } from "../lib/wire/payloads";
import type { MapViewState } from "../lib/wire/states";
import { strongestChain } from "./chain";
import { Choosing, type Pressed } from "./choosing";
import { deedsOf } from "./deeds";
import { DATA_TRAITS, readMap, type Group, type MapData, type Pair } from "./data";
import { siftedOrder } from "./graph/order";
import { GroupView } from "./parts/group-view";
import { Legend } from "./parts/legend";
import { BoxMenu, type Deed } from "./parts/menu";
import { Status } from "./parts/status";
import { Table } from "./parts/table";
import { Toolbar } from "./parts/toolbar";
import { acting, boxWords, HINT, curveWords, neighboursOf, spotWords, strongGroups } from "./readout";
import { Requests } from "./requests";
import { fileOf } from "./save";
import { STRONG } from "./boxes/boxes";
import { curvesOf, drawnPairs, strandsOf, weightedEdges, type Curve } from "./stage/edges";
import type { Place } from "./stage/hits";
import { layOut, type Box, type Layout } from "./stage/layout";
import { paletteOf, type Palette } from "./stage/palette";
import { Pictures } from "./boxes/pictures";
import { Stage, type Spot } from "./stage/stage";
import { stripHeight } from "./stage/strip";

/** Of the picture, where no frame says how much room there is. */
const HEIGHT = 600;
/** By these edges groups are ordered, however many are drawn: moving the slider moves no box. */
const ORDERED_BY = 0.8;

class NetworkMap {
  readonly root = element("div", "cnnviz cnnviz-map");
  private readonly body = element("div", "cnnviz-map-body");
  private readonly spotted = element("span", "", { "data-hint": HINT });
  private readonly into = element("span", "");
  private readonly out = element("span", "");
  private readonly said = element("div", "cnnviz-map-readout", { role: "status" }, this.spotted, this.into, this.out);
  private readonly connection: Connection;
  private readonly requests: Requests;
  private readonly choosing: Choosing;
  private readonly toolbar: Toolbar;
  private readonly status: Status;
  private readonly legend: Legend;
  private readonly table: Table;
  private readonly menu: BoxMenu;
  private readonly group: GroupView;
  private readonly stage: Stage;
  private readonly show: () => void;
  private data: MapData;
  private pictures: Pictures;
  private palette: Palette;
  private layout: Layout | undefined;
  private order = new Map<string, number[]>();
  /** What it was laid out for. */
  private room: [width: number, height: number] = [0, 0];
  private curves: readonly Curve[] = [];
  private spot: Spot | undefined;
  /** The box that the small window is about. */
  private subject: Box | undefined;
  /** The column that is looked at; −1 for none. */
  private column = -1;
  /** The group whose strongest chain is shown, by its index; −1 for none. */
  private chained = -1;
  private isTable = false;

  constructor(
    private readonly model: AnyModel<MapViewState>,
    private readonly selection: Selection,
    private readonly props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.show = eachFrame(() => this.showState(), signal);
    this.requests = new Requests(model, this.connection, this.show, signal);
    this.choosing = new Choosing(model, selection, this.connection, this.requests);
    this.status = new Status(model, this.connection, this.requests, signal);
    this.toolbar = new Toolbar(model, this.connection, this.requests, { table: () => this.turn(), save: (suffix) => void this.save(suffix) }, this.status.work, signal);
    this.legend = new Legend((column) => this.look(column), signal);
    this.table = new Table((station, channels, event) => this.select(station, channels, event), signal);
    this.menu = new BoxMenu(() => this.deeds(this.subject ?? this.spot?.box), () => this.focusSubject(), signal);
    this.group = new GroupView({
      select: (channel, event) => this.select(this.group.group!.station, [channel], event),
      closed: () => this.stage.hits.focus(),
    }, signal);
    this.stage = new Stage({
      hover: (spot) => this.hover(spot),
      hoverCurve: (curve) => say(this.spotted, curve ? curveWords(this.data, this.pairs, curve, this.unit) : ""),
      press: (place, event) => this.press(place, event),
      open: (place) => this.open(place),
      menu: (box) => this.openMenu(box),
      unfold: (station) => this.ask("expand", station),
      taken: (spot) => this.taken(spot),
      drop: (from, channels, to) => this.ask("move", from.station, channels, to.group!.group),
    }, this.menu.root, signal);
    this.body.append(this.stage.root, this.table.root, this.group.root, this.status.empty);
    this.root.append(this.toolbar.root, this.status.head, this.body, this.said, this.legend.root, this.status.foot, this.connection.line);
    this.data = readMap(model);
    this.pictures = new Pictures(model);
    this.palette = this.readPalette();
    this.listen(signal);
  }

  private listen(signal: AbortSignal): void {
    const { model, selection } = this;
    const read = eachFrame(() => this.read(), signal);
    const paint = eachFrame(() => this.paint(), signal);
    const lines = eachFrame(() => this.paintLines(), signal);
    onChange(model, [...DATA_TRAITS, "_pictures", "_picture_shape"], read);
    onChange(model, ["facet"], paint);
    onChange(model, ["share", "reading"], lines);
    onChange(model, ["colours"], () => this.recolour());
    onChange(model, ["title", "facts", "_notes", "moments", "moment", "live", "fresh", "undoable", "redoable", "facet", "share", "reading"], this.show);
    onChange(model, ["layer"], () => this.markSelected());
    selection.onSelected(() => this.markSelected());
    onResize(this.body, eachFrame(() => this.resize(), signal), signal);
    onThemeChange(this.root, () => this.recolour(), signal);
    this.stage.hits.root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.root.addEventListener("keydown", (event) => this.requests.onKey(event), { signal });
    onEscape(this.root, "search", () => this.chained >= 0 || this.column >= 0, () => this.look(-1), signal);
    // Where no bar of a frame does it.
    onEscape(this.root, "selection", () => selection.list.length > 0 && frameOf(this.root) === null, () => selection.clear(), signal);
  }

  private get pairs(): Pair[] {
    return this.model.get("reading") === "weights" ? this.data.weights : this.data.effects;
  }

  private get unit(): string {
    return this.pairs === this.data.effects ? " standard deviations" : "";
  }

  private readPalette(): Palette {
    return paletteOf(themeOf(this.root), this.model.get("colours"), getComputedStyle(this.root).fontFamily || "sans-serif");
  }

  // Painting --------------------------------------------------------------------------------

  /** In the colours of the page. */
  begin(): void {
    this.palette = this.readPalette();
    this.arrange();
    this.showState();
  }

  private recolour(): void {
    this.begin();
    if (this.group.group) this.showGroup(this.group.group);
  }

  private read(): void {
    const enlarged = this.group.group;
    const path = enlarged && this.data.stations[enlarged.station]!.path;
    this.data = readMap(this.model);
    this.pictures = new Pictures(this.model);
    this.chained = -1;
    if (this.column >= this.data.columns.length) this.column = -1;
    const same = this.data.stations.find((station) => station.path === path)?.groups[enlarged?.group ?? -1];
    this.begin();
    if (same) this.showGroup(same);
    else this.group.close();
  }

  /** Groups keep their places where another order is hardly better. */
  private arrange(): void {
    const { stations } = this.data;
    const previous = stations.map(({ path, groups }) => this.order.get(path) ?? groups.map((_, at) => at));
    const sizes = stations.map(({ groups }) => groups.length);
    const order = siftedOrder(sizes, weightedEdges(this.data, this.data.effects, ORDERED_BY), undefined, this.order.size > 0 ? previous : undefined);
    this.order = new Map(stations.map(({ path }, at) => [path, order[at]!]));
    this.lay();
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.body;
    if (clientWidth !== this.room[0] || clientHeight !== this.room[1]) this.lay();
  }

  private lay(): void {
    const { stations } = this.data;
    this.body.style.height = frameOf(this.root) ? "" : `${HEIGHT}px`;
    const [width, height] = (this.room = [this.body.clientWidth, this.body.clientHeight]);
    if (width <= 0 || stations.length === 0) return;
    const strip = stripHeight(this.data);
    this.layout = layOut(this.data, stations.map(({ path }) => this.order.get(path)!), width, height - 2, strip);
    this.hover(undefined);
    this.stage.lay(this.data, this.layout, this.palette);
    this.paint();
  }

  private paint(): void {
    if (!this.layout) return;
    const { data, pictures, palette, column } = this;
    this.stage.paintBoxes({ data, pictures, palette, column, facet: this.model.get("facet") });
    this.paintLines();
    this.markSelected();
  }

  private paintLines(): void {
    if (!this.layout) return;
    const { curves, nodes } = curvesOf(this.data, drawnPairs(this.data, this.pairs, this.model.get("share")), this.layout);
    this.curves = curves;
    this.stage.paintEdges(curves, nodes, this.palette);
    if (this.isTable) this.table.show(this.data, this.pairs);
    this.light();
  }

  /** What stands out: a chain, what the pointer is over, or what is strong on a class. */
  private light(): void {
    const { data, layout, spot } = this;
    if (!layout) return;
    const of = (groups: Iterable<number>): Set<number> => new Set([...groups].flatMap((index) => layout.ofGroup.get(index)?.id ?? []));
    const links = this.chained >= 0 ? strongestChain(data, this.pairs, this.chained) : [];
    this.stage.showStrands(strandsOf(links, layout), this.palette);
    const group = spot?.box.group;
    if (links.length > 0) this.stage.light(of(links.flatMap(({ from, to }) => [from, to])), () => false);
    else if (group) {
      const touches = ({ from, to }: Curve): boolean => from.includes(group.index) || to.includes(group.index);
      const near = this.curves.filter(touches).flatMap(({ from, to }) => (from.includes(group.index) ? to : from));
      this.stage.light(of([group.index, ...near]), touches);
    } else if (this.column >= 0) {
      const strong = strongGroups(data, this.column, 0.75 * STRONG);
      this.stage.light(of(strong), ({ from, to }) => from.some((each) => strong.has(each)) && to.some((each) => strong.has(each)));
    } else this.stage.light(undefined, undefined);
    this.legend.mark(this.column, spot?.column ?? -1);
  }

  private markSelected(): void {
    const { data, choosing } = this;
    const station = data.stations.find((each) => choosing.isShown(each));
    const isSelected = (channel: number): boolean => station !== undefined && choosing.has(station, channel);
    this.stage.showSelected(station?.index ?? -1, isSelected, this.palette);
    this.stage.hits.mark(({ station: at, box }) => ({
      label: box ? boxWords(data, box) : `${data.stations[at]!.path}: ${counted(data.stations[at]!.channels, "channel")}. Show this layer`,
      isPressed: at === station?.index && (!box || box.channels.every(isSelected)),
    }));
    this.group.mark((channel) => this.group.group?.station === station?.index && isSelected(channel));
  }

  private showState(): void {
    const isEmpty = this.data.stations.length === 0;
    this.toolbar.show(this.data, this.isTable);
    this.status.show(isEmpty);
    this.legend.show(this.data, this.palette, this.model.get("reading"));
    this.legend.root.hidden = this.said.hidden = isEmpty;
    this.stage.root.hidden = isEmpty || this.isTable;
    this.table.root.hidden = isEmpty || !this.isTable;
    this.root.classList.toggle("cnnviz-map-old", !this.model.get("fresh"));
  }

  // What the user does ----------------------------------------------------------------------

  private hover(spot: Spot | undefined): void {
    if (this.menu.isOpen) return;
    const isSame = spot?.box === this.spot?.box && spot?.column === this.spot?.column;
    this.spot = spot;
    this.subject = undefined;
    say(this.spotted, spot ? [boxWords(this.data, spot.box), spotWords(this.data, spot)].filter(Boolean).join(" — ") : "");
    this.choosing.hover(spot && this.data.stations[spot.box.station], spot?.channel ?? -1);
    if (isSame) return;
    const group = spot?.box.group;
    const { into, out } = group ? neighboursOf(this.data, this.pairs, group) : { into: [], out: [] };
    say(this.into, into.length > 0 ? `← ${acting(this.data, this.pairs, into)}` : "");
    say(this.out, out.length > 0 ? `→ ${acting(this.data, this.pairs, out)}` : "");
    this.stage.showMore(spot?.box);
    this.light();
  }

  private press({ station, box }: Place, event?: Pressed): void {
    if (box) this.select(station, box.channels, event);
    else this.choosing.show(this.data.stations[station]!);
  }

  private open({ station, box }: Place): void {
    if (box?.group) return this.enlarge(box);
    const { expandable, expanded } = this.data.stations[station]!;
    if (!box && (expandable || expanded)) this.ask(expanded ? "fold" : "expand", station);
  }

  private enlarge({ group }: Box): void {
    if (!group) return;
    this.showGroup(group);
    this.group.focus();
  }

  private showGroup(group: Group): void {
    const { data, pictures, palette, column } = this;
    const { station } = group;
    const title = `${data.stations[station]!.title} · group #${group.group} · ${counted(group.channels.length, "channel")}`;
    this.group.show(group, title, { data, pictures, palette, column, facet: "both" }, (channel) => this.choosing.has(data.stations[station]!, channel));
  }

  private select(station: number, channels: Iterable<number>, pressed?: Pressed): void {
    const hindrance = this.choosing.select(this.data.stations[station]!, channels, pressed);
    if (hindrance) say(this.spotted, hindrance);
  }

  private ask(verb: MapVerb, station = -1, channels: Iterable<number> = [], to = -1): void {
    this.requests.ask(verb, this.data.stations[station]?.path, channels, to);
  }

  private taken({ box: { group, station }, channel }: Spot): readonly number[] {
    if (!group || this.requests.hindrance !== undefined) return [];
    const selected = this.choosing.of(this.data.stations[station]!);
    if (channel < 0) return selected.filter((each) => group.channels.includes(each));
    return selected.includes(channel) ? selected : [channel];
  }

  private focusSubject(): void {
    const box = this.subject ?? this.spot?.box;
    if (box) this.stage.hits.buttonOf(box)?.focus({ preventScroll: true });
  }

  private openMenu(box: Box): void {
    this.subject = box;
    this.stage.showMore(box);
    if (box.group) this.menu.open();
  }

  private deeds(box: Box | undefined): Deed[] {
    if (!box?.group) return [];
    return deedsOf(box.group, this.data.stations[box.station]!, this.choosing.of(this.data.stations[box.station]!), {
      hindrance: this.requests.hindrance,
      select: () => this.press({ station: box.station, box }),
      enlarge: () => this.enlarge(box),
      chain: () => this.chain(box.group!.index),
      ask: (verb, channels, to) => this.ask(verb, box.station, channels, to),
    });
  }

  private chain(group: number): void {
    this.chained = this.chained === group ? -1 : group;
    this.light();
  }

  private look(column: number): void {
    this.column = column;
    this.chained = -1;
    this.paint();
  }

  private turn(): void {
    this.isTable = !this.isTable;
    if (this.isTable) this.table.show(this.data, this.pairs);
    this.showState();
  }

  private onKey(event: KeyboardEvent): void {
    const place = this.stage.hits.of(event);
    if (!place || event.defaultPrevented || event.altKey) return;
    const { station, box } = place;
    const { key } = event;
    const pressed = key === "Enter" || key === " ";
    if (!pressed && (event.ctrlKey || event.metaKey)) return;
    const same = { "=": "+", "-": "−" }[key] ?? key.toUpperCase();
    const deed = this.deeds(box).find((each) => each.key === same && each.hindrance === undefined);
    if (pressed) this.press(place, event);
    else if (key === "." && box) this.openMenu(box);
    else if (deed && box) deed.act();
    else if ("+−".includes(same) && !box) this.open({ station, box });
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private async save(suffix: "png" | "svg"): Promise<void> {
    const { parts } = this.stage;
    if (!parts) return;
    try {
      const content = await fileOf(suffix, parts, this.model);
      if (!this.props.signal.aborted) saveFile(`map.${suffix}`, content);
    } catch (error) {
      say(this.spotted, `The browser made no picture: ${String(error)}`);
    }
  }
}

export default entry(async (props: RenderProps<MapViewState>) => {
  const selection = await Selection.of(props.host, props.model.get("selection"), props.signal);
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (props.signal.aborted) return;
  const map = new NetworkMap(props.model, selection, props);
  mount(props.el, map.root, props.signal);
  map.begin();
});
