// Written by cnnviz_widgets/frontend/wire.py; change wire_schema.py or the traits instead.
import type {
  AnswerEntry,
  ChannelFactsState,
  ComparedCurvesState,
  ComparedLayerEntry,
  DensityCurvesState,
  EffectEntry,
  FindingEntry,
  GroupEntry,
  HeadsState,
  HealthCurvesState,
  LayerAnswerEntry,
  LayerEntry,
  MapColumnKind,
  MapVerb,
  MomentsState,
  Nothing,
  PairEntry,
  ParametersState,
  PointsState,
  RehearsalEntry,
  ReportEntry,
  SelectedNumbersState,
  SheetState,
  StationEntry,
  TimelineCurvesState,
  TokensState,
  TreeState,
  TrialEntry,
  UncomparedLayerEntry,
  WindowState,
} from "./payloads";

/** What AblationBar shares with the page. */
export interface AblationBarState {
  /** The newest first. */
  trials: TrialEntry[];
  /** Serial, how, channels, and the layer meant. */
  _asked: [number, string, number[], string];
  /** Serial of the last trial that ended. */
  _answered: number;
  /** Serial of the last trial that was begun. */
  _started: number;
  /** Whether what is shown can be tried. */
  enabled: boolean;
  /** Why the last trial failed; '' where it did not. */
  error: string;
  /** Path of the layer whose channels are selected. */
  layer: string;
  /** Why not, where it is not enabled. */
  reason: string;
  selection: string;
}

/** What ChannelAnswers shares with the page. */
export interface ChannelAnswersState {
  unfolded: string[];
  /** Name, title and hint of each question. */
  _titles: [string, string, string][];
  /** By the names of the questions. */
  _answers: Record<string, AnswerEntry>;
  /** Whether anything can be asked of what is shown. */
  _asks: boolean;
  /** Questions that do not fit the model. */
  _left_out: string[];
  /** The channel that is asked about; -1 for none. */
  channel: number;
  /** What is to be known of all answers; '' for nothing. */
  note: string;
  sample_selection: string;
  surveyed_selection: string;
}

/** What ChannelNumbers shares with the page. */
export interface ChannelNumbersState extends ChannelFactsState {
  /** How many classes of each channel are listed. */
  _listed: number;
  /** What a channel is called. */
  _noun: string;
  /** Whether channels stand as `_rows` has them, not `axis`. */
  _of_weights: boolean;
  _rows: string;
  /** What the numbers are over. */
  _samples: string;
  /** How many samples were surveyed; 0: none. */
  _surveyed: number;
  axis: string;
  /** The channel that is shown; -1 for none. */
  channel: number;
  /** A name for each channel, where it stands for a class; none: its number. */
  class_names: string[];
  selection: string;
}

/** What ChannelGrid shares with the page. */
export interface ChannelGridState extends SheetState, HeadsState, TokensState {
  /** What the pictures show, where that is not the whole. */
  _head_note: string;
  /** Whether the channels are the classes that answers are of. */
  _marks_answers: boolean;
  /** What the picture leaves out, in sentences. */
  _notes: string[];
  /** Whether all but the tiles is of more samples than these. */
  _surveyed: boolean;
  /** What of a layer is shown. */
  _view: "outputs" | "weights" | "attention";
  axis: string;
  /** How values become colours; 'diverging' is blue below zero and red above; 'auto' is 'diverging' where values reach about as far below zero as above, and 'magma' elsewhere. */
  colormap: "auto" | "magma" | "grey" | "viridis" | "diverging";
  /** Whether three channels of pictures, or the kernels of three inputs, are shown together in red, green and blue, too. */
  composite: boolean;
  /** Greatest height of the grid in CSS pixels. */
  height: number;
  /** Columns to leave room for, at the least: grids of as many places stand in line. */
  places: number;
  /** A name for each of all samples; none: its number. */
  sample_labels: string[];
  sample_selection: string;
  selection: string;
  /** Rows as they were given, the wrong ones first, by class, or the least sure first. */
  sort_rows: "given" | "wrong" | "class" | "unsure";
  /** A line above the grid; '' for none. */
  title: string;
  /** Over which values the colours are stretched: a channel's on all samples, so that rows compare; a tile's own, as in [WL20 Fig. 1]; or the layer's. */
  value_range: "tile" | "channel" | "layer";
}

