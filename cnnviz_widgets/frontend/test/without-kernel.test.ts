/** Without a kernel: what is greyed out, and that nothing is waited for. */
import type { RenderProps } from "@anywidget/types";
import { describe, expect, test, vi } from "vitest";

import ablation from "../src/ablation-bar";
import comparison from "../src/comparison-panel";
import findings from "../src/findings-panel";
import health from "../src/health-panel";
import header from "../src/inspector-header";
import selector from "../src/layer-selector";
import { NO_KERNEL } from "../src/lib/linking/connection";
import type { ComparedLayerEntry, FindingEntry, NumberEntry, PairEntry, TrialEntry } from "../src/lib/wire/payloads";
import type { AblationBarState, ComparisonState, FindingsPanelState, HealthState, InspectorHeaderState, TimelineState, TrainingBarState } from "../src/lib/wire/states";
import timeline from "../src/timeline";
import training from "../src/training-bar";
import { at, emptyPage, FakeModel, figure, key, shared, show, view } from "./fake";

emptyPage();

const LAYER = {
  surveyed: null,
  kind: "Conv2D",
  shape: "26×26×32",
  parameters: 40,
  channels: 4,
  dead: 0,
  nonfinite: 0,
  scale: 1,
  level: "low abstraction",
  relative_level: 0.25,
  looked: [],
  severe: 0,
  warnings: 0,
};
const HEADER: InspectorHeaderState = {
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
  has_attention: false,
  weights: ["kernel", "recurrent_kernel"],
  weight: "kernel",
  step: 1,
  steps: 4,
  stage: "",
  look_for: "",
  next_step: "conv2, weights",
  previous_step: "input, outputs",
  found: [],
  _asked: 0,
  _answered: 0,
  _diagnose_asked: 0,
  _diagnosed: 0,
  _step_asked: [0, 1],
  _step_answered: 0,
};
const TRAINING: TrainingBarState = {
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
  _pause_asked: 0,
  _pause_answered: 0,
  _resume_asked: 0,
  _resume_answered: 0,
  _stop_asked: 0,
  _stop_answered: 0,
};
const FINDING: FindingEntry = { kind: "dead", severity: "warning", layer: "a", view: "outputs", channel_count: 1, channels: [0], channel_names: [], channel_total: 4, measured: { name: "share", value: 0.25, is_share: true }, reference: null, samples: 2, summary: "1 of 4.", limits: "", cure: "None.", source: "", weight: "", evidence: null, follows: [] };
const PAIR: PairEntry = { number: 0, channels: [0, 0], distance: 0.2, shift: 0.1, zeros: [0, 0], dead: [false, false], nonfinite: [false, false], saturated: [false, false] };
const COMPARED: Omit<ComparedLayerEntry, "path"> = { partner: "a", kind: "Conv2D", channels: [8, 8], change: 0.5, shift: 0.2, dead: [0, 0], nonfinite: [0, 0], turned: [0, 0], saturated: [null, null], as_asked: true };

interface Widget<State> {
  entry: { render: (props: RenderProps<State & object>) => unknown };
  /** Its state; made where the shared models have just been made. */
  state: () => State;
  /** Controls that need a kernel. */
  needing: string;
  /** What was asked for and is not answered yet. */
  asked: Partial<State>;
  /** Controls that change the page alone, whose wishes a kernel need not hear. */
  local?: string;
  /** The model that is told, where it is another one. */
  told?: string;
}

/** A widget that can be opened: with its usual state, or with something asked. */
const widget = <State extends object>({ entry, state, asked, needing, local, told }: Widget<State>) => ({
  needing,
  local,
  async open(isAsked = false, className = "") {
    const model = new FakeModel<State>({ ...state(), ...(isAsked ? asked : {}) });
    const { abort } = await show(entry, model, 800, className);
    return { abort, model, saves: () => (told ? FakeModel.all.get(told)! : model).saves };
  },
});

const PARTS = ["every", "chosen", "hovered", "position", "step_axis", "log_axis", "linear_axis", "step_scale", "log_scale", "linear_scale"];
const number: NumberEntry = { name: "dead_share", title: "dead", explanation: "", look: "share", known: true };

