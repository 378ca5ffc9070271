"""Dense weights with concentrated merges and a noisy heat map [WL20 §1.3.4, Fig. 16]."""

from __future__ import annotations

from collections.abc import Iterator

from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.weight_measures import WeightMeasures
from ...phrases import percent
from ..base import Sign
from ..wording import merge_heights
from .kernels import SHUFFLED, is_convolution, kernels, limits_of, severity_of, unlearnt


class NoisyWeights(Sign):
    """Heat maps that are noise.

    Measured: `weight_measures.structure`, with merges like those of the same weights shuffled.
    """

    kind, title, source = "noisy-weights", "noisy weights", "[WL20 §1.3.4]"
    cure = (
        "Look at this layer's outputs first and do as they suggest; initialise narrower, "
        "train longer, add weight decay, or use fewer units."
    )
    view = "weights"
    spoils = frozenset({"uniform", "unlike-input"})

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Of each kernel without places, if the model is trained."""
        if model.traceless:
            return
        for kernel in kernels(layer):
            if not is_convolution(kernel) and unlearnt(kernel):
                yield self._of_kernel(layer, kernel)

    def _of_kernel(self, layer: LayerFacts, kernel: WeightMeasures) -> Finding:
        structure, merges = kernel.structure, kernel.merges
        assert structure is not None and merges is not None
        return self.finding(
            layer,
            severity_of(layer),
            Measurement(
                "share of the weights' energy in the leading tenth of directions",
                structure.leading,
                True,
            ),
            f"The heat map of {layer.path}'s {kernel.name} is noise: "
            f"{percent(structure.leading)} of its energy lies in its leading directions, of the "
            f"same weights shuffled {percent(structure.shuffled)}.",
            reference=Comparison(
                f"{SHUFFLED} (effect: standard deviations)",
                structure.shuffled,
                structure.percentile,
                structure.effect,
            ),
            limits=limits_of(layer),
            weight=kernel.name,
            evidence=merge_heights(merges.own, merges.shuffled_heights),
        )