/** What ColumnAxis shares with the page. */
export interface ColumnAxisState {
  /** First columns of what does not fold. */
  unfolded: number[];
  /** First column of each group, one past its last, and the distance at which it holds together;
    groups of two or more, from the left. */
  _groups: [number, number, number][];
  /** First column that is zero throughout, and one past the last; [] for none. */
  _zeros: number[];
  /** Columns right of the channels: 1 where these are shown in colour, too. */
  _beside: number;
  /** What the page offers; none where the tree that is shown was kept. */
  _linkages: string[];
  /** Rows are led by picture and class, and not by a number or a name alone. */
  heads: boolean;
  /** How far apart two groups of channels are: it makes the tree, and so the leaf order. */
  linkage: "single" | "average" | "complete" | "ward";
  /** Columns in the tree's leaf order, or by channel number. */
  order_by: "leaf" | "natural";
  /** Side of a tile in CSS pixels, 24 to 160; 0 takes the largest up to 48 at which all columns fit. Inputs of weights: the width of an input. */
  scale: number;
  /** The column at the left edge. */
  start: number;
}

/** What Dendrogram shares with the page. */
export interface DendrogramState extends TreeState {
  /** What the picture leaves out, in sentences. */
  _notes: string[];
  /** How many of the channels beside the tree are rare, not zero. */
  _rare: number;
  axis: string;
  /** A name for each channel, where it stands for a class; none: its number. */
  class_names: string[];
  /** Height at which the tree is cut into groups, a cosine distance, for Ward a Euclidean one; None: where there are most of them. `record.tree.cut(cut)` gives each channel's group. */
  cut: number | null;
  /** Height of the tree in CSS pixels. */
  height: number;
  selection: string;
}

/** What Drawer shares with the page. */
export interface DrawerState {
  /** Name and title of each. */
  tabs: [string, string][];
  /** Names of those that take the middle of the frame, too. */
  wide: string[];
  /** Whether the drawer is there. */
  is_open: boolean;
  /** Name of the tab that is shown. */
  tab: string;
}

/** What Embedding shares with the page. */
export interface EmbeddingState extends HeadsState, PointsState {
  /** How often the page has ended t-SNE. */
  _cancel_asked: number;
  /** What the pictures show, where that is not the whole. */
  _head_note: string;
  /** What brings t-SNE; '' where it is there. */
  _install: string;
  /** Whether the points are of what was shown before. */
  _late: boolean;
  /** The layer's path; '' of values that come from elsewhere. */
  _layer: string;
  /** What the picture leaves out, in sentences. */
  _notes: string[];
  /** What a point is called. */
  _noun: string;
  /** How far t-SNE is, 0 to 1; -1 while it does not run. */
  _share: number;
  /** How the points are placed now. */
  _shown: "pca" | "tsne";
  /** What the picture rests on, and what it is worth. */
  _summary: string;
  axis: string;
  /** Whether the model can be shown samples that were surveyed. */
  can_show_surveyed: boolean;
  /** Why the points could not be placed; '' where they could. */
  error: string;
  /** Height of the picture in CSS pixels. */
  height: number;
  /** Principal components, or t-SNE where openTSNE is installed. */
  method: "pca" | "tsne";
  sample_selection: string;
  selection: string;
  /** What the points are. */
  subject: "samples" | "channels";
  surveyed_selection: string;
}

/** What ExportMenu shares with the page. */
export interface ExportMenuState {
  /** What, and with which suffix. */
  offers: [string, string][];
  /** What of that cannot be had yet, and what has to be done for it. */
  missing: Record<string, string>;
  /** Serial, the view that asks, what, and suffix. */
  _asked: [number, string, string, string];
  /** Serial of the last file that was made, or could not be. */
  _answered: number;
  /** Why the last file was not made; '' where it was. */
  error: string;
}

