/** Stand-ins for the notebook: models, a host that finds them, and a canvas that draws nothing. */
import type { AnyModel, Host, RenderProps } from "@anywidget/types";
import { afterEach, beforeAll, beforeEach, vi } from "vitest";

import type { ColumnAxisState, SelectionState } from "../src/lib/wire/states";

/** A model as anywidget gives it: values, events, and a record of what was sent to the kernel. */
export class FakeModel<State extends object = Record<string, unknown>> {
  readonly listeners = new Map<string, Set<(...args: unknown[]) => void>>();
  saves = 0;
  state_change: Promise<unknown> = Promise.resolve();
  widget_manager: object = { get_model: async (id: string) => FakeModel.all.get(id)! };
  /** The view that ipywidgets calls listeners on; it holds the model itself. */
  private readonly view = { model: { comm_live: true } };
  static all = new Map<string, FakeModel<Record<string, unknown>>>();

  constructor(
    public state: State,
    id = "",
  ) {
    if (id) FakeModel.all.set(id, this as never);
  }

  get<Key extends keyof State>(key: Key): State[Key] {
    return this.state[key];
  }

  set<Key extends keyof State & string>(key: Key, value: State[Key]): void;
  set(values: Partial<State>): void;
  set(key: string | Partial<State>, value?: unknown): void {
    const values = (typeof key === "string" ? { [key]: value } : key) as Partial<State>;
    const names = Object.keys(values) as (keyof State & string)[];
    const changed = names.filter((name) => this.state[name] !== values[name]);
    Object.assign(this.state, values);
    for (const name of changed) this.trigger(`change:${name}`);
  }

  on(names: string, callback: (...args: unknown[]) => void): void {
    for (const name of names.split(" ")) {
      const set = this.listeners.get(name) ?? new Set();
      set.add(callback);
      this.listeners.set(name, set);
    }
  }

  once(name: string, callback: () => void): void {
    const first = (): void => {
      this.listeners.get(name)!.delete(first);
      callback();
    };
    this.on(name, first);
  }

  off(): void {
    this.listeners.clear();
  }

  trigger(name: string, ...given: unknown[]): void {
    for (const callback of this.listeners.get(name) ?? []) callback.call(this.view, ...given);
  }

  /** The way to Python is lost, or there again. */
  connect(live: boolean): void {
    this.view.model.comm_live = live;
    this.trigger("comm_live_update");
  }

  save_changes(): void {
    this.saves++;
  }
}

export const host: Host = {
  getModel: (async (id: string) => FakeModel.all.get(id)!) as unknown as Host["getModel"],
  getWidget: () => Promise.reject(new Error("no widgets here")),
};

/** A figure of bqplot's, of these marks: its reference. */
export function figure(marks: FakeModel[] = []): string {
  const axes = ["value", "log", "linear", "zeros"].map((label) => new FakeModel({ label, scale: new FakeModel({}) }));
  const layout = new FakeModel({ height: "220px" });
  new FakeModel({ marks, axes, layout, fig_margin: {}, scale_x: new FakeModel({}), scale_y: new FakeModel({}) }, "figure");
  return "anywidget:figure";
}

export const view = (array: ArrayBufferView): DataView =>
  new DataView(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);

export interface Rendered {
  el: HTMLElement;
  abort: () => void;
}

const onPage: Rendered[] = [];

/** Gives each test of a file an empty page without models, and real time after it. */
export function emptyPage(): void {
  beforeAll(installCanvas);
  beforeEach(() => FakeModel.all.clear());
  afterEach(() => {
    vi.useRealTimers();
    for (const rendered of onPage.splice(0)) rendered.abort();
    document.body.replaceChildren();
    getSelection()?.removeAllRanges();
  });
}

export const find = <T extends HTMLElement>(selectors: string): T => document.querySelector<T>(selectors)!;

/** Renders an entry into the page at a given width, and waits for its first frame. */
export async function show<State extends object>(
  entry: { render: (props: RenderProps<State>) => unknown },
  model: FakeModel<State>,
  width = 800,
  className = "",
): Promise<Rendered> {
  const controller = new AbortController();
  const el = document.createElement("div");
  el.className = className;
  document.body.append(el);
  fixedWidth(width);
  await entry.render({
    model: model as unknown as AnyModel<State>,
    el,
    host,
    signal: controller.signal,
    experimental: {} as never,
  });
  await frame();
  const abort = (): void => {
    controller.abort();
    // The element stays as long as the page: what it still holds would, too.
    if (el.firstChild) throw new Error("a view that was taken away left its elements behind");
  };
  const rendered = { el, abort };
  onPage.push(rendered);
  return rendered;
}

export const frame = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

function fixedWidth(width: number): void {
  Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => width });
}

/** A 2-D context that accepts every call; what it would draw is asserted in the browser tests. */
function installCanvas(): void {
  const context = (canvas: HTMLCanvasElement) =>
    new Proxy(
      {
        canvas,
        createImageData: (width: number, height: number) => ({
          width,
          height,
          data: new Uint8ClampedArray(4 * width * height),
        }),
        measureText: (text: string) => ({ width: 6 * text.length }),
      } as Record<string, unknown>,
      { get: (target, key) => (key in target ? target[key as string] : () => undefined), set: () => true },
    );
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement) {
    return context(this) as never;
  } as never;
  HTMLElement.prototype.setPointerCapture = () => undefined;
  (globalThis as Record<string, unknown>).Path2D = class {
    moveTo(): void {}
    lineTo(): void {}
  };
  (globalThis as Record<string, unknown>).ResizeObserver = class {
    observe(): void {}
    disconnect(): void {}
  };
}

/** A pointer or wheel event at a place of an element whose box begins at the page's corner. */
export function at(type: string, x: number, y: number, init: MouseEventInit & { deltaY?: number } = {}): MouseEvent {
  const event = new MouseEvent(type, { bubbles: true, cancelable: true, clientX: x, clientY: y, button: 0, ...init });
  // The simulated page's own WheelEvent has no place.
  return type === "wheel" ? Object.assign(event, { deltaX: 0, deltaY: init.deltaY, deltaMode: 0 }) : event;
}

export const key = (name: string, init: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...init });

/** A selection and an axis as every view holds them. */
export function shared() {
  const selection = new FakeModel<SelectionState>({ selected: [], hovered: -1, _numbers_of: "", _named: {}, _chosen_in: [0, ""] }, "selection");
  const axis = new FakeModel<ColumnAxisState>({
    order_by: "leaf", start: 0, scale: 0, unfolded: [], heads: false, linkage: "single", _linkages: [], _groups: [], _zeros: [], _beside: 0,
  }, "axis");
  return { selection, axis, ...sharedSamples(), refs: { selection: "selection", axis: "axis" } };
}

/** A selection of samples as the views hold it that show them. */
export function sharedSamples(selected: number[] = []) {
  const samples = new FakeModel<SelectionState>({ selected, hovered: -1, _numbers_of: "the inputs", _named: {}, _chosen_in: [0, ""] }, "samples");
  return { samples, sampleRefs: { sample_selection: "samples" } };
}
