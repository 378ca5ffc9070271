// Bundles every widget: index.ts and style.css in src/<widget> become ../static/<widget>.js and .css.
// `--dev` keeps watching and adds source maps; without it the bundles are minified for release.
// `--notices` writes the notices of what is bundled anew; without it they are checked.
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
  charset: "utf8",
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

mkdirSync(outdir, { recursive: true });
if (dev) {
  await (await esbuild.context(options)).watch();
} else {
  const result = await esbuild.build({ ...options, metafile: true });
  if (process.argv.includes("--notices")) writeFileSync(noticesFile, notices(result.metafile));
  checkNotices(result.metafile, existsSync(noticesFile) ? readFileSync(noticesFile, "utf8") : "");
  prune(result);
}
