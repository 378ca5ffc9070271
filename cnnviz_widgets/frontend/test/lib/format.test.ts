/** Percentages never read as none or all of something that is neither; they are written in one place. */
import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { percent, wholePercent, withArticle } from "../../src/lib/format";

test.each([0, 1e-9, 0.0004, 0.5, 0.9949, 0.995, 0.999, 0.9994, 0.9996, 1 - 1e-9, 1])("%f", (share) => {
  for (const written of [percent(share), wholePercent(share)]) {
    expect(written.startsWith("0 %") || written === "0.0 %").toBe(share === 0);
    expect(written.startsWith("100")).toBe(share === 1);
  }
});

test("999 of 1,000 are not all", () => {
  expect([wholePercent(0.999), wholePercent(0.001), wholePercent(0.555), wholePercent(1.5)]).toEqual(["> 99 %", "< 1 %", "56 %", "150 %"]);
});

test("nobody else rounds a percentage", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !name.endsWith("lib/format.ts"));
  expect(sources.length).toBeGreaterThan(50);
  const rounding = sources.filter((name) => /(round|toFixed)\([^\n]*\}? %[`"]/i.test(readFileSync(`src/${name}`, "utf8")));
  expect(rounding).toEqual([]);
});

test("a noun has the article that it is spoken with", () => {
  expect(["channel", "output feature", "input channel", "head"].map(withArticle)).toEqual(["a channel", "an output feature", "an input channel", "a head"]);
});
