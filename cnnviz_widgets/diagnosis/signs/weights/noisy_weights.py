"""Dense weights with concentrated merges and a noisy heat map [WL20 §1.3.4, Fig. 16]."""

from __future__ import annotations

from ...facts import LayerFacts
from ...findings import Comparison, Measurement
from ...measurements.weight_measures import WeightMeasures
from .kernels import SHUFFLED, RandomLooking, is_convolution, unlearnt


class NoisyWeights(RandomLooking):
    """Heat maps that are noise.

    Measured: `weight_measures.structure`, with merges like those of the same weights shuffled.
    """

    kind, title, source = "noisy-weights", "noisy weights", "[WL20 §1.3.4]"
    spoils = frozenset({"uniform", "unlike-input"})

    def accuses(self, kernel: WeightMeasures) -> bool:
        """Of all that is no convolution."""
        return not is_convolution(kernel) and unlearnt(kernel)

    def shows_order(self, layer: LayerFacts, kernel: WeightMeasures) -> bool:
        """Whether it is a plain dense layer's: those of attention and of cells work in pairs."""
        return kernel.name == "kernel" and layer.kind == "Dense"

    def subject(self, layer: LayerFacts, kernel: WeightMeasures) -> str:
        """By name and size."""
        size = " × ".join(f"{n:,}" for n in kernel.shape)
        return f"The {size} weights of {layer.path} ({kernel.name})"

    def looks(self, kernel: WeightMeasures) -> tuple[Measurement, Comparison]:
        """By how little of them a few patterns explain."""
        structure = kernel.structure
        assert structure is not None
        return (
            Measurement(
                "share of the weights that the strongest tenth of their patterns explains",
                structure.leading,
                True,
            ),
            Comparison(
                f"{SHUFFLED} (effect: standard deviations)",
                structure.shuffled,
                structure.percentile,
                structure.effect,
            ),
        )
