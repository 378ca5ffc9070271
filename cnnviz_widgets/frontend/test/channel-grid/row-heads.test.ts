/** What stands before the rows, and in the tiles of the answers. */
import { describe, expect, test } from "vitest";

import { hasHeads, paintAnswers, paintRowHeads, type HeadScene } from "../../src/channel-grid/row-heads";
import type { Theme } from "../../src/lib/dom/theme";
import type { HeadEntry } from "../../src/lib/wire/payloads";
import { headEntry } from "../heads-state";

const THEME = { dark: false, text: "text", faint: "faint", background: "background", error: "error" } as Theme;
const TOP = 20;

interface Drawn {
  what: "text" | "picture" | "frame" | "spot";
  text: string;
  color: string;
  alpha: number;
  x: number;
  y: number;
  left: number;
  right: number;
}

/** A context that notes what is drawn where; letters are 6 pixels wide. */
function canvas(): { context: CanvasRenderingContext2D; drawn: Drawn[] } {
  const drawn: Drawn[] = [];
  const held: Record<string, unknown> = { globalAlpha: 1 };
  let arc = [0, 0];
  const note = (what: Drawn["what"], x: number, y: number, wide = 0, text = "") => {
    const left = held.textAlign === "right" ? x - wide : x;
    const color = String(what === "frame" ? held.strokeStyle : held.fillStyle);
    drawn.push({ what, text, color, alpha: Number(held.globalAlpha), x, y, left, right: left + wide });
  };
  const made = {
    measureText: (text: string) => ({ width: 6 * text.length }),
    fillText: (text: string, x: number, y: number) => note("text", x, y, 6 * text.length, text),
    drawImage: (...box: number[]) => note("picture", box[5]!, box[6]!, box[7]),
    strokeRect: (x: number, y: number, wide: number) => note("frame", x, y, wide),
    arc: (x: number, y: number) => { arc = [x, y]; },
    fill: () => note("spot", arc[0]!, arc[1]!),
  };
  const context = new Proxy(held, {
    get: (target, name) => (made as Record<string, unknown>)[name as string] ?? target[name as string] ?? (() => undefined),
  });
  return { context: context as unknown as CanvasRenderingContext2D, drawn };
}

function scene(entries: HeadEntry[], more: Partial<HeadScene> = {}, atlas = {}) {
  const count = entries.length;
  return {
    columns: { before: 178 },
    rows: { size: 26, gap: 1, count, scroll: 0, height: 26 * count, top: TOP },
    height: TOP + 26 * count,
    theme: THEME,
    heads: { entries, atlas: atlas as HTMLCanvasElement | null, height: 28, width: 28, note: "" },
    samples: entries.map((_, at) => at),
    labels: entries.map((_, at) => `label ${at}`),
    hoveredRow: -1,
    ...more,
  };
}

function painted(entries: HeadEntry[], more: Partial<HeadScene> = {}, atlas?: object | null): Drawn[] {
  const { context, drawn } = canvas();
  const made = scene(entries, more, atlas as object);
  if (hasHeads(made)) paintRowHeads(context, made);
  return drawn;
}

const texts = (drawn: Drawn[]) => drawn.filter(({ what }) => what === "text").map(({ text, color }) => [text, color]);

