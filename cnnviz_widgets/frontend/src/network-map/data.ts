/** What travels of a map, decoded: stations, groups, rows of the matrices, and what acts on what. */
import type { AnyModel } from "@anywidget/types";

import { asFloat32, asInt32, asUint8 } from "../lib/linking/buffers";
import { clamp } from "../lib/clamp";
import type { EffectEntry, GroupEntry, StationEntry } from "../lib/wire/payloads";
import type { MapViewState } from "../lib/wire/states";

/** Why channels are in no group; "" for those that are in one. */
export type BoxState = "" | "silent" | "constant" | "nonfinite";
export const STATES = ["silent", "constant", "nonfinite"] as const;
export const STATE_NAMES: Record<(typeof STATES)[number], string> = { silent: "silent", constant: "constant", nonfinite: "not finite" };

/** What a channel sees at its strongest place. */
export interface Patch {
  channel: number;
  /** Of the pictures. */
  sample: number;
  /** In the picture's pixels; it may lie partly outside. */
  box: readonly [top: number, bottom: number, left: number, right: number];
}

export interface Group extends Omit<GroupEntry, "channels" | "values" | "density"> {
  /** Among all groups of the map. */
  index: number;
  channels: Int32Array;
  values: Float32Array;
  density: Uint8Array;
  /** Where its rows of the matrix begin. */
  firstRow: number;
  patches: Map<number, Patch>;
}

export interface Station extends Omit<StationEntry, "thin"> {
  index: number;
  /** In the order of their numbers. */
  groups: Group[];
  thin: Int32Array;
}

/** What the groups of one station do to those of another: parents down, children across. */
export interface Pair {
  parent: number;
  child: number;
  rms: Float32Array;
  mean: Float32Array;
}

export interface MapData {
  stations: Station[];
  /** Station by station. */
  groups: Group[];
  effects: Pair[];
  weights: Pair[];
  columns: string[];
  columnKind: MapViewState["_column_kind"];
  profile: Uint8Array;
}

/** Numbers that a patch has in `_patches`. */
const PATCH = 7;

export const DATA_TRAITS = ["_stations", "_groups", "_effects", "_weights", "_columns", "_column_kind", "_profile", "_patches"] as const;

export function readMap(model: AnyModel<MapViewState>): MapData {
  let row = 0;
  const groups = model.get("_groups").map((entry, index): Group => {
    const firstRow = row;
    row += entry.rows;
    const { channels, values, density } = entry;
    return { ...entry, index, firstRow, patches: new Map(), channels: asInt32(channels), values: asFloat32(values), density: asUint8(density) };
  });
  const patches = asInt32(model.get("_patches"));
  for (let at = 0; at + PATCH <= patches.length; at += PATCH) {
    const [group, channel, sample, ...box] = patches.subarray(at, at + PATCH) as unknown as [number, number, number, number, number, number, number];
    groups[group]?.patches.set(channel, { channel, sample, box });
  }
  const stations = model.get("_stations").map((entry, index): Station => {
    const own = groups.filter(({ station }) => station === index).sort((one, other) => one.group - other.group);
    return { ...entry, index, groups: own, thin: asInt32(entry.thin) };
  });
  return {
    stations,
    groups,
    effects: pairs(model.get("_effects"), stations),
    weights: pairs(model.get("_weights"), stations),
    columns: model.get("_columns"),
    columnKind: model.get("_column_kind"),
    profile: asUint8(model.get("_profile")),
  };
}

/** Those that fit their stations: in the middle of a change one may be there before the other. */
const pairs = (entries: readonly EffectEntry[], stations: readonly Station[]): Pair[] =>
  entries
    .map(({ parent, child, rms, mean }) => ({ parent, child, rms: asFloat32(rms), mean: asFloat32(mean) }))
    .filter(({ parent, child, rms, mean }) => {
      const size = (stations[parent]?.groups.length ?? 0) * (stations[child]?.groups.length ?? 0);
      return parent < child && rms.length === size && mean.length === size;
    });

/** The channels of a station that are in this state. */
export function thinChannels(station: Station, state: BoxState): Int32Array {
  const { silent, constant, nonfinite } = station;
  if (state === "silent") return station.thin.subarray(0, silent);
  if (state === "constant") return station.thin.subarray(silent, silent + constant);
  return station.thin.subarray(silent + constant, silent + constant + nonfinite);
}

/** The row of the matrix that the channel at this place of a group has: many channels share one. */
export const rowOf = (group: Group, place: number): number =>
  group.firstRow + clamp(Math.floor(((place + 0.5) * group.rows) / Math.max(1, group.channels.length)), 0, group.rows - 1);

/** How strong a channel is in a column of the matrix, 0 to 1 of its own range; 0 where it has no row. */
export const strengthOf = ({ profile, columns }: MapData, group: Group, place: number, column: number): number =>
  group.rows > 0 ? (profile[rowOf(group, place) * columns.length + column] ?? 0) / 255 : 0;

/** The same of a group: the mean over its rows. */
export function groupStrength({ profile, columns }: MapData, group: Group, column: number): number {
  let sum = 0;
  for (let row = 0; row < group.rows; row++) sum += profile[(group.firstRow + row) * columns.length + column] ?? 0;
  return group.rows > 0 ? sum / group.rows / 255 : 0;
}

/** What columns of the matrices are, in the plural. */
export const COLUMN_NOUNS: Record<MapData["columnKind"], string> = {
  classes: "classes",
  predicted: "predicted classes",
  samples: "samples",
};
