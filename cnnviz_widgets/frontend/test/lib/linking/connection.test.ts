/** Without a kernel: how a widget knows, what is greyed out, and that nothing is waited for. */
import { describe, expect, test, vi } from "vitest";

import ablation from "../../../src/ablation-bar";
import comparison from "../../../src/comparison-panel";
import health from "../../../src/health-panel";
import header from "../../../src/inspector-header";
import selector from "../../../src/layer-selector";
import { Connection, NO_KERNEL } from "../../../src/lib/linking/connection";
import timeline from "../../../src/timeline";
import training from "../../../src/training-bar";
import { at, emptyPage, FakeModel, figure, key, shared, show, view } from "../../fake";

emptyPage();

/** A signal of JupyterLab's. */
class Word {
  readonly slots = new Set<() => void>();
  connect(slot: () => void): void {
    this.slots.add(slot);
  }
  disconnect(slot: () => void): void {
    this.slots.delete(slot);
  }
  say(): void {
    for (const slot of this.slots) slot();
  }
}

const makeKernel = (id = "one") => ({ id, status: "idle", connectionStatus: "connected" });

/** JupyterLab's manager of widgets, as far as it tells of its notebook's kernel. */
function makeLab() {
  const session = { statusChanged: new Word(), connectionStatusChanged: new Word(), kernelChanged: new Word() };
  return { session, context: { sessionContext: session }, kernel: makeKernel() as ReturnType<typeof makeKernel> | null };
}

function connect(manager: object = {}, className = "") {
  const model = new FakeModel({});
  model.widget_manager = manager;
  const controller = new AbortController();
  const el = document.createElement("div");
  el.className = className;
  const connection = new Connection({ model: model as never, el, signal: controller.signal });
  const changed = vi.fn();
  connection.onChange(changed);
  return { model, connection, changed, end: () => controller.abort() };
}

