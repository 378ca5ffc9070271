/** Maps as they travel, made by hand. */
import type { EffectEntry, GroupEntry, StationEntry } from "../../src/lib/wire/payloads";
import type { MapViewState } from "../../src/lib/wire/states";
import { view } from "../fake";

export const stationEntry = (station: Partial<StationEntry> & { path: string }): StationEntry => ({
  title: station.path, kind: "Conv2D", channels: 4, shape: [8, 8, 4], stage: "8 × 8", parents: [], layers: 1, folded: 0, expandable: false, expanded: false,
  silent: 0, constant: 0, nonfinite: 0, thin: view(new Int32Array(0)), update: [], gradient: null, silent_shares: [], ...station,
});

type GroupStart = Partial<Omit<GroupEntry, "channels">> & { station: number; group: number; channels: readonly number[] };

export const groupEntry = ({ channels, ...group }: GroupStart): GroupEntry => ({
  pinned: [], stability: null, rows: channels.length, values: view(Float32Array.from(channels, (_, at) => channels.length - at)),
  density: view(new Uint8Array(0)), density_range: [null, null], zeros: null, findings: [], channels: view(Int32Array.from(channels)), ...group,
});

export const effectEntry = (parent: number, child: number, mean: readonly number[]): EffectEntry => ({
  parent, child, rms: view(Float32Array.from(mean, Math.abs)), mean: view(Float32Array.from(mean)),
});

/** Of (group, channel) each the whole of the first picture. */
export const patches = (...of: readonly (readonly [group: number, channel: number])[]): DataView =>
  view(Int32Array.from(of.flatMap(([group, channel]) => [group, channel, 0, 0, 4, 0, 4])));

/** Two stations of two groups each: a lowers none, `conv1` · 1 lowers `conv2` · 0. */
export const mapState = (state: Partial<MapViewState> = {}): MapViewState => ({
  _stations: [stationEntry({ path: "conv1", stage: "16 × 16" }), stationEntry({ path: "conv2", parents: [0], silent: 1, channels: 5, thin: view(Int32Array.of(4)) })],
  _groups: [
    groupEntry({ station: 0, group: 0, channels: [0, 2] }),
    groupEntry({ station: 0, group: 1, channels: [1, 3], pinned: [1], stability: 0.4 }),
    groupEntry({ station: 1, group: 0, channels: [3, 0] }),
    groupEntry({ station: 1, group: 1, channels: [1, 2], findings: ["2 near zero"] }),
  ],
  _effects: [effectEntry(0, 1, [0.5, 0.1, -0.3, 0.8])],
  _weights: [],
  moments: [],
  moment: -1,
  live: true,
  _columns: ["cat", "dog"],
  _column_kind: "classes",
  // Each group's channels answer to cat, cat, dog, dog in turn.
  _profile: view(Uint8Array.of(255, 0, 255, 0, 0, 255, 0, 255, 255, 0, 255, 0, 0, 255, 0, 255)),
  _picture_shape: [1, 4, 4, 1],
  _pictures: view(new Uint8Array(16)),
  _patches: patches([0, 0], [0, 2], [1, 1], [2, 3]),
  _notes: [],
  _asked: [0, "refresh", "", [], -1],
  _answered: 0,
  _started: 0,
  colours: "green-red",
  doing: "",
  error: "",
  facet: "both",
  facts: "32 samples",
  fresh: true,
  layer: "conv1",
  progress: -1,
  reading: "effects",
  redoable: "",
  selection: "selection",
  share: 1,
  title: "net",
  undoable: "",
  ...state,
});

/** A map of so many stations of eight groups of eight channels. */
export function largeState(stations: number): MapViewState {
  const groups = 8;
  return mapState({
    _stations: Array.from({ length: stations }, (_, at) => stationEntry({ path: `block${at}`, channels: 64, parents: at > 0 ? [at - 1] : [] })),
    _groups: Array.from({ length: stations * groups }, (_, at) => groupEntry({
      station: Math.floor(at / groups), group: at % groups, rows: 4, channels: Array.from({ length: 8 }, (__, place) => (at % groups) * 8 + place),
    })),
    _effects: Array.from({ length: stations - 1 }, (_, at) => effectEntry(at, at + 1, Array.from({ length: groups * groups }, (__, edge) => Math.sin(7 * edge + at)))),
    _profile: view(new Uint8Array(stations * groups * 4 * 2)),
    _patches: patches(),
    _picture_shape: [0, 0, 0, 0],
    _pictures: view(new Uint8Array(0)),
    layer: "block0",
  });
}
