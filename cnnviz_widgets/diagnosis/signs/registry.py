"""Every kind of finding, in the order in which causes are looked for and findings are told.

What spoils everything behind it goes first, then what explains others in its own layer. Here are
only names: a finding knows which kinds there are without loading what measures them.
"""

from __future__ import annotations

SIGNS: dict[str, str] = {
    "non-finite": ".outputs.non_finite:NonFinite",
    "loss-head-mismatch": ".training.loss_head_mismatch:LossHeadMismatch",
    "input-range": ".data.input_range:InputRange",
    "unreachable-targets": ".data.unreachable_targets:UnreachableTargets",
    "untrained": ".training.untrained:Untrained",
    "penalty-dominates": ".training.penalty_dominates:PenaltyDominates",
    "wide-uniform-weights": ".weights.wide_uniform_weights:WideUniformWeights",
    "duplicate": ".weights.duplicate:Duplicate",
    "dropout-too-high": ".structure.dropout_too_high:DropoutTooHigh",
    "bottleneck": ".structure.bottleneck:Bottleneck",
    "linear-stack": ".structure.linear_stack:LinearStack",
    "saturated": ".outputs.saturated:Saturated",
    "dead": ".outputs.dead:Dead",
    "near-zero": ".outputs.near_zero:NearZero",
    "constant": ".outputs.constant:Constant",
    "frozen": ".weights.frozen:Frozen",
    "memorised": ".training.memorised:Memorised",
    "concentrated-forks": ".weights.concentrated_forks:ConcentratedForks",
    "noisy-weights": ".weights.noisy_weights:NoisyWeights",
    "uniform": ".outputs.uniform:Uniform",
    "unlike-input": ".outputs.unlike_input:UnlikeInput",
}
"""Where the sign of each kind is: a module, and the class in it."""
