/**
 * Exact on zoom: asks Python for what is in sight where the picture holds averages only. Until an
 * answer comes, or without a kernel, the averages stay.
 */
import type { AnyModel } from "@anywidget/types";

import { readWindow, type Parameters, type Part } from "./parameters";
import { onChange } from "../lib/linking/changes";
import type { WindowState } from "../lib/wire/payloads";

/** What is in sight: rows as they are stored, and inputs. */
export interface View {
  rows: [from: number, to: number];
  columns: [from: number, to: number];
}

/** Zooming and dragging are over, or pause, after so many milliseconds. */
const PAUSE = 120;

const averaged = ({ tiles }: Part): boolean => tiles.reduction[0] * tiles.reduction[1] > 1;

const covers = (outer: View, inner: View): boolean =>
  outer.rows[0] <= inner.rows[0] &&
  outer.rows[1] >= inner.rows[1] &&
  outer.columns[0] <= inner.columns[0] &&
  outer.columns[1] >= inner.columns[1];

const size = ({ rows, columns }: View): number => (rows[1] - rows[0]) * (columns[1] - columns[0]);

export class ExactWindow {
  /** The latest answer; null while the whole picture is all there is. */
  part: Part | null = null;
  private serial: number;
  private requested: View | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: AnyModel<WindowState>,
    private parameters: Parameters,
    onAnswer: () => void,
    signal: AbortSignal,
  ) {
    // Another view of this widget may have asked before.
    this.serial = model.get("_window_asked")[0] ?? 0;
    onChange(model, ["_window"], () => {
      const answer = model.get("_window");
      // An answer to an older question, or to another view's, would not fit what is in sight.
      if (signal.aborted || !("serial" in answer) || answer.serial !== this.serial) return;
      this.part = readWindow(answer, this.parameters);
      onAnswer();
    });
    signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  /** Begin again with other parameters; answers still on their way are for the old ones. */
  reset(parameters: Parameters): void {
    clearTimeout(this.timer);
    this.parameters = parameters;
    this.part = null;
    this.requested = null;
    this.serial++;
  }

  /** Ask again for what was asked and not answered: there was no kernel, or there is one again. */
  askAgain(): void {
    clearTimeout(this.timer);
    if (!this.part || averaged(this.part)) this.requested = null;
  }

  /** Whether the picture holds averages, which only Python makes exact. */
  get needed(): boolean {
    return averaged(this.parameters.whole);
  }

  /** What is in sight, and how many CSS pixels wide one weight is there. */
  look(view: View, weightWidth: number): void {
    clearTimeout(this.timer);
    if (!averaged(this.parameters.whole) || weightWidth < 1 || size(view) <= 0) return;
    if (this.requested && covers(this.requested, view)) {
      const good = this.part === null || !averaged(this.part);
      // Half of what was asked for may come less averaged than the whole of it.
      if (good || size(view) > size(this.requested) / 2) return;
    }
    this.timer = setTimeout(() => this.ask(view), PAUSE);
  }

  private ask(view: View): void {
    // Half a screen more on each side: small moves need no new question.
    const wider = ([from, to]: [number, number], most: number): [number, number] => {
      const more = Math.ceil((to - from) / 2);
      return [Math.max(0, from - more), Math.min(most, to + more)];
    };
    this.requested = {
      rows: wider(view.rows, this.parameters.outputs.length),
      columns: wider(view.columns, this.parameters.inputs),
    };
    this.serial = Math.max(this.serial, this.model.get("_window_asked")[0] ?? 0) + 1;
    this.model.set("_window_asked", [this.serial, ...this.requested.rows, ...this.requested.columns]);
    this.model.save_changes();
  }
}
