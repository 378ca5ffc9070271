/** ParameterGrid: outputs down, inputs across, each tile a slice of the kernel; the tree beside them. */
import type { AnyModel } from "@anywidget/types";

import { ExactWindow } from "./exact-window";
import { InputAxis } from "./input-axis";
import { paintColours } from "./colours";
import { BIAS_WIDTH, biasLeft, clipOf, layoutOf, spansAcross, spansDown, type Layout } from "./layout";
import { numbersFrom, paintOverlay } from "./overlay";
import { readParameters, type Parameters, type Part } from "./parameters";
import { describe, describeBias, describeComposite, describeOutput, HELP, inputName, outputName, sizeText, type Spot } from "./readout";
import { RowGroups } from "./row-groups";
import { RowTree } from "./row-tree";
import { pixelRatio } from "../lib/dom/canvas";
import { element } from "../lib/dom/elements";
import { counted } from "../lib/format";
import { columnAt, visible, xOf } from "../lib/columns/column-axis";
import { onChange } from "../lib/linking/changes";
import { Connection } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { renderLinked } from "../lib/linking/linked-view";
import { publisher } from "../lib/linking/publish";
import type { Selection } from "../lib/linking/selection";
import { chosenColormap, type RangeName } from "../lib/plots/colormaps";
import { PARAMETERS_TRAITS, TREE_TRAITS } from "../lib/wire/constants";
import type { ColumnAxisState, ParameterGridState } from "../lib/wire/states";
import type { Counts, PixelImage, Pointer, StageContent } from "../tile-view/content";
import type { EnlargedContent, Tile } from "../tile-view/enlarged";
import type { MarkedChannels } from "../tile-view/facts";
import type { Place } from "../tile-view/overlay";
import { paintOf, paintTiles, type Clip, type Paint, type Picture } from "../tile-view/paint";
import { heightOf, rowAt, visibleRows, yOf } from "../tile-view/rows";
import { TileStage } from "../tile-view/stage";
import { readTree, type Tree } from "../tree-view/tree";

const RANGES = [["tile", "tile"], ["row", "row"], ["column", "column"], ["layer", "layer"]] as const;
/** Under the mouse: an input, their composite, the bias, or nothing. */
const COMPOSITE = -3;
const BIAS = -2;
const NOTHING = -1;

class ParameterGrid implements StageContent<Layout> {
  readonly channels = "row";
  readonly root = element("div", "cnnviz cnnviz-parameter-grid");
  private readonly frame = element("div", "cnnviz-parameters-stage");
  private readonly stage: TileStage<ParameterGridState, Layout>;
  private readonly rowTree: RowTree;
  private readonly exact: ExactWindow;
  private readonly connection: Connection;
  private parameters: Parameters;
  private tree: Tree;
  private readonly groups: RowGroups;
  private laidOut: { key: readonly unknown[]; layout: Layout } | undefined;
  private readonly inputs: InputAxis;
  private hoveredInput = NOTHING;
  /** What the readout tells of; null while the mouse is elsewhere. */
  private spot: Spot | null = null;
  private enlargedPart: Part;

