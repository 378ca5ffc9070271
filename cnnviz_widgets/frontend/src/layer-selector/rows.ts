/** The model as rows of a list: its layers in execution order, under the models that hold them. */
import type { LayerEntry } from "../lib/wire/payloads";

export interface Row {
  /** Names from the outside in; all but the last are models or blocks around the layer. */
  names: string[];
  /** The layer of this row; null for a heading. */
  layer: LayerEntry | null;
}

/** Layers with a heading wherever a nested model or block begins. */
export function rowsOf(layers: readonly LayerEntry[]): Row[] {
  const rows: Row[] = [];
  let open: string[] = [];
  for (const layer of layers) {
    const names = layer.path.split("/");
    const around = names.slice(0, -1);
    let shared = 0;
    while (shared < around.length && open[shared] === around[shared]) shared++;
    for (let depth = shared; depth < around.length; depth++) {
      rows.push({ names: around.slice(0, depth + 1), layer: null });
    }
    open = around;
    rows.push({ names, layer });
  }
  return rows;
}

/** Whether every word typed occurs in the path or the kind. */
export function matches(layer: LayerEntry, filter: string): boolean {
  const text = `${layer.path} ${layer.kind}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
