/** Trials as tables: one for each selection, with a row for each thing that was tried. */
import { element } from "../lib/dom/elements";
import { count, counted, lastName, number, percent, withLastName } from "../lib/format";
import type { How } from "../lib/linking/trials";
import type { TrialEntry, TrialNumbersEntry } from "../lib/wire/payloads";

const ROWS: readonly (readonly [how: How, text: string, done: string])[] = [
  ["silence", "Silence", "silenced"],
  ["mean", "Mean", "replaced by their means"],
  ["merge", "Merge", "merged"],
];

/** So many channels are named in a heading; more are counted. */
const NAMED = 8;
/** A loss that rises by less than this share of it is as good as before. */
const LEVEL = 0.01;

export interface Group {
  layer: string;
  channels: readonly number[];
  /** The last trial of each kind, by its kind. */
  trials: Map<How, TrialEntry>;
}

/** Trials of the same channels of the same model, those tried last first. */
export function groupsOf(trials: readonly TrialEntry[]): Group[] {
  const groups = new Map<string, Group>();
  for (const trial of trials) {
    const { layer, channels, numbers, how } = trial;
    const ascending = [...channels].sort((a, b) => a - b);
    // Where the model has changed meanwhile, what it was before has, too.
    const before = [numbers?.samples, numbers?.right?.[0], numbers?.loss?.[0]];
    const key = JSON.stringify([layer, ascending, before]);
    const group = groups.get(key) ?? { layer, channels: ascending, trials: new Map() };
    if (!group.trials.has(how)) group.trials.set(how, trial);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** A group: what was left out, on what, the numbers, and what they say. */
export function tableOf(group: Group): HTMLElement {
  const { layer, channels, trials } = group;
  const heading = `Without ${channels.length > NAMED ? counted(channels.length, "channel") : channels.join(", ")}`;
  const first = [...trials.values()].map(({ numbers }) => numbers).find((each) => each !== null);
  const on = first ? `${counted(first.samples, "sample")}; the` : "The";
  const root = element(
    "section",
    "cnnviz-trial-group",
    {},
    element("h4", "cnnviz-trial-heading", { title: `${layer}: ${channels.slice(0, 100).join(", ")}${channels.length > 100 ? ", …" : ""}` }, heading),
    element("div", "cnnviz-faint cnnviz-trial-layer", { title: layer }, element("bdi", "", {}, lastName(layer))),
    element("div", "cnnviz-faint", {}, `${on} model itself is untouched.`),
  );
  if (first) root.append(numbersTable(trials, first, heading));
  for (const trial of trials.values()) {
    if (!trial.numbers) root.append(element("div", "cnnviz-trial-summary", {}, withLastName(trial.summary, layer)));
  }
  const verdict = verdictOf(group);
  if (verdict) root.append(element("div", "cnnviz-trial-verdict", {}, verdict));
  return root;
}

interface Column {
  title: string;
  about: string;
  before: (numbers: TrialNumbersEntry) => string;
  after: (numbers: TrialNumbersEntry) => string;
}

const COLUMNS: readonly (Column & { known: (numbers: TrialNumbersEntry) => boolean })[] = [
  {
    title: "outputs",
    about: "How much the model's outputs change, as a share of what they were",
    known: () => true,
    before: () => "–",
    after: ({ change, unchanged }) => (unchanged ? "0" : change === null ? "∞" : percent(change)),
  },
  {
    title: "changed",
    about: "Samples for which the model's answer is another one",
    known: ({ changed }) => changed !== null,
    before: () => "–",
    after: ({ changed }) => (changed === null ? "–" : count(changed)),
  },
  {
    title: "right",
    about: "Samples for which the answer is right",
    known: ({ right }) => right !== null,
    before: ({ right }) => count(right![0]),
    after: ({ right }) => (right ? count(right[1]) : "–"),
  },
  {
    title: "loss",
    about: "Mean loss over the samples",
    known: ({ loss }) => loss !== null,
    before: ({ loss }) => lossText(loss![0]),
    after: ({ loss }) => (loss ? lossText(loss[1]) : "–"),
  },
];

const lossText = (loss: number | null): string => (loss === null ? "not finite" : number(loss));

function numbersTable(trials: Group["trials"], first: TrialNumbersEntry, label: string): HTMLElement {
  const columns = COLUMNS.filter(({ known }) => known(first));
  const line = (head: string, title: string, texts: readonly string[]): HTMLElement =>
    element(
      "tr",
      "",
      {},
      element("th", "", { scope: "row", title }, head),
      ...texts.map((text) => element("td", "", {}, text)),
    );
  const head = element(
    "tr",
    "",
    {},
    element("td", ""),
    ...columns.map(({ title, about }) => element("th", "", { scope: "col", title: about }, title)),
  );
  const body = element("tbody", "", {}, line("as it is", "The model, with all its channels", columns.map(({ before }) => before(first))));
  for (const [how, text] of ROWS) {
    const trial = trials.get(how);
    if (trial?.numbers) body.append(line(text, trial.summary, columns.map(({ after }) => after(trial.numbers!))));
  }
  body.firstElementChild!.className = "cnnviz-faint";
  return element("table", "cnnviz-trial-table", { "aria-label": label }, element("thead", "", {}, head), body);
}

/** What the numbers say in a sentence; "" where they say that something is lost, or too little. */
export function verdictOf({ trials, channels }: Group): string {
  const ways = (holds: (numbers: TrialNumbersEntry) => boolean): string[] =>
    ROWS.filter(([how]) => {
      const numbers = trials.get(how)?.numbers;
      return numbers && holds(numbers);
    }).map(([, , done]) => (channels.length === 1 ? done.replace("their means", "its mean") : done));
  const [subject, verb] = channels.length === 1 ? ["it", "loses"] : ["they", "lose"];
  const first = [...trials.values()][0]?.numbers;
  const on = first ? ` on ${first.samples === 1 ? "this sample" : `these ${counted(first.samples, "sample")}`}` : "";
  const idle = ways(({ unchanged }) => unchanged);
  if (idle.length > 0) return `${sentence(idle)}, nothing changes${on}.`;
  const harmless = ways(losesNothing);
  if (harmless.length > 0) return `${sentence(harmless)}, ${subject} ${verb} nothing${on}.`;
  const alike = ways(({ changed, right, loss }) => changed === 0 && right === null && loss === null);
  return alike.length > 0 ? `${sentence(alike)}, no answer changes${on}.` : "";
}

/** As many right as before, and a loss that is not higher; where neither is known nobody can tell. */
function losesNothing({ right, loss }: TrialNumbersEntry): boolean {
  if (right === null && loss === null) return false;
  const asRight = right === null || right[1] >= right[0];
  if (loss === null) return asRight;
  const [before, after] = loss;
  return asRight && before !== null && after !== null && after <= before + LEVEL * Math.abs(before);
}

function sentence(words: readonly string[]): string {
  const text = words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}` : words[0]!;
  return text[0]!.toUpperCase() + text.slice(1);
}
