/** Two moments of a timeline that are marked A and B, and shown beside one another. */
import type { AnyModel } from "@anywidget/types";

import { type Choice } from "./menu";
import { count } from "../lib/format";
import type { Connection } from "../lib/linking/connection";
import type { TimelineState } from "../lib/wire/states";

const NONE = -1;

export class Comparison {
  constructor(
    private readonly model: AnyModel<TimelineState>,
    private readonly connection: Connection,
    /** The moment of the play head; undefined where there is none. */
    private readonly here: () => number | undefined,
    /** It was asked for. */
    private readonly onAsked: () => void,
  ) {}

  /** Whether it was asked for and is not there yet. */
  get isAwaited(): boolean {
    return this.model.get("_compare_asked") > this.model.get("_compare_answered");
  }

  get choices(): Choice[] {
    const [a, b] = this.steps;
    const mark = (name: "A" | "B", step: number): Choice => ({
      text: step === NONE ? `Mark ${name} here` : `Mark ${name} here, not at ${count(step)}`,
      title: `${name}: the moment of the play head`,
      disabled: this.here() === undefined,
      act: () => this.mark(name),
    });
    const isReady = this.connection.alive && this.isPair;
    return [
      mark("A", a),
      mark("B", b),
      { text: "Compare A and B", title: "Show the layer at both moments beside one another", disabled: !isReady, act: () => this.ask() },
      { text: "Clear A and B", title: "", disabled: a === NONE && b === NONE, act: () => this.set(NONE, NONE) },
    ];
  }

  /** Mark the moment of the head; once both are there they are compared. */
  mark(name: "A" | "B"): void {
    const step = this.here();
    if (step === undefined) return;
    const [a, b] = this.steps;
    if (name === "A") this.set(step, b);
    else this.set(a, step);
    if (this.isPair) this.ask();
  }

  private get steps(): [a: number, b: number] {
    return [this.model.get("mark_a"), this.model.get("mark_b")];
  }

  private get isPair(): boolean {
    const [a, b] = this.steps;
    return a !== NONE && b !== NONE && a !== b;
  }

  private set(a: number, b: number): void {
    this.model.set("mark_a", a);
    this.model.set("mark_b", b);
    this.model.save_changes();
  }

  private ask(): void {
    if (!this.connection.alive) return;
    this.model.set("_compare_asked", this.model.get("_compare_asked") + 1);
    this.model.save_changes();
    this.onAsked();
  }
}