  constructor(
    private readonly model: AnyModel<ParameterGridState>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    signal: AbortSignal,
    el: HTMLElement,
  ) {
    this.parameters = readParameters(model);
    this.tree = readTree(model);
    const [publish, publishAxis] = [publisher(model, signal), publisher(axis, signal)];
    this.groups = new RowGroups(axis, publishAxis);
    this.inputs = new InputAxis(axis, () => this.layout().columns, publishAxis);
    this.enlargedPart = this.parameters.whole;
    this.exact = new ExactWindow(model, this.parameters, () => this.refresh(), signal);
    this.connection = new Connection({ model, el, signal }, "No kernel: averages stay averages where you zoom in.");
    this.stage = new TileStage(this, model, axis, selection, {
      className: "cnnviz-parameter",
      label: "Grid of outputs and inputs.",
      help: HELP,
      root: this.root,
      stage: this.frame,
      leastWidth: 0,
      settings: {
        ranges: RANGES,
        range: () => this.range(),
        colormap: () => this.paint().colormap,
        offers: (range) => this.offers(range),
        size: () => this.inputs.sizes(),
        setSize: (scale) => this.inputs.setSize(scale),
        offersColour: () => this.parameters.areRgb,
      },
      enlarged: this.enlarged(),
      readOn: [...PARAMETERS_TRAITS, ...TREE_TRAITS, "composite"],
      refreshOn: ["colormap", "value_range", "height", "_notes"],
    }, signal);
    const { tiles, overlay, facts, notes } = this.stage;
    this.rowTree = new RowTree(this.tree, selection, {
      rows: () => this.layout().rows,
      width: () => this.layout().tree,
      numbers: () => numbersFrom(this.layout().columns),
      blocks: () => this.groups.blocks,
      labels: () => this.groups.labels,
      theme: () => this.stage.theme,
      cut: () => model.get("cut"),
      setCut: (cut) => {
        model.set("cut", cut);
        publish();
      },
      scroll: (pixels) => this.stage.scrollBy(pixels),
      onMerge: this.stage.drawOverlay,
    }, signal);
    const picture = element("div", "cnnviz-parameter-picture", {}, tiles.canvas, overlay.canvas);
    this.frame.append(this.rowTree.root, picture);
    this.root.append(facts.root, this.frame, notes, this.connection.line);
    this.cutRows();
    onChange(model, ["cut"], () => {
      this.cutRows();
      this.refresh();
    });
    this.connection.onChange(() => {
      this.exact.askAgain();
      this.stage.drawTiles();
    });
  }

  // Where it stands -------------------------------------------------------------------------

  layout(): Layout {
    const { axis, stage } = this;
    const place = { start: axis.get("start"), scale: axis.get("scale"), scroll: stage.scroll };
    const [width, height] = [this.frame.clientWidth, stage.room(this.model.get("height"))];
    const blocks = this.hasTree() ? this.groups.blocks : null;
    const key = [...Object.values(place), width, height, blocks, this.parameters, stage.isFramed];
    if (!this.laidOut || key.some((value, at) => value !== this.laidOut!.key[at])) {
      this.laidOut = { key, layout: layoutOf(this.parameters, place, width, height, blocks, stage.isFramed) };
    }
    return this.laidOut.layout;
  }

  private cutRows(): void {
    this.groups.cut(this.tree, this.model.get("cut"), this.parameters.outputs.length);
  }

  private hasTree(): boolean {
    return this.stage.order === null && this.tree.merges > 0;
  }

  extent() {
    return { columns: this.parameters.inputs, rows: this.parameters.outputs.length };
  }

  placeAt(x: number, y: number, { columns, rows }: Layout): Place {
    const onBias = this.parameters.bias !== null && x >= biasLeft(columns) && x < biasLeft(columns) + BIAS_WIDTH;
    const input = x < columns.width - columns.after ? columnAt(columns, x) : NOTHING;
    const row = y < rows.top + rows.height ? rowAt(rows, y) : -1;
    return { column: onBias ? BIAS : input === this.parameters.inputs ? COMPOSITE : input, row };
  }

  page({ rows }: Layout): number {
    return Math.max(1, Math.floor(rows.height / rows.size) - 1);
  }

  zoomCentre({ columns, rows }: Layout, cursor: Place | null): { x: number; y: number } {
    return cursor
      ? { x: xOf(columns, cursor.column + 0.5), y: yOf(rows, cursor.row) + heightOf(rows, cursor.row) / 2 }
      : { x: columns.width / 2, y: rows.top + rows.height / 2 };
  }

  pan(from: Layout, pixels: number): boolean {
    return this.inputs.pan(from.columns, pixels);
  }

  zoom(factor: number, x: number): void {
    this.inputs.zoom(factor, x);
  }

  reveal(column: number): void {
    this.inputs.reveal(column);
  }

  press = (): boolean => false;

  cursorAfter(click: Place, before: Place): Place {
    return { column: click.column >= 0 ? click.column : before.column, row: click.row };
  }

  natural(): Int32Array {
    return this.parameters.natural;
  }

  channelAt(place: number): number {
    return this.parameters.outputs[this.stage.storedAt(place)]!;
  }

  channelsAt(place: number): number[] {
    return [this.channelAt(place)];
  }

