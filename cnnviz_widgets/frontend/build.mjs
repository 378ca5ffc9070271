// Bundles every widget: index.ts and style.css in src/<widget> become ../static/<widget>.js and .css.
// `--dev` keeps watching and adds source maps; without it the bundles are minified for release.
// `--notices` writes the notices of what is bundled anew; without it they are checked.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

import { checkNotices, notices } from "./notices.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const source = join(here, "src");
const outdir = join(here, "..", "static");
const noticesFile = join(here, "..", "..", "THIRD_PARTY_NOTICES.txt");
const dev = process.argv.includes("--dev");

// A folder with an index.ts is a widget's; the others hold what widgets share.
const entryPoints = readdirSync(source)
  .filter((name) => existsSync(join(source, name, "index.ts")))
  .flatMap((name) => ["index.ts", "style.css"].map((file) => ({ in: join(source, name, file), out: name })));
if (entryPoints.length === 0) throw new Error(`no widget to build in ${source}`);

const options = {
  // The names of inputs, too, are relative to it.
  absWorkingDir: here,
  entryPoints,
  outdir,
  bundle: true,
  format: "esm",
  target: "es2022",
  // A text with other letters takes twice the memory in the page.
  charset: "ascii",
  minify: !dev,
  sourcemap: dev && "inline",
  logLevel: "info",
};

// A bundle whose source is gone must not live on in the next wheel. While one watches, or when
// a build fails, the old bundles stay in use.
const prune = (result) => {
  const made = new Set(Object.keys(result.metafile.outputs).map((path) => path.split("/").pop()));
  for (const name of readdirSync(outdir)) if (!made.has(name)) rmSync(join(outdir, name), { recursive: true });
};

// anywidget loads the program of each widget anew, and a page never lets a program go: so that it
// does its work once, what it makes is kept for all widgets of its kind. By its content: a page may
// see another version after the kernel was restarted.
const shareProgram = (path) => {
  const text = readFileSync(path, "utf8");
  const end = /export\{([\w$]+) as default\};?\s*$/.exec(text);
  if (!end) throw new Error(`${path} does not end in its export`);
  const key = JSON.stringify(createHash("sha256").update(text).digest("hex").slice(0, 16));
  writeFileSync(
    path,
    `const make=()=>{${text.slice(0, end.index)}return ${end[1]}};` +
      'const made=globalThis[Symbol.for("cnnviz-widgets")]??=new Map();' +
      `export default()=>made.get(${key})??made.set(${key},make()).get(${key});\n`,
  );
};

mkdirSync(outdir, { recursive: true });
if (dev) {
  await (await esbuild.context(options)).watch();
} else {
  const result = await esbuild.build({ ...options, metafile: true });
  if (process.argv.includes("--notices")) writeFileSync(noticesFile, notices(result.metafile));
  checkNotices(result.metafile, existsSync(noticesFile) ? readFileSync(noticesFile, "utf8") : "");
  prune(result);
  for (const path of Object.keys(result.metafile.outputs)) {
    if (path.endsWith(".js")) shareProgram(join(here, path));
  }
}
