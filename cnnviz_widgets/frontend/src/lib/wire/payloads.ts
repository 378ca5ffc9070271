// Written by cnnviz_widgets/frontend/wire.py; change wire_schema.py or the traits instead.

export type Severity = "severe" | "warning" | "note";

export type RecordView = "outputs" | "weights";

export type TileKind = "image" | "vector" | "sequence" | "volume" | "strip";

export type AnswerState = "asked" | "done" | "failed";

export type Tone = "plain" | "doubt" | "faint";

export type MapColumnKind = "classes" | "predicted" | "samples";

export type MapVerb = "select" | "move" | "merge" | "split" | "pin" | "unpin" | "undo" | "redo" | "reset" | "expand" | "fold" | "refresh" | "moment";

/** Quantised tiles: one for each row and column. */
export interface TilesState {
  /** Rows, columns, pixels down and across of a stored tile. */
  _shape: [number, number, number, number];
  _codes: DataView;
  /** Smallest and largest finite value of each tile, row-major; NaN where there is none. */
  _low: DataView;
  _high: DataView;
  _marks: DataView;
  _kind: TileKind;
  /** How many original pixels one stored pixel averages, down and across. */
  _reduction: [number, number];
  /** Slices down and across within a tile. */
  _montage: [number, number];
}

/** A layer's outputs: samples down, channels across. */
export interface SheetState extends TilesState {
  /** Channel number of each tile column, in leaf order. */
  _channels: DataView;
  /** Number of the sample of each row of tiles; none: that of the row. */
  _samples: DataView;
  /** Number of each place's sample, where some have no tiles now; none: as `_samples`. */
  _rows: DataView;
  channel_names: string[];
  class_names: string[];
}

/** What the tokens of attention are called. */
export interface TokensState {
  _token_words: string[];
  /** Samples, targets and sources that have words; 0: they have none. */
  _token_shape: [number, number, number];
  /** For each sample and target the number of its word. */
  _targets: DataView;
  _sources: DataView;
}

/** What leads a row: the sample itself, what it is, and the model's answer. */
export interface HeadEntry {
  /** The sample in words, where it is no picture. */
  text: string;
  /** What else the sample is made of, a line an input. */
  more: string;
  truth: string;
  /** "" where there is none, or none yet. */
  answer: string;
  /** The share that the answer has of 1. */
  confidence: number | null;
  /** null where nobody can tell. */
  right: boolean | null;
  /** Whether the answer is from an earlier look at the model. */
  is_old: boolean;
  /** Number of the class; -1 where there is none. */
  true_class: number;
  answer_class: number;
}

/** What leads the rows of a grid, by the number of their sample. */
export interface HeadsState {
  /** Of the first samples; none where nothing is known. */
  _heads: HeadEntry[];
  /** Samples, pixels down and across, and 1 or 3 channels of the pictures; no samples: none. */
  _head_shape: [number, number, number, number];
  /** Grey, or red, green and blue. */
  _head_pixels: DataView;
  /** The values that are shown black and white. */
  _head_range: [number | null, number | null];
}

/** A layer's weights: outputs down, inputs across. */
export interface ParametersState extends TilesState {
  /** The output that each row shows, in leaf order. */
  _outputs: DataView;
  /** How many inputs there are. */
  _inputs: number;
  /** Taps down and across of one kernel slice; [1, 1] where an input has a single weight. */
  _taps: [number, number];
  /** What one input and one output is called. */
  _words: [string, string];
  /** A name for each input, where they are not one of a kind; none where they are. */
  _column_names: string[];
  /** A name for each entry of the first axis of taps, where these are a cell's gates. */
  _tap_names: string[];
  /** The bias of each row; empty where there is none. */
  _bias: DataView;
}

/** A window of the weights, less averaged than the whole. */
export interface WindowEntry {
  /** Which question this answers. */
  serial: number;
  rows: [number, number];
  columns: [number, number];
  shape: [number, number, number, number];
  codes: DataView;
  low: DataView;
  high: DataView;
  marks: DataView;
  kind: TileKind;
  reduction: [number, number];
  montage: [number, number];
}

/** Before there is anything. */
export interface Nothing {
}

