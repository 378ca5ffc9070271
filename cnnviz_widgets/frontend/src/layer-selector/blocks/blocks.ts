/**
 * The layers of a model as a tree of blocks: nested models, layers that share the beginning of
 * their names, and sequences of kinds that repeat. 133 layers become about a dozen rows.
 */
import type { LayerEntry } from "../../lib/wire/payloads";
import { isAutomatic, range, stem, withoutPrefix, wordEnds, type Named } from "./names";
import { repeats } from "./repeats";

export interface Leaf {
  /** The layer's number in the order in which they run. */
  at: number;
  label: string;
}

export interface Block {
  /** The same as long as its layers begin with the same one. */
  id: string;
  label: string;
  /** What its label names: the first and the last of what it holds, or the block itself. */
  ends: readonly [string, string];
  nodes: Node[];
  /** Numbers of its first and its last layer; all between are its own. */
  first: number;
  last: number;
}

export type Node = Leaf | Block;

export const isBlock = (node: Node): node is Block => "nodes" in node;

/** What stands at one level: a layer, or the nodes of a model that is nested there. */
interface Item extends Named {
  node: Node;
}

/** More rows than these are folded further, if there is a way. */
const MANY = 16;
/** Still more are cut where branches meet, or evenly. */
const TOO_MANY = 24;
/** Within a block of no more layers no further words are looked at. */
const FEW = 12;
/** So many layers of other names may stand between two of one block: what joins them, mostly. */
const BETWEEN = 3;
/** So few at the end stay rows of their own. */
const END = 6;
/** Layers at which one may cut a long row of others: behind them something new begins. */
const JOINTS = /^(Add|Concatenate|Average|Maximum|Minimum|Multiply|Subtract|MaxPooling\dD)$/;
const AFTER_JOINTS = /^(Activation|ReLU|LeakyReLU|Dropout)$/;

export function blocksOf(layers: readonly Pick<LayerEntry, "path" | "kind">[]): Node[] {
  const paths = layers.map(({ path }) => path.split("/"));
  return nested(0, layers.length, 0);

  function nested(from: number, to: number, depth: number): Node[] {
    const items: Item[] = [];
    for (let at = from; at < to; ) {
      const name = paths[at]![depth]!;
      if (paths[at]!.length === depth + 1) {
        items.push({ name, kind: layers[at]!.kind, node: { at, label: name } });
        at++;
        continue;
      }
      let end = at + 1;
      while (end < to && paths[end]!.length > depth + 1 && paths[end]![depth] === name) end++;
      items.push({ name, kind: "", node: block(name, nested(at, end, depth + 1)) });
      at = end;
    }
    return identified(byName(items, 0, ""), String(depth));
  }
}

const firstOf = (node: Node): number => (isBlock(node) ? node.first : node.at);
const lastOf = (node: Node): number => (isBlock(node) ? node.last : node.at);

function block(name: string, nodes: Node[], last = name): Block {
  const label = last === name ? name : range(name, last);
  return { id: "", label, ends: [name, last], nodes, first: firstOf(nodes[0]!), last: lastOf(nodes.at(-1)!) };
}

/** A block named by the first and the last that it holds. */
function blockOf(nodes: Node[]): Block {
  const [first, last] = [nodes[0]!, nodes.at(-1)!];
  return block(isBlock(first) ? first.ends[0] : first.label, nodes, isBlock(last) ? last.ends[1] : last.label);
}

/** Blocks are known by where they begin, and by how many others begin there before them. */
function identified(nodes: Node[], place: string): Node[] {
  for (const node of nodes) {
    if (!isBlock(node)) continue;
    node.id = `${place}:${node.first}`;
    identified(node.nodes, `${place}.`);
  }
  return nodes;
}

/** The nodes of one level. `words` of each name are known to be shared, `prefix` is not repeated. */
function byName(items: readonly Item[], words: number, prefix: string): Node[] {
  const groups = sharing(items, words);
  // Where all share a word there is nothing to tell apart.
  if (groups.length === 1 && groups[0]!.items.length > 1) return byName(items, words + 1, prefix);
  return fewer(groups.map((group) => {
    const { items: own } = group;
    if (own.length === 1) return { ...own[0]!, node: relabelled(own[0]!, prefix) };
    const known = shared(group, words + 1);
    const name = prefixOf(own[0]!.name, known - 1);
    const nodes = own.length > FEW ? byName(own, known, name) : own.map((item) => relabelled(item, name));
    return { name, kind: "", node: labelled(withoutPrefix(name, prefix), nodes) };
  }));
}

/** How many words all of a group share, of which so many are known; each has one more. */
function shared({ items, prefix }: Group, known: number): number {
  const names = items.map(({ name }) => name).filter((name) => name.startsWith(prefix));
  for (let words = known; ; words++) {
    const next = prefixOf(names[0]!, words);
    const all = names.every((name) => prefixOf(name, words) === next && prefixOf(name, words + 1));
    if (!next || !all) return words;
  }
}

function relabelled({ name, node }: Item, prefix: string): Node {
  const label = withoutPrefix(name, prefix);
  return isBlock(node) ? { ...node, label, ends: [label, label] } : { ...node, label };
}

/** `conv2_block1 … 6` of a block that holds nothing but these; else its own name. */
function labelled(name: string, nodes: Node[]): Block {
  const [first, last] = [nodes[0]!, nodes.at(-1)!];
  const alike = nodes.length > 1 && nodes.every((node) => isBlock(node) && stem(node.label) === stem(first.label));
  return alike ? block(`${name}_${first.label}`, nodes, `${name}_${last.label}`) : block(name, nodes);
}

interface Group {
  items: Item[];
  /** What their names begin with. */
  prefix: string;
}

