"""Convolution kernels whose merges are high and concentrated [WL20 §1.3.3, Fig. 15]."""

from __future__ import annotations

import math

from ...facts import LayerFacts
from ...findings import Comparison, Measurement
from ...measurements.weight_measures import WeightMeasures
from .kernels import SHUFFLED, RandomLooking, is_convolution, unlearnt

HIGH = 0.5
"""Median merge height of a kernel from which its merges count as high: cosine 0.5."""

FEWEST_PLACES = 9
"""Places of a kernel in which an order can be seen: 3 × 3. A 1 × 1 kernel has none."""


class ConcentratedForks(RandomLooking):
    """Kernels that have no more in common than random ones.

    Measured: the Kolmogorov–Smirnov distance of the merge heights from those of the same weights
    shuffled, and `weight_measures.structure`. Neither more than chance, at a large median.
    """

    kind, title, source = "concentrated-forks", "concentrated forks", "[WL20 §1.3.3]"
    # Kernels without anything in common lose the image; they do not make maps alike.
    explains = frozenset({"unlike-input"})
    spoils = frozenset({"uniform", "unlike-input"})

    def accuses(self, kernel: WeightMeasures) -> bool:
        """Of a convolution."""
        merges = kernel.merges
        return (
            merges is not None
            and is_convolution(kernel)
            and unlearnt(kernel)
            and merges.median >= HIGH
        )

    def shows_order(self, layer: LayerFacts, kernel: WeightMeasures) -> bool:
        """Whether it has places enough."""
        return math.prod(kernel.shape[1:-1]) >= FEWEST_PLACES

    def subject(self, layer: LayerFacts, kernel: WeightMeasures) -> str:
        """By their number."""
        return f"The {kernel.shape[-1]:,} kernels of {layer.path}"

    def looks(self, kernel: WeightMeasures) -> tuple[Measurement, Comparison]:
        """By how far apart they are."""
        merges = kernel.merges
        assert merges is not None
        return (
            Measurement("cosine distance of a kernel to the next, median", merges.median),
            Comparison(
                f"{SHUFFLED} (effect: difference of the two, over that of chance)",
                merges.shuffled_median,
                merges.distance_percentile,
                merges.distance / max(merges.shuffled_distance, 1e-12),
            ),
        )
