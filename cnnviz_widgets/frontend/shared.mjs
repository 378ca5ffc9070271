// What several widgets have in common, programs and styles, is bundled once, into shared.js and
// shared.css, and left out of each widget's own bundle: the kernel sends it to a page once, and a
// widget's own with each widget. `src/lib/linking/shared-program.ts` puts them together there.
import { createHash } from "node:crypto";
import { relative } from "node:path";

import * as esbuild from "esbuild";

const NAME = "shared";
const IMPORT = /import\{([^}]*)\}from"shared";/g;

/** Paths of the inputs that more than one bundle holds something of, and of all that these import. */
export function sharedInputs({ inputs, outputs }) {
  const counts = new Map();
  for (const output of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (bytesInOutput > 0) counts.set(path, (counts.get(path) ?? 0) + 1);
    }
  }
  const shared = new Set([...counts.keys()].filter((path) => counts.get(path) > 1));
  // A module that stood here and in a bundle would keep two states. The set grows as it is walked.
  for (const path of shared) inputs[path].imports.forEach((other) => shared.add(other.path));
  return [...shared];
}

/**
 * The bundles' texts by the names of their files, of esbuild's options and what one build with
 * them, without sharing, tells of it.
 */
export async function bundles(options, metafile) {
  const quietly = { ...options, metafile: true, write: false, logLevel: "warning" };
  const shared = sharedInputs(metafile);
  const scripts = shared.filter((path) => !path.endsWith(".css"));
  const sheets = shared.filter((path) => path.endsWith(".css"));

  const aliases = await aliasesOf(quietly, scripts);
  const own = await esbuild.build({ ...quietly, plugins: [leaveOut(options.absWorkingDir, sheets, aliases)] });
  const files = own.outputFiles.map(({ path, text }) => [relative(options.outdir, path), text]);
  const used = new Set(files.flatMap(([, text]) => imported(text).map((name) => name.split(" as ")[0])));

  const program = await joined(quietly, "js", scripts.map((path) => {
    const names = aliases.get(path).filter(([, alias]) => used.has(alias));
    return `export{${names.map(([name, alias]) => `${name} as ${alias}`)}}from"./${path}";`;
  }));
  const style = await joined(quietly, "css", sheets.map((path) => `@import "./${path}";`));
  const key = hash(program + style);
  const entries = files.map(async ([name, text]) => [name, name.endsWith(".js") ? await entry(quietly, text, key) : text]);
  return Object.fromEntries([
    ...(await Promise.all(entries)),
    [`${NAME}.js`, `export const key="${key}";${program}`],
    [`${NAME}.css`, style],
  ]);
}

/** Short names for all that modules export: [its name, the short one], by the modules' paths. */
async function aliasesOf(options, scripts) {
  const { metafile } = await esbuild.build({ ...options, entryPoints: scripts });
  let count = 0;
  return new Map(
    Object.values(metafile.outputs).map(({ entryPoint, exports }) => [
      entryPoint,
      exports.map((name) => [name, `_${(count++).toString(36)}`]),
    ]),
  );
}

/** For esbuild: what is shared is taken from elsewhere, under the short names. */
const leaveOut = (root, sheets, aliases) => ({
  name: "leave-out-what-is-shared",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${NAME}$`) }, () => ({ path: NAME, external: true }));
    build.onLoad({ filter: /./, namespace: "file" }, (file) => {
      const path = relative(root, file.path).replaceAll("\\", "/");
      if (sheets.includes(path)) return { contents: "", loader: "css" };
      const names = aliases.get(path)?.map(([name, alias]) => `export{${alias} as ${name}}from"${NAME}:${alias}";`);
      return names && { contents: names.join("") };
    });
    // Each name is a module of its own: esbuild leaves out modules that nobody needs, but no names
    // of what it does not bundle.
    build.onResolve({ filter: new RegExp(`^${NAME}:`) }, ({ path }) => {
      return { path: path.slice(NAME.length + 1), namespace: NAME, sideEffects: false };
    });
    build.onLoad({ filter: /./, namespace: NAME }, ({ path }) => ({ contents: `export{${path}}from"${NAME}";` }));
  },
});

/** One bundle of these lines. */
async function joined(options, loader, lines) {
  const stdin = { contents: lines.join("\n"), resolveDir: options.absWorkingDir, loader };
  const { outputFiles } = await esbuild.build({ ...options, entryPoints: [], stdin });
  return outputFiles[0].text;
}

/** What a bundle takes of what is shared: `short name`, or `short name as its own`. */
const imported = (text) => [...text.matchAll(IMPORT)].flatMap(([, names]) => names.split(","));

/** A widget's program as a function of what is shared, which its entry calls once a page. */
async function entry(options, text, sharedKey) {
  const end = /export\{([\w$]+) as default\};?\s*$/.exec(text);
  if (!end) throw new Error("a widget's bundle does not end in its export");
  const names = imported(text).map((name) => name.replace(" as ", ":"));
  const body = text.slice(0, end.index).replaceAll(IMPORT, "");
  const make = `const make=({${names}})=>{${body}return ${end[1]}};`;
  const keys = [hash(make), sharedKey].map((key) => JSON.stringify(key));
  const lines = ['import{widget}from"./src/lib/linking/shared-program";', `export default widget(${keys},make);`];
  return make + (await joined(options, "js", lines));
}

const hash = (text) => createHash("sha256").update(text).digest("hex").slice(0, 16);