describe("a widget knows that nobody is there", () => {
  test("by the way to Python, lost and found again", () => {
    const { model, connection, changed } = connect();
    expect([connection.alive, connection.line.textContent]).toEqual([true, ""]);
    model.connect(false);
    expect([connection.alive, connection.line.textContent]).toEqual([false, NO_KERNEL]);
    model.connect(true);
    expect([connection.alive, connection.line.textContent]).toEqual([true, ""]);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test("from the start, where it was made of saved state", () => {
    expect(connect({}, "lm-Widget jupyter-widgets-disconnected").connection.alive).toBe(false);
  });

  test.each(["restarting", "autorestarting", "terminating", "dead"])("by its kernel's being %s", (status) => {
    const lab = makeLab();
    const { connection } = connect(lab);
    lab.kernel!.status = status;
    lab.session.statusChanged.say();
    expect(connection.alive).toBe(false);
  });

  test("by its kernel's shutting down; another kernel is not its own", () => {
    const lab = makeLab();
    const { connection } = connect(lab);
    lab.kernel = null;
    lab.session.kernelChanged.say();
    expect(connection.alive).toBe(false);
    lab.kernel = makeKernel("two");
    lab.session.kernelChanged.say();
    expect(connection.alive).toBe(false);
    lab.kernel = makeKernel("one");
    lab.session.kernelChanged.say();
    expect(connection.alive).toBe(true);
  });

  test("by a connection that does not come back soon; a short break is none", () => {
    vi.useFakeTimers();
    const lab = makeLab();
    const { connection, changed } = connect(lab);
    const say = (status: string, ms: number) => {
      lab.kernel!.connectionStatus = status;
      lab.session.connectionStatusChanged.say();
      vi.advanceTimersByTime(ms);
    };
    say("connecting", 500);
    say("connected", 2000);
    expect(changed).not.toHaveBeenCalled();
    say("connecting", 500);
    say("disconnected", 1500);
    expect(connection.alive).toBe(false);
    say("connected", 0);
    expect(connection.alive).toBe(true);
  });

  test("a connection that never said it was there is not missed", () => {
    vi.useFakeTimers();
    const lab = makeLab();
    lab.kernel!.connectionStatus = "connecting";
    const { connection } = connect(lab);
    vi.advanceTimersByTime(5000);
    expect(connection.alive).toBe(true);
  });

  test("a busy kernel is there", () => {
    const lab = makeLab();
    const { connection } = connect(lab);
    lab.kernel!.status = "busy";
    lab.session.statusChanged.say();
    expect(connection.alive).toBe(true);
  });

  test("a manager that was taken away has none; one with a kernel alone is heard, too", () => {
    const closed = { context: null, get kernel() { throw new TypeError("no context"); } };
    expect(connect(closed).connection.alive).toBe(false);
    const kernel = { ...makeKernel(), statusChanged: new Word(), connectionStatusChanged: new Word() };
    const { connection } = connect({ kernel });
    kernel.status = "dead";
    kernel.statusChanged.say();
    expect(connection.alive).toBe(false);
  });

  test("and listens no longer than its view lives", () => {
    vi.useFakeTimers();
    const lab = makeLab();
    const { changed, end } = connect(lab);
    lab.kernel!.connectionStatus = "connecting";
    lab.session.connectionStatusChanged.say();
    end();
    vi.advanceTimersByTime(5000);
    expect(changed).not.toHaveBeenCalled();
    expect(Object.values(lab.session).map(({ slots }) => slots.size)).toEqual([0, 0, 0]);
  });
});

const LAYER = {
  kind: "Conv2D",
  shape: "26×26×32",
  parameters: 40,
  channels: 4,
  dead: 0,
  nonfinite: 0,
  level: "low abstraction",
  relative_level: 0.25,
  looked: [],
  severe: 0,
  warnings: 0,
};
const HEADER = {
  title: "conv1",
  facts: "Conv2D",
  message: "",
  progress: -1,
  error: "",
  warnings: [],
  live: true,
  view: "outputs",
  _shown_view: "outputs",
  has_weights: true,
  weights: ["kernel", "recurrent_kernel"],
  weight: "kernel",
  step: 1,
  steps: 4,
  stage: "",
  look_for: "",
  next_step: "conv2, weights",
  guide: true,
  _asked: 0,
  _answered: 0,
  _diagnose_asked: 0,
  _diagnosed: 0,
  _next_asked: 0,
  _next_answered: 0,
};
const TRAINING = {
  state: "training",
  step: 10,
  batch: 1,
  steps: 5,
  epoch: 3,
  epochs: 5,
  updates: 1,
  skipped: 0,
  spent: 0.01,
  budget: 0.05,
  logs: {},
  error: "",
  note: "",
  ...Object.fromEntries(["pause", "resume", "stop"].flatMap((what) => [[`_${what}_asked`, 0], [`_${what}_answered`, 0]])),
};
const PAIR = { number: 0, channels: [0, 0], distance: 0.2, shift: 0.1, zeros: [0, 0], dead: [false, false], nonfinite: [false, false] };
const COMPARED = { partner: "a", kind: "Conv2D", channels: [8, 8], change: 0.5, shift: 0.2, dead: [0, 0], nonfinite: [0, 0], as_asked: true };

interface Case {
  entry: { render: unknown };
  /** Its state; made where the shared models have just been made. */
  state: () => object;
  /** Controls that need a kernel. */
  needing: string;
  /** What was asked for and is not answered yet. */
  asked: object;
  /** Controls that change the page alone, whose wishes a kernel need not hear. */
  local?: string;
  /** The model that is told, where it is another one. */
  told?: string;
}

const PARTS = ["every", "chosen", "hovered", "position", "step_axis", "log_axis", "linear_axis", "step_scale", "log_scale", "linear_scale"];
const number = { name: "dead_share", title: "dead", explanation: "", look: "share", known: true };

const CASES: Record<string, Case> = {
  "inspector header": {
    entry: header,
    state: () => HEADER,
    needing: ".cnnviz-inspector-controls .cnnviz-segments button, .cnnviz-inspector-controls .cnnviz-group button:not(:last-child), select, .cnnviz-guide button",
    asked: { view: "weights", _asked: 1, _diagnose_asked: 1, _next_asked: 1, message: "reading conv1", progress: 0.5 },
    local: "[aria-expanded]",
  },
  "layer selector": {
    entry: selector,
    state: () => ({ _layers: ["a", "b"].map((path) => ({ ...LAYER, path })), layer: "a", _shown: "a", height: 300 }),
    needing: "[role=option]",
    asked: { layer: "b" },
  },
  "ablation bar": {
    entry: ablation,
    state: () => {
      const { selection, refs } = shared();
      selection.set("selected", [0, 1]);
      const trial = { how: "mean", channels: [0], layer: "a", summary: "as before", details: [] };
      return { selection: refs.selection, layer: "a", enabled: true, reason: "", trials: [trial], error: "", _asked: [0, "", [], ""], _started: 0, _answered: 0 };
    },
    needing: ".cnnviz-group button",
    asked: { _asked: [1, "silence", [0, 1], "a"] },
    local: ".cnnviz-ablation-newest button",
  },
  "training bar": {
    entry: training,
    state: () => TRAINING,
    needing: "button",
    asked: { _pause_asked: 1, _stop_asked: 1 },
  },
  timeline: {
    entry: timeline,
    state: () => ({
      position: 10,
      note: "",
      training: false,
      _steps: view(Float64Array.of(0, 10, 20)),
      _kept: view(Uint8Array.of(1, 1, 1)),
      _moments: 3,
      _onsets: [0, 20].map((step) => ({ kind: "dead", layer: "a", step, text: "", from_start: false })),
      _marks: 2,
      _shown: 10,
    }),
    needing: "button, .cnnviz-timeline-strip",
    asked: { position: 20 },
  },
  "comparison head": {
    entry: comparison,
    state: () => ({
      selection: shared().refs.selection,
      titles: ["v1", "v2"],
      _layers: ["a", "b"].map((path) => ({ ...COMPARED, path })),
      _alone: [],
      layer: "a",
      _shown: "a",
      match: "similarity",
      _matched: "similarity",
      _can_match: true,
      _pairs: [PAIR],
      _total: 1,
      _notes: [],
      message: "",
      error: "",
    }),
    needing: ".cnnviz-compared-layers [role=option], select",
    asked: { layer: "b", match: "index", message: "reading b" },
    local: ".cnnviz-compared-pairs [role=option]",
  },
  "health panel": {
    entry: health,
    state: () => {
      for (const name of PARTS) new FakeModel({ x: [], y: [], scales: {} }, name);
      new FakeModel({ layer: "a", _shown: "a" }, "selector");
      return {
        number: "",
        selector: "selector",
        timeline: null,
        _numbers: [number],
        _paths: ["a", "b"],
        _steps: view(Float64Array.of(0, 10)),
        _values: view(Float32Array.of(0, 0, 0, 1)),
        _layers: 2,
        _moments: 2,
        _figure: figure(),
        ...Object.fromEntries(PARTS.map((name) => [`_${name}`, name.endsWith("scale") ? `anywidget:${name}` : name])),
      };
    },
    needing: ".cnnviz-health-chip",
    asked: {},
    local: "select",
    told: "selector",
  },
};

const all = (selectors: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selectors)];
const isOff = (control: HTMLElement): boolean =>
  (control as HTMLButtonElement).disabled === true || control.getAttribute("aria-disabled") === "true";
/** Words that promise an answer. */
const PROMISES = /Waiting|Diagnosing|reading|being read|running…|Pausing|Stopping…/;

/** Until what is sent at leisure (lib/publish.ts) has been sent. */
const sent = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

/** Use every control with mouse and keyboard, less those left out. */
function useAll(less = ""): void {
  for (const control of all("button, select, [role=option], [role=slider], [role=listbox], .cnnviz-onset")) {
    // A browser gives a disabled control no events; what is greyed out otherwise has them all.
    if ((control as HTMLButtonElement).disabled || (less && control.matches(less))) continue;
    for (const type of ["pointerdown", "pointerup", "click"]) control.dispatchEvent(at(type, 200, 5));
    for (const name of ["ArrowDown", "Enter", " ", "End"]) control.dispatchEvent(key(name));
    control.dispatchEvent(new Event("change"));
  }
}

describe.each(Object.entries(CASES))("%s", (_, { entry, state, needing, asked, local, told }) => {
  async function open(more: object = {}, className = "") {
    const model = new FakeModel({ ...state(), ...more });
    const { abort } = await show(entry as never, model, 800, className);
    return { abort, model, saves: () => (told ? FakeModel.all.get(told)! : model).saves };
  }
  const off = (): boolean[] => all(needing).map(isOff);
  const mixed = (some: boolean[]): boolean => some.includes(false);

  test("greys out what needs a kernel, sends nothing, and has it back with the kernel", async () => {
    const { model, saves } = await open();
    const before = off();
    expect(before.length).toBeGreaterThan(0);
    expect(mixed(before)).toBe(true);
    model.connect(false);
    expect(off().every(Boolean)).toBe(true);
    expect(document.body.textContent).toContain(NO_KERNEL);
    useAll(local);
    await sent();
    expect(saves()).toBe(0);
    model.connect(true);
    expect(off()).toEqual(before);
    expect(document.body.textContent).not.toContain(NO_KERNEL);
    useAll(local);
    await sent();
    expect(saves()).toBeGreaterThan(0);
  });

  test("promises nothing of what was asked before, nor where it was made of saved state", async () => {
    const { abort, model } = await open(asked);
    vi.useFakeTimers();
    model.connect(false);
    vi.advanceTimersByTime(2000);
    expect(document.body.textContent).not.toMatch(PROMISES);
    abort();
    document.body.replaceChildren();
    vi.useRealTimers();
    await open(asked, "jupyter-widgets-disconnected");
    expect(off().every(Boolean)).toBe(true);
    expect(document.body.textContent).not.toMatch(PROMISES);
    expect(all(".cnnviz-waiting, .cnnviz-waiting-view, .cnnviz-running, progress:not(.cnnviz-training-progress)")).toEqual([]);
  });
});
