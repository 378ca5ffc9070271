/** ParameterGrid: outputs down, inputs across, each tile a slice of the kernel; the tree beside them. */
import type { AnyModel } from "@anywidget/types";

import { ExactWindow } from "./exact-window";
import { BIAS_WIDTH, biasLeft, clipOf, layoutOf, spansAcross, spansDown, visibleRows, type Layout } from "./layout";
import { paintOverlay } from "./overlay";
import { readParameters, type Parameters, type Part } from "./parameters";
import { describe, describeBias, describeOutput, inputName, outputName, type Spot } from "./readout";
import { RowTree } from "./row-tree";
import { pixelRatio } from "../lib/dom/canvas";
import { element } from "../lib/dom/elements";
import { count, counted } from "../lib/format";
import { columnAt, visible, xOf } from "../lib/linking/column-axis";
import { Connection } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { renderLinked } from "../lib/linking/linked-view";
import { publisher } from "../lib/linking/publish";
import type { Selection } from "../lib/linking/selection";
import type { RangeName } from "../lib/plots/colormaps";
import { PARAMETERS_TRAITS, TREE_TRAITS } from "../lib/wire/constants";
import type { ColumnAxisState, ParameterGridState } from "../lib/wire/states";
import type { PixelImage, Pointer, StageContent } from "../tile-view/content";
import type { EnlargedContent, Tile } from "../tile-view/enlarged";
import type { MarkedChannels } from "../tile-view/foot";
import type { Place } from "../tile-view/overlay";
import { paintOf, paintTiles, type Clip, type Paint, type Picture } from "../tile-view/paint";
import { rowAt, yOf } from "../tile-view/rows";
import { TileStage } from "../tile-view/stage";
import { describeCut } from "../tree-view/cut";
import { readTree, type Tree } from "../tree-view/tree";

const RANGES = [
  ["tile", "each tile"],
  ["row", "each row"],
  ["column", "each column"],
  ["layer", "whole layer"],
] as const;
const WORDS = {
  clear: "Select no row (Escape)",
  fit: "Show all inputs (0)",
  order: "Which rows stand side by side",
  natural: "by number",
};
const HINT = "Wheel: zoom · drag: move · click: select";
const HINT_TILE = " · double click: enlarge";
const HELP =
  "Wheel: zoom, over tree and row numbers: scroll; Shift and wheel: move sideways; drag: move; " +
  "click, Shift-click, Ctrl-click: select rows; double click: enlarge a tile; arrow keys, " +
  "Page Up, Page Down, Home, End: move; Space: select; Enter: enlarge; Escape: clear; 0: show all";
/** Under the mouse: an input, the bias, or neither. */
const BIAS = -2;
const NOTHING = -1;

class ParameterGrid implements StageContent<Layout> {
  readonly channels = "row";
  readonly root = element("div", "cnnviz cnnviz-parameter-grid");
  private readonly frame = element("div", "cnnviz-parameter-stage");
  private readonly stage: TileStage<ParameterGridState, Layout>;
  private readonly rowTree: RowTree;
  private readonly exact: ExactWindow;
  private readonly connection: Connection;
  private parameters: Parameters;
  private tree: Tree;
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
      toolbar: {
        words: WORDS,
        ranges: RANGES,
        range: () => this.range(),
        offers: (range) => this.offers(range),
      },
      enlarged: this.enlarged(),
      readOn: [...PARAMETERS_TRAITS, ...TREE_TRAITS],
      refreshOn: ["colormap", "value_range", "height", "cut", "_notes"],
    }, signal);
    const { tiles, overlay, toolbar, foot, notes } = this.stage;
    const publish = publisher(model, signal);
    this.rowTree = new RowTree(this.tree, selection, {
      rows: () => this.layout().rows,
      width: () => this.layout().tree,
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
    this.root.append(toolbar.root, this.frame, foot.root, notes, this.connection.line);
    this.connection.onChange(() => {
      this.exact.askAgain();
      this.stage.drawTiles();
    });
  }

  // Where it stands -------------------------------------------------------------------------

  layout(): Layout {
    const [start, scale] = [this.axis.get("start"), this.axis.get("scale")];
    const place = { start, scale, scroll: this.stage.scroll };
    return layoutOf(this.parameters, place, this.frame.clientWidth, this.model.get("height"), this.hasTree());
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
    return { column: onBias ? BIAS : input, row };
  }

  page({ rows }: Layout): number {
    return Math.max(1, Math.floor(rows.height / rows.size) - 1);
  }

  zoomCentre({ columns, rows }: Layout, cursor: Place | null): { x: number; y: number } {
    return cursor
      ? { x: xOf(columns, cursor.column + 0.5), y: yOf(rows, cursor.row + 0.5) }
      : { x: columns.width / 2, y: rows.top + rows.height / 2 };
  }

  /** Over the row numbers. */
  scrollsAt(x: number, { columns }: Layout): boolean {
    return x < columns.before;
  }

  cursorAfter(click: Place, before: Place): Place {
    return { column: click.column >= 0 ? click.column : before.column, row: click.row };
  }

  natural(): Int32Array {
    return this.parameters.natural;
  }

  channelAt(place: number): number {
    return this.parameters.outputs[this.stage.storedAt(place)]!;
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
    return paintOf(this.model.get("colormap"), range === "tile" && part.strip ? "layer" : range, this.stage.theme);
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
    const { foot } = this.stage;
    if (this.hoveredInput === BIAS) return foot.showRange(this.parameters.bias!, this.biasPaint(), 0, 0);
    const row = this.parameters.outputs.indexOf(this.selection.hovered);
    const part = this.partAt(row, this.hoveredInput);
    const col = part.strip ? 0 : this.hoveredInput - part.columns[0];
    foot.showRange(part.tiles, this.paint(part), row - part.rows[0], col);
  }

  describe({ columns, rows }: Layout): string {
    const { parameters, spot } = this;
    const merge = this.rowTree.describe(parameters.outputWord);
    if (merge !== null) return merge;
    const row = parameters.outputs.indexOf(this.selection.hovered);
    if (spot && row === spot.row) {
      if (this.hoveredInput === BIAS) return describeBias(parameters, row);
      if (this.hoveredInput >= 0) return describe(parameters, this.partAt(row, spot.input), spot);
    }
    if (row >= 0) return describeOutput(parameters, row);
    const inSight = (first: number, last: number, all: number): string => (last - first < all ? `${count(last - first)} of ` : "");
    const down = `${inSight(...visibleRows(rows), rows.count)}${counted(rows.count, parameters.outputWord)}`;
    const across = `${inSight(...visible(columns), columns.count)}${counted(columns.count, parameters.inputWord)}`;
    const cut = this.model.get("cut");
    const groups = cut !== null && this.hasTree() ? ` · ${describeCut(this.tree, cut)}` : "";
    return `${down} × ${across}${groups}. ${HINT}${parameters.kind === "tiles" ? HINT_TILE : ""}`;
  }

  onPoint({ x, y, column, row }: Pointer, { columns, rows }: Layout): void {
    this.hoveredInput = row >= 0 ? column : NOTHING;
    this.spot = row < 0 ? null : {
      row: this.stage.storedAt(row),
      input: column,
      across: (x - xOf(columns, column)) / columns.scale,
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
