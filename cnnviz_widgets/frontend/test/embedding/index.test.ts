/** The cloud of points with stand-ins: pointing, drawing around, walking, the list of classes. */
import { describe, expect, test, vi } from "vitest";

import embedding from "../../src/embedding";
import { escape } from "../../src/lib/frame/escape";
import { NO_KERNEL } from "../../src/lib/linking/connection";
import type { EmbeddingState, SampleSelectionState } from "../../src/lib/wire/states";
import { at, emptyPage, FakeModel, find, frame, key, shared, show, view } from "../fake";
import { headEntry, withHeads } from "../heads-state";

emptyPage();

const SIZE = 420;
/** Middle of the stage, and the pixels from it to the points farthest right and up. */
const MIDDLE = SIZE / 2;
const REACH = MIDDLE - 12;

/** Samples 4, 7, 9 and 2: left, right, up and down; 9 is wrong. */
const SAMPLES: EmbeddingState = {
  ...withHeads([
    headEntry({ truth: "coat", true_class: 1 }),
    headEntry({ truth: "bag", answer: "bag", true_class: 3 }),
    headEntry({ truth: "coat", answer: "bag", true_class: 1, right: false }),
    headEntry({ truth: "bag", answer: "bag", true_class: 3 }),
  ]),
  _points: view(Int32Array.of(4, 7, 9, 2)),
  _positions: view(Float32Array.of(-5, 0, 5, 0, 0, 5, 0, -5)),
  _places: view(Int32Array.of(0, 1, 2, 3)),
  _leaves: view(new Int32Array(0)),
  _noun: "sample",
  _layer: "dense",
  _late: false,
  _shown: "pca",
  _summary: "4 samples",
  _share: -1,
  _install: "",
  _notes: [],
  _cancel_asked: 0,
  method: "pca",
  subject: "samples",
  height: SIZE,
  error: "",
  selection: "selection",
  sample_selection: "samples",
  surveyed_selection: "surveyed",
  can_show_surveyed: false,
  axis: "axis",
};
const places = { 4: [-1, 0], 7: [1, 0], 9: [0, -1], 2: [0, 1] } as const;

async function open(state: Partial<EmbeddingState> = {}, size = SIZE) {
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => size });
  const { selection, axis } = shared();
  const samples = new FakeModel<SampleSelectionState>({ selected: [], hovered: -1, _numbers_of: "", _named: {}, _chosen_in: [0, ""] }, "samples");
  const surveyed = new FakeModel<SampleSelectionState>({ ...samples.state }, "surveyed");
  const model = new FakeModel<EmbeddingState>({ ...SAMPLES, ...state });
  await show(embedding, model, size, "cnnviz-frame");
  return { selection, samples, surveyed, axis, model, canvas: find<HTMLCanvasElement>(".cnnviz-embedding-overlay") };
}

const of = (number: keyof typeof places): [number, number] => [MIDDLE + REACH * places[number][0], MIDDLE + REACH * places[number][1]];
const button = (text: string): HTMLButtonElement =>
  [...document.querySelectorAll("button")].find((each) => each.textContent?.startsWith(text))!;
const point = (canvas: HTMLCanvasElement, type: string, x: number, y: number, init: MouseEventInit = {}): void => {
  canvas.dispatchEvent(Object.assign(at(type, x, y, init), { pointerId: 1, pointerType: "mouse" }));
};

