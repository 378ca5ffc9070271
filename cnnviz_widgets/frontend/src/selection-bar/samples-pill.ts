/** What can be done with the selected samples: show the model them alone, or select none. */
import { button, element, say } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { listed } from "./names";
import { count, counted } from "../lib/format";
import { command } from "../lib/frame/commands";
import type { Connection } from "../lib/linking/connection";
import type { Selection } from "../lib/linking/selection";

export class SamplesPill {
  readonly root: HTMLElement;
  readonly back: HTMLButtonElement;
  private readonly words = element("b", "cnnviz-selection-count", { role: "status", "aria-live": "polite" });
  private readonly alone: HTMLButtonElement;

  constructor(
    private readonly selection: Selection,
    private readonly connection: Connection,
    acts: { undo: () => void; leave: (takeAway: () => void) => void },
    signal: AbortSignal,
  ) {
    this.alone = button("", "Show the model these alone", () => void command(this.root, "these"), signal);
    this.back = iconButton("undo", "Undo", "The selection before (Ctrl+Z)", acts.undo, signal);
    const close = iconButton("close", "Select no sample", "Select none (Escape)", () => acts.leave(() => selection.clear()), signal);
    this.root = element("div", "cnnviz-selection-pill", { role: "toolbar", "aria-label": "Selected samples" }, this.words, this.alone, this.back, close);
  }

  /** `there`: whether samples are shown; `chooses`: whether the model can be shown some of them. */
  show(there: boolean, chooses: boolean, canUndo: boolean): void {
    const { list } = this.selection;
    this.root.hidden = list.length === 0 || !there;
    if (this.root.hidden) return;
    const [first] = list;
    say(this.words, list.length === 1 ? `sample ${count(first!)}` : counted(list.length, "sample"));
    this.words.title = listed(list, "sample");
    say(this.alone, list.length === 1 ? "Show this alone" : "Show these");
    this.alone.hidden = !chooses;
    this.connection.need(this.alone);
    this.back.setAttribute("aria-disabled", String(!canUndo));
  }
}
