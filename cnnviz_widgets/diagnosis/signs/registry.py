"""Every kind of finding, in the order in which causes are looked for and findings are told.

What spoils everything behind it goes first, then what explains others in its own layer. Here are
only names: a finding knows which kinds there are without loading what measures them.
"""

from __future__ import annotations

SIGNS: dict[str, str] = {
    "non-finite": ".outputs.non_finite:NonFinite",
    "unreachable-targets": ".data.unreachable_targets:UnreachableTargets",
    "stale-averages": ".training.stale_averages:StaleAverages",
    "channel-order": ".data.channel_order:ChannelOrder",
    "input-range": ".data.input_range:InputRange",
    "wide-uniform-weights": ".weights.wide_uniform_weights:WideUniformWeights",
    "duplicate": ".weights.duplicate:Duplicate",
    "saturated": ".outputs.saturated:Saturated",
    "dead": ".outputs.dead:Dead",
    "near-zero": ".outputs.near_zero:NearZero",
    "constant": ".outputs.constant:Constant",
    "frozen": ".weights.frozen:Frozen",
    "no-better-than-constant": ".training.no_better_than_constant:NoBetterThanConstant",
    "concentrated-forks": ".weights.concentrated_forks:ConcentratedForks",
    "noisy-weights": ".weights.noisy_weights:NoisyWeights",
    "uniform": ".outputs.uniform:Uniform",
    "unlike-input": ".outputs.unlike_input:UnlikeInput",
}
"""Where the sign of each kind is: a module, and the class in it."""
