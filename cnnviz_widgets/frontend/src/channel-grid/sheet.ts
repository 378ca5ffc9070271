/** A layer's quantised outputs as the grid reads them; the one place that knows their wire format. */
import type { AnyModel } from "@anywidget/types";

import { count, named } from "../lib/format";
import { asFloat32, asInt32, asUint8 } from "../lib/linking/buffers";
import { sorted } from "../lib/samples/heads";
import type { HeadsState, SheetState, TokensState } from "../lib/wire/payloads";
import type { ChannelGridState } from "../lib/wire/states";
import type { MarkedChannels } from "../tile-view/facts";
import { naturalOrder, summarised, type Tiles } from "../tile-view/tiles";
import { readTokens, type Tokens } from "./tokens";

/** What the rows are sorted by. */
type Sorted = Pick<HeadsState, "_heads"> & Pick<ChannelGridState, "sort_rows" | "_view">;

/** The tiles of a layer's outputs: samples down, channels across. */
export interface Sheet extends Tiles {
  channels: Int32Array;
  /** What each column is called. */
  names: readonly string[];
  /** Number of the sample of each row of tiles. */
  samples: Int32Array;
  /** Number of the sample at each place from top to bottom: a place is kept for every sample. */
  places: Int32Array;
  /** The row of tiles at each place; -1 for a sample that was not looked at. */
  rowAt: Int32Array;
  kind: SheetState["_kind"];
  /** What a column is called: a channel, or a head of attention. */
  noun: "channel" | "head";
  /** What the tokens of attention are called; null of outputs. */
  tokens: Tokens | null;
  /** Tile columns in the channels' own numbering. */
  natural: Int32Array;
}

export function readSheet(model: AnyModel<SheetState & Sorted & TokensState>): Sheet {
  const [rows, cols, height, width] = model.get("_shape");
  const channels = asInt32(model.get("_channels"));
  // Widget state that was saved before there were names has none.
  const given = model.get("channel_names") ?? [];
  const names = given.length === channels.length ? given : Array.from(channels, (channel) => named(channel, model.get("class_names")));
  const kind = model.get("_kind");
  const numbers = asInt32(model.get("_samples"));
  const samples = numbers.length === rows ? numbers : Int32Array.from({ length: rows }, (_, row) => row);
  const placed = asInt32(model.get("_rows"));
  const places = sorted(placed.length > rows ? placed : samples, model.get("_heads") ?? [], model.get("sort_rows"));
  const rowAt = places.map((sample) => samples.indexOf(sample));
  const tiles = summarised({
    rows,
    cols,
    height,
    width,
    codes: asUint8(model.get("_codes")),
    low: asFloat32(model.get("_low")),
    high: asFloat32(model.get("_high")),
    marks: asUint8(model.get("_marks")),
    marksColumns: height * width === 1 || kind === "sequence",
    reduction: model.get("_reduction"),
    montage: model.get("_montage"),
  });
  const tokens = readTokens(model);
  const noun = tokens ? "head" : "channel";
  return { ...tiles, channels, names, samples, places, rowAt, kind, noun, tokens, natural: naturalOrder(channels) };
}

/** Whole channels and their marks, for the legend; `surveyed`: all but the tiles is of more samples. */
export function markedChannels(sheet: Sheet, surveyed: boolean): MarkedChannels {
  const { channels, columnMarks: marks, noun } = sheet;
  const briefly = isWhole(sheet) && !surveyed ? undefined : `on these ${count(sheet.rows)}`;
  const where = briefly ? `${briefly} samples` : "on all samples shown";
  return { channels, marks, noun, where, briefly };
}

/** Whether every place has tiles. */
export const isWhole = (sheet: Sheet): boolean => sheet.places.length === sheet.rows;
