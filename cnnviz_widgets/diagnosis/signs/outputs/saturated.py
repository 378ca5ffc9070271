"""Bounded activations at their ends for nearly all samples; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ....validation.messages import percent
from ...facts import LayerFacts, ModelFacts
from ...findings import Finding, Measurement
from ...measurements.rarity import FEWEST_SAMPLES
from ...measurements.saturation import STUCK
from ...phrases import samples, some_of
from ..base import BEYOND, Sign, by_share
from ..by_answers import capped
from ..wording import binned, few_samples, named
from .constant import same_for_all

SEVERE, WARNING = 0.6, 0.2
"""Share of channels."""

FEWEST_VALUES, MOST_VALUES = 0.5, 0.7
"""Share of all values of a layer, where channels change sides but are hardly ever between: below
the first a few stuck channels are not worth a note, from the second on it is a warning."""


class Saturated(Sign):
    """Channels stuck at an end of their activation.

    Measured: the share of channels with 95 % of their values within 1 % of the range from an end.
    The model's own output counts only where it is the same for all samples: a classifier may be
    sure, and black is an end of the range of images. Of a softmax output, classes that get exactly
    0 on every sample count.
    """

    kind, title, source = "saturated", "saturated channels", BEYOND
    of_outputs = True
    cure = (
        "Scale down what enters the activation: smaller initial weights "
        '(`kernel_initializer="glorot_uniform"`), or a BatchNormalization before it; or use one '
        'without ends (`activation="relu"`). At its ends no gradient comes back.'
    )
    explains = frozenset({"dead", "constant", "uniform", "near-zero", "unlike-input"})

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """By the layer's channels, or by its values where channels change sides."""
        outputs = layer.outputs
        if layer.output and layer.activation == "softmax":
            yield from self._exploded_logits(layer, model)
            return
        if outputs.at_ends is None:
            return
        stuck = outputs.at_ends >= STUCK
        if layer.output and not (stuck.all() and same_for_all(layer)):
            return
        channels = np.flatnonzero(stuck)
        values = float(outputs.at_ends.mean())
        severity = by_share(channels.size / outputs.channels, SEVERE, WARNING)
        if severity == "note" and values < FEWEST_VALUES:
            return
        if severity == "note" and values >= MOST_VALUES:
            severity = "warning"
        yield self.finding(
            layer,
            capped(severity, model),
            Measurement("share of values at an end of the range", values, True),
            f"{percent(values)} of what {layer.path} ({layer.activation}) puts out is stuck at "
            f"an end of its range, in {some_of(channels.size, outputs.channels, layer.noun)} "
            "nearly always."
            + f" It is nearly the same for {samples(outputs.samples)}."
            * layer.output,
            channels=named(channels, layer),
            limits=few_samples(outputs.samples),
            evidence=binned("value", outputs.histogram),
        )

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """Units of a ReLU6 that are stuck at 6 say nothing of those that are at 0."""
        if other.kind != "dead" or not cause.channels:
            return True
        return set(other.channels) <= set(cause.channels)

    def leaves_nothing(self, cause: Finding, behind: bool) -> bool:
        """Whether most of its own layer is stuck."""
        return not behind and cause.severity == "severe"

    def _exploded_logits(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Classes to which a softmax gives exactly 0 on every sample.

        float32 holds nothing below e^−103: their logits lie more than 100 below the largest, where
        those of a sure classifier lie 10 to 20 below.
        """
        outputs = layer.outputs
        never = np.flatnonzero(outputs.measures.dead)
        count = outputs.measures.n_samples
        share = never.size / outputs.channels
        if share < WARNING or count < FEWEST_SAMPLES:
            return
        yield self.finding(
            layer,
            capped("warning", model),
            Measurement("share of classes with probability exactly 0", share, True),
            f"{layer.path} (softmax) gives {some_of(never.size, outputs.channels, 'classes')} a "
            f"probability of exactly 0 on {samples(count)}: the logits have exploded, as "
            "theirs lie more than 100 below the largest.",
            channels=named(never, layer),
            samples=count,
            limits=few_samples(count),
            cure="Check that the inputs are scaled as in training; then hold the logits down: "
            "weight decay, label smoothing (CategoricalCrossentropy(label_smoothing=0.1)) or a "
            "normalisation before the last layer.",
        )
