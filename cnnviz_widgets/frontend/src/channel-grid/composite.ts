/** The three channels of pictures as one column in red, green and blue, right of them. */
import type { AnyModel } from "@anywidget/types";

import { pixelAt } from "./layout";
import { sampleName } from "./readout";
import type { Sheet } from "./sheet";
import type { Theme } from "../lib/dom/theme";
import { partingOf, widthOf, leftOf, type ColumnLayout } from "../lib/columns/column-layout";
import { publisher, type Publisher } from "../lib/linking/publish";
import type { ChannelGridState, ColumnAxisState } from "../lib/wire/states";
import { coloursOfOutputs, describeColour, type Colours, type Three } from "../tile-view/composite/colours";
import { paintComposite } from "../tile-view/composite/paint";
import type { Picture, Span } from "../tile-view/paint";
import { rowAt, yOf, type Rows } from "../tile-view/rows";

/** A pixel of the composite. */
interface Spot {
  row: number;
  y: number;
  x: number;
}

export class Composite {
  /** What the pointer is at. */
  spot: Spot | null = null;

  private readonly publish: Publisher;

  constructor(
    private readonly model: AnyModel<ChannelGridState>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly sheet: () => Sheet,
    signal: AbortSignal,
  ) {
    this.publish = publisher(axis, signal);
  }

  /** Have every view of the axis leave it room, or none where it is not shown. */
  makeRoom(): void {
    const beside = this.colours ? 1 : 0;
    // Widget state that was saved before there was one has none.
    if (beside === (this.axis.get("_beside") ?? 0)) return;
    this.axis.set("_beside", beside);
    this.publish();
  }

  /** Whether there are three channels, of pictures; columns with names of their own are pairs of two layers. */
  get offered(): boolean {
    const { kind, cols, height, width, noun } = this.sheet();
    // Widget state that was saved before there were names has none.
    if ((this.model.get("channel_names") ?? []).length > 0) return false;
    return kind === "image" && noun === "channel" && cols === 3 && height * width > 1;
  }

  /** What its colours stand for; null where it is not shown. */
  get colours(): Colours | null {
    const { layerLow, layerHigh } = this.sheet();
    return this.offered && this.model.get("composite") ? coloursOfOutputs(layerLow, layerHigh) : null;
  }

  /** Channels by their numbers are red, green and blue. */
  private get three(): Three {
    return Array.from(this.sheet().natural) as [number, number, number];
  }

  /** Its left edge and its width. */
  private box(columns: ColumnLayout): { left: number; size: number } {
    const last = columns.slots.length - 1;
    return { left: leftOf(columns, last) + widthOf(columns, last) + partingOf(columns.width), size: columns.size };
  }

  paint(picture: Picture, columns: ColumnLayout, down: readonly Span[], ratio: number, notFinite: number): void {
    const { colours } = this;
    if (!colours) return;
    const { left, size } = this.box(columns);
    const span = { index: 0, from: Math.round(left * ratio), to: Math.round((left + size) * ratio) };
    paintComposite(picture, this.sheet(), this.three, span, down, colours, notFinite);
  }

  paintHead(context: CanvasRenderingContext2D, columns: ColumnLayout, theme: Theme, middle: number): void {
    if (!this.colours) return;
    const { left, size } = this.box(columns);
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = theme.text;
    context.fillText("RGB", left + size / 2, middle);
  }

  /** Whether the pointer is over it; then it is told of. */
  point(x: number, y: number, columns: ColumnLayout, rows: Rows): boolean {
    this.spot = null;
    const sheet = this.sheet();
    if (!this.colours) return false;
    const { left, size } = this.box(columns);
    const [place, inside] = [rowAt(rows, y), x >= left && x < left + size];
    const row = sheet.rowAt[place] ?? -1;
    if (!inside || row < 0) return false;
    this.spot = { row, ...pixelAt(sheet, x, y, { left, top: yOf(rows, place), width: size, height: rows.size - rows.gap }) };
    return true;
  }

  /** What is under the pointer. */
  describe(labels: readonly string[]): string {
    const { spot, colours } = this;
    if (!spot || !colours) return "";
    const sheet = this.sheet();
    const { row, y, x } = spot;
    const place = `(${y * sheet.reduction[0]}, ${x * sheet.reduction[1]})`;
    return `RGB · ${place} ≈ ${describeColour(sheet, this.three, row, y, x, colours)} · ${sampleName(sheet.samples[row]!, labels)}`;
  }
}