/** What is asked for where the weights are averaged, and the answer. */
export interface WindowState {
  /** The question: its number, first row and one past the last, first input and one past. */
  _window_asked: number[];
  _window: WindowEntry | Nothing;
}

/** A dendrogram, as it is drawn. */
export interface TreeState {
  /** Columns of the grid below, those of non-finite channels included. */
  _column_count: number;
  /** Channel of each drawn leaf, from left to right. */
  _columns: DataView;
  /** Left and right foot of each merge, in columns. */
  _feet: DataView;
  /** Height of left foot, right foot and the merge itself; as exact as in Python, for cuts. */
  _heights: DataView;
  /** First leaf below each merge, and one past the last, in `_order`. */
  _span: DataView;
  /** The drawn column right of the gap that each merge closes. */
  _split: DataView;
  /** So many drawn columns at the right end of the tree are zero throughout. */
  _zero_columns: number;
  /** Every finite channel in leaf order, drawn or not. */
  _order: DataView;
}

/** Samples or channels as points of the plane. */
export interface PointsState {
  /** Number of the sample or channel of each point; −2, −3, … for the samples 0, 1, … of a survey
    that are not shown. */
  _points: DataView;
  /** Right and up of each point, in units that mean nothing. */
  _positions: DataView;
  /** Place in `_heads` of what tells of each point; -1 for none. Empty for channels. */
  _places: DataView;
  /** Channels as the tree's columns have them, from left to right; empty for samples. */
  _leaves: DataView;
}

/** Each channel's density, or what stands for it. */
export interface DensityCurvesState {
  /** Channel of each curve. */
  _channels: DataView;
  /** Abscissae and densities, `_points` for each curve, one curve after the other. */
  _grid: DataView;
  _density: DataView;
  _points: number;
  /** Share of exact zeros, and of values that are not finite, of each curve's channel. */
  _zero_share: DataView;
  _nonfinite_share: DataView;
  /** 1 where a channel has too few values for a curve: a stroke stands for each. */
  _few: DataView;
}

/** The channels most alike one, the nearest first. */
export interface NearestEntry {
  channel: number;
  channels: number[];
  /** Cosine distances. */
  distances: number[];
}

/** A few numbers of each channel that is drawn. */
export interface ChannelFactsState {
  /** The channels, in leaf order. */
  _channels: DataView;
  _maximum: DataView;
  _mean: DataView;
  /** Share of exact zeros, and of values that are not finite. */
  _zero_share: DataView;
  _nonfinite_share: DataView;
  /** Share of the rows on which it is not zero throughout; empty for weights. */
  _fires: DataView;
  /** On how many samples surveyed it is anywhere above zero; empty without a survey. */
  _fired: DataView;
  /** 1 where the share of those shown is another, beyond chance. */
  _fired_differs: DataView;
  _class_titles: string[];
  /** How many samples each class has. */
  _class_samples: DataView;
  /** Classes that are listed, `_listed` for each channel, one channel after the other. */
  _class_numbers: DataView;
  /** The mean over the class's samples; NaN where there is none. */
  _class_means: DataView;
  /** On how many of the class's samples it fires. */
  _class_fired: DataView;
  /** The class on which it fires more than on all, beyond chance; -1 for none. */
  _lift_class: DataView;
  /** How many times as often, and the ends of the interval, for each channel. */
  _lift: DataView;
  /** Channel → where the samples shown say something else than those surveyed. */
  _disagreements: Record<string, string>;
  /** Nothing where it is not known. */
  _nearest: NearestEntry | Nothing;
  /** The head of a density panel, where there is one. */
  _curves: string | null;
}

/** Densities of two layers' channels. */
export interface ComparedCurvesState {
  /** Number in the selection of each curve of the first, and of the second. */
  _numbers_a: DataView;
  _numbers_b: DataView;
  /** Each curve's channel in its own layer. */
  _channels_a: DataView;
  _channels_b: DataView;
  /** Each curve's abscissae: the first one and the step. */
  _grid_a: DataView;
  _grid_b: DataView;
  /** Heights, one curve after the other. */
  _density_a: DataView;
  _density_b: DataView;
  _zero_share_a: DataView;
  _zero_share_b: DataView;
  _nonfinite_share_a: DataView;
  _nonfinite_share_b: DataView;
}

