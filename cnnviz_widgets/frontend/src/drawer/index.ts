/** Drawer: the tabs at the frame's right, or at its foot where it is narrow; one panel at a time, or none. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { onResize } from "../lib/dom/canvas";
import { element, keyboard, mount } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { frameOf, onAnyCommand } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import { onChange } from "../lib/linking/changes";
import { entry } from "../lib/linking/entry";
import type { DrawerState } from "../lib/wire/states";

let instances = 0;

class Drawer {
  readonly root: HTMLElement;
  private readonly id = `cnnviz-drawer-${instances++}`;
  private readonly tabs: Map<string, HTMLButtonElement>;

  constructor(private readonly model: AnyModel<DrawerState>, signal: AbortSignal) {
    this.tabs = new Map(model.get("tabs").map(([name, text]) => {
      const tab = element("button", "cnnviz-drawer-tab", { type: "button", role: "tab", id: `${this.id}-${name}` }, text);
      keyboard(tab);
      tab.addEventListener("click", () => this.open(name), { signal });
      return [name, tab];
    }));
    const list = element("div", "cnnviz-drawer-tabs", { role: "tablist", "aria-label": "Drawer" }, ...this.tabs.values());
    list.addEventListener("keydown", (event) => this.onKey(event), { signal });
    const close = iconButton("close", "Close the drawer", "Close (Escape, T)", () => this.turn(false), signal);
    this.root = element("div", "cnnviz cnnviz-drawer", {}, list, close);
    onChange(model, ["tab", "is_open"], () => this.show());
    onAnyCommand(this.root, (name) => {
      if (name.startsWith("tab:")) return this.open(name.slice(4));
      if (name !== "drawer") return false;
      this.turn(!this.model.get("is_open"));
      return true;
    }, signal);
    onEscape(this.root, "drawer", () => this.model.get("is_open") && this.holdsFocus, () => this.turn(false), signal);
    // The panels beside it are there once the notebook has put all in their places.
    onResize(this.root, () => this.show(), signal);
  }

  private open(tab: string): boolean {
    if (!this.tabs.has(tab)) return false;
    this.model.set("tab", tab);
    this.turn(true);
    return true;
  }

  private get holdsFocus(): boolean {
    return this.root.closest(".cnnviz-frame-drawer")?.contains(document.activeElement) ?? false;
  }

  private turn(open: boolean): void {
    const held = this.holdsFocus;
    this.model.set("is_open", open);
    this.model.save_changes();
    // What is hidden loses the focus, and with it the frame its keys.
    if (!open && held) frameOf(this.root)?.focus({ preventScroll: true });
  }

  private onKey(event: KeyboardEvent): void {
    const names = [...this.tabs.keys()];
    const at = names.indexOf(this.model.get("tab"));
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    const name = names[(to + names.length) % names.length]!;
    this.open(name);
    this.tabs.get(name)!.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  show(): void {
    const [chosen, open] = [this.model.get("tab"), this.model.get("is_open")];
    const pane = this.root.closest<HTMLElement>(".cnnviz-frame-drawer");
    const frame = frameOf(this.root);
    frame?.classList.toggle("cnnviz-drawer-open", open);
    frame?.classList.toggle("cnnviz-drawer-wide", open && this.model.get("wide").includes(chosen));
    for (const [name, tab] of this.tabs) {
      tab.setAttribute("aria-selected", String(name === chosen));
      tab.tabIndex = name === chosen ? 0 : -1;
      for (const panel of pane?.querySelectorAll<HTMLElement>(`:scope > .cnnviz-tab-${name}`) ?? []) {
        panel.setAttribute("role", "tabpanel");
        panel.setAttribute("aria-labelledby", tab.id);
        panel.classList.toggle("cnnviz-tab-shown", name === chosen);
      }
    }
  }
}

function render({ model, el, signal }: RenderProps<DrawerState>): void {
  const drawer = new Drawer(model, signal);
  mount(el, drawer.root, signal);
  drawer.show();
}

export default entry(render);