/** What FindingsPanel shares with the page. */
export interface FindingsPanelState {
  /** The report without its findings; nothing before the first. */
  _report: ReportEntry | Nothing | null;
  _findings: FindingEntry[];
  /** Kind and layer of each finding that was put away. */
  dismissed: [string, string][];
  /** How often the page asked for the chosen one's channels. */
  _select_asked: number;
  /** Whether a diagnosis is being made. */
  diagnosing: boolean;
  /** Number of the chosen finding; -1 for none. */
  finding: number;
  /** Greatest height of the list in CSS pixels. */
  height: number;
  /** Whether the model has changed since the diagnosis. */
  stale: boolean;
}

/** What InspectorHeader shares with the page. */
export interface InspectorHeaderState {
  /** How many findings are severe, warnings and notes; none before a diagnosis. */
  found: number[];
  /** How often another step was asked for, and by how many steps the last time. */
  _step_asked: [number, number];
  _answered: number;
  /** How often the page asked to read again. */
  _asked: number;
  /** How often the page asked for a diagnosis. */
  _diagnose_asked: number;
  _diagnosed: number;
  /** The view that is drawn; it follows `view`. */
  _shown_view: string;
  _step_answered: number;
  /** What went wrong last; '' once something has worked. */
  error: string;
  /** Kind, shape and samples in one line. */
  facts: string;
  /** Whether it has attention weights to show. */
  has_attention: boolean;
  /** Whether the layer has weights to show. */
  has_weights: boolean;
  /** Whether there is a model to diagnose and to read again. */
  live: boolean;
  /** What to look for in this step. */
  look_for: string;
  /** What is being done just now; '' when nothing is. */
  message: string;
  /** Layer and view of the next step; '' at the end. */
  next_step: string;
  /** Layer and view of the step before; '' at the beginning. */
  previous_step: string;
  /** Share of the work done, 0 to 1; -1: unknown. */
  progress: number;
  /** Which stage the step belongs to [WL20 §1.3.1]. */
  stage: string;
  /** Step of the order of analysis shown; 0 for none of them. */
  step: number;
  /** How many steps there are; 0: no order is offered. */
  steps: number;
  title: string;
  /** The view that is chosen. */
  view: "outputs" | "weights" | "attention";
  warnings: string[];
  /** Which of them is chosen; '' for none. */
  weight: string;
  /** Names of the layer's weights that have a picture. */
  weights: string[];
}

/** What LayerAnswers shares with the page. */
export interface LayerAnswersState {
  unfolded: string[];
  /** Serial, and the question to ask anew. */
  _again: [number, string];
  /** The first channel that the selection's numbers stand for, and how many. */
  _rows: [number, number];
  /** Name, title and hint of each question. */
  _titles: [string, string, string][];
  /** By the names of the questions. */
  _answers: Record<string, LayerAnswerEntry>;
  /** Whether anything can be asked of what is shown. */
  _asks: boolean;
  selection: string;
}

/** What LayerSelector shares with the page. */
export interface LayerSelectorState {
  _layers: LayerEntry[];
  /** On which samples the dead channels are so; '' for all that there are. */
  _basis: string;
  /** Whether some activation scales are of an earlier look than all else. */
  _earlier_scale: boolean;
  /** Path of the layer that the other views show. */
  _shown: string;
  /** Where the model has values that none of the layers shows, in sentences. */
  _unseen: string[];
  /** Greatest height of the list in CSS pixels, where it stands alone. */
  height: number;
  /** Path of the chosen layer; '' before any choice. */
  layer: string;
}

