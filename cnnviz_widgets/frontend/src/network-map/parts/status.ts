/** What goes on, what went wrong, what is to be known: above and below the map. */
import type { AnyModel } from "@anywidget/types";

import { button, element, say, showNotes } from "../../lib/dom/elements";
import type { Connection } from "../../lib/linking/connection";
import type { MapViewState } from "../../lib/wire/states";
import type { Requests } from "../requests";

export class Status {
  /** What is being done: among the tools, so that the map stays where it is. */
  readonly work: HTMLElement;
  /** A line above the map, where there is something to say. */
  readonly head = element("div", "cnnviz-map-status");
  /** In the map's place, before the first. */
  readonly empty = element("div", "cnnviz-map-empty");
  readonly foot = element("div", "cnnviz-note");
  private readonly bar = element("progress", "", { max: 1, "aria-label": "The map is made" });
  private readonly doing = element("span", "", { role: "status", "aria-live": "polite" });
  private readonly stale = element("span", "cnnviz-map-stale");
  private readonly error = element("span", "cnnviz-warning", { role: "alert" });
  private readonly words = element("span", "");
  private readonly again: HTMLButtonElement;
  private readonly first: HTMLButtonElement;

  constructor(
    private readonly model: AnyModel<MapViewState>,
    private readonly connection: Connection,
    private readonly requests: Requests,
    signal: AbortSignal,
  ) {
    const make = (): void => requests.ask("refresh");
    this.again = button("Make it anew", "Read the model as it is now", make, signal);
    this.first = button("Make the map", "Read the model, and measure what acts on what", make, signal);
    this.stale.append("The model has changed since this map was made.", this.again);
    this.head.append(this.error, this.stale);
    this.work = element("span", "cnnviz-map-work", {}, this.bar, this.doing);
    this.empty.append(this.words, this.first);
  }

  show(isEmpty: boolean): void {
    const { model, connection, requests } = this;
    const [state, progress, error] = [requests.state, model.get("progress"), model.get("error")];
    const makes = connection.alive && progress >= 0;
    say(this.doing, state);
    this.doing.title = state;
    this.bar.hidden = !makes;
    this.bar.value = Math.max(0, progress);
    say(this.error, error);
    this.error.hidden = !error;
    this.stale.hidden = model.get("fresh") || isEmpty || makes;
    this.head.hidden = !error && this.stale.hidden;
    this.empty.hidden = !isEmpty;
    say(this.words, makes || state ? "The map is being made." : connection.alive ? "No map yet." : "No map was made before the kernel went.");
    for (const made of [this.again, this.first]) {
      connection.need(made);
      made.setAttribute("aria-disabled", String(requests.isWaiting));
    }
    this.first.hidden = makes;
    showNotes(this.foot, [model.get("facts"), ...model.get("_notes")].filter(Boolean));
  }
}
