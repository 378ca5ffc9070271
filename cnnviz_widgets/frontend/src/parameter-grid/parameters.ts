/** A layer's parameters as the picture reads them; the one place that knows their wire format. */
import type { AnyModel } from "@anywidget/types";

import { asFloat32, asInt32, asUint8 } from "../lib/linking/buffers";
import { Mark, NONFINITE_CODE } from "../lib/wire/constants";
import type { ParametersState, WindowEntry } from "../lib/wire/payloads";
import type { ParameterGridState } from "../lib/wire/states";
import { coloursOfKernels, type Colours } from "../tile-view/composite/colours";
import { naturalOrder, summarised, type Tiles } from "../tile-view/tiles";

/** Tiles, and the rows and inputs of the layer that they show. */
export interface Part {
  tiles: Tiles;
  /** One tile a row with a pixel for each input, or for each run of inputs. */
  strip: boolean;
  rows: [from: number, to: number];
  columns: [from: number, to: number];
}

export interface Parameters {
  whole: Part;
  /** How rows are laid out, whatever the parts are: kernel slices, lines of weights, named vectors. */
  kind: "tiles" | "strip" | "vector";
  inputs: number;
  outputs: Int32Array;
  /** Rows in the outputs' own numbering. */
  natural: Int32Array;
  taps: [down: number, across: number];
  inputWord: string;
  outputWord: string;
  names: readonly string[];
  /** Of the outputs, by their numbers; none where they are no classes. */
  classes: readonly string[];
  /** Gates, where the first axis of taps is that. */
  gates: readonly string[];
  bias: Tiles | null;
  /** Whether the inputs are the three channels of pictures. */
  areRgb: boolean;
  /** What the colours of their composite stand for; null where it is not shown. */
  colours: Colours | null;
  /** Places from left to right: the inputs, and the composite. */
  places: number;
}

export function readParameters(
  model: AnyModel<
    ParametersState & Pick<ParameterGridState, "class_names"> & Partial<Pick<ParameterGridState, "composite">>
  >,
): Parameters {
  const outputs = asInt32(model.get("_outputs"));
  const inputs = model.get("_inputs");
  const taps = model.get("_taps");
  const names = model.get("_column_names");
  const [inputWord, outputWord] = model.get("_words");
  const bias = asFloat32(model.get("_bias"));
  const whole = partOf({
    rows: [0, outputs.length],
    columns: [0, inputs],
    shape: model.get("_shape"),
    codes: model.get("_codes"),
    low: model.get("_low"),
    high: model.get("_high"),
    marks: model.get("_marks"),
    kind: model.get("_kind"),
    reduction: model.get("_reduction"),
    montage: model.get("_montage"),
  });
  const kind = names.length > 0 ? "vector" : taps[0] * taps[1] > 1 ? "tiles" : "strip";
  const gates = model.get("_tap_names");
  const areRgb = inputs === 3 && kind === "tiles" && !whole.strip && gates.length === 0;
  const colours = areRgb && model.get("composite") ? coloursOfKernels(whole.tiles.layerLow, whole.tiles.layerHigh) : null;
  return {
    whole,
    kind,
    inputs,
    outputs,
    natural: naturalOrder(outputs),
    taps,
    inputWord,
    outputWord,
    names,
    // Widget state that was saved before there were names has none.
    classes: model.get("class_names") ?? [],
    gates,
    bias: bias.length > 0 ? biasTiles(bias) : null,
    areRgb,
    colours,
    places: inputs + Number(colours !== null),
  };
}

function partOf(wire: Omit<WindowEntry, "serial">): Part {
  const [rows, cols, height, width] = wire.shape;
  const tiles = summarised({
    rows,
    cols,
    height,
    width,
    codes: asUint8(wire.codes),
    low: asFloat32(wire.low),
    high: asFloat32(wire.high),
    marks: asUint8(wire.marks),
    marksColumns: wire.kind === "vector",
    reduction: wire.reduction,
    montage: wire.montage,
  });
  return { tiles, strip: wire.kind === "strip", rows: wire.rows, columns: wire.columns };
}

/** A window as a part whose colours are those of the whole picture around it. */
export function readWindow(wire: WindowEntry, { whole }: Parameters): Part {
  const part = partOf(wire);
  const [rows, columns] = [wire.rows, wire.columns] as const;
  const { tiles } = part;
  // Means reach less far than what they are means of: then the window has ranges of its own.
  if (part.strip === whole.strip) {
    tiles.rowLow = whole.tiles.rowLow.subarray(...rows);
    tiles.rowHigh = whole.tiles.rowHigh.subarray(...rows);
    tiles.layerLow = whole.tiles.layerLow;
    tiles.layerHigh = whole.tiles.layerHigh;
  }
  if (!part.strip && !whole.strip) {
    tiles.columnLow = whole.tiles.columnLow.subarray(...columns);
    tiles.columnHigh = whole.tiles.columnHigh.subarray(...columns);
    return part;
  }
  // A row is marked by what all of it is, not by what the window shows of it.
  if (part.strip) tiles.marks = windowMarks(part, whole.tiles.rowMarks);
  return part;
}

function windowMarks({ tiles, rows }: Part, whole: Uint8Array): Uint8Array {
  return tiles.marks.map((mark, row) => (mark >= Mark.someNotFinite ? mark : whole[rows[0] + row]!));
}

function biasTiles(bias: Float32Array): Tiles {
  const known = bias.map((value) => (Number.isFinite(value) ? value : NaN));
  return summarised({
    rows: bias.length,
    cols: 1,
    height: 1,
    width: 1,
    codes: Uint8Array.from(known, (value) => (Number.isNaN(value) ? NONFINITE_CODE : 0)),
    low: known,
    high: known,
    marks: Uint8Array.from(known, (value) => (Number.isNaN(value) ? Mark.notFinite : value === 0 ? Mark.zero : Mark.ordinary)),
    marksColumns: true,
    reduction: [1, 1],
    montage: [1, 1],
  });
}
