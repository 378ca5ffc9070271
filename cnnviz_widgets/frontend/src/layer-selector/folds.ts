/** Which blocks are open, and the rows that follow from that. */
import { isBlock, type Block, type Leaf, type Node } from "./blocks/blocks";

/** So many rows need not be folded: they are seen at one look. */
const FEW_ROWS = 20;

export interface Row {
  node: Node;
  /** How many blocks it stands in. */
  depth: number;
  /** Its place among its neighbours, from 1 on, and how many they are. */
  place: number;
  of: number;
  /** Of a block; null for a layer. */
  open: boolean | null;
}

/** What a row is known by, whatever else changes. */
export const keyOf = (node: Node): string => (isBlock(node) ? `block ${node.id}` : `layer ${node.at}`);

export class Folds {
  /** What the reader opened or folded, in the whole list and in what was found. */
  private readonly byHand = new Map<string, boolean>();
  private readonly found = new Map<string, boolean>();
  private few = false;

  /** Of a model with few rows all blocks are open. */
  begin(nodes: readonly Node[]): void {
    this.few = rowCount(nodes) <= FEW_ROWS;
  }

  /** What is found next is shown unfolded. */
  search(): void {
    this.found.clear();
  }

  toggle(block: Block, open: boolean, searching: boolean): void {
    (searching ? this.found : this.byHand).set(block.id, open);
  }

  /** Open the blocks around a layer, though the reader may have folded them. */
  reveal(nodes: readonly Node[], at: number): void {
    for (const node of nodes) {
      if (!isBlock(node) || at < node.first || at > node.last) continue;
      if (this.byHand.get(node.id) === false) this.byHand.delete(node.id);
      this.reveal(node.nodes, at);
    }
  }

  /** All rows in sight, the chosen layer's among them unless the reader has folded it away. */
  rows(nodes: readonly Node[], chosen: number, searching: boolean): Row[] {
    const rows: Row[] = [];
    const list = (level: readonly Node[], depth: number): void => {
      level.forEach((node, at) => {
        const row = { node, depth, place: at + 1, of: level.length };
        if (!isBlock(node)) {
          rows.push({ ...row, open: null });
          return;
        }
        const holds = chosen >= node.first && chosen <= node.last;
        const open = searching ? (this.found.get(node.id) ?? true) : (this.byHand.get(node.id) ?? (this.few || holds));
        rows.push({ ...row, open });
        if (open) list(node.nodes, depth + 1);
      });
    };
    list(nodes, 0);
    return rows;
  }
}

function rowCount(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => sum + 1 + (isBlock(node) ? rowCount(node.nodes) : 0), 0);
}

/** The layers of a block that are listed, in the order in which they run. */
export function leavesOf(node: Node): Leaf[] {
  return isBlock(node) ? node.nodes.flatMap(leavesOf) : [node];
}
