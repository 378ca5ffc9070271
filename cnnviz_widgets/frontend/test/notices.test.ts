// @vitest-environment node
/** The notices of third-party software: of every package that is in a bundle, and of no other. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const FRONTEND = join(import.meta.dirname, "..");
// Plain JavaScript, as the build runs it.
const { bundledPackages, checkNotices, notices } = await import(join(FRONTEND, "notices.mjs"));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "notices-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function install(name: string, files: Record<string, string>, more: object = {}): void {
  const folder = join(root, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  const about = { name, version: "1.2.3", license: "ISC", ...more };
  for (const [file, text] of Object.entries({ "package.json": JSON.stringify(about), ...files })) {
    writeFileSync(join(folder, file), text);
  }
}

const bundled = (...paths: string[]) => ({
  outputs: { "static/a.js": { inputs: Object.fromEntries(paths.map((path) => [path, { bytesInOutput: 9 }])) } },
});

describe("what is bundled", () => {
  test("is named by the outputs: scoped and nested packages, once each; our own sources are none", () => {
    const paths = ["src/a.ts", "node_modules/b/x.js", "node_modules/b/y.js", "node_modules/@c/d/e.js", "node_modules/b/node_modules/f/g.js"];
    expect(bundledPackages(bundled(...paths))).toEqual(["node_modules/@c/d", "node_modules/b", "node_modules/b/node_modules/f"]);
  });

  test("is not what was read and shaken off again", () => {
    expect(bundledPackages({ outputs: { a: { inputs: { "node_modules/b/x.js": { bytesInOutput: 0 } } } } })).toEqual([]);
  });
});

describe("a build", () => {
  test("goes on with the notices that it would write, and with no others", () => {
    install("b", { LICENSE: "Copyright B\r\nas is", NOTICE: "And a notice" }, { homepage: "b.example" });
    const metafile = bundled("node_modules/b/x.js");
    const text: string = notices(metafile, root);
    expect(text).toContain("b 1.2.3 (ISC)\nb.example\n\nCopyright B\nas is\nAnd a notice\n");
    expect(() => checkNotices(metafile, text, root)).not.toThrow();
    for (const stale of ["", text.replace("1.2.3", "1.2.2"), text.replace("Copyright B", "")]) {
      expect(() => checkNotices(metafile, stale, root)).toThrow(/bundled \(b\): run 'npm run notices'/);
    }
  });

  test("fails where a package joins the bundles without its notice", () => {
    install("b", { LICENSE: "Copyright B" });
    install("new", { "LICENCE.md": "Copyright N" });
    const before = notices(bundled("node_modules/b/x.js"), root);
    expect(() => checkNotices(bundled("node_modules/b/x.js", "node_modules/new/x.js"), before, root)).toThrow("b, new");
  });

  test("fails where a package has no licence to show", () => {
    install("b", { "README.md": "ours" });
    expect(() => notices(bundled("node_modules/b/x.js"), root)).toThrow("b is bundled, and has no licence file");
  });
});

test("the notices in the distributions say that the bundles hold nothing of others", () => {
  const present = readFileSync(join(FRONTEND, "..", "..", "THIRD_PARTY_NOTICES.txt"), "utf8");
  expect(present).toBe(notices(bundled("src/a.ts"), root));
  expect(present).toContain("nothing of other packages");
});
