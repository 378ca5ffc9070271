/** SelectionBar: what can be done with the selected channels. It floats over the grid's foot. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { ClipboardLine } from "./clipboard";
import { numbersOf } from "./comparisons";
import { Finder } from "./finder";
import { listed, Names } from "./names";
import { SamplesPill } from "./samples-pill";
import type { Channels } from "./search";
import { button, element, mount, say } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { counted, named } from "../lib/format";
import { command, frameOf, onAnyCommand, type Command } from "../lib/frame/commands";
import { onEscape } from "../lib/frame/escape";
import { asFloat32, asFloat64, asInt32, asUint8 } from "../lib/linking/buffers";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { Selection, SelectionHistory } from "../lib/linking/selection";
import { Trials, WAYS, type How } from "../lib/linking/trials";
import { SELECTION_BAR_TRAITS } from "../lib/wire/constants";
import type { SelectionBarState } from "../lib/wire/states";

class SelectionBar {
  readonly root: HTMLElement;
  private readonly count = element("b", "cnnviz-selection-count", { role: "status", "aria-live": "polite" });
  private readonly python: HTMLButtonElement;
  private readonly ways: Map<How, HTMLButtonElement>;
  private readonly back: HTMLButtonElement;
  private readonly pill: HTMLElement;
  private readonly connection: Connection;
  private readonly trials: Trials | undefined;
  private readonly history: SelectionHistory;
  private readonly clipboard: ClipboardLine;
  private readonly names: Names;
  private readonly samplesPill: SamplesPill | undefined;
  private readonly finder: Finder;
  private known: Omit<Channels, "kept"> | undefined;

  constructor(
    private readonly model: AnyModel<SelectionBarState>,
    private readonly selection: Selection,
    samples: Selection | null,
    surveyed: Selection | null,
    makeTrials: (connection: Connection) => Trials | undefined,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.trials = makeTrials(this.connection);
    this.history = new SelectionHistory([selection, samples, surveyed].filter((each) => each !== null));
    this.clipboard = new ClipboardLine(signal);
    this.names = new Names(selection, () => model.get("_channel_count"), (name) => this.clipboard.tell(`Saved as ${name}`), signal);
    this.finder = new Finder(selection, () => this.channels, () => this.leave(() => this.closeFinder()), signal);
    const copy = button("Copy", "Copy the channels' numbers (Ctrl+C)", () => this.copy(), signal);
    this.python = button("To Python", "Copy a line that gets the values, for any cell", () => this.toPython(), signal);
    this.ways = new Map(WAYS.map(([how, text, title]) => [how, button(text, title, () => this.attempt(how), signal)]));
    this.back = iconButton("undo", "Undo", "The selection before (Ctrl+Z)", () => this.undo(), signal);
    const find = iconButton("search", "Find channels", "Find channels (/)", () => this.finder.open(), signal);
    const close = iconButton("close", "Select nothing", "Select nothing (Escape)", () => this.leave(() => selection.clear()), signal);
    this.pill = element(
      "div",
      "cnnviz-selection-pill",
      { role: "toolbar", "aria-label": "Selected channels" },
      this.count,
      copy,
      this.python,
      this.names.opener,
      element("span", "cnnviz-selection-ways", {}, ...this.ways.values()),
      find,
      this.back,
      close,
    );
    const acts = { undo: () => this.undo(), leave: (takeAway: () => void) => this.leave(takeAway) };
    this.samplesPill = samples ? new SamplesPill(samples, this.connection, acts, signal) : undefined;
    const pills = element("div", "cnnviz-selection-pills", {}, this.pill, ...(this.samplesPill ? [this.samplesPill.root] : []));
    this.root = element("div", "cnnviz cnnviz-selection-bar", {}, this.clipboard.root, this.finder.root, pills);
    this.root.addEventListener("keydown", (event) => this.onKey(event), { signal });
    onEscape(this.clipboard.root, "said", () => !this.clipboard.root.hidden, () => this.leave(() => this.clipboard.close()), signal);
    onEscape(this.root, "selection", () => selection.list.length > 0, () => this.leave(() => selection.clear()), signal);
    for (const each of [samples, surveyed]) {
      if (each) onEscape(this.root, "samples", () => each.list.length > 0, () => this.leave(() => each.clear()), signal);
    }
    onAnyCommand(this.root, (name) => this.obey(name), signal);
    selection.onSelected(() => this.show());
    samples?.onSelected(() => this.show());
    selection.onOthers(() => this.clipboard.close());
    this.connection.onChange(() => this.show());
    this.trials?.onChange(() => this.show());
    onChange(model, ["python", "class_names", "_of_samples", "chooses_samples"], () => this.show());
    onChange(model, SELECTION_BAR_TRAITS, () => (this.known = undefined));
  }

  show(): void {
    this.showSamples();
    const { list } = this.selection;
    const none = list.length === 0;
    // What is hidden loses the focus, and with it the frame its keys.
    if (none && !this.pill.hidden) this.leave(() => (this.pill.hidden = true));
    if (none) {
      this.pill.hidden = true;
      this.names.close();
      return;
    }
    this.pill.hidden = false;
    const [first] = list;
    say(this.count, list.length === 1 ? `channel ${named(first!, this.model.get("class_names"))}` : counted(list.length, "channel"));
    this.count.title = listed(list);
    this.python.hidden = this.model.get("python") === "";
    this.connection.need(this.python);
    this.pill.setAttribute("aria-busy", String(this.trials?.waiting ?? false));
    for (const [how, made] of this.ways) {
      made.hidden = this.trials === undefined;
      this.trials?.offer(made, how, list.length);
    }
    // The last step back must not take the focus.
    this.back.setAttribute("aria-disabled", String(this.history.isEmpty));
  }

  private showSamples(): void {
    const { model, samplesPill } = this;
    const show = (): void => samplesPill?.show(model.get("_of_samples"), model.get("chooses_samples"), !this.history.isEmpty);
    if (samplesPill?.root.contains(document.activeElement)) this.leave(show);
    else show();
  }

  /** What is known of the channels, read when it is first asked for. */
  private get channels(): Channels {
    const { model } = this;
    const drawn = asInt32(model.get("_channels"));
    this.known ??= {
      count: model.get("_channel_count"),
      drawn,
      gaps: asFloat64(model.get("_gaps")),
      numbers: numbersOf(asFloat32(model.get("_numbers")), drawn.length),
      dead: asUint8(model.get("_dead")),
      names: model.get("class_names"),
    };
    return { ...this.known, kept: this.selection.named };
  }

  private obey(name: Command): boolean {
    if (name === "search") this.finder.open();
    else if (name === "undo") this.undo();
    else if (this.selection.list.length === 0) return false;
    else if (name === "copy") this.copy();
    else if (name === "silence" || name === "mean" || name === "merge") this.attempt(name);
    else if (name === "python" && this.connection.alive && this.model.get("python")) this.toPython();
    else return false;
    return true;
  }

  private copy(): void {
    const { list } = this.selection;
    void this.clipboard.copy(list.join(", "), `Copied ${counted(list.length, "number")}`);
  }

  private toPython(): void {
    const line = this.model.get("python");
    // Of several inspectors Python's answer is then this one's.
    this.model.set("_python_asked", this.model.get("_python_asked") + 1);
    this.model.save_changes();
    void this.clipboard.copy(line, `Copied for any cell: ${line}`);
  }

  private attempt(how: How): void {
    if (!this.trials || this.trials.hindrance(how, this.selection.list.length)) return;
    this.trials.ask(how, this.selection.list);
    command(this.root, "tab:trials");
  }

  private undo(): void {
    this.history.undo();
    this.show();
  }

  private closeFinder(): void {
    this.finder.close();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
    this.undo();
    event.preventDefault();
    event.stopPropagation();
  }

  /** Take something away, and leave the frame the focus that was in it. */
  private leave(takeAway: () => void): void {
    const held = this.root.contains(document.activeElement);
    takeAway();
    if (held && !this.root.contains(visibleFocus())) frameOf(this.root)?.focus({ preventScroll: true });
  }
}

/** What has the focus and can be seen. */
function visibleFocus(): Element | null {
  const { activeElement } = document;
  return activeElement?.closest("[hidden]") ? null : activeElement;
}

async function render({ model, el, host, signal }: RenderProps<SelectionBarState>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  const samples = await Selection.from(host, model.get("_samples"), signal);
  const surveyed = await Selection.from(host, model.get("_surveyed"), signal);
  const reference = model.get("_trials");
  const trials = reference === null ? undefined : await host.getModel<never>(reference);
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const make = (connection: Connection) => trials && new Trials(trials, connection);
  const bar = new SelectionBar(model, selection, samples, surveyed, make, { model, el, signal });
  mount(el, bar.root, signal);
  bar.show();
}

export default entry(render);
