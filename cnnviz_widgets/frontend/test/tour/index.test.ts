/** Tour: which blocks it leads to, by which keys, and what it leaves behind. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { command } from "../../src/lib/frame/commands";
import type { TourState } from "../../src/lib/wire/states";
import tour from "../../src/tour";
import { bubblePlace, GAP } from "../../src/tour/place";
import { steps } from "../../src/tour/steps";
import { emptyPage, FakeModel, find, key, show } from "../fake";

emptyPage();

const SHOWN = ["cnnviz-frame-bar", "cnnviz-layer-selector", "cnnviz-grid-stage", "cnnviz-timeline"];

// All files have one simulated page: it is given back as it was.
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockImplementation(function (this: HTMLElement) {
    const isShown = !this.classList.contains("gone");
    const [width, height] = isShown ? [100, 20] : [0, 0];
    return { left: 0, top: 0, right: width, bottom: height, width, height, x: 0, y: 0, toJSON: () => "" };
  });
});
afterEach(() => void vi.restoreAllMocks());

async function open(subject: TourState["subject"] = "image", blocks = SHOWN, ask = true) {
  const model = new FakeModel<TourState>({ subject });
  const rendered = await show(tour, model, 800, "cnnviz-frame");
  const opener = document.createElement("button");
  rendered.el.append(opener, ...blocks.map((name) => Object.assign(document.createElement("div"), { className: name })));
  opener.focus();
  if (ask) command(opener, "tour");
  const abort = rendered.abort;
  rendered.abort = () => {
    for (const each of [...rendered.el.children]) if (!each.className.startsWith("cnnviz-tour")) each.remove();
    abort();
  };
  return { model, opener, rendered };
}

const title = (): string => find(".cnnviz-tour-title").textContent!;
const count = (): string => find(".cnnviz-tour-count").textContent!;
const press = (name: string, init: KeyboardEventInit = {}): void => {
  document.activeElement!.dispatchEvent(key(name, init));
};
const named = (text: string): HTMLButtonElement =>
  [...document.querySelectorAll("button")].find((each) => each.textContent === text)!;

describe("the way", () => {
  test("leads over the blocks that are shown, in the order of analysis", async () => {
    await open();
    const seen = [title()];
    expect(count()).toBe("1 of 4");
    for (let each = 0; each < 3; each++) {
      named("Next").click();
      seen.push(title());
    }
    expect(seen).toEqual([
      "Where to begin?",
      "What does a channel answer to?",
      "Is the model sound?",
      "When did it begin?",
    ]);
    expect(named("Next")).toBeUndefined();
    named("Done").click();
    expect(document.querySelector(".cnnviz-tour")).toBeNull();
  });

  test("leaves out what has no room or is hidden", async () => {
    await open("image", ["cnnviz-frame-bar", "cnnviz-dendrogram gone", "cnnviz-timeline"]);
    expect(count()).toBe("1 of 2");
  });

  test("arrows lead on and back, and Esc out; the focus comes back", async () => {
    const { opener } = await open();
    expect(document.activeElement).toBe(named("Next"));
    press("ArrowRight");
    expect(count()).toBe("2 of 4");
    press("ArrowLeft");
    press("ArrowLeft");
    expect(count()).toBe("1 of 4");
    expect(named("Back").hidden).toBe(true);
    press("Escape");
    expect(document.querySelector(".cnnviz-tour")).toBeNull();
    expect(document.activeElement).toBe(opener);
  });

  test("Tab stays inside, and no key reaches the frame", async () => {
    const { rendered } = await open();
    let heard = 0;
    rendered.el.addEventListener("keydown", () => heard++);
    const order = [];
    for (let each = 0; each < 4; each++) {
      press("Tab");
      order.push(document.activeElement!.textContent);
    }
    expect(order).toEqual(["Keys", "Close", "Next", "Keys"]);
    press("Tab", { shiftKey: true });
    expect(document.activeElement).toBe(named("Next"));
    press("d");
    expect(heard).toBe(0);
  });

  test("opens once, and in its own frame alone", async () => {
    const { opener } = await open("image", SHOWN, false);
    const other = document.createElement("div");
    other.className = "cnnviz-frame";
    document.body.append(other);
    command(other, "tour");
    expect(document.querySelector(".cnnviz-tour")).toBeNull();
    command(opener, "tour");
    command(opener, "tour");
    expect(document.querySelectorAll(".cnnviz-tour")).toHaveLength(1);
  });

  test("closes with its view", async () => {
    const { rendered } = await open();
    rendered.abort();
    expect(document.querySelector(".cnnviz-tour")).toBeNull();
    rendered.abort = () => undefined;
  });
});

describe("keys", () => {
  test("are a second page, from the button or by ?", async () => {
    await open();
    press("ArrowRight");
    named("Keys").click();
    expect(title()).toBe("Keys");
    const keys = [...document.querySelectorAll(".cnnviz-tour-list kbd")].map((each) => each.textContent);
    expect(keys).toEqual(expect.arrayContaining(["L", "[", "]", "D", "?", "Esc", "Space", "Ctrl C"]));
    expect(find(".cnnviz-tour-hole").hidden).toBe(true);
    press("?");
    expect(count()).toBe("2 of 4");
  });

  test("are all there is where no block is shown", async () => {
    await open("image", []);
    expect(title()).toBe("Keys");
    expect(named("Close")).toBeDefined();
    press("Escape");
    expect(document.querySelector(".cnnviz-tour")).toBeNull();
  });
});

describe("words", () => {
  test("are those of what the model is of, and change with it", async () => {
    const { model } = await open("text");
    press("ArrowRight");
    expect(find(".cnnviz-tour-text").textContent).toContain("word");
    model.set("subject", "table");
    expect(find(".cnnviz-tour-text").textContent).toContain("feature");
  });

  test("are brief, for each kind", () => {
    for (const subject of ["image", "sequence", "text", "table", "generator"] as const) {
      const all = steps(subject);
      expect(new Set(all.map(({ block }) => block)).size).toBe(all.length);
      for (const { text } of all) expect(text.split(" ").length).toBeLessThanOrEqual(32);
    }
  });
});

describe("the bubble", () => {
  const room = { width: 800, height: 600 };
  const bubble = { width: 280, height: 120 };
  test.each([
    ["below", { left: 100, top: 40, width: 600, height: 90 }, { left: 112, top: 142 }],
    ["above", { left: 0, top: 500, width: 800, height: 100 }, { left: 12, top: 368 }],
    ["beside", { left: 0, top: 40, width: 250, height: 560 }, { left: 262, top: 52 }],
    ["before", { left: 540, top: 40, width: 260, height: 560 }, { left: 248, top: 52 }],
    ["within", { left: 0, top: 0, width: 800, height: 600 }, { left: 12, top: 468 }],
  ])("stands %s its block", (_, block, place) => {
    expect(bubblePlace(block, bubble, room)).toEqual(place);
  });

  test("stays in its room however narrow that is", () => {
    const place = bubblePlace({ left: 300, top: 10, width: 40, height: 900 }, bubble, { width: 320, height: 200 });
    expect(place.left).toBeGreaterThanOrEqual(GAP);
    expect(place.top + bubble.height).toBeLessThanOrEqual(200 - GAP);
  });
});