const CASES = {
  "inspector header": widget({
    entry: header,
    state: () => HEADER,
    needing: ".cnnviz-segments button, .cnnviz-steps button, .cnnviz-diagnose button:not(.cnnviz-found), .cnnviz-bar-tools button, select",
    asked: { view: "weights", _asked: 1, _diagnose_asked: 1, _step_asked: [1, 1], message: "reading conv1", progress: 0.5 },
    local: ".cnnviz-bar-end button",
  }),
  "layer selector": widget({
    entry: selector,
    state: () => ({ _layers: ["a", "b"].map((path) => ({ ...LAYER, path })), _basis: "", _earlier_scale: false, _unseen: [], layer: "a", _shown: "a", height: 300 }),
    needing: "[role=treeitem]",
    asked: { layer: "b" },
  }),
  "ablation bar": widget({
    entry: ablation,
    state: (): AblationBarState => {
      const { selection, refs } = shared();
      selection.set("selected", [0, 1]);
      const trial: TrialEntry = { how: "mean", channels: [0], layer: "a", summary: "as before", details: [], numbers: null };
      return { selection: refs.selection, layer: "a", enabled: true, reason: "", trials: [trial], error: "", _asked: [0, "", [], ""], _started: 0, _answered: 0 };
    },
    needing: ".cnnviz-ablation-ways button",
    asked: { _asked: [1, "silence", [0, 1], "a"] },
    local: ".cnnviz-ablation-bar > button",
  }),
  "findings panel": widget({
    entry: findings,
    state: (): FindingsPanelState => ({
      _report: { model: "m", layers: 1, samples: 2, notes: [], skipped: [] },
      _findings: [FINDING],
      finding: 0,
      stale: false,
      diagnosing: false,
      dismissed: [],
      height: 400,
      _select_asked: 0,
    }),
    needing: ".cnnviz-primary",
    asked: {},
    local: "button:not(.cnnviz-primary), select",
  }),
  "training bar": widget({
    entry: training,
    state: () => TRAINING,
    needing: "button",
    asked: { _pause_asked: 1, _stop_asked: 1 },
  }),
  timeline: widget({
    entry: timeline,
    state: (): TimelineState => ({
      position: 10,
      note: "",
      has_live: true,
      _changes: [],
      training: false,
      _steps: view(Float64Array.of(0, 10, 20)),
      _kept: view(Uint8Array.of(1, 1, 1)),
      _moments: 3,
      _onsets: [0, 20].map((step) => ({ kind: "dead", layer: "a", step, text: "", from_start: false })),
      _marks: 2,
      _shown: 10,
      _mark: [0, "", ""],
      number: "dead_share",
      mark_a: -1,
      mark_b: -1,
      comparing: false,
      _compare_asked: 0,
      _compare_answered: 0,
      selector: null,
      _numbers: [],
      _paths: [],
      _points: view(new Float64Array(0)),
      _values: view(new Float32Array(0)),
      _logs: [],
      _log_steps: view(new Float64Array(0)),
      _log_values: view(new Float32Array(0)),
      _epochs: view(new Float64Array(0)),
      _end: 0,
    }),
    needing: ".cnnviz-icon-button, .cnnviz-timeline-live, .cnnviz-timeline-strip",
    asked: { position: 20 },
  }),
  "comparison head": widget({
    entry: comparison,
    state: (): ComparisonState => ({
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
  }),
  "health panel": widget({
    entry: health,
    state: (): HealthState => {
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
        _every: "every",
        _chosen: "chosen",
        _hovered: "hovered",
        _position: "position",
        _step_axis: "step_axis",
        _log_axis: "log_axis",
        _linear_axis: "linear_axis",
        _step_scale: "anywidget:step_scale",
        _log_scale: "anywidget:log_scale",
        _linear_scale: "anywidget:linear_scale",
      };
    },
    needing: ".cnnviz-health-chip",
    asked: {},
    local: "select",
    told: "selector",
  }),
};

const all = (selectors: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selectors)];
const isOff = (control: HTMLElement): boolean =>
  (control as HTMLButtonElement).disabled === true || control.getAttribute("aria-disabled") === "true";
/** Words that promise an answer. */
const PROMISES = /Waiting|Diagnosing|reading|being read|running…|Pausing|Stopping…/;

/** Until what is sent at leisure (lib/linking/publish.ts) has been sent. */
const sent = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

/** Use every control with mouse and keyboard, less those left out. */
function useAll(less = ""): void {
  for (const control of all("button, select, [role=option], [role=treeitem], [role=slider], [role=listbox], [role=tree], .cnnviz-onset")) {
    // A browser gives a disabled control no events; what is greyed out otherwise has them all.
    if ((control as HTMLButtonElement).disabled || (less && control.matches(less))) continue;
    for (const type of ["pointerdown", "pointerup", "click"]) control.dispatchEvent(at(type, 200, 5));
    for (const name of ["ArrowDown", "Enter", " ", "End"]) control.dispatchEvent(key(name));
    control.dispatchEvent(new Event("change"));
  }
}

describe.each(Object.entries(CASES))("%s", (_, { open, needing, local }) => {
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
    const { abort, model } = await open(true);
    vi.useFakeTimers();
    model.connect(false);
    vi.advanceTimersByTime(2000);
    expect(document.body.textContent).not.toMatch(PROMISES);
    abort();
    document.body.replaceChildren();
    vi.useRealTimers();
    await open(true, "jupyter-widgets-disconnected");
    expect(off().every(Boolean)).toBe(true);
    expect(document.body.textContent).not.toMatch(PROMISES);
    expect(all(".cnnviz-waiting, .cnnviz-waiting-view, .cnnviz-running, progress:not(.cnnviz-training-progress)")).toEqual([]);
  });
});
