/** ExportMenu: what it asks for, what it saves, and what is left without a kernel. */
import { beforeEach, describe, expect, test, vi } from "vitest";

import menu from "../../src/export-menu";
import { drawingOf } from "../../src/export-menu/screen";
import type { ExportMenuState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, key, show } from "../fake";

emptyPage();

interface Saved {
  name: string;
  blob: Blob;
}

let saved: Saved[] = [];
let blobs: Blob[] = [];

beforeEach(() => {
  [saved, blobs] = [[], []];
  URL.createObjectURL = (blob: Blob) => {
    blobs.push(blob);
    return `blob:${blobs.length}`;
  };
  URL.revokeObjectURL = vi.fn();
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, blob: blobs.at(-1)! });
  };
});

const STATE: ExportMenuState = {
  offers: [["picture", ".png"], ["picture", ".svg"], ["report", ".md"], ["code", ".py"]],
  missing: {},
  error: "",
  _asked: [0, "", "", ""],
  _answered: 0,
};

async function open(state: Partial<ExportMenuState> = {}) {
  const model = new FakeModel<ExportMenuState>({ ...STATE, ...state });
  await show(menu, model, 800, "cnnviz-frame");
  find(".cnnviz-export > button").click();
  return model;
}

const rows = (): string[] => [...document.querySelectorAll(".cnnviz-export-row")].map((each) => each.textContent!);
const named = (label: string): HTMLButtonElement => find(`[aria-label="${label}"]`);
const status = (): string => find(".cnnviz-export-status").textContent!;
/** What is said beside the button, once the menu has closed. */
const said = (): string => (document.querySelector(".cnnviz-popover") ? "" : find(".cnnviz-export-said").textContent!);
const alert = (): string => find(".cnnviz-export-error").textContent!;

function send(model: FakeModel<ExportMenuState>, name: string, text: string, view?: string): void {
  const [serial, own] = model.state._asked;
  // Between other bytes, as it comes from the kernel.
  const bytes = new TextEncoder().encode(`..${text}.`);
  const content = new DataView(bytes.buffer, 2, bytes.length - 3);
  model.trigger("msg:custom", { serial, view: view ?? own, name }, [content]);
  model.set("_answered", serial);
}

describe("asking", () => {
  test("a row for each thing, a button for each format", async () => {
    await open();
    expect(rows()).toEqual(["PicturePNGSVG", "ReportMarkdown", "Code of this viewPython", "As on the screenPNG"]);
    expect(find(".cnnviz-popover").getAttribute("aria-label")).toBe("Export");
  });

  test("the words of a row ask for its first format", async () => {
    const model = await open();
    document.querySelectorAll<HTMLElement>(".cnnviz-export-row > span")[1]!.click();
    expect(model.state._asked.slice(2)).toEqual(["report", ".md"]);
  });

  test("the file that comes is saved under its name, and nothing is left waiting", async () => {
    const model = await open();
    named("Picture, SVG").click();
    expect(model.state._asked.slice(0, 1).concat(model.state._asked.slice(2))).toEqual([1, "picture", ".svg"]);
    expect(model.saves).toBe(1);
    expect(status()).toBe("Making picture, SVG…");
    expect(named("Picture, PNG").disabled).toBe(true);
    send(model, "conv1-outputs.svg", "<svg/>");
    await vi.waitFor(() => expect(said()).toBe("Saved conv1-outputs.svg"));
    expect(saved.map(({ name }) => name)).toEqual(["conv1-outputs.svg"]);
    expect(saved[0]!.blob.type).toBe("image/svg+xml");
    expect(await saved[0]!.blob.text()).toBe("<svg/>");
    find(".cnnviz-export > button").click();
    expect(named("Picture, PNG").disabled).toBe(false);
  });

  test("a view saves only what it has asked for itself", async () => {
    const model = await open();
    named("Picture, PNG").click();
    send(model, "a.png", "1", "another");
    expect(saved).toEqual([]);
    model.trigger("msg:custom", { serial: 9, view: model.state._asked[1], name: "old.png" }, []);
    expect(saved).toEqual([]);
  });

  test("an error is told in the menu, as text, and goes with the next file", async () => {
    const model = await open();
    named("Report, Markdown").click();
    model.set({ error: "ValueError: <b>no report</b>", _answered: 1 });
    expect(alert()).toBe("ValueError: <b>no report</b>");
    expect(document.querySelector("b")).toBeNull();
    named("Picture, PNG").click();
    expect(alert()).toBe("");
    model.set("error", "");
    send(model, "a.png", "1");
    await vi.waitFor(() => expect(said()).toBe("Saved a.png"));
  });

  test("a kernel that does not answer: the line says what is true", async () => {
    await open();
    vi.useFakeTimers();
    named("Picture, PNG").click();
    vi.advanceTimersByTime(900);
    expect(status()).toContain("Waiting for the kernel");
  });

  test("arrows go through the buttons", async () => {
    await open();
    named("Picture, PNG").focus();
    named("Picture, PNG").dispatchEvent(key("ArrowDown"));
    expect(document.activeElement).toBe(named("Picture, SVG"));
    named("Picture, SVG").dispatchEvent(key("End"));
    expect(document.activeElement).toBe(named("As on the screen, PNG"));
  });
});