/** What MapView shares with the page. */
export interface MapViewState {
  _stations: StationEntry[];
  /** Station by station. */
  _groups: GroupEntry[];
  _effects: EffectEntry[];
  /** The second reading, CNNVis's mean weight between groups; empty until it is asked for. */
  _weights: EffectEntry[];
  /** What the columns of the matrices are called. */
  _columns: string[];
  _column_kind: MapColumnKind;
  /** Of all groups' rows, one below the other, each row scaled to its own range. */
  _profile: DataView;
  /** Pictures of samples: how many, pixels down and across, 1 or 3 colours; zeros: none. */
  _picture_shape: [number, number, number, number];
  _pictures: DataView;
  /** What channels see at their strongest places, seven numbers each: index into the groups of
    the map, channel, index into the pictures, and top, bottom, left and right in that picture's
    pixels; it may lie partly outside. */
  _patches: DataView;
  _notes: string[];
  /** Steps of which a map was kept, ascending. */
  moments: number[];
  /** Serial, what is asked for, a station's path, channels of it, and a group of it or −1: where
    they go, or that is split; of `merge` the group into which that of the first channel goes; of
    `moment` the step of a kept map, −1: the present one. */
  _asked: [number, MapVerb, string, number[], number];
  /** Serial of the last request that ended. */
  _answered: number;
  /** Serial of the last request that was begun. */
  _started: number;
  /** Of what raises and lowers. */
  colours: "green-red" | "blue-orange";
  /** What is being done meanwhile. */
  doing: string;
  /** Why the last request failed; '' where it did not. */
  error: string;
  /** What is drawn in the boxes. */
  facet: "both" | "patches" | "matrix" | "density" | "health";
  /** On what the map rests, in words. */
  facts: string;
  /** Whether it shows the model as it is now. */
  fresh: boolean;
  /** Path of the station that is shown elsewhere. */
  layer: string;
  /** Whether there is a model that can be asked. */
  live: boolean;
  /** Of these the one that is shown; −1: the model as it is now. */
  moment: number;
  /** 0 to 1 while the map is made; −1 when it is not. */
  progress: number;
  /** What the edges are. */
  reading: "effects" | "weights";
  /** What redo would do again. */
  redoable: string;
  selection: string;
  /** Share of all effect that is drawn. */
  share: number;
  /** The network's name. */
  title: string;
  /** What undo would take back, in words; '' for nothing. */
  undoable: string;
}

/** What ParameterGrid shares with the page. */
export interface ParameterGridState extends ParametersState, TreeState, WindowState {
  /** What the picture leaves out, in sentences. */
  _notes: string[];
  axis: string;
  /** A name for each output, where it is a class; none: its number. */
  class_names: string[];
  /** How values become colours; 'diverging' is blue below zero and red above; 'auto' is 'diverging' where values reach about as far below zero as above, and 'magma' elsewhere. */
  colormap: "auto" | "magma" | "grey" | "viridis" | "diverging";
  /** Whether three channels of pictures, or the kernels of three inputs, are shown together in red, green and blue, too. */
  composite: boolean;
  /** Height at which the tree is cut into groups, a cosine distance, for Ward a Euclidean one; None: where there are most of them. `record.tree.cut(cut)` gives each channel's group. */
  cut: number | null;
  /** Greatest height of the picture in CSS pixels. */
  height: number;
  selection: string;
  /** Over which values the colours are stretched. Where 'tile' or 'column' makes no sense, heat maps take the layer and named vectors their column. */
  value_range: "tile" | "row" | "column" | "layer";
}

/** What PrunePanel shares with the page. */
export interface PrunePanelState {
  /** Serial, how, channels, and the layer meant. */
  _asked: [number, string, number[], string];
  _rehearsal: RehearsalEntry | Nothing;
  /** Serial of the last rehearsal that ended. */
  _answered: number;
  /** Raised by the page to give it back. */
  _back_asked: number;
  /** Serial of the last one that the page gave up. */
  _cancelled: number;
  /** Raised by the page to take the smaller model. */
  _take_asked: number;
  /** Whether what was taken can be given back. */
  can_go_back: boolean;
  /** Whether what is shown can be rehearsed. */
  enabled: boolean;
  /** Why it failed; '' where it did not. */
  error: string;
  /** Whether something is being made. */
  is_working: boolean;
  /** Path of the layer whose channels are selected. */
  layer: string;
  /** What was taken; '' where nothing was. */
  note: string;
  /** Why not, where it is not enabled. */
  reason: string;
  selection: string;
}

/** What SampleSelection shares with the page. */
export interface SampleSelectionState extends SelectedNumbersState {
  /** What the numbers count. */
  _numbers_of: string;
  /** The one under the mouse; -1 for none. */
  hovered: number;
}

