"""Outputs that are the same whatever the input is; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator, Set

import numpy as np
from numpy.typing import NDArray

from ....validation.messages import percent
from ...facts import LayerFacts, ModelFacts
from ...findings import Finding, Kind, Measurement
from ...measurements.saturation import STUCK
from ...phrases import samples, some_of
from ..base import ALL_OF_OUTPUTS, BEYOND, Sign, by_share
from ..by_answers import capped
from ..wording import binned, distribution, few_samples, named
from .silence import CONSTANT_VARIATION, hands_on, inherited, is_meant, leads_into_gate

SEVERE, WARNING = 0.5, 0.1
"""Share of channels, as for dead ones: they tell as much about the input, nothing."""

OUTPUT_VARIATION = 0.02
"""Largest variation between samples over the outputs of a model: below, it says the same of every
input."""


class Constant(Sign):
    """Channels that do not depend on the input, or a whole model that does not.

    Measured: `variation.between_samples`. A channel that is stuck at an end of its activation is
    `saturated`, a zero one `dead`; pictures that a model makes alike are `collapsed-outputs`.
    """

    kind, title, source = "constant", "constant channels", BEYOND
    of_outputs = True
    explains = frozenset({"near-zero", "uniform", "unlike-input", "frozen"})

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """Nothing, where the samples cannot tell."""
        if model.samples >= 2 and model.inputs_vary:
            yield from super().findings(model)

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Of a layer whose output the model returns, whether all of it is the same."""
        outputs = layer.outputs
        stuck = outputs.at_ends is not None and bool((outputs.at_ends >= STUCK).all())
        if layer.output and not stuck and same_for_all(layer):
            if not (model.makes_images and len(outputs.shape) == 4):
                yield self._collapsed(model, layer)
            return
        variation = _variation(layer)
        is_still = variation < CONSTANT_VARIATION
        if outputs.at_ends is not None:
            is_still &= outputs.at_ends < STUCK
        channels = np.flatnonzero(is_still)
        if not channels.size or is_meant(model, layer, channels.size / outputs.channels):
            return
        share = channels.size / outputs.channels
        if not hands_on(layer, share) and not inherited(model, layer, channels):
            yield self._of_channels(model, layer, channels, variation)

    def explained_behind(self, cause: Finding) -> Set[Kind]:
        """All that outputs show, where no channel of the layer varies."""
        return frozenset() if cause.channels else ALL_OF_OUTPUTS

    def leaves_nothing(self, cause: Finding, behind: bool) -> bool:
        """Whether all channels are concerned."""
        return not cause.channels

    def _of_channels(
        self,
        model: ModelFacts,
        layer: LayerFacts,
        channels: NDArray[np.intp],
        variation: NDArray[np.float64],
    ) -> Finding:
        total = layer.outputs.channels
        share = channels.size / total
        is_gate = leads_into_gate(model, layer)
        return self.finding(
            layer,
            "note"
            if is_gate or model.untrained
            else capped(by_share(share, SEVERE, WARNING), model),
            Measurement(
                "variation between samples relative to magnitude, median of these channels",
                float(np.median(variation[channels])),
            ),
            f"{some_of(channels.size, total, layer.noun).capitalize()} of "
            f"{layer.path} put out the same whatever the input ({percent(share)})."
            if channels.size > 1 or total == 1
            else f"1 of {total:,} {layer.noun} of {layer.path} puts out the same "
            "whatever the input.",
            channels=named(channels, layer),
            limits="It is a gate, which may be meant to stay where it is." * is_gate
            or few_samples(layer.outputs.samples),
            cure="Look at their weights: where these are 0, or the bias is far larger than what "
            "they bring, give them new random ones and train on.",
            evidence=distribution(
                "variation between samples, relative", variation[np.isfinite(variation)]
            ),
        )

    def _collapsed(self, model: ModelFacts, layer: LayerFacts) -> Finding:
        """The finding that a model's output is the same for all samples."""
        outputs = layer.outputs
        most = float(np.nanmax(_variation(layer), initial=0))
        return self.finding(
            layer,
            "note" if model.untrained else "severe",
            Measurement("largest variation between samples relative to magnitude", most),
            f"The model puts out nearly the same for {samples(outputs.samples)}: {layer.path} "
            f"varies by {percent(most)} of its magnitude.",
            limits=few_samples(outputs.samples),
            cure="Check that the inputs are scaled as in training and differ from one another, "
            "look for dead layers before it, then lower the learning rate.",
            evidence=binned("value", outputs.histogram),
        )


def same_for_all(layer: LayerFacts) -> bool:
    """Whether a layer's output hardly varies between samples in any channel."""
    variation = _variation(layer)
    known = variation[np.isfinite(variation)]
    return known.size > 0 and float(known.max()) < OUTPUT_VARIATION


def _variation(layer: LayerFacts) -> NDArray[np.float64]:
    """`variation.between_samples`, and 0 for channels that have underflowed on every sample."""
    outputs = layer.outputs
    if not layer.underflows or (layer.output and layer.activation == "softmax"):
        return outputs.variation
    return np.where(outputs.measures.dead, 0.0, outputs.variation)
