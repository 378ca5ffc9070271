"""Channels whose weights, bias included, are the same to rounding; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...facts import LayerFacts, ModelFacts
from ...findings import Finding, Measurement
from ...measurements.weight_measures import WeightMeasures
from ...phrases import listed, some_of
from ..base import BEYOND, SAME_IN_LAYERS, Sign, by_share
from ..by_answers import capped
from .kernels import kernels

SEVERE, WARNING = 0.5, 0.1
"""Share of channels that have a twin, as for dead ones: they add nothing. Trained channels never
become equal to rounding by chance."""


class Duplicate(Sign):
    """Groups of channels that compute one feature."""

    kind, title, source = "duplicate", "duplicate channels", BEYOND
    cure = (
        "Equal ones get equal gradients and stay equal: give all but one of each group new random "
        "weights and train on, or take them out."
    )
    view = "weights"
    explains = frozenset({"uniform", "concentrated-forks", "noisy-weights"})
    spoils = frozenset({"uniform", "unlike-input"})
    once_from = SAME_IN_LAYERS

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Of each kernel whose outputs are channels of the layer."""
        for kernel in kernels(layer):
            if kernel.duplicates and kernel.first_channel is not None:
                yield self._of_kernel(layer, model, kernel, kernel.first_channel)

    def is_one_choice(self, finding: Finding) -> bool:
        """Whether all channels have a twin: a few may have found theirs by chance."""
        return finding.measured.value >= 1

    def _of_kernel(
        self, layer: LayerFacts, model: ModelFacts, kernel: WeightMeasures, first: int
    ) -> Finding:
        groups, total = kernel.duplicates, kernel.shape[-1]
        count = sum(map(len, groups))
        share = count / total
        examples = listed(list(map(_equation, groups)), 3)
        is_all = share == 1 and count > 2
        channels = () if is_all else sorted(k for group in groups for k in group)
        return self.finding(
            layer,
            capped(by_share(share, SEVERE, WARNING), model),
            Measurement("share of channels that have an exact twin", share, True),
            f"{some_of(count, total, layer.noun).capitalize()} of {layer.path} "
            f"compute the same as another: equal {kernel.name} and bias, in {len(groups):,} "
            f"group{'s' * (len(groups) != 1)} ({examples}).",
            channels=tuple(k + first for k in channels),
            weight=kernel.name,
        )


def _equation(group: Sequence[int]) -> str:
    """``2=5=9``; of a large group the beginning."""
    return "=".join(map(str, group[:6])) + "=…" * (len(group) > 6)
