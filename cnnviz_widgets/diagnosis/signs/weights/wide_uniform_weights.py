"""Weights spread evenly over a wide range [WL20 §1.3.5, Fig. 17]."""

from __future__ import annotations

from collections.abc import Iterator

from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.weight_measures import WeightMeasures
from ..base import Sign
from ..wording import binned
from .kernels import kernels

FLATNESS = 0.065
"""Kolmogorov–Smirnov distance from a uniform distribution up to which weights count as uniform.
Training frays their ends; each of the zoo's networks that began wide keeps a layer within 0.055.
Weights as wide of another make begin at 0.085, healthy ones at 0.13."""

WIDTH = 3.0
"""Times Glorot's spread from which uniform weights count as wide: no usual initialiser is wider
than √2 times it in a square layer."""


class WideUniformWeights(Sign):
    """An initialisation so wide that training hardly moves it.

    Measured: the standard deviation over that of Glorot's initialisation, for weights whose
    distribution is still uniform (`weight_measures.flatness`).
    """

    kind, title, source = "wide-uniform-weights", "wide, uniform weights", "[WL20 §1.3.5]"
    cure = (
        'Initialise narrower and train anew: `kernel_initializer="glorot_uniform"`, or "he_normal" '
        "before ReLU."
    )
    view = "weights"
    explains = frozenset(
        {"concentrated-forks", "noisy-weights", "frozen", "uniform", "unlike-input"}
    )
    spoils = frozenset({"uniform", "unlike-input"})
    once_from = 2

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Of each kernel."""
        for kernel in kernels(layer):
            if is_wide(kernel):
                yield self._of_kernel(layer, kernel, model)

    def _of_kernel(self, layer: LayerFacts, kernel: WeightMeasures, model: ModelFacts) -> Finding:
        return self.finding(
            layer,
            "warning",
            Measurement(
                "spread of the weights (standard deviation) over that of Glorot's initialisation",
                kernel.width,
            ),
            f"The initial weights of {layer.path} ({kernel.name}) were drawn "
            f"{kernel.width:.1f} times too wide, and training has hardly moved them: they are "
            "still spread evenly.",
            reference=Comparison(
                "Glorot's initialisation for this layer (effect: ratio)", 1.0, effect=kernel.width
            ),
            limits="Told by the weights alone: they do not show how well the layer works.",
            weight=kernel.name,
            evidence=binned("weight", kernel.histogram),
        )


def is_wide(kernel: WeightMeasures) -> bool:
    """Whether the weights are uniform over a range far wider than an initialisation's."""
    return kernel.flatness <= FLATNESS and kernel.width >= WIDTH