/** A number that is followed over time. */
export interface NumberEntry {
  name: string;
  title: string;
  explanation: string;
  look: "share" | "count" | "size" | "value";
  /** Whether it has a value anywhere. */
  known: boolean;
}

/** Numbers of layers over time. */
export interface HealthCurvesState {
  _numbers: NumberEntry[];
  /** Path of the layer of each curve. */
  _paths: string[];
  /** Step of each point. */
  _steps: DataView;
  /** A value for each number, layer and point; NaN where there is none. */
  _values: DataView;
  /** How many layers and moments there are, of which those sent may be some. */
  _layers: number;
  _moments: number;
}

/** What began at a layer. */
export interface OnsetEntry {
  kind: string;
  layer: string;
  step: number;
  /** One sentence. */
  text: string;
  /** Whether it was there at the first look: training did not bring it about. */
  from_start: boolean;
}

/** Other inputs were shown to the model. */
export interface ChangeEntry {
  /** The first moment that is of them. */
  step: number;
  /** Which, in words. */
  title: string;
}

/** The moments of a training, and what began at them. */
export interface MomentsState {
  /** Step of each tick, ascending. */
  _steps: DataView;
  /** Whether the shown place has a record at each tick. */
  _kept: DataView;
  /** How many moments and onsets there are, of which those sent may be some. */
  _moments: number;
  _marks: number;
  /** By step. */
  _onsets: OnsetEntry[];
  /** By step. */
  _changes: ChangeEntry[];
}

/** A loss or a metric over time. */
export interface LogEntry {
  name: string;
  /** What a value is of: one batch, all since its epoch began, or an epoch. */
  of: "batch" | "running" | "epoch";
  /** Points of its curve, each of so many batches at the most. */
  points: number;
  batches: number;
}

/** What is drawn over the steps of a training. */
export interface TimelineCurvesState {
  _numbers: NumberEntry[];
  /** Path of the layer of each curve. */
  _paths: string[];
  /** Step of each point of the layers' curves. */
  _points: DataView;
  /** A value for each number, layer and point; NaN where there is none. */
  _values: DataView;
  _logs: LogEntry[];
  /** Step of each point, one loss or metric after the other. */
  _log_steps: DataView;
  /** Means of all these points, then the least of what they stand for, then the greatest. */
  _log_values: DataView;
  /** For each epoch how many steps had been made when it began, and its number. */
  _epochs: DataView;
  /** The step at which training is to end; 0 where that is not known. */
  _end: number;
}

/** A layer of a model, and how it fares. */
export interface LayerEntry {
  path: string;
  kind: string;
  /** Output shape without the batch, such as `26×26×32`. */
  shape: string;
  parameters: number;
  /** Channels of the output, and how many are zero on every sample; null: not measured. */
  channels: number | null;
  dead: number | null;
  /** How many of the channels hold NaN or infinity. */
  nonfinite: number | null;
  /** On how many samples these rest, where they were surveyed; null: on those shown. */
  surveyed: number | null;
  /** How much the outputs vary, in their own unit; null: not known. */
  scale: number | null;
  /** Abstraction level in words, and as a share of the model's highest. */
  level: string;
  relative_level: number;
  /** Views that have been looked at; null where nobody keeps count. */
  looked: string[] | null;
  /** How many severe findings and warnings begin at this layer. */
  severe: number;
  warnings: number;
}

/** A histogram beside a finding. */
export interface EvidenceEntry {
  label: string;
  edges: (number | null)[];
  shares: (number | null)[];
  /** The same bins of what was compared with; empty where there is none. */
  reference: (number | null)[];
}

/** What was measured. */
export interface MeasurementEntry {
  name: string;
  value: number | null;
  is_share: boolean;
}

/** What it was compared with. */
export interface ReferenceEntry {
  name: string;
  value: number | null;
  percentile: number | null;
  effect: number | null;
}

