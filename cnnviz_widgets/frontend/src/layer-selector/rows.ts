/** The model as rows of a list: its layers in execution order, under the models that hold them. */

export interface LayerEntry {
  path: string;
  kind: string;
  /** Output shape without the batch, such as `26×26×32`. */
  shape: string;
  parameters: number;
  /** Channels of the output, and how many of them are zero on every sample; null: not measured. */
  channels: number | null;
  dead: number | null;
  /** How many of the channels hold NaN or infinity. */
  nonfinite: number | null;
  /** Abstraction level in words, and as a share of the model's highest. */
  level: string;
  relative_level: number;
  /** Views that have been looked at; null where nobody keeps count. */
  looked: string[] | null;
  /** How many severe findings and warnings begin at this layer. */
  severe: number;
  warnings: number;
}

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
