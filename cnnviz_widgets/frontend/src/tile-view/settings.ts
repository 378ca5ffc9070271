/** The small window behind the gear: colours, their range, the order of channels, the size of tiles. */
import type { AnyModel } from "@anywidget/types";

import { layer } from "../lib/dom/canvas";
import { element, keyboard } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { popover, type Popover } from "../lib/popover/popover";
import { clamp } from "../lib/clamp";
import { publisher } from "../lib/linking/publish";
import { cssColor, type ColormapChoice, type ColormapName, type RangeName } from "../lib/plots/colormaps";
import type { ColumnAxisState } from "../lib/wire/states";

export interface SettingsState {
  colormap: ColormapChoice;
  value_range: RangeName;
  /** Whether three channels of pictures are shown in colour, too. */
  composite: boolean;
}

/** A step of size by key. */
export const ZOOM_STEP = 1.25;

const COLORMAPS: readonly (readonly [ColormapName, string])[] = [
  ["magma", "magma"],
  ["grey", "grey"],
  ["viridis", "viridis"],
  ["diverging", "blue–red about 0"],
];
const SWATCH = { width: 64, height: 12 };

export interface SettingsOptions {
  ranges: readonly (readonly [RangeName, string])[];
  /** The range and the map in use, which are others where the chosen ones make no sense. */
  range: () => RangeName;
  colormap: () => ColormapName;
  /** Whether a range can be chosen now. */
  offers: (range: RangeName) => "yes" | "greyed" | "hidden";
  /** The size of a tile now, and what it can be. */
  size: () => { now: number; least: number; most: number };
  setSize: (size: number) => void;
  /** What a column is called, where that is not a channel always. */
  noun?: () => string;
  /** Whether there are three channels that can be shown in colour. */
  offersColour: () => boolean;
  dark: () => boolean;
  /** How channels are joined. */
  linkage: HTMLElement;
}

const rangeTitle = (noun: string): string => `Colours span the range of each ${noun}`;

interface Choice {
  button: HTMLButtonElement;
  isChosen: () => boolean;
}

export class Settings {
  readonly button: HTMLButtonElement;
  private readonly window: Popover;
  private readonly choices: Choice[] = [];
  private readonly swatches: (() => void)[] = [];
  private readonly slider: HTMLInputElement;
  private readonly colour: HTMLElement;
  private readonly pixels = element("span", "cnnviz-faint");

  constructor(
    model: AnyModel<SettingsState>,
    axis: AnyModel<ColumnAxisState>,
    private readonly options: SettingsOptions,
    private readonly signal: AbortSignal,
  ) {
    const publish = publisher(model, signal);
    const publishAxis = publisher(axis, signal);
    const colors = element("div", "cnnviz-settings-maps", { role: "group", "aria-label": "Colours" });
    for (const [name, words] of COLORMAPS) {
      const choose = (): void => {
        model.set("colormap", name);
        publish();
      };
      colors.append(this.choice(this.swatch(name), words, choose, () => options.colormap() === name));
    }
    const ranges = element("div", "cnnviz-segments", { role: "group", "aria-label": "Range" });
    for (const [range, words] of options.ranges) {
      const choose = (): void => {
        model.set("value_range", range);
        publish();
      };
      const made = this.choice(words, rangeTitle(range), choose, () => options.range() === range);
      made.dataset.range = range;
      ranges.append(made);
    }
    const order = element("div", "cnnviz-segments", { role: "group", "aria-label": "Order" });
    for (const [value, words] of [["leaf", "similar"], ["natural", "number"]] as const) {
      const choose = (): void => {
        axis.set("order_by", value);
        publishAxis();
      };
      const title = value === "leaf" ? "Similar channels side by side" : "By channel number";
      order.append(this.choice(words, title, choose, () => axis.get("order_by") === value));
    }
    const composite = element("div", "cnnviz-segments", { role: "group", "aria-label": "Red, green and blue" });
    for (const [shown, words, title] of [[true, "shown", "The three channels as one picture, beside them"], [false, "hidden", "The channels alone"]] as const) {
      const choose = (): void => {
        model.set("composite", shown);
        publish();
      };
      composite.append(this.choice(words, title, choose, () => model.get("composite") === shown));
    }
    this.slider = element("input", "", { type: "range", step: 1, "aria-label": "Size of a tile in pixels" });
    keyboard(this.slider);
    this.slider.addEventListener("input", () => {
      options.setSize(Number(this.slider.value));
      this.update();
    }, { signal });
    const row = (label: string, ...content: HTMLElement[]): HTMLElement =>
      element("div", "cnnviz-settings-row", {}, element("span", "cnnviz-faint", {}, label), ...content);
    this.colour = row("RGB", composite);
    const content = element("div", "cnnviz-settings", {}, colors, row("Range", ranges), this.colour, row("Order", order), options.linkage, row("Size", this.slider, this.pixels));
    this.button = iconButton("settings", "Colours, range, order, size", "Colours, range, order, size (V)", () => undefined, signal);
    this.window = popover(this.button, content, signal, { label: "Colours, range, order, size", onOpen: () => this.refresh() });
  }

  open(): void {
    this.window.open();
  }

  /** Bring the choices up to date with the traits. */
  refresh(): void {
    for (const [range] of this.options.ranges) {
      const button = this.choices.find(({ button }) => button.dataset.range === range)!.button;
      const offer = this.options.offers(range);
      button.disabled = offer !== "yes";
      button.hidden = offer === "hidden";
      // Attention has heads where outputs have channels.
      const noun = this.options.noun?.();
      if (range === "channel" && noun) {
        button.textContent = noun;
        button.title = rangeTitle(noun);
      }
    }
    this.colour.hidden = !this.options.offersColour();
    for (const draw of this.swatches) draw();
    this.update();
  }

  /** Bring what is chosen, and the size, up to date. */
  update(): void {
    for (const { button, isChosen } of this.choices) button.setAttribute("aria-pressed", String(isChosen()));
    const { now, least, most } = this.options.size();
    this.slider.min = String(Math.round(least));
    this.slider.max = String(Math.round(most));
    this.slider.value = String(clamp(Math.round(now), least, most));
    this.pixels.textContent = `${Math.round(now)} px`;
  }

  private choice(content: Node | string, title: string, choose: () => void, isChosen: () => boolean): HTMLButtonElement {
    const made = element("button", "cnnviz-segment", { type: "button", title }, content);
    if (typeof content !== "string") made.setAttribute("aria-label", title);
    keyboard(made);
    made.addEventListener("click", () => {
      choose();
      this.update();
    }, { signal: this.signal });
    this.choices.push({ button: made, isChosen });
    return made;
  }

  private swatch(name: ColormapName): HTMLCanvasElement {
    const { canvas, context } = layer("cnnviz-settings-map");
    canvas.width = SWATCH.width;
    canvas.height = SWATCH.height;
    this.swatches.push(() => {
      for (let x = 0; x < SWATCH.width; x++) {
        context.fillStyle = cssColor(name, x / (SWATCH.width - 1), this.options.dark());
        context.fillRect(x, 0, 1, SWATCH.height);
      }
    });
    return canvas;
  }
}
