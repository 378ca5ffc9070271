/** The selection bar rendered with stand-ins: what it offers, asks, copies, names and undoes. */
import { describe, expect, test, vi } from "vitest";

import bar from "../../src/selection-bar";
import { command } from "../../src/lib/frame/commands";
import { escape } from "../../src/lib/frame/escape";
import type { AblationBarState, SelectionBarState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, frame, key, shared, show, view } from "../fake";

emptyPage();

const LINE = "import cnnviz_widgets as cv; selected = cv.selected_values()";
const named = (text: string): HTMLButtonElement =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].find(
    (made) => made.textContent === text || made.getAttribute("aria-label") === text,
  )!;
const pill = () => find("[role=toolbar]");
const count = () => find(".cnnviz-selection-count").textContent;
const said = () => find(".cnnviz-selection-said");

interface More {
  bar?: Partial<SelectionBarState>;
  trials?: Partial<AblationBarState> | null;
}

async function open(selected: number[] = [17, 22, 11, 15], { bar: more = {}, trials = {} }: More = {}) {
  const { selection, samples, refs } = shared();
  selection.set({ selected, _numbers_of: "conv1 0" });
  const asked = new FakeModel<AblationBarState>(
    { selection: refs.selection, layer: "conv1", enabled: true, reason: "These rows are no channels", trials: [], error: "", _asked: [0, "", [], ""], _started: 0, _answered: 0, ...trials },
    "trials",
  );
  const model = new FakeModel<SelectionBarState>({
    selection: refs.selection,
    _trials: trials === null ? null : "trials",
    class_names: [],
    python: LINE,
    _channel_count: 32,
    _channels: view(Int32Array.from(Array.from({ length: 32 }, (_, i) => i))),
    _gaps: view(new Float64Array(31).fill(0.5)),
    _numbers: view(Float32Array.from(Array.from({ length: 6 * 32 }, (_, i) => (i < 32 ? i : 0)))),
    _dead: view(Uint8Array.from(Array.from({ length: 32 }, (_, i) => Number(i < 3)))),
    _python_asked: 0,
    _samples: "samples",
    _surveyed: null,
    _of_samples: true,
    chooses_samples: true,
    ...more,
  });
  const rendered = await show(bar, model, 800);
  // As in an inspector: a frame around it, which takes the focus.
  const around = document.createElement("div");
  around.className = "cnnviz-frame";
  around.tabIndex = -1;
  rendered.el.before(around);
  around.append(rendered.el);
  return { model, selection, samples, asked, around };
}

/** The clipboard as a browser gives it; null: none, as where the page is not of https. */
function clipboard(take: ((text: string) => Promise<void>) | null): void {
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: take ? { writeText: take } : undefined });
}

describe("the bar", () => {
  test("is there while channels are selected, and says how many", async () => {
    const { selection } = await open([]);
    expect(pill().hidden).toBe(true);
    selection.set("selected", [22]);
    expect([pill().hidden, count()]).toEqual([false, "channel 22"]);
    selection.set("selected", Array.from({ length: 2048 }, (_, i) => i));
    expect(count()).toBe("2,048 channels");
    expect(find(".cnnviz-selection-count").title.length).toBeLessThan(200);
    selection.set("selected", []);
    expect(pill().hidden).toBe(true);
  });

  test("calls a single class by its name, as text", async () => {
    await open([1], { bar: { class_names: ["a", "<img src=x>"] } });
    expect(count()).toBe("channel 1 (<img src=x>)");
    expect(document.querySelector("img")).toBeNull();
  });

  test("selects nothing by its cross or Escape, and leaves the frame the focus", async () => {
    const { selection, around } = await open();
    named("Select nothing").focus();
    named("Select nothing").click();
    expect(selection.state.selected).toEqual([]);
    expect(document.activeElement).toBe(around);
    selection.set("selected", [1]);
    escape(around);
    expect(selection.state.selected).toEqual([]);
  });

  test("hears its own frame alone", async () => {
    const { selection } = await open([1]);
    const other = document.createElement("div");
    other.className = "cnnviz-frame";
    document.body.append(other);
    escape(other);
    expect(selection.state.selected).toEqual([1]);
  });
});

