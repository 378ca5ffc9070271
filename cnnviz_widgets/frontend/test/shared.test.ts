// @vitest-environment node
/** What several bundles hold is built once: small widgets, built and run as a page would. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, expect, test } from "vitest";

const FRONTEND = join(import.meta.dirname, "..");
// Plain JavaScript, as the build runs it.
const { bundles, sharedInputs } = await import(join(FRONTEND, "shared.mjs"));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "shared-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const FILES = {
  // Stands in for the real one: what is made goes out as it is.
  "src/lib/linking/shared-program.ts": "export const widget = (key: string, shared: string, make: unknown) => ({ key, shared, make });",
  "src/lib/count.ts": 'import { start } from "./start"; let at = start(); export const next = () => at++; export const unused = "never";',
  "src/lib/start.ts": "export const start = () => 5; export const onlyOfA = 'a';",
  "src/lib/base.css": ".base{color:red}",
  "src/a/index.ts": 'import { next } from "../lib/count"; import { onlyOfA } from "../lib/start"; const here = onlyOfA; export default { render: () => here + next() };',
  "src/a/style.css": '@import "../lib/base.css"; .a{color:blue}',
  "src/b/index.ts": 'import { next } from "../lib/count"; export default { render: () => "b" + next() };',
  "src/b/style.css": '@import "../lib/base.css"; .b{color:blue}',
};

async function built(files: Record<string, string> = {}): Promise<{ texts: Record<string, string>; metafile: unknown }> {
  for (const [name, text] of Object.entries({ ...FILES, ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const entryPoints = ["a", "b"].flatMap((name) => ["index.ts", "style.css"].map((file) => ({ in: join(root, "src", name, file), out: name })));
  const options = { absWorkingDir: root, entryPoints, outdir: join(root, "out"), bundle: true, format: "esm" as const, minify: true };
  const { metafile } = await build({ ...options, write: false, metafile: true });
  return { texts: await bundles(options, metafile), metafile };
}

const load = (text: string) => import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`);

test("what two bundles hold stands once, with all that it imports, and nothing that none uses", async () => {
  const { texts, metafile } = await built();
  expect(sharedInputs(metafile).sort()).toEqual(["src/lib/base.css", "src/lib/count.ts", "src/lib/start.ts"]);
  expect(Object.keys(texts).sort()).toEqual(["a.css", "a.js", "b.css", "b.js", "shared.css", "shared.js"]);
  expect(texts["shared.js"]).not.toContain("never");
  expect([texts["shared.css"], texts["a.css"], texts["b.css"]].map((text) => text!.trim())).toEqual([".base{color:red}", ".a{color:#00f}", ".b{color:#00f}"]);
});

test("put together they do what the sources say, with one state for all", async () => {
  const { texts } = await built();
  const shared = await load(texts["shared.js"]!);
  const [a, b] = await Promise.all(["a.js", "b.js"].map(async (name) => (await load(texts[name]!)).default));
  expect([a.shared, b.shared]).toEqual([shared.key, shared.key]);
  expect(a.key).not.toBe(b.key);
  const [one, other] = [a.make(shared), b.make(shared)];
  expect([one.render(), other.render(), one.render()]).toEqual(["a5", "b6", "a7"]);
});

test("a bundle's key changes with its text, that of what is shared with its sheets as well", async () => {
  const keys = async (files = {}) => {
    const { texts } = await built(files);
    const [a, shared] = await Promise.all([load(texts["a.js"]!), load(texts["shared.js"]!)]);
    return [a.default.key, shared.key];
  };
  const before = await keys();
  expect(await keys()).toEqual(before);
  const [own, shared] = await keys({ "src/lib/base.css": ".base{color:green}" });
  expect([own === before[0], shared === before[1]]).toEqual([true, false]);
  const changed = await keys({ "src/a/index.ts": FILES["src/a/index.ts"].replace("here + next", "here + 1 + next") });
  expect(changed[0]).not.toBe(before[0]);
});
