// Bundles every widget: index.ts and style.css in src/<widget> become ../static/<widget>.js and .css,
// and what several of them hold ../static/shared.js and .css.
// `--dev` keeps watching and adds source maps; without it the bundles are minified for release.
// `--notices` writes the notices of what is bundled anew; without it they are checked.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

import { checkNotices, notices } from "./notices.mjs";
import { bundles } from "./shared.mjs";

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

const { metafile } = await esbuild.build({ ...options, write: false, metafile: true, logLevel: "warning" });
if (process.argv.includes("--notices")) writeFileSync(noticesFile, notices(metafile));
checkNotices(metafile, existsSync(noticesFile) ? readFileSync(noticesFile, "utf8") : "");

const files = await bundles({ ...options, minify: true, sourcemap: false }, metafile);
mkdirSync(outdir, { recursive: true });
// A bundle whose source is gone must not live on in the next wheel. When a build fails, the old
// bundles stay in use.
for (const name of readdirSync(outdir)) if (!(name in files)) rmSync(join(outdir, name), { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(outdir, name), text);
const bytes = Object.values(files).reduce((sum, text) => sum + text.length, 0);
console.log(`${Object.keys(files).length} bundles, ${Math.round(bytes / 1000)} KB together`);

// While one watches each bundle holds all that it needs, as esbuild writes it.
if (dev) await (await esbuild.context(options)).watch();
