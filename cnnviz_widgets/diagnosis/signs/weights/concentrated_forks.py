"""Convolution kernels whose merges are high and concentrated [WL20 §1.3.3, Fig. 15]."""

from __future__ import annotations

from collections.abc import Iterator

from ...facts import LayerFacts, ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.merges import AgainstShuffled
from ..base import Sign
from ..wording import merge_heights
from .kernels import SHUFFLED, is_convolution, kernels, limits_of, severity_of, unlearnt

HIGH = 0.5
"""Median merge height of a kernel from which its merges count as high: cosine 0.5."""


class ConcentratedForks(Sign):
    """Kernels that have no more in common than random ones.

    Measured: the Kolmogorov–Smirnov distance of the merge heights from those of the same weights
    shuffled, and `weight_measures.structure`. Neither more than chance, at a large median: nothing
    in common was learnt.
    """

    kind, title, source = "concentrated-forks", "concentrated forks", "[WL20 §1.3.3]"
    cure = (
        "Look at this layer's outputs first and do as they suggest; train longer, or use "
        "fewer channels."
    )
    view = "weights"
    # Kernels without anything in common lose the image; they do not make maps alike.
    explains = frozenset({"unlike-input"})
    spoils = frozenset({"uniform", "unlike-input"})

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """Of each kernel of a convolution, if the model is trained."""
        if model.traceless:
            return
        for kernel in kernels(layer):
            merges = kernel.merges
            if merges is None or not is_convolution(kernel) or not unlearnt(kernel):
                continue
            if merges.median >= HIGH:
                yield self._of_kernel(layer, kernel.name, merges)

    def _of_kernel(self, layer: LayerFacts, name: str, merges: AgainstShuffled) -> Finding:
        return self.finding(
            layer,
            severity_of(layer),
            Measurement("median fork height (cosine distance)", merges.median),
            f"The kernels of {layer.path} have no more in common than random ones: their "
            f"forks lie at {merges.median:.2f} ± {merges.spread / 2:.2f}, those of the "
            f"same weights shuffled at {merges.shuffled_median:.2f} ± "
            f"{merges.shuffled_spread / 2:.2f}.",
            reference=_shuffled(merges),
            limits=limits_of(layer),
            weight=name,
            evidence=merge_heights(merges.own, merges.shuffled_heights),
        )


def _shuffled(merges: AgainstShuffled) -> Comparison:
    return Comparison(
        f"{SHUFFLED} (effect: Kolmogorov–Smirnov distance over the shuffles' own)",
        merges.shuffled_median,
        merges.distance_percentile,
        merges.distance / max(merges.shuffled_distance, 1e-12),
    )
