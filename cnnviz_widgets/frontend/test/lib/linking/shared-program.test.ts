/** A widget's program and what all have in common: put together once a page, by content. */
import type { AnyModel, RenderProps } from "@anywidget/types";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { widget } from "../../../src/lib/linking/shared-program";
import { FakeModel, host } from "../../fake";

const REGISTRY = Symbol.for("cnnviz-widgets");
const registry = globalThis as Record<symbol, unknown>;

beforeEach(() => {
  registry[REGISTRY] = undefined;
  // Node imports no blob.
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => (blob as unknown as { url: string }).url);
  vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => undefined);
  vi.stubGlobal("Blob", function (this: { url: string }, parts: string[]) {
    this.url = `data:text/javascript,${encodeURIComponent(parts.join(""))}`;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  registry[REGISTRY] = undefined;
  document.head.replaceChildren();
});

/** What a kernel sends once: this word for all, under this key. */
const program = (id: string, key: string, word: string) =>
  new FakeModel({ script: `export const key="${key}",word="${word}";`, style: `.${word}{color:red}` }, id);

const props = (id: string, signal = new AbortController().signal) =>
  ({ model: new FakeModel({ _program: id }) as unknown as AnyModel, el: document.createElement("div"), host, signal }) as unknown as RenderProps;

const make = vi.fn(({ word }: Record<string, unknown>) => ({ render: ({ el }: RenderProps<any>) => void (el.textContent = String(word)) }));
const sheets = () => [...document.head.querySelectorAll("style")].map((sheet) => sheet.textContent);

test("widgets of one kind share their program, those of all kinds what they have in common", async () => {
  make.mockClear();
  program("p", "k1", "first");
  const [one, other, third] = [props("p"), props("p"), props("p")];
  const grid = widget("grid-1", "k1", make);
  await Promise.all([grid.render(one), grid.render(other), widget("bar-1", "k1", make).render(third)]);
  expect([one, other, third].map(({ el }) => el.textContent)).toEqual(["first", "first", "first"]);
  expect(make).toHaveBeenCalledTimes(2);
  expect(URL.createObjectURL).toHaveBeenCalledTimes(1);
  expect(URL.revokeObjectURL).toHaveBeenCalledTimes(1);
  expect(sheets()).toEqual([".first{color:red}"]);
});

test("two versions on a page keep apart", async () => {
  program("old", "k1", "first");
  program("new", "k2", "second");
  const [old, fresh, again] = [props("old"), props("new"), props("old")];
  await widget("grid-1", "k1", make).render(old);
  await widget("grid-2", "k2", make).render(fresh);
  await widget("grid-1", "k1", make).render(again);
  expect([old, fresh, again].map(({ el }) => el.textContent)).toEqual(["first", "second", "first"]);
  expect(sheets()).toEqual([".first{color:red}", ".second{color:red}"]);
});

test("the common sheet stands before the widgets' own, which have the last word", async () => {
  document.head.innerHTML = '<style>.jp{}</style><style id="cnnviz_widgets.widgets.a">.own{}</style>';
  program("p", "k1", "first");
  await widget("grid-1", "k1", make).render(props("p"));
  expect(sheets()).toEqual([".jp{}", ".first{color:red}", ".own{}"]);
});

test("a program of another installation is refused, and the right one taken when it is there", async () => {
  program("p", "k0", "other");
  const grid = widget("grid-1", "k1", make);
  await expect(grid.render(props("p"))).rejects.toThrow("restart the kernel");
  expect(sheets()).toEqual([]);
  program("p", "k1", "first");
  const shown = props("p");
  await grid.render(shown);
  expect(shown.el.textContent).toBe("first");
});

test("a view that went meanwhile is not drawn", async () => {
  program("p", "k1", "first");
  const gone = new AbortController();
  const view = props("p", gone.signal);
  const rendering = widget("grid-1", "k1", make).render(view);
  gone.abort();
  await rendering;
  expect(view.el.textContent).toBe("");
});
