/** The selection of points that are samples: of those shown, and of those that were surveyed. */
import type { Combine, Selection } from "../lib/linking/selection";

/** What a view of points asks of a selection. */
export type PointSelection = Pick<Selection, "hovered" | "list" | "has" | "hover" | "combine" | "clear">;

/** Samples of a survey have numbers of their own: as points these are −2, −3, …; −1 is none. */
const idOf = (surveyed: number): number => -2 - surveyed;

/** Whether a point is a sample that was surveyed and is not shown. */
export const isSurveyed = (id: number): boolean => id < -1;

/** The number in the survey of a point that is of it. */
export const numberOf = (id: number): number => (isSurveyed(id) ? -2 - id : id);

export class SamplePoints implements PointSelection {
  constructor(
    readonly shown: Selection,
    /** Null in pages that were saved before there were such. */
    readonly surveyed: Selection | null,
  ) {}

  get hovered(): number {
    const { shown, surveyed } = this;
    return shown.hovered >= 0 || !surveyed || surveyed.hovered < 0 ? shown.hovered : idOf(surveyed.hovered);
  }

  get list(): number[] {
    return [...this.shown.list, ...(this.surveyed?.list ?? []).map(idOf)];
  }

  has(id: number): boolean {
    return isSurveyed(id) ? (this.surveyed?.has(numberOf(id)) ?? false) : this.shown.has(id);
  }

  hover(id: number): void {
    this.shown.hover(isSurveyed(id) ? -1 : id);
    this.surveyed?.hover(isSurveyed(id) ? numberOf(id) : -1);
  }

  combine(ids: readonly number[], how: Combine): void {
    const [ofSurvey, ofShown] = [ids.filter(isSurveyed).map(numberOf), ids.filter((id) => !isSurveyed(id))];
    // Both are toggled alike: taken away where all that is given was there.
    const adds = how === "toggle" && !ids.every((id) => this.has(id)) ? "extend" : how;
    for (const [selection, numbers] of [[this.shown, ofShown], [this.surveyed, ofSurvey]] as const) {
      if (numbers.length > 0 || adds === "replace") selection?.combine(numbers, adds);
    }
  }

  clear(): void {
    this.shown.clear();
    this.surveyed?.clear();
  }
}
