"""Whether weights that mix inputs have learnt anything in common."""

from __future__ import annotations

from collections.abc import Iterator

from ...facts import LayerFacts
from ...findings import Severity
from ...measurements.merges import AgainstShuffled
from ...measurements.weight_measures import WeightMeasures

SHUFFLED = "the layer's own weights, shuffled"

DISTANCE_OF_SHUFFLES = 2.5
"""Kolmogorov–Smirnov distance of the merges from those of the shuffles, over the shuffles' own from
one another: up to here nothing in common shows. Shuffled kernels of the zoo reach 1.8, trained
ones begin at 3."""


def kernels(layer: LayerFacts) -> Iterator[WeightMeasures]:
    """A layer's weights that mix inputs; a shared layer has them at its first call."""
    return (weight for weight in layer.weights if weight.name.endswith("kernel"))


def is_convolution(kernel: WeightMeasures) -> bool:
    """Whether it has places besides inputs and outputs."""
    return len(kernel.shape) > 2


def unlearnt(kernel: WeightMeasures) -> bool:
    """Whether neither merges nor directions of a weight differ from those of shuffled numbers."""
    return kernel.merges is not None and like_shuffled(kernel.merges)


def like_shuffled(merges: AgainstShuffled) -> bool:
    """Whether merge heights cannot be told from those of the same weights in random order."""
    return merges.distance <= DISTANCE_OF_SHUFFLES * merges.shuffled_distance


def severity_of(layer: LayerFacts) -> Severity:
    """A note where the weights may just not have moved far."""
    return "note" if _hardly_moved(layer) else "warning"


def limits_of(layer: LayerFacts) -> str:
    """What a sign of parameters leaves in doubt."""
    text = "Auxiliary: parameters alone do not show how well the layer works."
    if _hardly_moved(layer):
        text += (
            " They still lie as they were drawn, and training by small steps may have changed "
            "them all the same."
        )
    return text


def _hardly_moved(layer: LayerFacts) -> bool:
    """Whether the weights still look newly drawn: small steps of training leave no trace."""
    movement = layer.movement
    return movement is not None and not movement.left_trace
