// Written by cnnviz_widgets/frontend/wire.py; change wire_schema.py or the traits instead.

/** The last code that stands for a value, and that of a pixel that is not finite. */
export const HIGHEST_CODE = 254;
export const NONFINITE_CODE = 255;

/** What a tile is marked as, so that nobody takes it for a dark one. */
export const enum Mark {
  ordinary = 0,
  zero = 1,
  constant = 2,
  someNotFinite = 3,
  notFinite = 4,
}

/** Above so many channels bands stand for their densities. */
export const MOST_CURVES = 64;

/** The numbers that channels are found by, as they are typed. */
export const CHANNEL_NUMBERS = ["mean", "std", "min", "max", "zeros", "not finite"] as const;

/** The timeline's position where the model is shown as it is now. */
export const LIVE = -1;

/** What a reader calls each kind of finding. */
export const FINDING_TITLES: Record<string, string> = {
  "exploding-signal": "a signal that grows with depth",
  "non-finite": "NaN or infinity",
  "loss-head-mismatch": "head and loss do not fit",
  "unreachable-targets": "unreachable targets",
  "stale-averages": "stale moving averages",
  "channel-order": "colours in another order",
  "input-range": "unexpected input range",
  "untrained": "untrained",
  "vanishing-signal": "a signal that fades with depth",
  "penalty-dominates": "penalty outweighs the task",
  "wide-uniform-weights": "wide, uniform weights",
  "duplicate": "duplicate channels",
  "dropout-too-high": "dropout too high",
  "bottleneck": "bottleneck of one unit",
  "linear-stack": "nothing between two layers",
  "not-missed": "layers that are not missed",
  "over-deep": "middle layers that tell little apart",
  "over-wide": "more channels than are used",
  "saturated": "saturated channels",
  "dead": "dead channels",
  "near-zero": "values near zero",
  "collapsed-outputs": "pictures that are all alike",
  "constant": "constant channels",
  "frozen": "frozen weights",
  "memorised": "training samples memorised",
  "no-better-than-constant": "no better than a constant answer",
  "concentrated-forks": "concentrated forks",
  "noisy-weights": "noisy weights",
  "uniform": "uniform features",
  "unlike-input": "unlike the input",
};

export type OnsetKind = "dead" | "non-finite" | "frozen";

// Traits of which the page reads all anew when one of them changes.
export const SHEET_TRAITS = [
  "_shape",
  "_codes",
  "_low",
  "_high",
  "_marks",
  "_kind",
  "_reduction",
  "_montage",
  "_channels",
  "_samples",
  "_rows",
  "channel_names",
  "class_names",
] as const;
export const HEADS_TRAITS = [
  "_heads",
  "_head_shape",
  "_head_pixels",
  "_head_range",
] as const;
export const PARAMETERS_TRAITS = [
  "_shape",
  "_codes",
  "_low",
  "_high",
  "_marks",
  "_kind",
  "_reduction",
  "_montage",
  "_outputs",
  "_inputs",
  "_taps",
  "_words",
  "_column_names",
  "_tap_names",
  "_bias",
] as const;
export const POINTS_TRAITS = [
  "_points",
  "_positions",
  "_places",
  "_leaves",
] as const;
export const TREE_TRAITS = [
  "_column_count",
  "_columns",
  "_feet",
  "_heights",
  "_span",
  "_split",
  "_zero_columns",
  "_order",
] as const;
export const DENSITY_CURVES_TRAITS = [
  "_channels",
  "_grid",
  "_density",
  "_points",
  "_zero_share",
  "_nonfinite_share",
  "_few",
] as const;
export const CHANNEL_FACTS_TRAITS = [
  "_channels",
  "_maximum",
  "_mean",
  "_zero_share",
  "_nonfinite_share",
  "_fires",
  "_fired",
  "_fired_differs",
  "_class_titles",
  "_class_samples",
  "_class_numbers",
  "_class_means",
  "_class_fired",
  "_lift_class",
  "_lift",
  "_disagreements",
  "_nearest",
  "_curves",
] as const;
export const COMPARED_CURVES_TRAITS = [
  "_numbers_a",
  "_numbers_b",
  "_channels_a",
  "_channels_b",
  "_grid_a",
  "_grid_b",
  "_density_a",
  "_density_b",
  "_zero_share_a",
  "_zero_share_b",
  "_nonfinite_share_a",
  "_nonfinite_share_b",
] as const;
export const HEALTH_CURVES_TRAITS = [
  "_numbers",
  "_paths",
  "_steps",
  "_values",
  "_layers",
  "_moments",
] as const;
export const MAP_VIEW_TRAITS = [
  "_stations",
  "_groups",
  "_effects",
  "_weights",
  "_columns",
  "_column_kind",
  "_profile",
  "_picture_shape",
  "_pictures",
  "_patches",
  "_notes",
  "moments",
  "_asked",
] as const;
export const MOMENTS_TRAITS = [
  "_steps",
  "_kept",
  "_moments",
  "_marks",
  "_onsets",
  "_changes",
] as const;
export const SELECTION_BAR_TRAITS = [
  "_samples",
  "_surveyed",
  "_trials",
  "class_names",
  "_channel_count",
  "_channels",
  "_gaps",
  "_numbers",
  "_dead",
] as const;
export const TIMELINE_CURVES_TRAITS = [
  "_numbers",
  "_paths",
  "_points",
  "_values",
  "_logs",
  "_log_steps",
  "_log_values",
  "_epochs",
  "_end",
] as const;
export const TOKENS_TRAITS = [
  "_token_words",
  "_token_shape",
  "_targets",
  "_sources",
] as const;
export const INSPECTOR_HEADER_TRAITS = [
  "_answered",
  "_asked",
  "_diagnose_asked",
  "_diagnosed",
  "_shown_view",
  "_step_answered",
  "_step_asked",
  "error",
  "facts",
  "found",
  "has_attention",
  "has_weights",
  "live",
  "look_for",
  "message",
  "next_step",
  "previous_step",
  "progress",
  "stage",
  "step",
  "steps",
  "title",
  "view",
  "warnings",
  "weight",
  "weights",
] as const;
export const TRAINING_BAR_TRAITS = [
  "_pause_answered",
  "_pause_asked",
  "_resume_answered",
  "_resume_asked",
  "_stop_answered",
  "_stop_asked",
  "batch",
  "budget",
  "epoch",
  "epochs",
  "error",
  "logs",
  "note",
  "skipped",
  "spent",
  "state",
  "step",
  "steps",
  "updates",
] as const;