/** Neighbours whose next word is the same, with what stands between them; all others alone. */
function sharing(items: readonly Item[], words: number): Group[] {
  const prefixes = items.map((item) => (isAutomatic(item) ? "" : prefixOf(item.name, words)));
  const groups: Group[] = [];
  for (let at = 0; at < items.length; ) {
    const prefix = prefixes[at]!;
    let end = at + 1;
    if (prefix) {
      for (let next = end; next < items.length && next - end <= BETWEEN; next++) {
        if (prefixes[next] === prefix) end = next + 1;
      }
      // Of two an accident, unless they are numbered.
      const count = prefixes.slice(at, end).filter((each) => each === prefix).length;
      if (count < (/\d/.test(prefix) ? 2 : 3)) end = at + 1;
    }
    groups.push({ items: items.slice(at, end), prefix });
    at = end;
  }
  return joined(groups);
}

/** What joins two numbered blocks belongs to the one that it follows. */
function joined(groups: readonly Group[]): Group[] {
  const joined: Group[] = [];
  groups.forEach((group, at) => {
    const before = joined.at(-1);
    const after = groups.slice(at + 1, at + BETWEEN + 1).find(({ prefix }) => prefix);
    const between = before && after && before.items.length > 1 && group.items.length === 1 && isAutomatic(group.items[0]!);
    if (between && stem(before.prefix) === stem(after.prefix)) before.items.push(...group.items);
    else joined.push({ ...group, items: [...group.items] });
  });
  return joined;
}

function prefixOf(name: string, words: number): string {
  const end = wordEnds(name)[words];
  return end === undefined ? "" : name.slice(0, end);
}

/** Too many rows of a level become fewer. */
function fewer(items: readonly Item[]): Node[] {
  const nodes = items.map(({ node }) => node);
  if (items.length <= MANY) return nodes;
  const kinds = new Map(items.map(({ node, kind }) => [node, kind]));
  const kindOf = (node: Node): string => kinds.get(node) ?? "";
  // A block's sign are its letters, a layer's its kind.
  const signs = items.map(({ name, kind, node }) => (isBlock(node) || !kind ? stem(name) : kind));
  const rows = folded(nodes, signs);
  // Names tell more than joints do, where there are names, and what repeats where that tells as much.
  if (nodes.filter(isBlock).length * 4 < nodes.length) {
    const pieces = cutAtJoints(nodes, kindOf);
    if (pieces.length > 2 && pieces.length <= Math.min(TOO_MANY, rows.length)) return pieces.flatMap(asBlock);
  }
  return rows.length > TOO_MANY ? cut(rows, kindOf) : rows;
}

/** What repeats becomes a row each or, of the longest first, a row altogether. */
function folded(nodes: readonly Node[], signs: readonly string[]): Node[] {
  const runs = repeats(signs).map(({ start, period, times }) => ({
    start,
    end: start + period * times,
    each: Array.from({ length: times }, (_, time) => {
      const own = nodes.slice(start + time * period, start + (time + 1) * period);
      return period === 1 ? own[0]! : blockOf(own);
    }),
  }));
  let count = nodes.length - runs.reduce((sum, { start, end, each }) => sum + end - start - each.length, 0);
  const whole = new Set<number>();
  for (const run of [...runs].sort((one, other) => other.each.length - one.each.length)) {
    // A row that were the only one would tell nothing.
    if (count <= MANY || run.each.length === count) break;
    whole.add(run.start);
    count -= run.each.length - 1;
  }
  const rows: Node[] = [];
  let at = 0;
  for (const { start, end, each } of runs) {
    rows.push(...nodes.slice(at, start));
    rows.push(...(whole.has(start) ? [blockOf(each)] : each));
    at = end;
  }
  return [...rows, ...nodes.slice(at)];
}

/** Long stretches of layers, cut behind their joints or, without any, evenly. */
function cut(rows: readonly Node[], kindOf: (node: Node) => string): Node[] {
  const pieces: Node[] = [];
  for (let at = 0; at < rows.length; ) {
    let end = at;
    while (end < rows.length && !isBlock(rows[end]!)) end++;
    if (end === at) pieces.push(rows[at++]!);
    else {
      const stretch = rows.slice(at, end);
      const parts = cutAtJoints(stretch, kindOf);
      pieces.push(...(parts.length === 1 ? evenly(stretch) : parts.flatMap(asBlock)));
      at = end;
    }
  }
  return evenly(pieces);
}

/** Pieces that end in a joint and what stands at it; of what follows the last each is a piece. */
function cutAtJoints(stretch: readonly Node[], kindOf: (node: Node) => string): Node[][] {
  const pieces: Node[][] = [];
  let piece: Node[] = [];
  let joint = false;
  for (const node of stretch) {
    const kind = kindOf(node);
    if (joint && !JOINTS.test(kind) && !AFTER_JOINTS.test(kind)) {
      pieces.push(piece);
      piece = [];
      joint = false;
    }
    piece.push(node);
    joint ||= JOINTS.test(kind);
  }
  const isEnd = pieces.length > 0 && piece.length <= END && !joint;
  return [...pieces, ...(isEnd ? piece.map((node) => [node]) : [piece])];
}

/** About as many pieces as each has rows. */
function evenly(nodes: readonly Node[]): Node[] {
  if (nodes.length <= TOO_MANY) return [...nodes];
  const length = Math.ceil(nodes.length / Math.floor(Math.sqrt(nodes.length)));
  const pieces = Array.from({ length: Math.ceil(nodes.length / length) }, (_, at) => nodes.slice(at * length, (at + 1) * length));
  return pieces.flatMap(asBlock);
}

const asBlock = (nodes: readonly Node[]): Node[] => (nodes.length > 2 ? [blockOf([...nodes])] : [...nodes]);