describe("embedding", () => {
  test("the pointer over a point tells of its sample, and of none beside it", async () => {
    const { samples, canvas } = await open();
    point(canvas, "pointermove", ...of(9));
    await frame();
    expect(samples.state.hovered).toBe(9);
    expect(find(".cnnviz-embedding-card [role=status]").textContent).toBe("sample 9 · true: coat · answer: bag, 90 % sure · wrong");
    point(canvas, "pointermove", MIDDLE, MIDDLE);
    await frame();
    expect(samples.state.hovered).toBe(-1);
    expect(find(".cnnviz-embedding-card").classList.contains("cnnviz-embedding-hidden")).toBe(true);
  });

  test("a click selects a point, Ctrl adds one, beside them it clears", async () => {
    const { samples, selection, canvas } = await open();
    const click = (x: number, y: number, init: MouseEventInit = {}): void => ["pointerdown", "pointerup"].forEach((type) => point(canvas, type, x, y, init));
    click(...of(7));
    expect(samples.state.selected).toEqual([7]);
    click(...of(2), { ctrlKey: true });
    expect(samples.state.selected).toEqual([7, 2]);
    click(MIDDLE, MIDDLE);
    expect(samples.state.selected).toEqual([]);
    expect(selection.state.selected).toEqual([]);
  });

  test("what is drawn around is selected", async () => {
    const { samples, canvas } = await open();
    const outline: [number, number][] = [[0, 0], [SIZE, 0], [SIZE, MIDDLE + 40], [0, MIDDLE + 40]];
    point(canvas, "pointerdown", ...outline[0]!);
    for (const place of outline) point(canvas, "pointermove", ...place);
    point(canvas, "pointerup", ...outline[3]!);
    expect(samples.state.selected).toEqual([4, 7, 9]);
  });

  test("Escape takes back what is being drawn around, and then what was selected", async () => {
    const { samples, canvas } = await open();
    samples.set("selected", [4]);
    const outline: [number, number][] = [[0, 0], [SIZE, 0], [SIZE, SIZE], [0, SIZE]];
    point(canvas, "pointerdown", ...outline[0]!);
    for (const place of outline) point(canvas, "pointermove", ...place);
    canvas.dispatchEvent(key("Escape"));
    point(canvas, "pointerup", ...outline[3]!);
    expect(samples.state.selected).toEqual([4]);
    canvas.focus();
    canvas.dispatchEvent(key("Escape"));
    expect(samples.state.selected).toEqual([]);
  });

  test("enlarged it lies over the frame and says what it is of; each Escape ends one thing", async () => {
    const { samples, canvas } = await open();
    const root = find(".cnnviz-embedding");
    const [board, main, drawer] = ["cnnviz-frame", "cnnviz-frame-main", "cnnviz-frame-drawer"].map((name) => Object.assign(document.createElement("div"), { className: name }));
    document.body.append(board!);
    drawer!.append(root);
    board!.append(main!, drawer!);
    const enlarge = find<HTMLButtonElement>(".cnnviz-embedding-enlarge");
    const large = (): boolean => root.hasAttribute("popover");
    enlarge.click();
    expect([large(), main!.inert, enlarge.getAttribute("aria-pressed")]).toEqual([true, true, "true"]);
    expect(find(".cnnviz-embedding-title").textContent).toBe("dense");
    samples.set("selected", [4]);
    canvas.focus();
    canvas.dispatchEvent(key("Escape"));
    expect([samples.state.selected, large(), main!.inert, document.activeElement]).toEqual([[4], false, false, enlarge]);
    canvas.dispatchEvent(key("Escape"));
    expect(samples.state.selected).toEqual([]);
    // What is put over the panes is over it, too.
    enlarge.click();
    drawer!.inert = true;
    drawer!.setAttribute("inert", "");
    await frame();
    expect([large(), main!.inert]).toEqual([false, false]);
  });

  test.each([[[99], false], [[99, 4], true]])("with %j selected, others are faint: %j", async (selected, faint) => {
    const drawn: number[] = [];
    const plain = HTMLCanvasElement.prototype.getContext;
    const given = vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(function (this: HTMLCanvasElement) {
      let alpha = 1;
      const own: object = { drawImage: () => void (this.className.includes("-dots") && drawn.push(alpha)) };
      return new Proxy(plain.call(this, "2d") as object, {
        get: (target, name) => Reflect.get(name in own ? own : target, name) as unknown,
        set: (_, name, value: number) => (name === "globalAlpha" && (alpha = value), true),
      }) as never;
    });
    const { samples } = await open();
    given.mockRestore();
    drawn.length = 0;
    samples.set("selected", selected as number[]);
    await frame();
    expect(drawn.length).toBe(4);
    expect(drawn.some((alpha) => alpha < 1)).toBe(faint);
  });

  test("keys walk from point to point, select, and clear", async () => {
    const { samples, canvas } = await open();
    const press = (...names: string[]): void => names.forEach((name) => canvas.dispatchEvent(key(name)));
    press("ArrowRight");
    expect(samples.state.hovered).toBe(4);
    press("ArrowUp", " ", "ArrowRight", " ");
    expect(samples.state.selected).toEqual([9, 7]);
    press("Home", "PageUp", "Enter");
    expect(samples.state.selected).toEqual([2]);
    press("Escape");
    expect(samples.state.selected).toEqual([]);
  });

  test("samples of a survey are points of their own, beside those shown", async () => {
    // Samples 4 and 7 are shown; 7 and 0 are of the survey.
    const { samples, surveyed, model, canvas } = await open({ _points: view(Int32Array.of(4, 7, -9, -2)), can_show_surveyed: true });
    point(canvas, "pointermove", ...of(9));
    await frame();
    expect([samples.state.hovered, surveyed.state.hovered]).toEqual([-1, 7]);
    expect(find(".cnnviz-embedding-card [role=status]").textContent).toContain("sample 7 of the survey · true: coat");
    const lasso = (...outline: [number, number][]): void => {
      point(canvas, "pointerdown", ...outline[0]!);
      for (const place of outline) point(canvas, "pointermove", ...place);
      point(canvas, "pointerup", ...outline[outline.length - 1]!);
    };
    expect(button("Show these").hidden).toBe(true);
    lasso([0, 0], [SIZE, 0], [SIZE, SIZE], [0, SIZE]);
    expect([samples.state.selected, surveyed.state.selected]).toEqual([[4, 7], [7, 0]]);
    expect(button("Show these").textContent).toBe("Show these 2");
    expect(button("Show these").disabled).toBe(false);
    const asked: string[] = [];
    const hear = (event: Event): void => void asked.push((event as CustomEvent<{ name: string }>).detail.name);
    document.addEventListener("cnnviz-command", hear);
    button("Show these").click();
    document.removeEventListener("cnnviz-command", hear);
    expect(asked).toEqual(["surveyed"]);
    button("shown2").click();
    expect([samples.state.selected, surveyed.state.selected]).toEqual([[4, 7], []]);
    point(canvas, "pointerdown", ...of(2), { ctrlKey: true });
    point(canvas, "pointerup", ...of(2), { ctrlKey: true });
    expect([samples.state.selected, surveyed.state.selected]).toEqual([[4, 7], [0]]);
    expect(button("Show this").disabled).toBe(false);
    model.set("can_show_surveyed", false);
    expect(button("Show this").disabled).toBe(true);
    expect(button("Show this").title).toContain("Only arrays or a pool");
    model.set("can_show_surveyed", true);
    model.connect(false);
    expect(button("Show this").disabled).toBe(true);
    canvas.dispatchEvent(key("Escape"));
    expect([samples.state.selected, surveyed.state.selected]).toEqual([[], []]);
  });

  test("enlarged over the frame it is the first that Escape ends, before what is selected", async () => {
    const { samples, canvas } = await open();
    samples.set("selected", [4]);
    const enlarge = find<HTMLButtonElement>('[aria-label="Enlarge"]');
    enlarge.click();
    expect(enlarge.getAttribute("aria-pressed")).toBe("true");
    expect(escape(canvas)).toBe(true);
    expect(enlarge.getAttribute("aria-pressed")).toBe("false");
    expect(samples.state.selected).toEqual([4]);
  });

  test("the list selects a class, and the wrong ones", async () => {
    const { samples } = await open();
    expect([...document.querySelectorAll(".cnnviz-embedding-class")].map((row) => row.textContent)).toEqual(["wrong1", "coat2", "bag2"]);
    button("coat").click();
    expect(samples.state.selected).toEqual([4, 9]);
    button("wrong").click();
    expect(samples.state.selected).toEqual([9]);
  });

  test("Ctrl and the wheel enlarge; what is enlarged moves with the wheel, and is shown whole again", async () => {
    const { samples, canvas } = await open();
    const whole = button("Show all");
    expect(whole.hidden).toBe(true);
    const plain = at("wheel", MIDDLE, MIDDLE, { deltaY: 100 });
    canvas.dispatchEvent(plain);
    expect(plain.defaultPrevented).toBe(false);
    canvas.dispatchEvent(at("wheel", ...of(7), { deltaY: -300, ctrlKey: true }));
    await frame();
    expect(whole.hidden).toBe(false);
    // The place under the pointer stays, as far as the points may not leave the picture.
    point(canvas, "pointermove", ...of(7));
    expect(samples.state.hovered).toBe(7);
    whole.click();
    await frame();
    expect(whole.hidden).toBe(true);
    expect(document.activeElement).toBe(canvas);
  });

  test("channels are selected as channels, in the colours of their groups", async () => {
    const { selection, samples, axis, canvas } = await open({ _noun: "channel", subject: "channels", _places: view(new Int32Array(0)), _leaves: view(Int32Array.of(9, 2, 4, 7)) });
    axis.set("_groups", [[0, 2, 0.1]]);
    await frame();
    expect([...document.querySelectorAll(".cnnviz-embedding-class")].map((row) => row.textContent)).toEqual(["group 12", "alone2"]);
    button("group 1").click();
    expect(selection.state.selected).toEqual([9, 2]);
    expect(samples.state.selected).toEqual([]);
    point(canvas, "pointermove", ...of(2));
    await frame();
    expect(find(".cnnviz-embedding-card").textContent).toBe("channel 2 · group 1");
  });

  test("t-SNE is asked for, tells how far it is, and can be ended", async () => {
    const { model } = await open();
    button("t-SNE").click();
    expect([model.state.method, model.saves]).toEqual(["tsne", 1]);
    model.set("_share", 0.42);
    const working = find(".cnnviz-embedding-working");
    expect(working.hidden).toBe(false);
    expect(working.textContent).toBe("t-SNE 42 %Cancel");
    button("Cancel").click();
    expect([model.state._cancel_asked, model.saves]).toEqual([1, 2]);
    model.set({ _share: -1, method: "pca" });
    expect(working.hidden).toBe(true);
  });

  test("points go on to the next moment, at once where motion is not wanted", async () => {
    for (const reduced of [false, true]) {
      vi.stubGlobal("matchMedia", () => ({ matches: reduced }));
      const { model, samples, canvas } = await open();
      model.set("_positions", view(Float32Array.of(5, 0, -5, 0, 0, 5, 0, -5)));
      await frame();
      point(canvas, "pointermove", ...of(7));
      expect(samples.state.hovered).toBe(reduced ? 4 : 7);
      document.body.replaceChildren();
      vi.unstubAllGlobals();
    }
  });

  test("without openTSNE it is greyed, and said how to get it", async () => {
    await open({ _install: "pip install cnnviz_widgets[embedding]" });
    expect(button("t-SNE").disabled).toBe(true);
    expect(find(".cnnviz-note").textContent).toBe("t-SNE: pip install cnnviz_widgets[embedding]");
  });

  test("without a kernel what needs one is greyed, and points are still told of and selected", async () => {
    const { model, samples, canvas } = await open();
    model.connect(false);
    for (const text of ["PCA", "t-SNE", "samples", "channels"]) expect(button(text).disabled).toBe(true);
    expect(find(".cnnviz-no-kernel").textContent).toBe(NO_KERNEL);
    point(canvas, "pointermove", ...of(9));
    button("bag").click();
    expect([samples.state.hovered, samples.state.selected]).toEqual([9, [7, 2]]);
  });

  test("points of what was shown before are not shown under another layer's name", async () => {
    const { model, canvas } = await open();
    model.set({ _layer: "conv3", _late: true });
    await frame();
    const empty = find(".cnnviz-embedding-empty");
    expect([empty.hidden, empty.textContent, canvas.tabIndex]).toEqual([false, "", -1]);
    model.connect(false);
    expect(empty.textContent).toBe("No points of conv3 without a kernel.");
    expect([find(".cnnviz-embedding-summary").textContent, document.querySelectorAll(".cnnviz-embedding-class").length]).toEqual(["", 0]);
    model.connect(true);
    model.set("_late", false);
    await frame();
    expect([empty.hidden, find(".cnnviz-embedding-summary").textContent]).toEqual([true, "4 samples"]);
  });

  test("of nothing there is nothing to come to with the keyboard", async () => {
    const nothing = view(new Int32Array(0));
    const { canvas } = await open({ _points: nothing, _positions: nothing, _places: nothing, _heads: [], _notes: ["Weights are of no samples."] });
    expect(canvas.tabIndex).toBe(-1);
    expect(find(".cnnviz-embedding-empty").hidden).toBe(false);
    for (const name of ["ArrowRight", "Enter", "Home"]) canvas.dispatchEvent(key(name));
    expect(find(".cnnviz-note").textContent).toBe("Weights are of no samples.");
  });
});
