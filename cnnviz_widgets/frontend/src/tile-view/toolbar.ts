/** Above the tiles: colours, their range, the order of channels, zoom, and what is selected. */
import type { AnyModel } from "@anywidget/types";

import { button, choice, element } from "../lib/dom/elements";
import { count } from "../lib/format";
import { publisher } from "../lib/linking/publish";
import type { Selection } from "../lib/linking/selection";
import type { ColormapName, RangeName } from "../lib/plots/colormaps";
import type { ColumnAxisState } from "../lib/wire/states";

export interface ToolbarState {
  colormap: ColormapName;
  value_range: RangeName;
}

type Options = readonly (readonly [value: string, text: string])[];

/** A step of zoom by button or key. */
export const ZOOM_STEP = 1.6;

const COLORMAPS: Options = [
  ["grey", "grey"],
  ["viridis", "viridis"],
  ["diverging", "blue–red about 0"],
];

/** What is said of channels where they are columns, and where they are rows. */
export interface ToolbarWords {
  clear: string;
  fit: string;
  order: string;
  /** How channels are ordered that are not side by side with those like them. */
  natural: string;
}

export interface ToolbarOptions {
  words: ToolbarWords;
  ranges: readonly (readonly [RangeName, string])[];
  /** The range that colours are stretched over, which is another where the chosen one makes no sense. */
  range: () => RangeName;
  /** Whether a range can be chosen now. */
  offers: (range: RangeName) => "yes" | "greyed" | "hidden";
  zoom: (factor: number) => void;
  fit: () => void;
}

export class Toolbar {
  readonly root: HTMLElement;
  private readonly clearButton: HTMLButtonElement;
  private readonly fitButton: HTMLButtonElement;
  private readonly choices: { select: HTMLSelectElement; read: () => string }[] = [];

  constructor(
    model: AnyModel<ToolbarState>,
    private readonly axis: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    private readonly options: ToolbarOptions,
    signal: AbortSignal,
  ) {
    const { words, ranges, range, zoom, fit } = options;
    const publish = publisher(model, signal);
    const publishAxis = publisher(axis, signal);
    const chooser = (label: string, title: string, values: Options, choose: (value: string) => void, read: () => string) => {
      const { root, select } = choice(label, title, values, choose, signal);
      this.choices.push({ select, read });
      return root;
    };
    const colors = chooser("Colours", "How values become colours", COLORMAPS, (value) => {
      model.set("colormap", value as ColormapName);
      publish();
    }, () => model.get("colormap"));
    const stretched = chooser("Range", "Over which values the colours are stretched", ranges, (value) => {
      model.set("value_range", value as RangeName);
      publish();
    }, range);
    const orders: Options = [["leaf", "similar side by side"], ["natural", words.natural]];
    const order = chooser("Order", words.order, orders, (value) => {
      axis.set("order_by", value as ColumnAxisState["order_by"]);
      publishAxis();
    }, () => axis.get("order_by"));
    this.clearButton = button("Clear selection", words.clear, () => selection.clear(), signal);
    this.fitButton = button("Fit", words.fit, fit, signal);
    const out = button("−", "Zoom out (−)", () => zoom(1 / ZOOM_STEP), signal);
    const into = button("+", "Zoom in (+)", () => zoom(ZOOM_STEP), signal);
    const zooming = element("span", "cnnviz-group", {}, out, into, this.fitButton);
    this.root = element("div", "cnnviz-toolbar", {}, colors, stretched, order, zooming, this.clearButton);
  }

  /** Bring the choices up to date with the traits. */
  refresh(): void {
    for (const [range] of this.options.ranges) {
      const option = this.root.querySelector<HTMLOptionElement>(`option[value=${range}]`)!;
      const offer = this.options.offers(range);
      option.disabled = offer !== "yes";
      option.hidden = offer === "hidden";
    }
    for (const { select, read } of this.choices) select.value = read();
  }

  /** Bring the buttons up to date with selection and zoom. */
  update(scroll: number): void {
    const selected = this.selection.list.length;
    this.clearButton.textContent = selected > 0 ? `Clear ${count(selected)} selected` : "Clear selection";
    this.clearButton.disabled = selected === 0;
    this.fitButton.disabled = this.axis.get("scale") === 0 && scroll === 0;
  }
}
