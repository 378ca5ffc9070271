/** The few numbers of a channel, as they come over the wire. */
import type { AnyModel } from "@anywidget/types";

import { count, number, percent } from "../lib/format";
import { asFloat32, asInt32, asUint8 } from "../lib/linking/buffers";
import type { ChannelNumbersState } from "../lib/wire/states";

export interface Numbers {
  channels: Int32Array;
  /** Which column is a channel's. */
  of: Map<number, number>;
  maximum: Float32Array;
  mean: Float32Array;
  zeroShare: Float32Array;
  nonfiniteShare: Float32Array;
  fires: Float32Array;
  /** On how many of so many samples surveyed it fires, and whether those shown say otherwise; none without a survey. */
  fired: Int32Array;
  differs: Uint8Array;
  surveyed: number;
}

export function readNumbers(model: AnyModel<ChannelNumbersState>): Numbers {
  const channels = asInt32(model.get("_channels"));
  return {
    channels,
    of: new Map(Array.from(channels, (channel, column) => [channel, column])),
    maximum: asFloat32(model.get("_maximum")),
    mean: asFloat32(model.get("_mean")),
    zeroShare: asFloat32(model.get("_zero_share")),
    nonfiniteShare: asFloat32(model.get("_nonfinite_share")),
    fires: asFloat32(model.get("_fires")),
    // Widget state that was saved before there were surveys has none.
    fired: asInt32(model.get("_fired")),
    differs: asUint8(model.get("_fired_differs")),
    surveyed: model.get("_surveyed") ?? 0,
  };
}

/** What is told of the channel in a column: its numbers, and what they are. */
export function told(numbers: Numbers, column: number): [value: string, name: string][] {
  const known = (value: number): string => (Number.isFinite(value) ? number(value) : "–");
  const rows: [string, string][] = [
    [known(numbers.maximum[column]!), "max"],
    [known(numbers.mean[column]!), "mean"],
    [percent(numbers.zeroShare[column]!), "zeros"],
  ];
  if (numbers.surveyed > 0) {
    const mark = numbers.differs[column] ? "▲ " : "";
    rows.push([mark + percent(numbers.fired[column]! / numbers.surveyed), `fires on ${count(numbers.fired[column]!)} of ${count(numbers.surveyed)}`]);
  } else if (numbers.fires.length > 0) rows.push([percent(numbers.fires[column]!), "fires on"]);
  const bad = numbers.nonfiniteShare[column]!;
  if (bad > 0) rows.push([percent(bad), "NaN, infinite"]);
  return rows;
}
