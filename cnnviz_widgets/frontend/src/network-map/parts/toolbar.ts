/** What is drawn, and how much of it: above the map. */
import type { AnyModel } from "@anywidget/types";

import { button, choice, element, keyboard, say } from "../../lib/dom/elements";
import { iconButton } from "../../lib/dom/icons";
import { wholePercent } from "../../lib/format";
import type { Connection } from "../../lib/linking/connection";
import { popover } from "../../lib/popover/popover";
import type { MapViewState } from "../../lib/wire/states";
import type { MapData } from "../data";
import type { Requests } from "../requests";
import { Moments } from "./moments";

const FACETS = [
  ["both", "Both", "Patches and matrix"],
  ["patches", "Patches", "Where in which sample each channel is strongest; the larger, the stronger"],
  ["matrix", "Classes", "How strongly each channel answers to each class; every row on its own scale"],
  ["density", "Density", "How often which values occur"],
  ["health", "Health", "What a diagnosis found wrong with channels of the group"],
] as const;
const READINGS = [
  ["effects", "Effects", "Lines: what silencing a group changes in another, measured on the model"],
  ["weights", "Weights", "Lines: the mean weight between two groups. It tells little of what acts on what"],
] as const;
const COLOURS = [["green-red", "green and red"], ["blue-orange", "blue and orange"]] as const;

export interface ToolbarHand {
  table(): void;
  save(suffix: "png" | "svg"): void;
}

export class Toolbar {
  readonly root = element("div", "cnnviz-toolbar cnnviz-map-toolbar");
  private readonly title = element("strong", "cnnviz-map-title");
  private readonly choices: Map<string, readonly [trait: "facet" | "reading", made: HTMLButtonElement]> = new Map();
  private readonly slider = element("input", "cnnviz-map-share", { type: "range", min: 0, max: 100, step: 1, "aria-label": "Share of all effect that is drawn" });
  private readonly share = element("output", "cnnviz-map-percent");
  private readonly moments: Moments;
  private readonly undo: HTMLButtonElement;
  private readonly redo: HTMLButtonElement;
  private readonly refresh: HTMLButtonElement;
  private readonly table: HTMLButtonElement;
  private readonly colours: ReturnType<typeof choice>;

  constructor(
    private readonly model: AnyModel<MapViewState>,
    private readonly connection: Connection,
    private readonly requests: Requests,
    hand: ToolbarHand,
    work: HTMLElement,
    signal: AbortSignal,
  ) {
    const set = <K extends "facet" | "reading" | "colours">(trait: K, value: MapViewState[K]): void => {
      model.set(trait, value);
      model.save_changes();
    };
    const group = (trait: "facet" | "reading", label: string, of: typeof FACETS | typeof READINGS): HTMLElement =>
      element("span", "cnnviz-segments", { role: "group", "aria-label": label }, ...of.map(([value, text, title]) => {
        const made = button(text, title, () => set(trait, value), signal);
        this.choices.set(value, [trait, made]);
        return made;
      }));
    keyboard(this.slider);
    this.slider.addEventListener("input", () => model.set("share", Number(this.slider.value) / 100), { signal });
    // The page draws as it is moved; the kernel is told where it was let go.
    this.slider.addEventListener("change", () => model.save_changes(), { signal });
    this.moments = new Moments(model, connection, requests, signal);
    this.undo = iconButton("undo", "Undo", "Undo", () => requests.ask("undo"), signal);
    this.redo = iconButton("undo", "Redo", "Redo", () => requests.ask("redo"), signal);
    this.redo.classList.add("cnnviz-map-redo");
    this.refresh = iconButton("refresh", "Make the map anew", "Make the map anew", () => requests.ask("refresh"), signal);
    this.table = iconButton("menu", "Table of groups", "Table of groups", () => hand.table(), signal);
    this.colours = choice("lines", "Colours of what raises and lowers", COLOURS, (value) => set("colours", value as MapViewState["colours"]), signal);
    const save = iconButton("download", "Save the map", "Save the map", () => undefined, signal);
    const files = element("div", "cnnviz-map-files", {}, this.colours.root, ...(["svg", "png"] as const).map((suffix) =>
      button(`Save ${suffix.toUpperCase()}`, suffix === "svg" ? "Lines and words as such, patches as pictures" : "A picture at twice the size", () => {
        window.close();
        hand.save(suffix);
      }, signal)));
    const window = popover(save, files, signal, { label: "Colours, and files" });
    const drawn = element("label", "cnnviz-choice", { title: "Of what acts on each group, the strongest lines that make this share" }, element("span", "", {}, "lines for"), this.slider, this.share);
    this.root.append(
      this.title, group("facet", "What is drawn in the boxes", FACETS), group("reading", "What lines are", READINGS), drawn, this.moments.root, work,
      element("span", "cnnviz-map-end", {}, this.undo, this.redo, this.refresh, this.table, save),
    );
  }

  show(data: MapData, isTable: boolean): void {
    const { model, connection, requests } = this;
    say(this.title, model.get("title"));
    this.title.hidden = !model.get("title");
    for (const [value, [trait, made]] of this.choices) made.setAttribute("aria-pressed", String(model.get(trait) === value));
    say(this.choices.get("matrix")![1], data.columnKind === "samples" ? "Samples" : "Classes");
    // These are measured when they are first asked for.
    const measured = { weights: data.weights.length > 0, density: data.groups.some(({ density }) => density.length > 0) };
    for (const [value, isThere] of Object.entries(measured)) {
      const [, made] = this.choices.get(value)!;
      connection.need(made, !model.get("live"));
      if (isThere) made.disabled = false;
    }
    const share = model.get("share");
    this.slider.value = String(Math.round(100 * share));
    say(this.share, `${wholePercent(share)} of ${model.get("reading") === "weights" ? "weight" : "effect"}`);
    for (const [made, word, what] of [[this.undo, "Undo", model.get("undoable")], [this.redo, "Redo", model.get("redoable")]] as const) {
      connection.need(made, !what);
      made.setAttribute("aria-disabled", String(requests.isWaiting));
      made.title = what ? `${word}: ${what} (${word === "Undo" ? "Ctrl Z" : "Ctrl Shift Z"})` : word;
    }
    this.moments.show();
    connection.need(this.refresh, !model.get("live"));
    this.refresh.setAttribute("aria-disabled", String(requests.isWaiting));
    this.table.setAttribute("aria-pressed", String(isTable));
    this.colours.select.value = model.get("colours");
  }
}
