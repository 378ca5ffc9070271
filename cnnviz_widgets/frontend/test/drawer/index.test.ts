/** The drawer in a frame of stand-ins: tabs, panels and what the frame is told. */
import { beforeEach, describe, expect, test } from "vitest";

import drawer from "../../src/drawer";
import { command } from "../../src/lib/frame/commands";
import { escape } from "../../src/lib/frame/escape";
import type { DrawerState } from "../../src/lib/wire/states";
import { emptyPage, FakeModel, find, show } from "../fake";

emptyPage();

describe("drawer", () => {
  let model: FakeModel<DrawerState>;

  beforeEach(async () => {
    model = new FakeModel<DrawerState>({ tabs: [["findings", "Findings"], ["density", "<b>"]], tab: "findings", wide: [], is_open: true });
    const { el } = await show(drawer, model);
    const pane = Object.assign(document.createElement("div"), { className: "cnnviz-frame-drawer" });
    const frame = Object.assign(document.createElement("div"), { className: "cnnviz-frame" });
    for (const name of ["findings", "density"]) {
      pane.append(Object.assign(document.createElement("div"), { className: `cnnviz-tab cnnviz-tab-${name}` }));
    }
    document.body.append(frame);
    frame.append(pane);
    pane.prepend(el);
    model.trigger("change:tab");
  });

  const tab = (name: string): HTMLElement => find(`[role=tab][id$="-${name}"]`);
  const shown = (): string[] => [...document.querySelectorAll(".cnnviz-tab-shown")].map(({ className }) => className.match(/cnnviz-tab-(\w+)/)![1]!);
  const isOpen = (): boolean => find(".cnnviz-frame").classList.contains("cnnviz-drawer-open");

  test("one panel is shown, and named by its tab", () => {
    expect(shown()).toEqual(["findings"]);
    expect(tab("density").textContent).toBe("<b>");
    tab("density").click();
    expect(model.state.tab).toBe("density");
    expect(shown()).toEqual(["density"]);
    expect(find(".cnnviz-tab-density").getAttribute("aria-labelledby")).toBe(tab("density").id);
  });

  test("arrows go from tab to tab and round", () => {
    tab("findings").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
    expect([model.state.tab, document.activeElement]).toEqual(["density", tab("density")]);
    tab("density").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    expect(model.state.tab).toBe("findings");
  });

  test("it closes and opens again, by its button, by a command, and by another part", () => {
    find<HTMLButtonElement>('[aria-label="Close the drawer"]').click();
    expect([model.state.is_open, isOpen()]).toEqual([false, false]);
    command(find(".cnnviz-frame"), "drawer");
    expect(isOpen()).toBe(true);
    model.set("is_open", false);
    command(find(".cnnviz-frame"), "tab:density");
    expect([model.state.tab, isOpen()]).toEqual(["density", true]);
    command(find(".cnnviz-frame"), "tab:none");
    expect(model.state.tab).toBe("density");
  });

  test("Escape closes it where the focus is in it", () => {
    escape(find(".cnnviz-frame"));
    expect(isOpen()).toBe(true);
    tab("findings").focus();
    escape(find(".cnnviz-frame"));
    expect(isOpen()).toBe(false);
  });

  test("the frame has the focus, and its keys, once what had it is gone", () => {
    find(".cnnviz-frame").tabIndex = -1;
    find<HTMLButtonElement>('[aria-label="Close the drawer"]').focus();
    find<HTMLButtonElement>('[aria-label="Close the drawer"]').click();
    expect(document.activeElement).toBe(find(".cnnviz-frame"));
  });

  test("what another frame is asked for is not heard", () => {
    const other = Object.assign(document.createElement("div"), { className: "cnnviz-frame" });
    document.body.append(other);
    command(other, "tab:density");
    expect(model.state.tab).toBe("findings");
  });
});