describe("trials", () => {
  test.each([["Silence", "silence"], ["Mean", "mean"], ["Merge", "merge"]] as const)("%s asks, by button and key, and opens the tab", async (text, how) => {
    const { asked, around } = await open();
    const opened: string[] = [];
    document.addEventListener("cnnviz-command", (event) => opened.push((event as CustomEvent<{ name: string }>).detail.name), { once: true });
    named(text).focus();
    named(text).click();
    expect(document.activeElement).toBe(named(text));
    expect(asked.state._asked).toEqual([1, how, [17, 22, 11, 15], "conv1"]);
    expect(asked.saves).toBe(1);
    expect(opened).toEqual(["tab:trials"]);
    // While one runs another is not asked for.
    command(around, how);
    expect(asked.state._asked[0]).toBe(1);
    asked.set("_answered", 1);
    command(around, how);
    expect(asked.state._asked[0]).toBe(2);
  });

  test("one channel cannot be merged, and what is no channel cannot be tried", async () => {
    const { asked, around } = await open([3]);
    expect([named("Silence").disabled, named("Merge").disabled]).toEqual([false, true]);
    expect(named("Merge").title).toBe("Select two channels or more.");
    asked.set("enabled", false);
    expect(named("Silence").disabled).toBe(true);
    expect(named("Silence").title).toBe("These rows are no channels");
    command(around, "silence");
    expect(asked.state._asked[0]).toBe(0);
  });

  test("without a list of trials none are offered", async () => {
    await open([3, 4], { trials: null });
    expect(named("Silence").hidden).toBe(true);
    expect(named("Copy").hidden).toBe(false);
  });

  test("without a kernel copying and undoing stay", async () => {
    const { model, asked, around } = await open();
    model.connect(false);
    expect(["Silence", "Mean", "Merge", "To Python"].map((text) => named(text).disabled)).toEqual([true, true, true, true]);
    expect(named("Copy").disabled).toBe(false);
    command(around, "silence");
    command(around, "python");
    expect([asked.state._asked[0], model.state._python_asked]).toEqual([0, 0]);
  });
});

describe("copying", () => {
  test("the numbers, and the line for Python", async () => {
    const taken: string[] = [];
    clipboard(async (text) => void taken.push(text));
    const { model, around } = await open();
    named("Copy").click();
    await frame();
    expect(taken).toEqual(["17, 22, 11, 15"]);
    expect(said().textContent).toBe("Copied 4 numbers");
    command(around, "copy");
    named("To Python").click();
    await frame();
    expect(taken.slice(1)).toEqual(["17, 22, 11, 15", LINE]);
    expect([model.state._python_asked, model.saves]).toEqual([1, 1]);
    expect(said().querySelector("input")!.hidden).toBe(true);
  });

  test.each([
    ["refused", () => Promise.reject(new Error("no"))],
    ["not there", null],
  ])("a clipboard that is %s leaves a field with the line selected", async (_, take) => {
    clipboard(take);
    const { around, selection } = await open();
    named("To Python").click();
    await frame();
    const field = said().querySelector("input")!;
    expect([said().hidden, field.value, document.activeElement]).toEqual([false, LINE, field]);
    expect([field.selectionStart, field.selectionEnd]).toEqual([0, LINE.length]);
    expect(said().textContent).toBe("Ctrl+C to copy");
    // Escape takes the field away first.
    escape(around);
    expect([said().hidden, selection.state.selected.length]).toEqual([true, 4]);
    expect(document.activeElement).toBe(around);
  });

  test("what is said goes after a while", async () => {
    clipboard(async () => undefined);
    await open();
    vi.useFakeTimers();
    named("Copy").click();
    await vi.advanceTimersByTimeAsync(10);
    expect(said().hidden).toBe(false);
    await vi.advanceTimersByTimeAsync(6000);
    expect(said().hidden).toBe(true);
  });
});

