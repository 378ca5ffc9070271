/** The step of the training whose map is shown: a slider over those that were kept, the present last. */
import type { AnyModel } from "@anywidget/types";

import { element, keyboard, say } from "../../lib/dom/elements";
import type { Connection } from "../../lib/linking/connection";
import type { MapViewState } from "../../lib/wire/states";
import type { Requests } from "../requests";

/** A slider that is moved passes many steps: only where it rests a map is asked for. */
const REST = 150;

export class Moments {
  readonly root: HTMLElement;
  private readonly slider = element("input", "cnnviz-map-share", { type: "range", min: 0, step: 1, "aria-label": "Step of the training whose map is shown" });
  private readonly words = element("output", "cnnviz-map-percent");
  private timer = 0;

  constructor(
    private readonly model: AnyModel<MapViewState>,
    private readonly connection: Connection,
    private readonly requests: Requests,
    signal: AbortSignal,
  ) {
    keyboard(this.slider);
    this.root = element("label", "cnnviz-choice", { title: "The map as it was at a step of the training; at the end, as it is now" }, element("span", "", {}, "step"), this.slider, this.words);
    this.slider.addEventListener("input", () => {
      this.say(this.chosen);
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.ask(), REST);
    }, { signal });
    signal.addEventListener("abort", () => window.clearTimeout(this.timer));
  }

  private get chosen(): number {
    return this.model.get("moments")[Number(this.slider.value)] ?? -1;
  }

  /** As soon as nothing else is asked for. */
  private ask(): void {
    this.timer = 0;
    if (!this.connection.alive) return;
    // What is shown now may be another one once it is answered.
    if (!this.requests.isFree) this.timer = window.setTimeout(() => this.ask(), REST);
    else if (this.chosen !== this.model.get("moment")) this.requests.ask("moment", "", [], this.chosen);
  }

  private say(step: number): void {
    const text = step < 0 ? "now" : step.toLocaleString("en");
    say(this.words, text);
    this.slider.setAttribute("aria-valuetext", step < 0 ? "the model as it is now" : `step ${text}`);
  }

  show(): void {
    const [moments, moment] = [this.model.get("moments"), this.model.get("moment")];
    this.root.hidden = moments.length === 0;
    this.slider.disabled = !this.connection.alive;
    // Until it is answered the slider stays where it was let go.
    if (this.timer || (this.requests.isWaiting && this.model.get("_asked")[1] === "moment")) return;
    const at = moments.indexOf(moment);
    const last = moments.length - (this.model.get("live") ? 0 : 1);
    this.slider.max = String(last);
    this.slider.value = String(at < 0 ? last : at);
    this.say(moment);
  }
}
