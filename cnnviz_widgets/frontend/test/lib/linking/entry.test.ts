/** What every widget is given to anywidget with: it leaves little behind once it is closed. */
import type { RenderProps } from "@anywidget/types";
import { expect, test } from "vitest";

import { entry } from "../../../src/lib/linking/entry";

/** A model as JupyterLab keeps it: with what was before the last change, and its listeners. */
class PageModel {
  attributes: Record<string, unknown>;
  previous: Record<string, unknown> = {};
  changed: string[] = [];
  private close = (): void => undefined;

  constructor(attributes: Record<string, unknown>) {
    this.attributes = attributes;
  }

  set(values: Record<string, unknown>, options?: { silent: boolean }): this {
    this.previous = { ...this.attributes };
    Object.assign(this.attributes, values);
    if (!options?.silent) this.changed.push(...Object.keys(values));
    return this;
  }

  once(event: string, callback: () => void): void {
    if (event === "comm:close") this.close = callback;
  }

  closed(): void {
    this.close();
  }
}

const pixels = (): DataView => new DataView(new ArrayBuffer(8));
const render = (model: unknown) => entry(() => undefined).render({ model } as RenderProps);

test("a closed widget's model keeps nothing large, and says nothing of it", () => {
  const model = new PageModel({ _esm: "x".repeat(5000), title: "conv1", _codes: pixels(), _shape: [1, 2] });
  render(model);
  expect((model.attributes._codes as DataView).byteLength).toBe(8);
  model.closed();
  for (const held of [model.attributes, model.previous]) {
    expect(held).toMatchObject({ _esm: "", title: "conv1", _shape: [1, 2] });
    expect((held._codes as DataView).byteLength).toBe(0);
  }
  expect(model.changed).toEqual([]);
});

test("where a front end gives no model away nothing is done", () => {
  expect(() => render({ set: () => undefined })).not.toThrow();
});
