/** Which layers are listed, and in which order. */
import type { LayerEntry } from "../lib/wire/payloads";
import { isBlock, type Leaf, type Node } from "./blocks/blocks";

export interface Arrangement {
  /** Each of these words occurs in the path or the kind. */
  words: string;
  withFindings: boolean;
  /** Of these kinds; none: of any. */
  kinds: ReadonlySet<string>;
  /** By their share of dead channels instead of in the order in which they run. */
  deadFirst: boolean;
}

export const AS_RUN: Arrangement = { words: "", withFindings: false, kinds: new Set(), deadFirst: false };

export const isChosen = ({ withFindings, kinds, deadFirst }: Arrangement): boolean =>
  withFindings || kinds.size > 0 || deadFirst;

export const isFiltered = (arrangement: Arrangement): boolean =>
  isChosen(arrangement) || arrangement.words.trim() !== "";

export function matches(layer: LayerEntry, { words, withFindings, kinds }: Arrangement): boolean {
  if (withFindings && layer.severe + layer.warnings === 0) return false;
  if (kinds.size > 0 && !kinds.has(layer.kind)) return false;
  const text = `${layer.path} ${layer.kind}`.toLowerCase();
  return words.trim().toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** What is left of the blocks; the layers alone where they are sorted. */
export function arranged(nodes: readonly Node[], layers: readonly LayerEntry[], arrangement: Arrangement): Node[] {
  if (!isFiltered(arrangement)) return [...nodes];
  const keep = layers.map((layer) => matches(layer, arrangement));
  if (!arrangement.deadFirst) return pruned(nodes, keep);
  const leaves: Leaf[] = layers.flatMap(({ path }, at) => (keep[at] ? [{ at, label: path }] : []));
  return leaves.sort((one, other) => illness(layers[other.at]!) - illness(layers[one.at]!) || one.at - other.at);
}

function pruned(nodes: readonly Node[], keep: readonly boolean[]): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (!isBlock(node)) return keep[node.at] ? [node] : [];
    const left = pruned(node.nodes, keep);
    return left.length > 0 ? [{ ...node, nodes: left }] : [];
  });
}

/** NaN and infinity before any share of dead channels; last what was not measured. */
function illness({ channels, dead, nonfinite }: LayerEntry): number {
  if (nonfinite) return 2;
  return channels && dead !== null ? dead / channels : -1;
}
