"""Every kind of finding, in the order in which causes are looked for and findings are told.

What spoils everything behind it goes first, then what explains others in its own layer. Here are
only names: a finding knows which kinds there are without loading what measures them.
"""

from __future__ import annotations

SIGNS: dict[str, str] = {
    "exploding-signal": ".outputs.exploding_signal:ExplodingSignal",
    "non-finite": ".outputs.non_finite:NonFinite",
    "loss-head-mismatch": ".training.loss_head_mismatch:LossHeadMismatch",
    "unreachable-targets": ".data.unreachable_targets:UnreachableTargets",
    "stale-averages": ".training.stale_averages:StaleAverages",
    "channel-order": ".data.channel_order:ChannelOrder",
    "input-range": ".data.input_range:InputRange",
    "untrained": ".training.untrained:Untrained",
    "vanishing-signal": ".outputs.vanishing_signal:VanishingSignal",
    "penalty-dominates": ".training.penalty_dominates:PenaltyDominates",
    "wide-uniform-weights": ".weights.wide_uniform_weights:WideUniformWeights",
    "duplicate": ".weights.duplicate:Duplicate",
    "dropout-too-high": ".structure.dropout_too_high:DropoutTooHigh",
    "bottleneck": ".structure.bottleneck:Bottleneck",
    "linear-stack": ".structure.linear_stack:LinearStack",
    "not-missed": ".structure.not_missed:NotMissed",
    "over-deep": ".structure.over_deep:OverDeep",
    "over-wide": ".structure.over_wide:OverWide",
    "saturated": ".outputs.saturated:Saturated",
    "dead": ".outputs.dead:Dead",
    "near-zero": ".outputs.near_zero:NearZero",
    "collapsed-outputs": ".outputs.collapsed_outputs:CollapsedOutputs",
    "constant": ".outputs.constant:Constant",
    "frozen": ".weights.frozen:Frozen",
    "memorised": ".training.memorised:Memorised",
    "no-better-than-constant": ".training.no_better_than_constant:NoBetterThanConstant",
    "concentrated-forks": ".weights.concentrated_forks:ConcentratedForks",
    "noisy-weights": ".weights.noisy_weights:NoisyWeights",
    "uniform": ".outputs.uniform:Uniform",
    "unlike-input": ".outputs.unlike_input:UnlikeInput",
}
"""Where the sign of each kind is: a module, and the class in it."""