describe("a row's head", () => {
  test("is the picture, the class and how sure the answer is", () => {
    const drawn = painted([headEntry()]);
    expect(drawn.filter(({ what }) => what === "picture").map(({ x }) => x)).toEqual([8]);
    expect(texts(drawn)).toEqual([[".90", "faint"], ["coat", "text"]]);
  });

  test("says of a wrong answer what it should be, first and faint, and then what it is", () => {
    const drawn = painted([headEntry({ answer: "shirt", right: false, confidence: 0.34 })]);
    expect(texts(drawn)).toEqual([[".34", "error"], ["coat→", "faint"], ["shirt", "error"]]);
  });

  test.each([178, 138])("however long the names of a wrong answer, how sure it is stays, %i pixels", (before) => {
    for (const [truth, answer] of [["ankle boot", "sneaker"], ["n".repeat(300), "m".repeat(300)], ["cat", "m".repeat(300)], ["n".repeat(300), "dog"]] as const) {
      const drawn = painted([headEntry({ truth, answer, right: false, confidence: 0.97 })], { columns: { before } });
      const [sure, is, taken] = drawn.filter(({ what }) => what === "text");
      expect(sure).toMatchObject({ text: ".97", color: "error" });
      expect(is!.text).toMatch(new RegExp(`^${truth[0]}.*→$`));
      expect(taken!.text).toMatch(new RegExp(`^${answer[0]}`));
      expect(is!.right).toBeLessThanOrEqual(taken!.left);
      expect(taken!.right).toBeLessThanOrEqual(sure!.left);
    }
  });

  test("says of values the truth and the answer, and of no answer the truth alone", () => {
    expect(texts(painted([headEntry({ truth: "3.2", answer: "3.4", right: null, confidence: null })]))).toEqual([["3.2→", "faint"], ["3.4", "text"]]);
    expect(texts(painted([headEntry({ answer: "", right: null, confidence: null })]))).toEqual([["coat", "text"]]);
    expect(texts(painted([headEntry({ truth: "", answer: "", right: null, confidence: null })]))).toEqual([["label 0", "faint"]]);
  });

  test("keeps the arrow between what it is and what it is taken for, however long these are", () => {
    const drawn = painted([headEntry({ truth: "T-shirt or top", answer: "T-shirt or top 2", right: false })], { columns: { before: 138 } });
    expect(texts(drawn)[1]![0]).toMatch(/^T-.*…→$/);
  });

  test("of a high row has two lines", () => {
    const rows = { size: 49, gap: 1, count: 2, scroll: 0, height: 98, top: TOP };
    const drawn = painted([headEntry({ truth: "Ankle boot", answer: "Ankle boot" }), headEntry({ answer: "shirt", right: false })], { rows, height: TOP + 98, columns: { before: 138 } });
    const words = drawn.filter(({ what }) => what === "text");
    expect(words.map(({ text }) => text)).toEqual(["Ankle boot", ".90", "coat→", ".90", "shirt"]);
    expect(words[1]!.y - words[0]!.y).toBeGreaterThanOrEqual(13);
    expect(words[3]!.y).toBe(words[4]!.y);
  });

  test("is half faded where the answer is from an earlier look", () => {
    const [sureness] = painted([headEntry({ is_old: true })]).filter(({ what }) => what === "text");
    expect(sureness!.alpha).toBe(0.5);
  });

  test("tells words where the sample is no picture", () => {
    const drawn = painted([headEntry({ text: "a very good film indeed, if somewhat long" })], {}, null);
    const [, words, answer] = drawn;
    expect(words!.text).toMatch(/^a very good.*…$/);
    expect(answer!.text).toBe("coat");
    expect(words!.right).toBeLessThanOrEqual(answer!.left);
  });

  test("of values tells both whole, in a narrow stage beside a curve, too", () => {
    const { context, drawn } = canvas();
    const made = scene([headEntry({ truth: "0.718", answer: "0.506", right: null, confidence: null })], { columns: { before: 138 } });
    Object.assign(made.heads, { height: 24, width: 36 });
    if (hasHeads(made)) paintRowHeads(context, made);
    expect(texts(drawn).map(([text]) => text)).toEqual(["0.718→", "0.506"]);
  });

  test("beside words leaves room for a wrong class, and for how sure it is", () => {
    const drawn = painted([headEntry({ text: "hated it, and long it was", truth: "awful", answer: "great", right: false })], { columns: { before: 138 } }, null);
    expect(texts(drawn).map(([text]) => text)).toEqual([".90", expect.stringMatching(/^h.*…$/), expect.stringMatching(/^aw.*→$/), expect.stringMatching(/^gr/)]);
  });

  test.each([178, 138])("stays before the first column, %i pixels", (before) => {
    const long = "n".repeat(3000);
    const entries = [headEntry({ truth: long, answer: long }), headEntry({ truth: long, answer: long, right: false }), headEntry({ text: long, truth: long })];
    for (const { right } of painted(entries, { columns: { before } })) expect(right).toBeLessThanOrEqual(before);
  });

  test("is the number alone where there is no room, or nothing is known", () => {
    expect(painted([headEntry()], { columns: { before: 84 } })).toEqual([]);
    expect(painted([], {})).toEqual([]);
  });

  test("in low rows is named as often as there is room", () => {
    const entries = Array.from({ length: 10 }, () => headEntry({ confidence: null }));
    const rows = { size: 6, gap: 0, count: 10, scroll: 0, height: 60, top: TOP };
    const drawn = painted(entries, { rows, height: 80 });
    expect(drawn.every(({ what }) => what === "text")).toBe(true);
    const heights = drawn.map(({ y }) => y);
    expect(heights.length).toBeGreaterThan(2);
    heights.slice(1).forEach((y, at) => expect(y - heights[at]!).toBeGreaterThanOrEqual(13));
  });
});

describe("the answers in the tiles", () => {
  const columns = [3, 1, 2].map((channel, at) => ({ channel, left: 178 + 30 * at, width: 29 }));

  test("frame the true class and dot the given one", () => {
    const { context, drawn } = canvas();
    paintAnswers(context, scene([headEntry({ true_class: 1, answer_class: 2, right: false })]), columns);
    const frames = drawn.filter(({ what }) => what === "frame");
    expect(frames.every(({ left, right }) => left >= 208 && right <= 237)).toBe(true);
    const spots = drawn.filter(({ what }) => what === "spot");
    expect(spots.map(({ x, color }) => [x, color])).toEqual([[252.5, "background"], [252.5, "error"]]);
  });

  test("of classes that are not in sight, or not known, are none", () => {
    const { context, drawn } = canvas();
    paintAnswers(context, scene([headEntry({ true_class: -1, answer_class: 9 })]), columns);
    expect(drawn).toEqual([]);
  });
});
