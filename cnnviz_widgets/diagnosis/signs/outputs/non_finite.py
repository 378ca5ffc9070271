"""NaN or infinity, where it begins; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...facts import LayerFacts, ModelFacts
from ...findings import Finding, Measurement
from ...phrases import are, some_of
from ..base import ALL_OF_OUTPUTS, BEYOND, SAME_IN_LAYERS, Sign
from ..wording import named


class NonFinite(Sign):
    """NaN or infinity in the inputs, in a layer's weights, or in what it makes of finite inputs.

    A layer is the origin if its own weights are non-finite, or its output is while those of
    all layers it reads are finite.
    """

    kind, title, source = "non-finite", "NaN or infinity", BEYOND
    explains = ALL_OF_OUTPUTS
    spoils = ALL_OF_OUTPUTS | {kind}
    once_from = SAME_IN_LAYERS

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """Of the inputs first."""
        if model.nonfinite_inputs:
            yield self._of_inputs(model.nonfinite_inputs, model.samples)
        yield from super().findings(model)

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Weights first: an output that they have spoilt is not looked at."""
        if any(weight.nonfinite for weight in layer.weights):
            yield self._of_weights(layer)
            return
        if not layer.outputs.measures.nonfinite.any() or model.nonfinite_inputs:
            return
        if not any(parent.outputs.measures.nonfinite.any() for parent in model.parents(layer)):
            yield self._of_outputs(layer)

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """Weights that are damaged themselves are a cause of their own."""
        return other.kind != self.kind or other.view == "outputs"

    def leaves_nothing(self, cause: Finding, behind: bool) -> bool:
        """NaN spreads to every sample."""
        return True

    def is_one_choice(self, finding: Finding) -> bool:
        """Whether weights are damaged: a training that diverges does it to all."""
        return finding.view == "weights"

    def shows_in(self, layer: LayerFacts) -> bool:
        """Whether the layer puts out NaN or infinity."""
        return bool(layer.outputs.measures.nonfinite.any())

    def _of_inputs(self, count: int, samples: int) -> Finding:
        return self.finding(
            "",
            "severe",
            Measurement("input values that are NaN or infinite", count),
            f"{count:,} of the input values {are(count)} NaN or infinite.",
            samples=samples,
            limits="What the layers make of finite inputs cannot be seen while these are in them.",
            cure="Check the input data: find where NaN or infinity gets in, and drop or replace "
            "those samples.",
        )

    def _of_weights(self, layer: LayerFacts) -> Finding:
        spoilt = [weight for weight in layer.weights if weight.nonfinite]
        outputs = {k for weight in spoilt for k in weight.nonfinite}
        channels = {
            k + weight.first_channel
            for weight in spoilt
            if weight.first_channel is not None
            for k in weight.nonfinite
        }
        total = spoilt[0].shape[-1]
        names = ", ".join(weight.name for weight in spoilt)
        hidden = not layer.outputs.measures.nonfinite.any()
        return self.finding(
            layer,
            "severe",
            Measurement("share of outputs with non-finite weights", len(outputs) / total, True),
            f"The {names} of {layer.path} {'hold' if len(spoilt) > 1 else 'holds'} "
            f"NaN or infinity for {some_of(len(outputs), total, layer.noun)}.",
            view="weights",
            channels=tuple(sorted(channels)),
            limits=f"The activation of {layer.path} hides it: what it puts out is finite."
            if hidden
            else "",
            cure="Load weights from before the damage and train on with a lower learning rate "
            "or clipped gradients; check the data and the loss for divisions by zero.",
            weight=spoilt[0].name,
        )

    def _of_outputs(self, layer: LayerFacts) -> Finding:
        measures = layer.outputs.measures
        channels = np.flatnonzero(measures.nonfinite)
        share = float(measures.nonfinite_share.mean())
        return self.finding(
            layer,
            "severe",
            Measurement("share of values that are NaN or infinite", share, True),
            f"{layer.path} turns finite inputs into NaN or infinity in "
            f"{some_of(channels.size, layer.outputs.channels, layer.noun)}.",
            channels=named(channels, layer),
            samples=measures.n_samples,
            cure="Look for overflow, division by zero or the logarithm of 0 in this layer; "
            "scale its inputs down or compute it in float32.",
        )