/** Something that a diagnosis found. */
export interface FindingEntry {
  kind: string;
  severity: Severity;
  /** Path of the layer; "" for the model as a whole. */
  layer: string;
  view: RecordView;
  /** How many channels are concerned, 0 for all of them, and the first of them. */
  channel_count: number;
  channels: number[];
  /** What these are called, where they stand for classes; else none. */
  channel_names: string[];
  /** Of how many channels, where that is known. */
  channel_total: number | null;
  measured: MeasurementEntry;
  reference: ReferenceEntry | null;
  /** 0 for findings about weights alone. */
  samples: number;
  summary: string;
  limits: string;
  cure: string;
  source: string;
  weight: string;
  evidence: EvidenceEntry | null;
  /** Layers in which the same cause shows. */
  follows: string[];
}

/** What a diagnosis could not look at. */
export interface SkippedEntry {
  what: string;
  why: string;
}

/** A diagnosis without its findings. */
export interface ReportEntry {
  model: string;
  layers: number;
  samples: number;
  notes: string[];
  skipped: SkippedEntry[];
}

/** A layer of two models, and how much it differs. */
export interface ComparedLayerEntry {
  path: string;
  /** Path of the layer that it is compared with. */
  partner: string;
  /** Class, or nothing where it is not known. */
  kind: string;
  channels: [number, number];
  /** Mean over its pairs of channels, 0 to 2; null where maps cannot be compared. */
  change: number | null;
  /** Mean shift of their distributions, 0 to 1. */
  shift: number | null;
  dead: [number, number];
  nonfinite: [number, number];
  /** Of how many pairs one channel alone is zero throughout: the second, the first. */
  turned: [number, number];
  /** Channels stuck at an end of their activation; null where that is not known. */
  saturated: [number | null, number | null];
  /** Whether its channels are matched as was asked for; else by their number. */
  as_asked: boolean;
}

/** A layer that has no partner. */
export interface UncomparedLayerEntry {
  path: string;
  kind: string;
  /** Where it is, or where it is missing, in words. */
  where: string;
}

/** dict() -> new empty dictionary
dict(mapping) -> new dictionary initialized from a mapping object's
    (key, value) pairs
dict(iterable) -> new dictionary initialized as if via:
    d = {}
    for k, v in iterable:
        d[k] = v
dict(**kwargs) -> new dictionary initialized with the name=value pairs
    in the keyword argument list.  For example:  dict(one=1, two=2) */
export interface _PairNames {
  /** What they are called, where that is more than their numbers. */
  names?: [string, string];
}

/** Two channels that are compared. */
export interface PairEntry extends _PairNames {
  /** Its number in the selection. */
  number: number;
  channels: [number, number];
  distance: number | null;
  shift: number | null;
  /** Shares of exact zeros. */
  zeros: [number, number];
  dead: [boolean, boolean];
  nonfinite: [boolean, boolean];
  /** False in both where it is not known. */
  saturated: [boolean, boolean];
}

/** What a trial measured; null where it is not known, or not finite. */
export interface TrialNumbersEntry {
  samples: number;
  /** Of the outputs, as a share of what they were. */
  change: number | null;
  /** How many answers differ. */
  changed: number | null;
  /** How many are right, before and after. */
  right: [number, number] | null;
  loss: [number | null, number | null] | null;
  /** Whether every value of every output is exactly what it was. */
  unchanged: boolean;
}

/** What came of trying a model without some channels. */
export interface TrialEntry {
  how: "silence" | "mean" | "merge";
  channels: number[];
  layer: string;
  summary: string;
  /** Pairs of a label and a value. */
  details: [string, string][];
  numbers: TrialNumbersEntry | null;
}

/** A small picture and what is to be said of it. */
export interface PictureEntry {
  height: number;
  width: number;
  /** 1, or 3 for red, green and blue. */
  channels: number;
  pixels: DataView;
  /** 1 for each pixel that is no picture; empty where all are. */
  outside: DataView;
  /** A place in it, down and across, each from 0 to 1. */
  mark: [number, number] | null;
  caption: string;
  title: string;
  /** The number of the sample that it is of; −1 for none. */
  sample: number;
  /** Whether that is the number of one that was surveyed; else of one that is shown. */
  surveyed: boolean;
  /** Whether it is not to be believed. */
  doubt: boolean;
}

/** Pictures beside one another, under a heading. */
export interface StripEntry {
  title: string;
  /** How many stand in a row, where there is room. */
  across: number;
  pictures: PictureEntry[];
}

