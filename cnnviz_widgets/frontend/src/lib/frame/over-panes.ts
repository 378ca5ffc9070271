/** A comparison of two moments, which Python puts over the frame's panes: nothing hears below it. */
import type { AnyModel } from "@anywidget/types";

import { frameOf } from "./commands";
import { cover } from "./cover";
import { onEscape } from "./escape";
import { onChange } from "../linking/changes";
import type { Connection } from "../linking/connection";
import type { TimelineState } from "../wire/states";

const PANES = ".cnnviz-frame-layers, .cnnviz-frame-main, .cnnviz-frame-drawer";
const BOX = ".cnnviz-moments-compared";

export class OverPanes {
  private covers = false;
  private uncover: () => void = () => undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly model: AnyModel<TimelineState>,
    private readonly connection: Connection,
    private readonly onEnd: () => void,
    signal: AbortSignal,
  ) {
    onChange(model, ["comparing"], () => this.lay());
    onEscape(root, "comparison", () => model.get("comparing"), () => this.end(), signal);
    signal.addEventListener("abort", () => this.uncover(), { once: true });
  }

  /** Keep the panes below it from hearing anything while it is there. */
  lay(): void {
    const frame = frameOf(this.root);
    const covers = this.model.get("comparing") && frame !== null;
    if (covers === this.covers) return;
    this.covers = covers;
    this.uncover();
    if (covers) this.uncover = cover(frame.querySelectorAll<HTMLElement>(PANES));
  }

  private end(): void {
    this.model.set("comparing", false);
    this.model.save_changes();
    // Without a kernel nobody else takes it away.
    const box = this.connection.alive ? undefined : frameOf(this.root)?.querySelector<HTMLElement>(BOX);
    if (box) box.style.display = "none";
    this.onEnd();
  }
}
