/** LayerSelector: the whole model at a glance; one layer is chosen. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { arranged, AS_RUN, isFiltered, type Arrangement } from "./arrange";
import { blocksOf, isBlock, type Node } from "./blocks/blocks";
import { Folds } from "./folds";
import { Menu } from "./menu";
import { Pane } from "./pane";
import { LIST, stripHead } from "./strip";
import { TreeList } from "./tree-list";
import { onResize } from "../lib/dom/canvas";
import { button, element, keyboard, mount, say } from "../lib/dom/elements";
import { icon } from "../lib/dom/icons";
import { count, counted } from "../lib/format";
import { command } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import type { LayerEntry } from "../lib/wire/payloads";
import type { LayerSelectorState } from "../lib/wire/states";

class LayerSelector {
  readonly root = element("div", "cnnviz cnnviz-layer-selector");
  private readonly filter: HTMLInputElement;
  private readonly list: TreeList;
  private readonly note = element("span", "", { role: "status", "aria-live": "polite" });
  private readonly all: HTMLButtonElement;
  private readonly unseen = element("details", "cnnviz-note cnnviz-layer-unseen");
  private readonly menu: Menu;
  private readonly pane: Pane;
  /** Whether the bar was told that a layer does not come. */
  private waits = false;
  private readonly folds = new Folds();
  private arrangement: Arrangement = AS_RUN;
  private nodes: Node[] = [];
  /** What the blocks are made of, by which it is known whether the layers are still the same. */
  private identity = "";
  /** The choice when last looked at: where Python makes another, the keyboard goes with it. */
  private chosen = "";
  private readonly slowAnswer: SlowAnswer;
  private readonly connection: Connection;

  constructor(
    private readonly model: AnyModel<LayerSelectorState>,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.list = new TreeList("Layers of the model, in the order in which they run", {
      choose: (at) => this.choose(at),
      toggle: (block, open) => {
        this.folds.toggle(block, open, isFiltered(this.arrangement));
        this.show();
      },
    }, signal);
    this.filter = element("input", "cnnviz-filter cnnviz-layer-filter", {
      type: "search",
      placeholder: "Filter",
      "aria-label": "Filter layers by name or kind",
      "aria-controls": this.list.root.id,
      title: "Filter by name or kind; arrow keys and Enter choose",
      spellcheck: "false",
    });
    keyboard(this.filter);
    this.menu = new Menu(() => this.arrangement, () => this.layers, (change) => this.arrange(change), signal);
    this.pane = new Pane(this.root, this.filter, signal);
    this.all = button("All", "Show all layers in the order in which they run", () => this.showAll(), signal);
    const search = element("span", "cnnviz-layer-search", {}, icon("search"), this.filter);
    this.root.append(
      element("div", "cnnviz-layer-head", {}, this.pane.opener, search, this.menu.opener, stripHead()),
      this.list.root,
      element("div", "cnnviz-note cnnviz-layer-foot", {}, this.note, this.all),
      this.unseen,
      this.connection.line,
    );
    this.slowAnswer = new SlowAnswer(() => this.tell(), signal);
    this.filter.addEventListener("input", () => this.arrange({ words: this.filter.value }), { signal });
    const all = (): void => {
      this.filter.value = "";
      this.arrange(AS_RUN);
    };
    // First what was filtered is shown again, then the list goes where it lies over others.
    onEscape(this.root, "text", () => isFiltered(this.arrangement) && this.root.contains(document.activeElement), all, signal);
    for (const target of [this.filter, this.list.root]) {
      target.addEventListener("keydown", (event) => this.onKey(event), { signal });
    }
    onChange(model, ["_layers", "_basis", "_earlier_scale"], () => this.update());
    onChange(model, ["layer", "_shown"], () => this.follow());
    onChange(model, ["height"], () => this.resize());
    this.connection.onChange(() => this.follow());
    onChange(model, ["_unseen"], () => this.showUnseen());
    this.resize();
    this.update();
    this.showUnseen();
    onResize(this.root, () => this.draw(), signal);
  }

  private get layers(): readonly LayerEntry[] {
    return this.model.get("_layers");
  }

  /** The layer chosen; without a kernel what is chosen and not shown will not come. */
  private get current(): string {
    return this.model.get(this.connection.alive ? "layer" : "_shown");
  }

  private get currentAt(): number {
    const { current } = this;
    return this.layers.findIndex(({ path }) => path === current);
  }

  private resize(): void {
    this.root.style.setProperty("--cnnviz-layers-height", `${this.model.get("height")}px`);
  }

  private arrange(change: Partial<Arrangement>): void {
    this.arrangement = { ...this.arrangement, ...change };
    // What is found is shown unfolded; what was folded before is so again afterwards.
    this.folds.search();
    this.show();
    this.list.goTo(this.currentAt);
    this.mark();
  }

  private showAll(): void {
    this.filter.value = "";
    this.arrange(AS_RUN);
    this.list.root.focus();
  }

  /** Show the layers as they are now: while a model trains that is several times a second. */
  private update(): void {
    const identity = JSON.stringify(this.layers.map(({ path, kind }) => [path, kind]));
    if (identity !== this.identity) {
      this.identity = identity;
      this.nodes = blocksOf(this.layers);
      this.folds.begin(this.nodes);
      this.list.forget();
    }
    this.show();
  }

  /** Another layer was chosen, or is shown: the blocks around it are open. */
  private follow(): void {
    if (this.current === this.chosen) this.mark();
    else {
      this.folds.reveal(this.nodes, this.currentAt);
      this.list.keepPlace(() => this.show());
    }
  }

  /** Show the rows that are in sight now. */
  private show(): void {
    const { layers } = this;
    const rows = this.folds.rows(
      arranged(this.nodes, layers, this.arrangement),
      this.currentAt,
      isFiltered(this.arrangement),
    );
    const typed = this.filter.value.trim();
    const nothing = typed ? `No layer matches “${typed}”.` : "No such layer.";
    this.list.fill(
      rows,
      { layers, basis: this.model.get("_basis"), earlierScale: this.model.get("_earlier_scale") },
      layers.length === 0 ? "No layers." : nothing,
    );
    this.menu.mark();
    this.draw();
    this.mark();
  }

  private draw(): void {
    this.list.draw({ chosen: this.currentAt, width: this.root.clientWidth, inOrder: !this.arrangement.deadFirst });
  }

  /** Show which row is chosen, which one the keyboard is on, and which one is being waited for. */
  private mark(): void {
    const { current, currentAt } = this;
    const waiting = current !== this.model.get("_shown");
    if (current !== this.chosen || !this.list.hasActive) this.list.goTo(currentAt);
    this.chosen = current;
    this.list.mark(currentAt, this.connection.alive, waiting);
    this.slowAnswer.wait(waiting);
    this.tell();
  }

  private tell(): void {
    const filtered = isFiltered(this.arrangement);
    const listed = this.list.rows.filter(({ node }) => !isBlock(node)).length;
    const some = filtered ? `${count(listed)} of ${counted(this.layers.length, "layer")}` : "";
    say(this.note, this.slowAnswer.over ? WAITING : some);
    this.all.hidden = !filtered;
    // A rail has no room for words: the frame's bar says them.
    const waits = this.slowAnswer.over && this.root.clientWidth < LIST;
    if (waits !== this.waits) command(this.root, (this.waits = waits) ? "waits" : "answered");
  }

  private choose(at: number): void {
    const layer = this.layers[at];
    if (!layer) return;
    if (this.connection.alive) {
      this.model.set("layer", layer.path);
      this.model.save_changes();
    }
    this.pane.close();
  }

  private showUnseen(): void {
    const sentences = this.model.get("_unseen") ?? [];
    const summary = element("summary", "", {}, "Some values are not listed");
    keyboard(summary);
    this.unseen.hidden = sentences.length === 0;
    this.unseen.replaceChildren(summary, ...sentences.map((sentence) => element("p", "", {}, sentence)));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.list.onKey(event.key, event.target === this.filter)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function render({ model, el, signal }: RenderProps<LayerSelectorState>): void {
  const selector = new LayerSelector(model, { model, el, signal });
  mount(el, selector.root, signal);
}

export default entry(render);
