/** The samples that rows are of, as they are selected and hovered here and in other views. */
import type { Sheet } from "./sheet";
import { onEscape } from "../lib/frame/escape";
import type { Selection } from "../lib/linking/selection";
import { RangeSelection } from "../tile-view/range-selection";

export class RowSamples {
  /** Selects by places; undefined where nothing is shared: so it is in pages that were saved before. */
  readonly range: RangeSelection | undefined;
  /** Row under the mouse here; -1 for none. */
  private pointed = -1;

  constructor(
    private readonly selection: Selection | null,
    private readonly sheet: () => Sheet,
    root: HTMLElement,
    onChange: () => void,
    signal: AbortSignal,
  ) {
    if (!selection) return;
    this.range = new RangeSelection(selection, (row) => [sheet().places[row]!]);
    selection.onChange(onChange);
    onEscape(root, "samples", () => selection.list.length > 0, () => selection.clear(), signal);
  }

  /** Whether a row's sample is selected. */
  isSelected(row: number): boolean {
    return this.selection?.has(this.sheet().places[row]!) ?? false;
  }

  /** The row that is pointed at, here or in another view; -1 for none. */
  get hovered(): number {
    if (this.pointed >= 0 || !this.selection || this.selection.hovered < 0) return this.pointed;
    return this.sheet().places.indexOf(this.selection.hovered);
  }

  /** Point at a row; at none by -1. */
  point(row: number): void {
    this.pointed = row;
    this.selection?.hover(row < 0 ? -1 : this.sheet().places[row]!);
  }

  /** The rows are of something else. */
  forget(): void {
    this.pointed = -1;
    if (this.range) this.range.anchor = 0;
  }
}