describe("undo", () => {
  test("goes back through what was selected, whoever selected it, and brings back what was cleared", async () => {
    const { selection, around } = await open([]);
    for (const selected of [[1], [1, 2], []]) selection.set("selected", selected);
    const steps = [0, 1, 2, 3].map(() => {
      command(around, "undo");
      return [...selection.state.selected];
    });
    expect(steps).toEqual([[1, 2], [1], [], []]);
  });

  test("what is selected after going back begins there", async () => {
    const { selection, around } = await open([]);
    for (const selected of [[1], [2]]) selection.set("selected", selected);
    command(around, "undo");
    selection.set("selected", [3]);
    command(around, "undo");
    expect(selection.state.selected).toEqual([1]);
  });

  test("its button is grey where there is nothing, and so after another layer is shown", async () => {
    const { selection } = await open([1]);
    const isGrey = () => named("Undo").getAttribute("aria-disabled");
    expect(isGrey()).toBe("true");
    selection.set("selected", [1, 2]);
    expect(isGrey()).toBe("false");
    selection.set({ selected: [], _numbers_of: "conv2 0" });
    selection.set("selected", [5]);
    named("Undo").click();
    expect(selection.state.selected).toEqual([]);
  });
});

describe("names", () => {
  const openNames = () => named("Save").click();
  const field = () => find<HTMLInputElement>(".cnnviz-names-field");
  const save = (name: string) => {
    field().value = name;
    find<HTMLFormElement>(".cnnviz-names-form").dispatchEvent(new Event("submit", { cancelable: true }));
  };

  test("a selection is kept under a name, by what it is of, and applied again", async () => {
    const { selection } = await open([4, 2]);
    openNames();
    save(" <b>edges</b> ");
    expect(selection.state._named).toEqual({ "conv1 0": { "<b>edges</b>": [4, 2] } });
    // It is done: a quiet line says so, and the window is no longer in the way.
    expect([document.querySelector(".cnnviz-names"), said().textContent]).toEqual([null, "Saved as <b>edges</b>"]);
    openNames();
    expect(find(".cnnviz-names-name").textContent).toBe("<b>edges</b>");
    selection.set("selected", [9]);
    find<HTMLButtonElement>(".cnnviz-names-list .cnnviz-button").click();
    expect(selection.state.selected).toEqual([4, 2]);
  });

  test("channels that the layer has no longer are left out", async () => {
    const { selection } = await open([1]);
    selection.set("_named", { "conv1 0": { old: [3, 400] } });
    openNames();
    find<HTMLButtonElement>(".cnnviz-names-list .cnnviz-button").click();
    expect(selection.state.selected).toEqual([3]);
  });

  test("one is forgotten, those of other layers stay; a name of nothing is none", async () => {
    const { selection } = await open([1]);
    selection.set("_named", { "conv1 0": { a: [1], b: [2] }, "conv2 0": { c: [3] } });
    openNames();
    named("Forget a").click();
    expect(selection.state._named).toEqual({ "conv1 0": { b: [2] }, "conv2 0": { c: [3] } });
    save("   ");
    expect(Object.keys(selection.state._named["conv1 0"]!)).toEqual(["b"]);
  });
});

