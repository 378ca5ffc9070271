/** The choice of a linkage: it goes to the axis, and needs a kernel. */
import { expect, test } from "vitest";

import { Connection, type ViewProps } from "../../../src/lib/linking/connection";
import { linkageChoice } from "../../../src/lib/linking/linkage-choice";
import { emptyPage, shared } from "../../fake";

emptyPage();

function open() {
  const { axis } = shared();
  const controller = new AbortController();
  const connection = new Connection({ model: axis, el: document.body, signal: controller.signal } as unknown as ViewProps);
  const root = linkageChoice(axis as never, connection, controller.signal);
  document.body.append(root);
  return { axis, root, select: root.querySelector("select")!, controller };
}

test("what is chosen is the axis'", () => {
  const { axis, root, select, controller } = open();
  // The tree that is shown was kept: there is no other.
  expect(root.hidden).toBe(true);
  axis.set("_linkages", ["single", "average", "complete", "ward"]);
  expect(root.hidden).toBe(false);
  expect([...select.options].map((option) => option.value)).toEqual(["single", "average", "complete", "ward"]);
  select.value = "ward";
  select.dispatchEvent(new Event("change"));
  expect(axis.state.linkage).toBe("ward");
  axis.set("linkage", "average");
  expect(select.value).toBe("average");
  controller.abort();
  expect(axis.saves).toBe(1);
});

test("without a kernel it is grey", () => {
  const { axis, select, controller } = open();
  axis.connect(false);
  expect(select.disabled).toBe(true);
  axis.connect(true);
  expect(select.disabled).toBe(false);
  controller.abort();
});