  /** The best that is known of a weight. */
  private partAt(row: number, input: number): Part {
    const { part } = this.exact;
    const within = (at: number, [from, to]: [number, number]): boolean => at >= from && at < to;
    return part && within(row, part.rows) && within(input, part.columns) ? part : this.parameters.whole;
  }

  // What is enlarged ------------------------------------------------------------------------

  private enlarged(): EnlargedContent {
    return {
      tiles: () => this.enlargedPart.tiles,
      paint: () => this.paint(this.enlargedPart),
      facts: ({ row, col }) => [
        ["Row", outputName(this.parameters, row + this.enlargedPart.rows[0])],
        ["Column", inputName(this.parameters, col + this.enlargedPart.columns[0])],
      ],
      follow: (tile) => this.follow(tile),
      channelOf: ({ row }) => this.parameters.outputs[row + this.enlargedPart.rows[0]]!,
      describe: ({ row, col, x, y }) => {
        const { tiles, rows, columns } = this.enlargedPart;
        const place = { down: (y + 0.5) / tiles.height, across: (x + 0.5) / tiles.width };
        return describe(this.parameters, this.enlargedPart, { row: row + rows[0], input: col + columns[0], ...place });
      },
      numbers: true,
    };
  }

  /** A kernel slice with taps to see: averages of many inputs have none. */
  enlarges({ column, row }: Place): boolean {
    return column >= 0 && row >= 0 && this.parameters.kind === "tiles" && !this.partAt(this.stage.storedAt(row), column).strip;
  }

  tileAt(place: Place): Tile | null {
    if (!this.enlarges(place)) return null;
    const row = this.stage.storedAt(place.row);
    this.enlargedPart = this.partAt(row, place.column);
    return { row: row - this.enlargedPart.rows[0], col: place.column - this.enlargedPart.columns[0] };
  }

  /** A tile's place by its output and input, when other parameters, or more exact ones, have come. */
  private follow({ row, col }: Tile): () => Tile | undefined {
    const output = this.parameters.outputs[row + this.enlargedPart.rows[0]]!;
    const input = col + this.enlargedPart.columns[0];
    return () => {
      const at = this.parameters.outputs.indexOf(output);
      const part = this.partAt(at, input);
      if (at < 0 || input >= this.parameters.inputs || part.strip) return undefined;
      this.enlargedPart = part;
      return { row: at - part.rows[0], col: input - part.columns[0] };
    };
  }

  // How it is painted -----------------------------------------------------------------------

  /** The chosen range where it makes sense: single weights have none of their own. */
  private range(): RangeName {
    const range = this.model.get("value_range");
    if (range === "row" || range === "layer") return range;
    return ({ vector: "column", strip: "layer", tiles: "tile" } as const)[this.parameters.kind];
  }

  private offers(range: RangeName): "yes" | "greyed" | "hidden" {
    const { kind } = this.parameters;
    if (range === "tile") return kind === "tiles" ? "yes" : "greyed";
    return range === "column" && kind !== "vector" ? "hidden" : "yes";
  }

  /** Means of whole tiles have no range of their own either. */
  paint(part = this.parameters.whole): Paint {
    const range = this.range();
    const { layerLow, layerHigh } = this.parameters.whole.tiles;
    const colormap = chosenColormap(this.model.get("colormap"), layerLow, layerHigh);
    return paintOf(colormap, range === "tile" && part.strip ? "layer" : range, this.stage.theme);
  }

  private biasPaint(): Paint {
    return { ...this.paint(), range: "layer" };
  }

  paintTiles({ pixels, width }: PixelImage, layout: Layout): void {
    const { columns, rows } = layout;
    const ratio = pixelRatio();
    const { whole, bias } = this.parameters;
    const picture = (clip: Clip): Picture => ({ pixels, stride: width, clip });
    const clip = clipOf(layout, ratio);
    const order = this.stage.order;
    for (const part of [whole, this.exact.part]) {
      if (!part) continue;
      const [left, right] = part.columns.map((input) => Math.round(xOf(columns, input) * ratio)) as [number, number];
      const within = { ...clip, left: Math.max(clip.left, left), right: Math.min(clip.right, right) };
      const down = spansDown(part, rows, order, ratio);
      paintTiles(picture(within), part.tiles, spansAcross(part, layout, ratio), down, this.paint(part));
    }
    paintColours(picture(clip), this.parameters, layout, spansDown(whole, rows, order, ratio), ratio, this.paint().notFinite);
    if (bias) {
      const [from, to] = [biasLeft(columns), biasLeft(columns) + BIAS_WIDTH].map((x) => Math.round(x * ratio)) as [number, number];
      const down = spansDown(whole, rows, order, ratio);
      paintTiles(picture({ ...clip, left: from, right: to }), bias, [{ index: 0, from, to }], down, this.biasPaint());
    }
    this.rowTree.paint();
    this.askForExact(layout);
  }

