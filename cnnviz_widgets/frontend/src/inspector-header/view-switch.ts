/** Outputs, weights or attention, and which of a layer's weights where there are several. */
import type { AnyModel } from "@anywidget/types";

import { button, choice, element } from "../lib/dom/elements";
import { onCommand } from "../lib/frame/commands";
import type { Connection } from "../lib/linking/connection";
import type { InspectorHeaderState } from "../lib/wire/states";

type View = InspectorHeaderState["view"];

/** Each view, and the trait that says whether the layer has it; outputs it has always. */
const VIEWS: readonly (readonly [view: View, text: string, title: string, has?: "has_weights" | "has_attention"])[] = [
  ["outputs", "Outputs", "What the layer makes of the inputs"],
  ["weights", "Weights", "The layer's parameters", "has_weights"],
  ["attention", "Attention", "Which tokens the layer looks at, from each token", "has_attention"],
];

export class ViewSwitch {
  readonly root: HTMLElement;
  private readonly buttons: Map<View, HTMLButtonElement>;
  private readonly weight: ReturnType<typeof choice>;
  /** The names that the drop-down lists now. */
  private listed = "";

  constructor(
    private readonly model: AnyModel<InspectorHeaderState>,
    private readonly connection: Connection,
    signal: AbortSignal,
  ) {
    this.buttons = new Map(
      VIEWS.map(([view, text, title]) => [view, button(text, title, () => this.choose("view", view), signal)]),
    );
    const group = element("span", "cnnviz-segments", { role: "group", "aria-label": "What of the layer is shown" });
    group.append(...this.buttons.values());
    const title = "Which of the layer's weights is shown";
    this.weight = choice("weight", title, [], (name) => this.choose("weight", name), signal);
    this.root = element("span", "cnnviz-view-switch", {}, group, this.weight.root);
    onCommand(this.root, "view", () => this.next(), signal);
  }

  /** The view after the chosen one that the layer has. */
  private next(): void {
    const at = VIEWS.findIndex(([view]) => view === this.model.get("view"));
    const others = [...VIEWS.slice(at + 1), ...VIEWS.slice(0, at)];
    const next = others.find(([, , , has]) => !has || this.model.get(has));
    if (next) this.buttons.get(next[0])!.click();
  }

  show(): void {
    const drawn = this.model.get("_shown_view");
    // Without a kernel what is chosen and not shown will not come.
    const chosen = this.connection.alive ? this.model.get("view") : drawn;
    for (const [view, , title, has] of VIEWS) {
      const made = this.buttons.get(view)!;
      const none = has !== undefined && !this.model.get(has);
      // Few layers attend: of the others nobody asks.
      made.hidden = view === "attention" && none && view !== chosen && view !== drawn;
      made.setAttribute("aria-pressed", String(view === chosen));
      // What is shown stays to be seen as pressed, even where it could not be chosen.
      this.connection.need(made, none && view !== chosen);
      made.title = none ? `This layer has no ${view}` : title;
      made.classList.toggle("cnnviz-waiting-view", view === chosen && view !== drawn);
    }
    this.showWeights();
  }

  private showWeights(): void {
    const names = this.model.get("weights");
    this.weight.root.hidden = names.length < 2 || this.model.get("view") !== "weights";
    const listed = names.join("\n");
    if (listed !== this.listed) {
      this.weight.select.replaceChildren(...names.map((name) => element("option", "", { value: name }, name)));
      this.listed = listed;
    }
    this.weight.select.value = this.model.get("weight");
    this.connection.need(this.weight.select);
  }

  private choose<Key extends "view" | "weight">(key: Key, value: InspectorHeaderState[Key]): void {
    if (this.model.get(key) === value) return;
    this.model.set(key, value);
    this.model.save_changes();
    this.show();
  }
}
