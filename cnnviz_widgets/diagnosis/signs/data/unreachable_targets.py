"""Targets that no output of the model can be [METHOD §4]."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ...facts import ModelFacts
from ...findings import Finding, Measurement
from ...measurements.targets import Labels, Reach
from ...phrases import percent
from ..base import BEYOND, Sign
from ..wording import distribution

OUT_OF_REACH, SEVERE = 0.001, 0.05
"""Share of target values. Fewer may be outliers that nobody wants reached."""


class UnreachableTargets(Sign):
    """Values beyond the range of the output activation, or labels without an output."""

    kind, title, source = "unreachable-targets", "unreachable targets", "METHOD §4, beyond [WL20]"
    explains = spoils = frozenset({"saturated", "constant", "near-zero", "dead"})

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most."""
        if model.labels is not None and model.labels.share_unknown:
            yield self._of_labels(model.labels)
        if model.reach is not None and model.reach.share_out > OUT_OF_REACH:
            yield self._of_values(model.reach)

    def _of_values(self, reach: Reach) -> Finding:
        share = reach.share_out
        return self.finding(
            reach.layer,
            "severe" if share >= SEVERE else "warning",
            Measurement("share of target values out of reach", share, True),
            f"The output range of {reach.layer} ({reach.activation}, {_span(reach)}) cannot reach "
            f"{percent(share)} of the target values, which go from {reach.targets.min():.3g} to "
            f"{reach.targets.max():.3g}.",
            samples=reach.samples,
            cure="Use an output activation whose range covers the targets (tanh for [−1, 1], "
            "sigmoid for [0, 1], none for any number), or scale the targets into its range.",
            evidence=distribution("target value", reach.targets),
        )

    def _of_labels(self, labels: Labels) -> Finding:
        share = labels.share_unknown
        return self.finding(
            labels.layer,
            "severe",
            Measurement("share of labels without an output", share, True),
            f"{percent(share)} of the labels have no output: {labels.layer} has outputs 0 to "
            f"{labels.outputs - 1}, the labels go from {int(labels.values.min())} to "
            f"{int(labels.values.max())}.",
            samples=labels.values.size,
            cure="Give the last layer one output for every class, or number the labels from 0.",
            source=BEYOND,
        )


def _span(reach: Reach) -> str:
    if not math.isfinite(reach.low):
        return f"at most {reach.high:g}"
    if not math.isfinite(reach.high):
        return f"at least {reach.low:g}"
    return f"from {reach.low:g} to {reach.high:g}"