describe("search", () => {
  const field = () => find<HTMLInputElement>(".cnnviz-finder-field");
  const type = (text: string) => {
    field().value = text;
    field().dispatchEvent(new Event("input"));
  };
  const enter = () => find<HTMLFormElement>(".cnnviz-finder").dispatchEvent(new Event("submit", { cancelable: true }));
  const result = () => find(".cnnviz-finder-said").textContent;

  test("opens by its command, says at once what it finds, and selects it on Enter", async () => {
    const { selection, around } = await open([]);
    command(around, "search");
    expect(document.activeElement).toBe(field());
    type("7-9");
    expect([result(), selection.state.selected]).toEqual(["3 of 32", []]);
    enter();
    expect(selection.state.selected).toEqual([7, 8, 9]);
    type("nothing");
    enter();
    expect(selection.state.selected).toEqual([7, 8, 9]);
    command(around, "undo");
    expect(selection.state.selected).toEqual([]);
  });

  test("its words need no typing, nor a kernel", async () => {
    const { model, selection, around } = await open([]);
    model.connect(false);
    command(around, "search");
    named("dead").click();
    expect([selection.state.selected, result()]).toEqual([[0, 1, 2], "3 of 32"]);
    named("top by mean").click();
    expect(selection.state.selected).toEqual([31, 30, 29, 28, 27]);
  });

  test("offers the names that were given, where nothing is selected", async () => {
    const { selection, around } = await open([]);
    selection.set("_named", { "conv1 0": { "<i>edges</i>": [4, 2] }, "conv2 0": { others: [1] } });
    command(around, "search");
    expect(named("others")).toBeUndefined();
    named("<i>edges</i>").click();
    expect(selection.state.selected).toEqual([4, 2]);
  });

  test("keeps its keys to itself, and is closed by Escape before the selection is", async () => {
    const { selection, around } = await open([1]);
    const heard: string[] = [];
    around.addEventListener("keydown", (event) => heard.push(event.key));
    command(around, "search");
    field().dispatchEvent(key("s"));
    expect(heard).toEqual([]);
    field().dispatchEvent(key("Escape"));
    expect([find(".cnnviz-finder").hidden, selection.state.selected]).toEqual([true, [1]]);
    expect(document.activeElement).toBe(around);
  });

  test("finds in the layer that is shown now", async () => {
    const { model, around } = await open([]);
    command(around, "search");
    type("dead");
    expect(result()).toBe("3 of 32");
    model.set({ _channel_count: 2, _channels: view(Int32Array.of(0, 1)), _dead: view(Uint8Array.of(0, 0)) });
    type("dead");
    expect(result()).toBe("0 of 2");
  });
});

describe("selected samples", () => {
  const samplesPill = () => find("[aria-label='Selected samples']");
  const words = () => samplesPill().querySelector(".cnnviz-selection-count")!.textContent;

  test("have a toolbar of their own, which asks for them alone", async () => {
    const { samples, around } = await open([]);
    expect(samplesPill().hidden).toBe(true);
    samples.set("selected", [4, 1]);
    expect(samplesPill().hidden).toBe(false);
    expect(pill().hidden).toBe(true);
    expect(words()).toBe("2 samples");
    const asked: string[] = [];
    const hear = (event: Event): void => void asked.push((event as CustomEvent<{ name: string }>).detail.name);
    document.addEventListener("cnnviz-command", hear);
    named("Show these").click();
    document.removeEventListener("cnnviz-command", hear);
    expect(asked).toEqual(["these"]);
    samples.set("selected", [4]);
    expect(words()).toBe("sample 4");
    expect(escape(around)).toBe(true);
    expect(samples.state.selected).toEqual([]);
    expect(samplesPill().hidden).toBe(true);
  });

  test("and channels are taken back in the order in which they were selected", async () => {
    const { selection, samples, around } = await open([1]);
    samples.set("selected", [3]);
    selection.set("selected", [1, 2]);
    command(around, "undo");
    expect([selection.state.selected, samples.state.selected]).toEqual([[1], [3]]);
    command(around, "undo");
    expect([selection.state.selected, samples.state.selected]).toEqual([[1], []]);
    expect(named("Undo").getAttribute("aria-disabled")).toBe("true");
  });

  test("of other inputs are not gone back to, channels are", async () => {
    const { selection, samples, around } = await open([1]);
    samples.set("selected", [3]);
    selection.set("selected", [2]);
    samples.set({ _numbers_of: "wrong ones", selected: [] });
    command(around, "undo");
    expect([selection.state.selected, samples.state.selected]).toEqual([[1], []]);
  });

  test("are not told of beside weights, nor shown alone where nothing can", async () => {
    const { model, samples } = await open([], { bar: { chooses_samples: false } });
    samples.set("selected", [4]);
    expect(named("Show this alone").hidden).toBe(true);
    model.set("chooses_samples", true);
    model.connect(false);
    expect(named("Show this alone").hidden).toBe(false);
    expect(named("Show this alone").disabled).toBe(true);
    model.set("_of_samples", false);
    expect(samplesPill().hidden).toBe(true);
  });
});