/** What SamplesBar shares with the page. */
export interface SamplesBarState {
  /** The grid whose rows are of these samples. */
  grid: string;
  /** Serial, what is asked for, and numbers: of samples shown, or of a class. */
  _asked: [number, string, number[]];
  /** The selection of samples surveyed, where there is one. */
  _surveyed: string | null;
  /** Numbers of the samples shown that have wrong answers. */
  _wrong: number[];
  /** Serial of the last choice that was made or refused. */
  _answered: number;
  /** How often the page asked to end it. */
  _stop_asked: number;
  /** How often the page asked for a survey. */
  _survey_asked: number;
  /** Whether there is a pool to survey. */
  can_survey: boolean;
  /** What can be asked for. */
  choices: string[];
  /** What they are, in words; '' as they were given. */
  chosen: string;
  /** Names of the classes that can be chosen. */
  classes: string[];
  /** Why the last choice failed; '' where it did not. */
  error: string;
  /** Whether there are more of what was chosen. */
  has_next: boolean;
  /** Whether there are some before. */
  has_previous: boolean;
  /** How many answers are right or wrong. */
  judged: number;
  /** What others are chosen from, in words. */
  pool: string;
  /** How many of these are right. */
  right: number;
  /** How many samples the model is shown. */
  samples: number;
  /** The training step they are of; -1: as it stands. */
  step: number;
  /** How many samples were surveyed; '' before a survey. */
  survey: string;
  /** The same as a share, 0 to 1; −1: not known. */
  survey_share: number;
  /** Whether it is of earlier weights. */
  survey_stale: boolean;
  /** How far a survey is, in words; '' while none goes on. */
  surveying: string;
}

/** What Selection shares with the page. */
export interface SelectionState extends SelectedNumbersState {
  /** What the numbers count. */
  _numbers_of: string;
  /** The one under the mouse; -1 for none. */
  hovered: number;
}

/** What SelectionBar shares with the page. */
export interface SelectionBarState {
  _samples: string | null;
  /** The selections of samples, and of those surveyed, where there are such. */
  _surveyed: string | null;
  /** The list of trials, where channels can be tried. */
  _trials: string | null;
  class_names: string[];
  /** How many there are, drawn or not. */
  _channel_count: number;
  /** The channels that are drawn, those of the tree first, from left to right. */
  _channels: DataView;
  /** The height at which each channel of the tree is joined to the one right of it. */
  _gaps: DataView;
  /** Of each channel that is drawn, one of `CHANNEL_NUMBERS` after the other; NaN: not known. */
  _numbers: DataView;
  /** 1 for each that is zero throughout. */
  _dead: DataView;
  /** Whether what is shown is of samples. */
  _of_samples: boolean;
  /** How often the line was copied. */
  _python_asked: number;
  /** Whether the frame around it can show the model the selected samples alone. */
  chooses_samples: boolean;
  /** The line of code that gets the values; '' where none does. */
  python: string;
  selection: string;
}

/** What Timeline shares with the page. */
export interface TimelineState extends MomentsState, TimelineCurvesState {
  /** A layer selector, where there is one. */
  selector: string | null;
  /** How often the page went to a mark; the last one's kind and layer. */
  _mark: [number, string, string];
  _compare_answered: number;
  /** How often the page asked to compare. */
  _compare_asked: number;
  /** The position that Python shows; it follows `position`. */
  _shown: number;
  /** Whether the two moments are shown beside one another. */
  comparing: boolean;
  /** Whether there is a model as it is now. */
  has_live: boolean;
  /** Step of the first moment to compare; -1: none. */
  mark_a: number;
  /** Step of the second moment; -1: none. */
  mark_b: number;
  /** What is to be known of the moment; '' for nothing. */
  note: string;
  /** Which number of the layers is drawn; an unknown one: the first. */
  number: string;
  /** Step of the moment that is chosen; -1: live. */
  position: number;
  /** Whether the model trains just now. */
  training: boolean;
}

/** What Tour shares with the page. */
export interface TourState {
  /** What the model is of: it answers to images, sequences, texts or tables, or makes images. */
  subject: "image" | "sequence" | "text" | "table" | "generator";
}

