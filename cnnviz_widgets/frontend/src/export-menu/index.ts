/** ExportMenu: what is shown as a file. Python makes it, the page saves it. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { saveFile } from "./save";
import { screenPicture } from "./screen";
import { copyText } from "../lib/clipboard";
import { button, element, mount, say } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { rowAfter } from "../lib/dom/list";
import { popover, type Popover } from "../lib/popover/popover";
import { onCommand } from "../lib/frame/commands";
import { onChange } from "../lib/linking/changes";
import { Connection, NO_KERNEL, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import { SlowAnswer, WAITING } from "../lib/linking/slow-answer";
import type { ExportMenuState } from "../lib/wire/states";

/** A file that Python sends. */
interface Sent {
  serial: number;
  view: string;
  name: string;
}

const NAMES: Record<string, readonly [text: string, title: string]> = {
  picture: ["Picture", "Tree, tiles and curves with title and legend, for print"],
  numbers: ["Numbers", "The few numbers of every layer, a row each"],
  report: ["Report", "What the diagnosis found"],
  code: ["Code of this view", "The lines that show the same again, into the clipboard"],
};
const FORMATS: Record<string, string> = { md: "Markdown", py: "Python" };
const ON_SCREEN = "As on the screen";
/** What the menu stands in, and saves as it is on the screen. */
const SHOWN = ".cnnviz-frame, .cnnviz-comparison";
/** So long it is said that something was saved. */
const SAID_MS = 4000;

let views = 0;

