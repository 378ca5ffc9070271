/**
 * Whether a kernel stands behind a widget. Without one what was sent stays to be looked at and
 * linked; what needs a kernel is greyed out rather than waited for, and one quiet line says so.
 */
import type { RenderProps } from "@anywidget/types";

import { element, say } from "../dom/elements";

export const NO_KERNEL = "No kernel: what needs one is greyed out. Run the cell again to have it back.";

/** The same where there is little room (inspector-header/style.css). */
const NO_KERNEL_BRIEFLY = "No kernel: run the cell again";

/** So ipywidgets marks a view whose model was not connected when the view was made. */
const DISCONNECTED = "jupyter-widgets-disconnected";
/** A connection that is back after so long was not lost. */
const GRACE_MS = 1000;
/** In these states nobody will answer what is asked of this widget. */
const GONE: readonly string[] = ["restarting", "autorestarting", "terminating", "dead"];

/** What a connection needs of what a view is rendered with. */
export type ViewProps = Pick<RenderProps, "model" | "el" | "signal">;

interface Word {
  connect(slot: () => void): void;
  disconnect(slot: () => void): void;
}

interface Changes {
  statusChanged: Word;
  connectionStatusChanged: Word;
  /** A notebook's session may have another kernel, or none. */
  kernelChanged?: Word;
}

interface Kernel extends Changes {
  id: string;
  status: string;
  connectionStatus: string;
}

/** What JupyterLab's manager of widgets tells beyond the protocol; other front ends tell less. */
interface Manager {
  kernel?: Kernel | null;
  context?: { sessionContext: Changes } | null;
}

/** A model of ipywidgets itself, which knows whether it can reach Python. */
interface Live {
  comm_live?: boolean;
}

/** The front end's own manager of widgets; null once it has been taken away. */
const kernelOf = (manager: Manager): Kernel | null | undefined =>
  // Without its context a manager cannot be asked any more.
  manager.context === null ? null : manager.kernel;

export class Connection {
  alive = true;
  /** Says that there is no kernel; within a composite its head does, by `notice` (lib/dom/base.css). */
  readonly line = element("div", "cnnviz-no-kernel", { role: "status", "aria-live": "polite" });
  private live: boolean;
  private readonly manager: Manager;
  /** The kernel that this widget belongs to: another one does not know it. */
  private readonly kernel: string | undefined;
  private readonly callbacks: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private overdue = false;
  private wasConnected = false;

  constructor(
    { model, el, signal }: ViewProps,
    private readonly text = NO_KERNEL,
  ) {
    const connected = (owner?: Live): boolean =>
      owner?.comm_live ?? (model as unknown as Live).comm_live ?? !el.classList.contains(DISCONNECTED);
    this.manager = (model.widget_manager ?? {}) as unknown as Manager;
    this.kernel = kernelOf(this.manager)?.id;
    this.live = connected();
    const connection = this;
    // The event has no argument; its listeners are called on the view, which holds the model.
    model.on("comm_live_update", function (this: { model?: Live } | undefined) {
      connection.live = connected(this?.model);
      connection.look();
    });
    this.follow(signal);
    this.look();
  }

  onChange(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** The line for all parts of a composite, to stand where its head tells what goes on. */
  notice(): HTMLElement {
    const words = [["cnnviz-at-length", this.text], ["cnnviz-in-short", NO_KERNEL_BRIEFLY]] as const;
    return element("div", "cnnviz-no-kernel cnnviz-for-all", { title: this.text }, ...words.map(([name, text]) => element("span", name, {}, text)));
  }

  /** Grey out a control that needs a kernel while there is none, or for a reason of its own. */
  need(control: HTMLButtonElement | HTMLSelectElement, otherwise = false): void {
    control.disabled = otherwise || !this.alive;
  }

  private follow(signal: AbortSignal): void {
    const changes = this.manager.context?.sessionContext ?? kernelOf(this.manager);
    const words = changes ? [changes.statusChanged, changes.connectionStatusChanged, changes.kernelChanged] : [];
    const look = () => this.look();
    for (const word of words) word?.connect(look);
    signal.addEventListener("abort", () => {
      clearTimeout(this.timer);
      for (const word of words) word?.disconnect(look);
    });
  }

  private look(): void {
    const kernel = kernelOf(this.manager);
    const connected = kernel?.connectionStatus === "connected";
    // Front ends with connections of another kind never say that they are connected.
    this.wasConnected ||= connected;
    const lost = this.wasConnected && kernel != null && !connected;
    this.wait(lost);
    const known = kernel === undefined || (kernel !== null && kernel.id === this.kernel && !GONE.includes(kernel.status));
    this.setAlive(this.live && known && !(lost && this.overdue));
  }

  /** A lost connection is being made anew; it is given some time. */
  private wait(lost: boolean): void {
    if (!lost) {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.overdue = false;
      return;
    }
    this.timer ??= setTimeout(() => {
      this.overdue = true;
      this.look();
    }, GRACE_MS);
  }

  private setAlive(alive: boolean): void {
    say(this.line, alive ? "" : this.text);
    if (alive === this.alive) return;
    this.alive = alive;
    for (const callback of this.callbacks) callback();
  }
}