/** What came of a question about a channel. */
export interface AnswerEntry {
  channel: number;
  /** Of what is asked the pictures are those of the question before. */
  state: AnswerState;
  /** Sentences, in order; of a question that failed, why. */
  words: [Tone, string][];
  strips: StripEntry[];
}

/** Channels that a click selects. */
export interface ChoiceEntry {
  text: string;
  title: string;
  /** In the layer's own numbering. */
  channels: number[];
  /** Whether what is said of them may be chance. */
  doubt: boolean;
}

/** One picture for each of a layer's channels, all of one size and on one scale. */
export interface SheetEntry {
  /** The layer's channels in the order of the sheet. */
  channels: DataView;
  /** How many of them have a picture, from the first on. */
  done: number;
  height: number;
  width: number;
  /** 1, or 3 for red, green and blue. */
  depth: number;
  /** Of those that have one. */
  pixels: DataView;
  /** Of each that has one: 0 believed, 1 too little was found, 2 not woken, 3 silent. */
  state: DataView;
  /** What is to be said of each that has a picture. */
  titles: string[];
}

/** What came of a question about a layer. */
export interface LayerAnswerEntry {
  /** ``"old"``: the weights have changed since. */
  state: "asked" | "done" | "failed" | "old";
  /** Sentences, in order; of a question that failed, why. */
  words: [Tone, string][];
  choices: ChoiceEntry[];
  sheet: SheetEntry | null;
}

/** What the model is without some channels. */
export interface RehearsalEntry {
  layer: string;
  /** As they were selected. */
  channels: number[];
  how: "remove" | "merge";
  summary: string;
  /** What was counted, before and after. */
  rows: [string, string, string][];
  /** Why there is no smaller model; '' where there is one. */
  why_not: string;
  /** Whether the weights have changed since. */
  old: boolean;
}

/** A column of the map. */
export interface StationEntry {
  path: string;
  /** The shortest name that tells it from the other stations. */
  title: string;
  kind: string;
  channels: number;
  /** Without the batch. */
  shape: number[];
  stage: string;
  /** Which stations it reads. */
  parents: number[];
  /** How many layers it stands for. */
  layers: number;
  /** How many stations alike stand before it, undrawn. */
  folded: number;
  /** Whether there are stations in it to be drawn. */
  expandable: boolean;
  /** Whether it was folded, and is drawn unfolded. */
  expanded: boolean;
  silent: number;
  constant: number;
  nonfinite: number;
  /** The channels of no group: the silent, then the constant, then the non-finite ones. */
  thin: DataView;
  /** ‖ΔW‖/‖W‖ at each moment of the history, the last is that of what is shown. */
  update: (number | null)[];
  /** Norm of the gradients where it is known. */
  gradient: number | null;
  /** The share of silent channels at each moment of the history. */
  silent_shares: (number | null)[];
}

/** How the values of a box are distributed; nothing before that is asked for. */
export interface DensityEntry {
  /** The curve, 0 to 255 of its peak; without zeros. */
  density: DataView;
  density_range: [number | null, number | null];
  /** The share of exact zeros. */
  zeros: number | null;
}

/** A box of the map. */
export interface GroupEntry extends DensityEntry {
  station: number;
  group: number;
  /** In the layer's own numbering and in the order of their rows. */
  channels: DataView;
  pinned: number[];
  /** 0 to 1; none where not known. */
  stability: number | null;
  /** How many rows the matrix has of it: of many channels neighbours are averaged. */
  rows: number;
  /** The greatest value of each channel. */
  values: DataView;
  /** What is wrong with channels of it, each a short phrase. */
  findings: string[];
}

/** What the groups of a station do to those of one that reads it. */
export interface EffectEntry {
  parent: number;
  child: number;
  /** Parent's groups down, child's across. */
  rms: DataView;
  mean: DataView;
}

/** Channels or samples that are selected. */
export interface SelectedNumbersState {
  /** Channels in the layer's own numbering, samples by their numbers among all. */
  selected: number[];
  /** Selections that have a name, by what they are numbers of. */
  _named: Record<string, Record<string, number[]>>;
  /** How often some were selected here, and what they were numbers of the last time. */
  _chosen_in: [number, string];
}
