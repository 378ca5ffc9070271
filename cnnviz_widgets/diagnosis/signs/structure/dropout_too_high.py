"""Dropout that leaves too little; beyond the paper."""

from __future__ import annotations

from collections.abc import Iterator

from ....validation.messages import percent
from ...facts import LayerFacts, ModelFacts
from ...findings import Finding, Measurement
from ..base import BEYOND, FAILED_TASK, SAME_IN_LAYERS, Sign
from ..by_answers import by_answers

HIGH = 0.8
"""Share that is dropped. Srivastava et al. (2014) advise 0.5 for hidden layers, 0.2 for inputs; at
0.8 a unit of the next layer sees one of five, and every gradient has five times the noise."""


class DropoutTooHigh(Sign):
    """Layers that drop most of what they are given in training."""

    kind, title, source = "dropout-too-high", "dropout too high", BEYOND
    cure = "Lower rate to 0.5 or less (0.2 on inputs and convolutions), and train again."
    once_from = SAME_IN_LAYERS
    anywhere = FAILED_TASK

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """By its rate."""
        if layer.dropout >= HIGH:
            yield self.finding(
                layer,
                by_answers(model, "warning", solved="warning"),
                Measurement("share of values dropped in training", layer.dropout, True),
                f"{layer.path} drops {percent(layer.dropout)} of its {layer.noun} in every step "
                f"of training: the layers behind it learn from {percent(1 - layer.dropout)}.",
                samples=0,
            )