describe("code", () => {
  test("goes into the clipboard", async () => {
    const writeText = vi.fn(async () => undefined);
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    const model = await open();
    named("Code of this view, Python").click();
    send(model, "conv1.py", "inspector");
    await vi.waitFor(() => expect(said()).toContain("Copied"));
    expect(writeText).toHaveBeenCalledWith("inspector");
    expect(saved).toEqual([]);
    vi.unstubAllGlobals();
  });

  test("is saved where the clipboard is refused, and that is said", async () => {
    vi.stubGlobal("navigator", { clipboard: { writeText: async () => Promise.reject(new Error("no")) } });
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const model = await open();
    named("Code of this view, Python").click();
    send(model, "conv1.py", "inspector");
    await vi.waitFor(() => expect(said()).toBe("The clipboard was refused: saved conv1.py"));
    expect(saved.map(({ name }) => name)).toEqual(["conv1.py"]);
    expect(warn).toHaveBeenCalled();
    vi.unstubAllGlobals();
    warn.mockRestore();
  });
});

describe("without a kernel", () => {
  test("what needs one is greyed; what is on the screen can be saved", async () => {
    const model = await open();
    model.connect(false);
    const off = [...document.querySelectorAll<HTMLButtonElement>(".cnnviz-export-row button")].map((each) => each.disabled);
    expect(off).toEqual([true, true, true, true, false]);
    expect(status()).toContain("No kernel");
    named("As on the screen, PNG").click();
    await vi.waitFor(() => expect(status()).toBe("There is no picture on the screen."));
    vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue({ width: 40, height: 20 } as DOMRect);
    Image.prototype.decode = async () => undefined;
    HTMLCanvasElement.prototype.toBlob = (callback) => callback(new Blob(["png"]));
    named("As on the screen, PNG").click();
    await vi.waitFor(() => expect(said()).toMatch(/^Saved screen-\d{8}-\d{6}\.png$/));
    expect(saved.map(({ name }) => `Saved ${name}`)).toEqual([said()]);
    find(".cnnviz-export > button").click();
    Image.prototype.decode = async () => Promise.reject(new Error("EncodingError"));
    named("As on the screen, PNG").click();
    await vi.waitFor(() => expect(status()).toBe("The browser made no picture: Error: EncodingError"));
    expect(saved.length).toBe(1);
    vi.restoreAllMocks();
  });

  test("all that is shown is in the picture, and only that", () => {
    const root = document.createElement("div");
    const scrolled = document.createElement("p");
    scrolled.append("curves & <b>", document.createElementNS("http://www.w3.org/2000/svg", "svg"));
    const picture = Object.assign(document.createElement("canvas"), { width: 3, height: 2, toDataURL: () => "data:tiles" });
    const field = Object.assign(document.createElement("input"), { value: "typed" });
    const gone = Object.assign(document.createElement("div"), { textContent: "gone" });
    gone.style.display = "none";
    const over = Object.assign(document.createElement("div"), { textContent: "menu" });
    over.setAttribute("popover", "manual");
    const said = Object.assign(document.createElement("div"), { className: "cnnviz-export-said", textContent: "saved before" });
    const choice = document.createElement("select");
    for (const text of ["first", "second"]) choice.append(Object.assign(document.createElement("option"), { textContent: text, value: text }));
    choice.value = "second";
    const odd = Object.assign(document.createElement("i"), { textContent: "a\u0001b \ud800x 😀" });
    root.append(scrolled, picture, field, gone, over, said, choice, odd);
    root.scrollTop = 12;
    document.body.append(root);
    const styleOf = getComputedStyle;
    vi.stubGlobal("getComputedStyle", (element: Element, name?: string) => (name === "::before" && element === scrolled ? { length: 0, content: '"dashes"' } : styleOf(element)));
    const drawing = drawingOf(root, 40, 20);
    vi.unstubAllGlobals();
    for (const part of ["<p", ">dashes</span>", "curves &amp; &lt;b&gt;", "<svg", "data:tiles", 'value="typed"', "translate:0px -12px", 'width="40" height="20"']) {
      expect(drawing).toContain(part);
    }
    expect(drawing).toContain("a\ufffdb \ufffdx 😀");
    expect(/<option[^>]*selected[^>]*>second/.test(drawing) && !/<option[^>]*selected[^>]*>first/.test(drawing)).toBe(true);
    for (const part of ["gone", "menu<", "<canvas", "saved before"]) expect(drawing).not.toContain(part);
  });

  test("nobody is waited for once the kernel is gone", async () => {
    const model = await open();
    named("Picture, PNG").click();
    model.connect(false);
    expect(status()).toContain("No kernel");
    model.connect(true);
    expect(named("Picture, PNG").disabled).toBe(false);
  });
});

describe("what cannot be had yet", () => {
  test("is greyed, and says what has to be done for it", async () => {
    const model = await open({ missing: { report: "<b>Diagnose</b> first" } });
    expect([named("Report, Markdown").disabled, named("Report, Markdown").title]).toEqual([true, "<b>Diagnose</b> first"]);
    expect(named("Picture, PNG").disabled).toBe(false);
    model.set("missing", {});
    model.trigger("change:missing");
    expect(named("Report, Markdown").disabled).toBe(false);
  });
});
