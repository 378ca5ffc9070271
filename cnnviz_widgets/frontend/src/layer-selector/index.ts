/** LayerSelector: the whole model at a glance; one layer is chosen. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { facts, findings, health, level, looked } from "./marks";
import { matches, rowsOf, type Row } from "./rows";
import { element, keyboard, mount } from "../lib/dom/elements";
import { rowAfter, scrollTo } from "../lib/dom/list";
import { count, counted } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import type { LayerEntry } from "../lib/wire/payloads";
import type { LayerSelectorState } from "../lib/wire/states";

/** A layer's row in the list, and the marks in it that change while the model trains. */
interface Option {
  entry: LayerEntry;
  row: HTMLElement;
  marks: HTMLElement[];
}

const marksOf = (layer: LayerEntry, basis: string): HTMLElement[] =>
  [findings(layer), looked(layer), health(layer, basis)];

/** What a row shows of a layer beside its marks. */
const identity = (layer: LayerEntry): string =>
  [layer.path, ...facts(layer), layer.level, layer.relative_level].join("\n");

let instances = 0;

class LayerSelector {
  readonly root: HTMLElement;
  private readonly filter: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly note = element("span", "", { role: "status", "aria-live": "polite" });
  private readonly legend = element("span", "", {}, "● looked at: outputs above, weights below");
  private readonly unseen = element("details", "cnnviz-note cnnviz-layer-unseen");
  private readonly id = `cnnviz-layers-${instances++}`;
  private options: Option[] = [];
  private active = 0;
  /** The choice when last looked at: where Python makes another, the keyboard goes with it. */
  private chosen = "";
  private readonly slowAnswer: SlowAnswer;
  private readonly connection: Connection;
  private readonly signal: AbortSignal;

  constructor(
    private readonly model: AnyModel<LayerSelectorState>,
    props: ViewProps,
  ) {
    const signal = (this.signal = props.signal);
    this.connection = new Connection(props);
    this.filter = element("input", "cnnviz-filter cnnviz-layer-filter", {
      type: "search",
      placeholder: "Filter layers by name or kind",
      "aria-label": "Filter layers by name or kind",
      "aria-controls": this.id,
      title: "Type to filter; arrow keys and Enter choose",
      spellcheck: "false",
    });
    this.list = element("div", "cnnviz-layer-list", {
      id: this.id,
      role: "listbox",
      "aria-label": "Layers of the model, in the order in which they run",
    });
    this.root = element(
      "div",
      "cnnviz cnnviz-layer-selector",
      {},
      this.filter,
      this.list,
      element("div", "cnnviz-note cnnviz-layer-foot", {}, this.note, this.legend),
      this.unseen,
      this.connection.line,
    );
    this.slowAnswer = new SlowAnswer(() => this.mark(), signal);
    this.filter.addEventListener("input", () => this.build(), { signal });
    for (const target of [this.filter, this.list]) {
      keyboard(target);
      target.addEventListener("keydown", (event) => this.onKey(event), { signal });
    }
    onChange(model, ["_layers", "_basis"], () => this.update());
    onChange(model, ["layer", "_shown"], () => this.mark());
    onChange(model, ["height"], () => this.build());
    this.connection.onChange(() => this.mark());
    onChange(model, ["_unseen"], () => this.showUnseen());
    this.build();
    this.showUnseen();
  }

  /** The layers that the filter leaves. */
  private listed(): LayerEntry[] {
    const filter = this.filter.value.trim();
    return this.model.get("_layers").filter((layer) => matches(layer, filter));
  }

  /**
   * Show the layers as they are now. While a model trains that is several times a second: a row that
   * was made anew would lose the press that had begun on it, and the list where one is in it.
   */
  private update(): void {
    const layers = this.listed();
    const same = layers.length > 0 && layers.length === this.options.length &&
      this.options.every(({ entry }, at) => identity(entry) === identity(layers[at]!));
    if (!same) {
      this.build();
      return;
    }
    this.options.forEach((option, at) => {
      option.entry = layers[at]!;
      option.marks = marksOf(option.entry, this.model.get("_basis")).map((mark, which) => {
        const before = option.marks[which]!;
        if (mark.isEqualNode(before)) return before;
        before.replaceWith(mark);
        return mark;
      });
    });
    this.mark();
  }

