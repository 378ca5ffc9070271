/** The columns and boxes of a map on its stage, in CSS pixels, with room above for what they are called. */
import { layoutColumns, leastSize, stageBands, type ColumnBox, type ColumnShape, type StageBand } from "../graph/geometry";
import type { Order } from "../graph/order";
import { STATES, thinChannels, type BoxState, type Group, type MapData } from "../data";

export interface Box {
  /** Among all boxes of the map. */
  id: number;
  station: number;
  /** None for channels of no group. */
  group: Group | undefined;
  state: BoxState;
  channels: Int32Array;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  /** Of the boxes. */
  top: number;
  bottom: number;
  /** Their boxes count from `top`. */
  columns: readonly ColumnBox[];
  bands: readonly StageBand[];
  /** Of each station from top to bottom. */
  stacks: Box[][];
  boxes: Box[];
  /** Of each group of the map, by its index. */
  ofGroup: Map<number, Box>;
}

/** Stage, title and number of channels. */
export const HEAD = 68;
/** Between the boxes and the end of their band. */
const FOOT = 6;
/** In narrower columns patches cannot be told apart. */
const LEAST_PITCH = 70;
const MOST_PITCH = 240;

/** The map in so much room, or more where it needs that, with `strip` pixels below it. */
export function layOut(data: MapData, order: Order, width: number, height: number, strip: number): Layout {
  const shapes = data.stations.map((station): ColumnShape => ({
    groups: station.groups.map(({ channels }) => ({ size: channels.length })),
    thin: STATES.filter((state) => station[state] > 0).length,
    stage: station.stage,
    folded: station.folded,
  }));
  const least = leastSize(shapes);
  const bottom = Math.max(height - strip - FOOT, HEAD + least.height);
  const wide = Math.max(width, least.width, LEAST_PITCH * shapes.length);
  const columns = layoutColumns({ width: Math.min(wide, MOST_PITCH * shapes.length), height: bottom - HEAD, columns: shapes, order });
  const layout: Layout = { width: wide, height: bottom + FOOT + strip, top: HEAD, bottom, columns, bands: stageBands(columns), stacks: [], boxes: [], ofGroup: new Map() };
  data.stations.forEach((station, at) => {
    const { boxes, thin } = columns[at]!;
    const states = STATES.filter((state) => station[state] > 0);
    const groups = order[at]!.map((number) => ({ group: station.groups[number], state: "" as const, channels: station.groups[number]!.channels, place: boxes[number]! }));
    const others = states.map((state, foot) => ({ group: undefined, state, channels: thinChannels(station, state), place: thin[foot]! }));
    layout.stacks.push([...groups, ...others].map(({ place, ...what }) => {
      const { x, y, width: wide, height: high } = place;
      const box: Box = { ...what, id: layout.boxes.length, station: at, x, y: y + HEAD, width: wide, height: high };
      layout.boxes.push(box);
      if (box.group) layout.ofGroup.set(box.group.index, box);
      return box;
    }));
  });
  return layout;
}