class ExportMenu {
  readonly root = element("div", "cnnviz cnnviz-export");
  private readonly connection: Connection;
  private readonly status = element("div", "cnnviz-export-status cnnviz-faint", { role: "status", "aria-live": "polite" });
  /** Says for a while, when the menu has closed, that it is done. */
  private readonly said = element("div", "cnnviz-export-said", { role: "status", "aria-live": "polite", hidden: true });
  private readonly error = element("div", "cnnviz-export-error", { role: "alert" });
  private readonly list = element("div", "cnnviz-export-list");
  private readonly slowAnswer: SlowAnswer;
  private readonly view = `${Date.now()}-${views++}`;
  /** What this view waits for; "" for nothing. */
  private waiting = "";
  private serial = 0;
  private done = "";
  private readonly menu: Popover;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: AnyModel<ExportMenuState>,
    private readonly props: ViewProps,
  ) {
    const { signal } = props;
    this.connection = new Connection(props);
    this.slowAnswer = new SlowAnswer(() => this.show(), signal);
    const opener = iconButton("download", "Export", "Save what is shown: picture, numbers, report, code (E)", () => undefined, signal);
    const content = element("div", "cnnviz-export-menu", {}, this.list, this.status, this.error);
    const menu = (this.menu = popover(opener, content, signal, { label: "Export", onOpen: () => this.fill() }));
    this.root.append(opener, this.said);
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
    // The words of a row are its first button's, too.
    this.list.addEventListener("click", (event) => {
      const row = (event.target as Element).closest("span")?.closest(".cnnviz-export-row");
      row?.querySelector("button")?.click();
    }, { signal });
    this.list.addEventListener("keydown", (event) => this.onKey(event), { signal });
    onCommand(this.root, "export", () => (menu.isOpen ? menu.close() : menu.open()), signal);
    model.on("msg:custom", (message: Sent, buffers: DataView[]) => this.onSent(message, buffers));
    onChange(model, ["offers", "missing", "error", "_answered"], () => this.onAnswer());
    this.connection.onChange(() => this.show());
  }

  /** The rows, as the menu opens: without a kernel there are others. */
  private fill(): void {
    this.done = "";
    this.list.replaceChildren();
    const rows = new Map<string, HTMLElement>();
    for (const [what, suffix] of this.model.get("offers")) {
      const [text, title] = NAMES[what] ?? [what, ""];
      const format = suffix.slice(1);
      const make = button(FORMATS[format] ?? format.toUpperCase(), title, () => this.ask(what, suffix), this.props.signal);
      make.setAttribute("aria-label", `${text}, ${make.textContent}`);
      Object.assign(make.dataset, { what, title });
      const row = rows.get(what) ?? element("div", "cnnviz-export-row", {}, element("span", "", {}, text));
      row.append(make);
      rows.set(what, row);
      this.list.append(row);
    }
    const alone = button("PNG", "All that is on the page now; it needs no kernel", () => void this.saveScreen(), this.props.signal);
    alone.setAttribute("aria-label", `${ON_SCREEN}, PNG`);
    alone.dataset["alone"] = "true";
    this.list.append(element("div", "cnnviz-export-row", {}, element("span", "", {}, ON_SCREEN), alone));
    this.show();
  }

  show(): void {
    const alive = this.connection.alive;
    if (!alive) this.waiting = "";
    this.slowAnswer.wait(this.waiting !== "");
    for (const each of this.buttons()) {
      const missing = this.model.get("missing")[each.dataset["what"] ?? ""];
      if (!each.dataset["alone"]) this.connection.need(each, this.waiting !== "" || missing !== undefined);
      if (each.dataset["what"]) each.title = missing ?? each.dataset["title"]!;
    }
    const waiting = this.waiting && (this.slowAnswer.over ? WAITING : `Making ${this.waiting}…`);
    say(this.status, alive ? waiting || this.done : this.done || NO_KERNEL);
    this.status.hidden = this.status.textContent === "";
    say(this.error, this.waiting || !alive || this.done ? "" : this.model.get("error"));
    this.error.hidden = this.error.textContent === "";
  }

  private buttons(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll("button")];
  }

  private ask(what: string, suffix: string): void {
    this.done = "";
    this.serial = this.model.get("_asked")[0] + 1;
    this.waiting = `${(NAMES[what]?.[0] ?? what).toLowerCase()}, ${suffix.slice(1).toUpperCase()}`;
    this.model.set("_asked", [this.serial, this.view, what, suffix]);
    this.model.save_changes();
    this.show();
  }

  private onAnswer(): void {
    if (this.model.get("_answered") >= this.serial) this.waiting = "";
    this.show();
  }

  /** A file has come; where the widget is shown twice, only the view that asked saves it. */
  private onSent(message: Sent, buffers: DataView[]): void {
    if (this.props.signal.aborted || message.view !== this.view || message.serial !== this.serial) return;
    void this.keep(message.name, buffers[0]!);
  }

  private async keep(name: string, content: DataView): Promise<void> {
    const bytes = new Uint8Array(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength);
    const isCode = name.endsWith(".py");
    const isCopied = isCode && (await copyText(new TextDecoder().decode(bytes)));
    if (!isCopied) saveFile(name, bytes);
    if (isCode && !isCopied) this.finish(`The clipboard was refused: saved ${name}`);
    else this.finish(isCopied ? "Copied: paste it into a cell" : `Saved ${name}`);
  }

  /** It is done: nothing is left to be chosen. */
  private finish(text: string): void {
    this.menu.close();
    clearTimeout(this.timer);
    this.said.hidden = false;
    say(this.said, text);
    this.timer = setTimeout(() => (this.said.hidden = true), SAID_MS);
  }

  /** What the page can make alone. */
  private async saveScreen(): Promise<void> {
    let word = "There is no picture on the screen.";
    let blob: Blob | null = null;
    try {
      const picture = await screenPicture(this.root.closest<HTMLElement>(SHOWN) ?? this.root);
      blob = picture && (await new Promise<Blob | null>((resolve) => picture.toBlob(resolve)));
      if (picture) word = "The browser made no picture.";
    } catch (error) {
      word = `The browser made no picture: ${String(error)}`;
    }
    if (this.props.signal.aborted) return;
    if (blob) {
      const name = `screen-${timeOf(new Date())}.png`;
      saveFile(name, blob);
      return this.finish(`Saved ${name}`);
    }
    this.done = word;
    this.show();
  }

  private onKey(event: KeyboardEvent): void {
    const buttons = this.buttons().filter((each) => !each.disabled);
    const next = rowAfter(event.key, buttons.indexOf(event.target as HTMLButtonElement), buttons.length - 1);
    if (next === undefined) return;
    event.preventDefault();
    buttons[next]?.focus();
  }
}

/** `20261127-112501`, by the reader's clock: one picture after another has another name. */
function timeOf(now: Date): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  return `${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
}

function render(props: RenderProps<ExportMenuState>): void {
  const menu = new ExportMenu(props.model, props);
  mount(props.el, menu.root, props.signal);
  menu.show();
}

export default entry(render);