  private build(): void {
    const all = this.model.get("_layers");
    const layers = this.listed();
    this.list.style.maxHeight = `${this.model.get("height")}px`;
    this.options = [];
    this.list.replaceChildren(...rowsOf(layers).map((row) => this.row(row)));
    if (layers.length === 0) {
      const text = all.length === 0 ? "No layers." : `No layer matches “${this.filter.value.trim()}”.`;
      this.list.replaceChildren(element("div", "cnnviz-layer-heading", { style: "--depth: 0" }, text));
    }
    this.active = Math.max(0, this.options.findIndex(({ entry }) => entry.path === this.model.get("layer")));
    this.mark();
    this.scrollToActive();
  }

  private row({ names, layer }: Row): HTMLElement {
    const depth = names.length - 1;
    const name = names[depth]!;
    if (!layer) {
      return element("div", "cnnviz-layer-heading", { style: `--depth: ${depth}`, role: "presentation" }, name);
    }
    const index = this.options.length;
    const marks = marksOf(layer, this.model.get("_basis"));
    const row = element(
      "div",
      "cnnviz-layer-row",
      {
        id: `${this.id}-${index}`,
        role: "option",
        style: `--depth: ${depth}`,
        title: [layer.path, ...facts(layer), layer.level].join("\n"),
      },
      level(layer),
      element(
        "span",
        "cnnviz-layer-name",
        {},
        name,
        element("span", "cnnviz-layer-facts", {}, facts(layer).join(" · ")),
      ),
      ...marks,
    );
    row.addEventListener("click", () => this.choose(index), { signal: this.signal });
    this.options.push({ entry: layer, row, marks });
    return row;
  }

  private choose(index: number): void {
    const option = this.options[index];
    if (!option) return;
    this.active = index;
    if (!this.connection.alive) {
      this.mark();
      return;
    }
    this.model.set("layer", option.entry.path);
    this.model.save_changes();
    this.mark();
  }

  /** Show what was looked at, which row is chosen, which one the keyboard is on, and which one is being waited for. */
  private mark(): void {
    const { alive } = this.connection;
    const current = this.model.get("_shown");
    // Without a kernel what is chosen and not shown will not come.
    const chosen = alive ? this.model.get("layer") : current;
    const waiting = chosen !== current;
    const at = this.options.findIndex(({ entry }) => entry.path === chosen);
    if (at >= 0 && chosen !== this.chosen) this.active = at;
    this.chosen = chosen;
    this.options.forEach(({ entry, row }, index) => {
      row.setAttribute("aria-selected", String(entry.path === chosen));
      row.setAttribute("aria-disabled", String(!alive));
      row.classList.toggle("cnnviz-active", index === this.active);
      row.classList.toggle("cnnviz-waiting", waiting && entry.path === chosen);
    });
    const active = this.options[this.active];
    if (active) this.list.setAttribute("aria-activedescendant", active.row.id);
    this.legend.hidden = this.model.get("_layers").every(({ looked: views }) => views === null);
    this.slowAnswer.wait(waiting);
    this.say(this.slowAnswer.over ? WAITING : "");
  }

  private showUnseen(): void {
    const sentences = this.model.get("_unseen") ?? [];
    const summary = element("summary", "", {}, "Some values are not listed");
    keyboard(summary);
    this.unseen.hidden = sentences.length === 0;
    this.unseen.replaceChildren(summary, ...sentences.map((sentence) => element("p", "", {}, sentence)));
  }

  private say(text: string): void {
    const layers = this.model.get("_layers").length;
    const some = this.options.length < layers ? `${count(this.options.length)} of ` : "";
    this.note.textContent = text || `${some}${counted(layers, "layer")}, in the order in which they run`;
  }

  private scrollToActive(): void {
    const option = this.options[this.active];
    if (option) scrollTo(this.list, option.row);
  }

  private onKey(event: KeyboardEvent): void {
    const inFilter = event.target === this.filter;
    // In a text they lead to its beginning and its end.
    const ofText = inFilter && (event.key === "Home" || event.key === "End");
    const next = ofText ? undefined : rowAfter(event.key, this.active, this.options.length - 1);
    if (next !== undefined) {
      this.active = next;
      this.mark();
      this.scrollToActive();
    } else if (event.key === "Enter" || (event.key === " " && !inFilter)) this.choose(this.active);
    else if (event.key === "Escape" && this.filter.value) {
      this.filter.value = "";
      this.build();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function render({ model, el, signal }: RenderProps<LayerSelectorState>): void {
  const selector = new LayerSelector(model, { model, el, signal });
  mount(el, selector.root, signal);
}

export default entry(render);
