// The notices of all third-party software in the bundles, as esbuild's metafile names it. Their
// licences ask that they go wherever the bundles go: wheel and sdist carry THIRD_PARTY_NOTICES.txt.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const SOME = "The bundles in cnnviz_widgets/static hold parts of the packages below, under these licences.\n";
const NONE = "The bundles in cnnviz_widgets/static hold nothing of other packages.\n";
const HOW =
  "Written by `npm run notices` in cnnviz_widgets/frontend; a build fails where it is out of date.\n";
const RULE = "-".repeat(80);

/** Folders of the packages of which something is in an output, below the frontend's. */
export function bundledPackages({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const paths = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  const folders = paths.map((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders.filter(Boolean))].sort();
}

/** What THIRD_PARTY_NOTICES.txt has to say of these outputs. */
export function notices(metafile, root = here) {
  const parts = bundledPackages(metafile).map((folder) => notice(join(root, folder)));
  return [(parts.length > 0 ? SOME : NONE) + HOW, ...parts].join(`\n${RULE}\n\n`);
}

function notice(folder) {
  const { name, version, license, homepage } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  if (files.length === 0) throw new Error(`${name} is bundled, and has no licence file in ${folder}`);
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
  return [`${name} ${version} (${license})`, homepage, "", ...texts].filter((line) => line !== undefined).join("\n") + "\n";
}

/** Throws where the notices that are there are not those of what is bundled. */
export function checkNotices(metafile, present, root = here) {
  if (present === notices(metafile, root)) return;
  const packages = bundledPackages(metafile).map((folder) => folder.replace(/^.*node_modules\//, ""));
  throw new Error(
    `THIRD_PARTY_NOTICES.txt does not tell of what is bundled (${packages.join(", ")}): ` +
      "run 'npm run notices' in cnnviz_widgets/frontend and look at the licences that are new",
  );
}