  private askForExact({ columns, rows }: Layout): void {
    if (!this.connection.alive) return;
    const [first, last] = visibleRows(rows);
    const order = this.stage.order?.subarray(first, last);
    const stored: [number, number] = order ? [Math.min(...order), Math.max(...order) + 1] : [first, last];
    this.exact.look({ rows: stored, columns: visible(columns) }, columns.scale / this.parameters.taps[1]);
  }

  paintOverlay(context: CanvasRenderingContext2D, layout: Layout, cursor: Place | null): void {
    paintOverlay(context, {
      parameters: this.parameters,
      layout,
      theme: this.stage.theme,
      selection: this.selection,
      rowAt: (place) => this.stage.storedAt(place),
      hoveredInput: this.hoveredInput,
      cursor,
    });
    this.rowTree.paintOverlay();
  }

  // What it says ----------------------------------------------------------------------------

  legend(): MarkedChannels {
    const { whole, outputs, outputWord } = this.parameters;
    return { channels: outputs, marks: whole.tiles.rowMarks, noun: outputWord, where: "over all inputs" };
  }

  showRange(): void {
    const { facts } = this.stage;
    if (this.hoveredInput === BIAS) return facts.showRange(this.parameters.bias!, this.biasPaint(), 0, 0);
    const row = this.parameters.outputs.indexOf(this.selection.hovered);
    const part = this.partAt(row, this.hoveredInput);
    const col = part.strip ? 0 : this.hoveredInput - part.columns[0];
    facts.showRange(part.tiles, this.paint(part), row - part.rows[0], col);
  }

  counts(): Counts {
    const { length } = this.hasTree() ? this.groups.groups : [];
    return { what: sizeText(this.parameters), groups: length > 0 ? counted(length, "group") : "" };
  }

  describe(): string {
    const { parameters, spot } = this;
    const merge = this.rowTree.describe(parameters.outputWord);
    if (merge !== null) return merge;
    const row = parameters.outputs.indexOf(this.selection.hovered);
    if (spot && row === spot.row) {
      if (this.hoveredInput === BIAS) return describeBias(parameters, row);
      if (this.hoveredInput === COMPOSITE) return describeComposite(parameters, spot);
      if (this.hoveredInput >= 0) return describe(parameters, this.partAt(row, spot.input), spot);
    }
    return row >= 0 ? describeOutput(parameters, row) : "";
  }

  onPoint({ x, y, column, row }: Pointer, { columns, rows }: Layout): void {
    this.hoveredInput = row >= 0 ? column : NOTHING;
    this.spot = row < 0 ? null : {
      row: this.stage.storedAt(row),
      input: column,
      across: (x - xOf(columns, column === COMPOSITE ? this.parameters.inputs : column)) / columns.scale,
      down: (y - yOf(rows, row)) / rows.size,
    };
  }

  onLeave(): void {
    this.hoveredInput = NOTHING;
    this.spot = null;
  }

  onCursor({ column, row }: Place): void {
    this.hoveredInput = column;
    this.spot = { row: this.stage.storedAt(row), input: column, down: 0, across: 0 };
  }

  // What has changed ------------------------------------------------------------------------

  read(): boolean {
    const before = this.parameters;
    this.parameters = readParameters(this.model);
    this.tree = readTree(this.model);
    this.rowTree.show(this.tree);
    this.cutRows();
    this.exact.reset(this.parameters);
    this.onLeave();
    const { kind, inputs, outputs } = this.parameters;
    return kind !== before.kind || inputs !== before.inputs || outputs.length !== before.outputs.length;
  }

  refresh(): void {
    this.stage.refresh();
    this.connection.line.hidden = !this.exact.needed;
  }
}

export default entry(renderLinked(ParameterGrid));
