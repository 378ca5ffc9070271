"""Targets that no output of the model can be [METHOD §4]."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ....validation.messages import percent
from ...facts import ModelFacts
from ...findings import Finding, Measurement
from ...measurements.data.targets import Labels, Reach
from ...phrases import span
from ..base import BEYOND, FAILED_TASK, Sign
from ..wording import distribution

OUT_OF_REACH, SEVERE = 0.001, 0.05
"""Share of target values. Fewer may be outliers that nobody wants reached."""


class UnreachableTargets(Sign):
    """Values beyond the range of the output activation, or labels without an output."""

    kind, title, source = "unreachable-targets", "unreachable targets", "METHOD §4, beyond [WL20]"
    explains = spoils = frozenset({"saturated", "constant", "near-zero", "dead"})
    anywhere = FAILED_TASK | {"collapsed-outputs"}

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most."""
        if model.labels is not None and model.labels.share_unknown:
            yield self._of_labels(model.labels)
        if any(repair.with_targets and repair.helps for repair in model.repairs):
            return  # on the scale of training they are within reach
        if model.reach is not None and model.reach.share_out > OUT_OF_REACH:
            yield self._of_values(model.reach)

    def _of_values(self, reach: Reach) -> Finding:
        share = reach.share_out
        return self.finding(
            reach.layer,
            "severe" if share >= SEVERE else "warning",
            Measurement("share of target values out of reach", share, True),
            f"The output range of {reach.layer} ({reach.activation}, {_bounds(reach)}) cannot "
            f"reach {percent(share)} of the target values, which {_go(reach.targets)}.",
            samples=reach.samples,
            cure="Use an output activation whose range covers the targets (tanh for [−1, 1], "
            "sigmoid for [0, 1], none for any number), or scale the targets into its range.",
            evidence=distribution("target value", reach.targets),
        )

    def _of_labels(self, labels: Labels) -> Finding:
        share, last = labels.share_unknown, labels.outputs - 1
        outputs = f"outputs 0 to {last}" if last else "output 0 alone"
        return self.finding(
            labels.layer,
            "severe",
            Measurement("share of labels without an output", share, True),
            f"{percent(share)} of the labels have no output: {labels.layer} has {outputs}, "
            f"the labels {_go(labels.values)}.",
            samples=labels.values.size,
            cure="Give the last layer one output for every class, or number the labels from 0.",
            source=BEYOND,
        )


def _bounds(reach: Reach) -> str:
    if not math.isfinite(reach.low):
        return f"at most {reach.high:g}"
    if not math.isfinite(reach.high):
        return f"at least {reach.low:g}"
    return f"from {reach.low:g} to {reach.high:g}"


def _go(values: NDArray[np.floating] | NDArray[np.integer]) -> str:
    """Between which numbers values lie; whole ones in full."""
    low, high = values.min(), values.max()
    if values.dtype.kind in "iu":
        return f"are all {low}" if low == high else f"go from {low} to {high}"
    words = span(float(low), float(high))
    return f"go {words}" if words.startswith("from") else f"are {words}"