/** What TrainingBar shares with the page. */
export interface TrainingBarState {
  /** Losses and metrics; JSON has no NaN and no infinity, which come as words. */
  logs: Record<string, number | string>;
  _pause_answered: number;
  /** How often the page asked to pause. */
  _pause_asked: number;
  _resume_answered: number;
  /** How often the page asked to resume. */
  _resume_asked: number;
  _stop_answered: number;
  /** How often the page asked to stop. */
  _stop_asked: number;
  /** How many of them in the present epoch. */
  batch: number;
  /** Share that they may take at most, on average. */
  budget: number;
  /** The present epoch, from 1; 0: not known. */
  epoch: number;
  /** Number of the last epoch; 0: not known. */
  epochs: number;
  /** Why the last update failed; '' where it did not. */
  error: string;
  /** Why what the page asked for failed; '' where it did not. */
  note: string;
  /** How often they were not, to spare training time. */
  skipped: number;
  /** Share of the training time that the updates took. */
  spent: number;
  /** What training does; '' while none was followed: the bar is hidden. */
  state: "" | "training" | "paused" | "stopping" | "ended" | "interrupted";
  /** Training steps made. */
  step: number;
  /** Steps of an epoch; 0: not known. */
  steps: number;
  /** How often the views were brought up to date. */
  updates: number;
}

/** What ComparedDensities shares with the page. */
export interface ComparedDensitiesState extends ComparedCurvesState {
  /** What the two are called. */
  titles: [string, string];
  /** Cosine distance and distribution shift of each pair; NaN where there is none. */
  _distance: DataView;
  _shift: DataView;
  /** 1 for each channel that is stuck at an end of its activation, the pair's first and then its
    second; nothing where that is not known. */
  _saturated: DataView;
  _after: string;
  _before: string;
  /** On which class each pair's mean moved most; none: no classes are known. */
  _class_words: string[];
  _figure: string;
  _linear_axis: string;
  _linear_scale: string;
  _log_axis: string;
  _log_scale: string;
  _most: number;
  _zeros_after: string;
  _zeros_before: string;
  /** A name for each channel, where it stands for a class; none: its number. */
  class_names: string[];
  log_y: boolean;
  selection: string;
}

/** What Comparison shares with the page. */
export interface ComparisonState {
  /** What the two are called. */
  titles: [string, string];
  _layers: ComparedLayerEntry[];
  _alone: UncomparedLayerEntry[];
  /** The pairs of the layer shown, most changed first. */
  _pairs: PairEntry[];
  _can_match: boolean;
  _matched: "index" | "similarity";
  _notes: string[];
  _shown: string;
  _total: number;
  /** What went wrong last; '' once something has worked. */
  error: string;
  /** Path of the chosen layer, in the first of the two. */
  layer: string;
  /** How channels are to be matched. */
  match: "index" | "similarity";
  /** What is being done just now; '' when nothing is. */
  message: string;
  selection: string;
}

/** What Density shares with the page. */
export interface DensityState extends DensityCurvesState {
  _drawn: "every" | "fan" | "together";
  _every: string;
  _fan: string;
  _figure: string;
  _grouped: string;
  _hovered: string;
  _linear_axis: string;
  _linear_scale: string;
  _log_axis: string;
  _log_scale: string;
  _notes: string[];
  /** What a channel is called. */
  _noun: string;
  /** Whether channels stand as `_rows` has them, not `axis`. */
  _of_weights: boolean;
  _peak: number;
  _rows: string;
  /** On which samples, where these are not those shown; '' else. */
  _samples: string;
  _selected: string;
  _total: number;
  _usual_peak: number;
  _zeros: string;
  _zeros_marked: string;
  axis: string;
  /** A name for each channel, where it stands for a class; none: its number. */
  class_names: string[];
  log_y: boolean;
  selection: string;
}

/** What Health shares with the page. */
export interface HealthState extends HealthCurvesState {
  /** A layer selector and a timeline, where there are any. */
  selector: string | null;
  timeline: string | null;
  _chosen: string;
  _every: string;
  _figure: string;
  _hovered: string;
  _linear_axis: string;
  _linear_scale: string;
  _log_axis: string;
  _log_scale: string;
  _position: string;
  _step_axis: string;
  _step_scale: string;
  /** Which number is drawn; '' or an unknown one: the first. */
  number: string;
}
