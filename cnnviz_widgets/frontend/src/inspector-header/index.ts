/** InspectorHeader: the frame's bar. Which layer and view is shown, what goes on, and the tools. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { Diagnose } from "./diagnose";
import { Frame } from "./frame";
import { Messages } from "./messages";
import { Steps } from "./steps";
import { ViewSwitch } from "./view-switch";
import { button, element, mount } from "../lib/dom/elements";
import { icon, iconButton } from "../lib/dom/icons";
import { onCommand } from "../lib/frame/commands";
import { lastName } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { Connection } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { INSPECTOR_HEADER_TRAITS } from "../lib/wire/constants";
import type { InspectorHeaderState } from "../lib/wire/states";

class InspectorHeader {
  private readonly title: HTMLButtonElement;
  private readonly name = element("span", "cnnviz-inspector-name");
  private readonly refresh: HTMLButtonElement;
  private readonly whole: HTMLButtonElement;
  private readonly connection: Connection;
  private readonly frame: Frame;
  private readonly views: ViewSwitch;
  private readonly steps: Steps;
  private readonly diagnose: Diagnose;
  private readonly messages: Messages;

  constructor(private readonly model: AnyModel<InspectorHeaderState>, props: RenderProps<InspectorHeaderState>) {
    const { el, signal } = props;
    this.connection = new Connection(props);
    const left = element("div", "cnnviz cnnviz-bar-left");
    this.frame = new Frame(left, signal);
    this.title = button("", "", () => this.frame.ask("layers"), signal);
    this.title.className = "cnnviz-inspector-title";
    this.title.append(this.name, icon("chevron-down"));
    this.views = new ViewSwitch(model, this.connection, signal);
    this.steps = new Steps(model, this.connection, signal);
    this.diagnose = new Diagnose(model, this.connection, () => this.frame.ask("tab:findings"), signal);
    this.messages = new Messages(model, this.connection, signal);
    this.refresh = iconButton("refresh", "Read again", "Read the model again: its present weights on the same inputs (R)", () => this.readAgain(), signal);
    this.whole = iconButton("fullscreen", "Full screen", "", () => this.frame.toggleWhole(), signal);
    const drawer = iconButton("drawer", "Drawer", "Open or close the drawer (T)", () => this.frame.ask("drawer"), signal);
    const help = iconButton("help", "Tour and keys", "Tour and keys (?)", () => this.frame.ask("tour"), signal);
    left.append(element("h3", "cnnviz-inspector-heading", {}, this.title), this.steps.root, this.views.root, this.diagnose.root);
    const tools = element("div", "cnnviz cnnviz-bar-tools", {}, this.refresh);
    const end = element("div", "cnnviz cnnviz-bar-end", {}, drawer, this.whole, help);
    const root = element("div", "cnnviz cnnviz-inspector-header", {}, left, this.messages.root, tools, end);
    mount(el, root, signal);
    this.frame.onWhole = () => this.showWhole();
    onCommand(root, "fullscreen", () => this.frame.toggleWhole(), signal);
    onCommand(root, "refresh", () => this.refresh.click(), signal);
    onChange(model, INSPECTOR_HEADER_TRAITS, () => this.show());
    this.connection.onChange(() => this.show());
    this.showWhole();
    this.show();
  }

  private showWhole(): void {
    const leave = this.frame.whole;
    this.whole.setAttribute("aria-pressed", String(leave));
    this.whole.title = leave ? "Leave full screen (F)" : "Full screen (F)";
  }

  private readAgain(): void {
    this.model.set("_asked", this.model.get("_asked") + 1);
    this.model.save_changes();
    this.show();
  }

  private show(): void {
    const path = this.model.get("title");
    this.name.textContent = lastName(path);
    this.title.title = [`${path} – choose a layer (L)`, this.model.get("facts"), this.steps.words()].filter(Boolean).join("\n");
    this.refresh.hidden = !this.model.get("live");
    this.connection.need(this.refresh, this.connection.alive && this.model.get("_asked") > this.model.get("_answered"));
    this.views.show();
    this.steps.show();
    this.diagnose.show();
    this.messages.show();
  }
}

export default entry((props: RenderProps<InspectorHeaderState>) => {
  new InspectorHeader(props.model, props);
});
