/** What a point is: the sample's input and what is known of it, beside the point. */
import type { AnyModel } from "@anywidget/types";

import { layer, prepare } from "../lib/dom/canvas";
import { element, say } from "../lib/dom/elements";
import { count } from "../lib/format";
import { describeSample, drawSample } from "../lib/samples/heads";
import type { Points } from "./points";
import { isSurveyed, numberOf } from "./sample-points";
import type { Place } from "./scatter";

const SIDE = 84;
/** Pixels between the point and the card. */
const GAP = 14;

export class Card {
  readonly root = element("div", "cnnviz-embedding-card");
  private readonly picture = layer("cnnviz-embedding-input");
  private readonly words = element("div", "", { role: "status", "aria-live": "polite" });

  constructor(private readonly model: AnyModel<{ _noun: string }>) {
    this.root.append(this.picture.canvas, this.words);
  }

  /** Tell of a point at a place of a stage; of -1 nothing. */
  show(points: Points, point: number, { x, y }: Place, stage: HTMLElement): void {
    const none = point < 0;
    this.root.classList.toggle("cnnviz-embedding-hidden", none);
    say(this.words, none ? "" : this.text(points, point));
    if (none) return;
    prepare(this.picture, SIDE, SIDE);
    const box = { x: 0, y: 0, width: SIDE, height: SIDE };
    this.picture.canvas.hidden = !drawSample(this.picture.context, points.heads, points.places[point]!, box);
    const [across, down] = [stage.clientWidth, stage.clientHeight];
    const { offsetWidth: width, offsetHeight: height } = this.root;
    this.root.style.left = `${Math.max(0, x + GAP + width > across ? x - GAP - width : x + GAP)}px`;
    this.root.style.top = `${Math.max(0, Math.min(y - height / 2, down - height))}px`;
  }

  private text(points: Points, point: number): string {
    const id = points.numbers[point]!;
    const name = `${this.model.get("_noun")} ${count(numberOf(id))}${isSurveyed(id) ? " of the survey" : ""}`;
    if (points.areSamples) return describeSample({ ...points.heads, note: "" }, points.places[point]!, name);
    const group = points.names.get(points.classes[point]!);
    return group ? `${name} · ${group}` : name;
  }
}
