"""From the measures of weights to findings [WL20 §1.3.3–1.3.5].

The paper calls the signs of parameters auxiliary: none of them is severe by itself, but for
channels that are all the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from .. import thresholds
from ..facts import LayerFacts, ModelFacts
from ..findings import Comparison, Evidence, Finding, Measurement, Severity
from ..measurements.merges import AgainstShuffled
from ..measurements.weight_measures import WeightMeasures, histogram
from ..phrases import listed, percent, some_of

_SHUFFLED = "the layer's own weights, shuffled"
_BEYOND = "METHOD §3, beyond [WL20]"


def duplicate(model: ModelFacts) -> Iterator[Finding]:
    """Channels whose weights, bias included, are the same to rounding; beyond the paper."""
    for layer, signs in _kernels(model):
        groups = signs.duplicates
        if not groups or signs.first_channel is None:
            continue
        count = sum(map(len, groups))
        share = count / signs.shape[-1]
        named = listed(["=".join(map(str, group[:6])) for group in groups], 3)
        channels = () if share == 1 and count > 2 else sorted(k for g in groups for k in g)
        yield Finding(
            kind="duplicate",
            severity="severe" if share >= thresholds.DUPLICATE_SEVERE else "warning",
            layer=layer.path,
            view="weights",
            channels=tuple(k + signs.first_channel for k in channels),
            measured=Measurement("share of channels that have an exact twin", share, True),
            reference=None,
            samples=0,
            summary=f"{some_of(count, signs.shape[-1], layer.noun).capitalize()} of {layer.path} "
            f"have the same {signs.name} and bias as another, in {len(groups):,} "
            f"group{'s' * (len(groups) != 1)} ({named}).",
            limits="",
            cure="Keep one of each group (merge the others into it); if all are alike, initialise "
            "with random weights, as equal ones stay equal.",
            source=_BEYOND,
            weight=signs.name,
        )


def wide_uniform(model: ModelFacts) -> Iterator[Finding]:
    """Weights spread evenly over a wide range [WL20 §1.3.5, Fig. 17].

    Measured: the standard deviation over that of Glorot's initialisation, for weights whose
    distribution is still uniform (`weight_measures.flatness`).
    """
    for layer, signs in _kernels(model):
        if not wide(signs):
            continue
        yield Finding(
            kind="wide-uniform-weights",
            severity="warning",
            layer=layer.path,
            view="weights",
            channels=(),
            measured=Measurement("standard deviation of the weights over Glorot's", signs.width),
            reference=Comparison(
                "Glorot's initialisation for this layer (effect: ratio)", 1.0, effect=signs.width
            ),
            samples=0,
            summary=f"The {signs.name} of {layer.path} is spread evenly over a range "
            f"{signs.width:.1f} times as wide as Glorot's initialisation.",
            limits="Auxiliary: parameters alone do not show how well the layer works.",
            cure="Initialise narrower (Glorot, or He before ReLU), as training hardly moves "
            "weights so wide; or lower the learning rate if training spread them.",
            source="[WL20 §1.3.5]",
            weight=signs.name,
            evidence=_weight_evidence(signs),
        )


def wide(signs: WeightMeasures) -> bool:
    """Whether the weights are uniform over a range far wider than an initialisation's."""
    return signs.flatness <= thresholds.UNIFORM_FLATNESS and signs.width >= thresholds.WIDE


def concentrated_forks(model: ModelFacts) -> Iterator[Finding]:
    """Convolution kernels whose forks are large and concentrated [WL20 §1.3.3, Fig. 15].

    Measured: the Kolmogorov–Smirnov distance of the fork heights from those of the same weights
    shuffled, and `weight_measures.structure`. Neither more than chance, at a large median: nothing
    in common was learnt.
    """
    if model.traceless:
        return
    for layer, signs in _kernels(model):
        if not _is_convolution(signs) or not unlearnt(signs):
            continue
        assert signs.merges is not None
        if signs.merges.median < thresholds.FORKS_HIGH:
            continue
        yield Finding(
            kind="concentrated-forks",
            severity=_auxiliary(layer),
            layer=layer.path,
            view="weights",
            channels=(),
            measured=Measurement("median fork height (cosine distance)", signs.merges.median),
            reference=_shuffled(signs.merges),
            samples=0,
            summary=f"The kernels of {layer.path} have no more in common than random ones: their "
            f"forks lie at {signs.merges.median:.2f} ± {signs.merges.spread / 2:.2f}, those of the "
            f"same weights shuffled at {signs.merges.shuffled_median:.2f} ± "
            f"{signs.merges.shuffled_spread / 2:.2f}.",
            limits=_auxiliary_limits(layer),
            cure="Look at this layer's outputs first and do as they suggest; train longer, or use "
            "fewer channels.",
            source="[WL20 §1.3.3]",
            weight=signs.name,
            evidence=_fork_evidence(signs.merges),
        )


def noisy_weights(model: ModelFacts) -> Iterator[Finding]:
    """Dense weights with concentrated forks and a noisy heat map [WL20 §1.3.4, Fig. 16].

    Measured: `weight_measures.structure`, with forks like those of the same weights shuffled.
    """
    if model.traceless:
        return
    for layer, signs in _kernels(model):
        if _is_convolution(signs) or not unlearnt(signs):
            continue
        structure = signs.structure
        assert structure is not None and signs.merges is not None
        yield Finding(
            kind="noisy-weights",
            severity=_auxiliary(layer),
            layer=layer.path,
            view="weights",
            channels=(),
            measured=Measurement(
                "share of the weights' energy in the leading tenth of directions",
                structure.leading,
                True,
            ),
            reference=Comparison(
                f"{_SHUFFLED} (effect: standard deviations)",
                structure.shuffled,
                structure.percentile,
                structure.effect,
            ),
            samples=0,
            summary=f"The heat map of {layer.path}'s {signs.name} is noise: "
            f"{percent(structure.leading)} of its energy lies in its leading directions, of the "
            f"same weights shuffled {percent(structure.shuffled)}.",
            limits=_auxiliary_limits(layer),
            cure="Look at this layer's outputs first and do as they suggest; initialise narrower, "
            "train longer, add weight decay, or use fewer units.",
            source="[WL20 §1.3.4]",
            weight=signs.name,
            evidence=_fork_evidence(signs.merges),
        )


def unlearnt(signs: WeightMeasures) -> bool:
    """Whether neither forks nor directions of a weight differ from those of shuffled numbers."""
    return signs.merges is not None and like_shuffled(signs.merges)


def _is_convolution(signs: WeightMeasures) -> bool:
    return len(signs.shape) > 2


def _hardly_moved(layer: LayerFacts) -> bool:
    """Whether the weights still look newly drawn: small steps of training leave no trace."""
    still = layer.still
    return still is not None and not still.left_trace


def _auxiliary(layer: LayerFacts) -> Severity:
    return "note" if _hardly_moved(layer) else "warning"


def _auxiliary_limits(layer: LayerFacts) -> str:
    text = "Auxiliary: parameters alone do not show how well the layer works."
    if _hardly_moved(layer):
        text += (
            " They still lie as they were drawn, and training by small steps may have changed "
            "them all the same."
        )
    return text


def like_shuffled(forks: AgainstShuffled) -> bool:
    """Whether fork heights cannot be told from those of the same weights in random order."""
    return forks.distance <= thresholds.FORKS_OF_SHUFFLES * forks.shuffled_distance


def frozen(model: ModelFacts) -> Iterator[Finding]:
    """Weights that do not move while others do; beyond the paper.

    Measured: the relative change ‖ΔW‖/‖W‖ since an earlier moment; without one, whether biases
    are still exactly what they began as and the kernel still distributed as its initialiser
    draws it (`weight_movement.WeightMovement`).
    """
    judged = [layer for layer in model if layer.still is not None and layer.still.known]
    if model.untrained or not any(layer.still.moved for layer in judged if layer.still):
        return
    for layer in judged:
        still = layer.still
        assert still is not None
        if still.moved:
            continue
        reference = None
        if not math.isnan(still.change):
            if not layer.trainable:
                continue  # meant to stay
            measured = Measurement("relative change of the weights ‖ΔW‖/‖W‖", still.change)
            others = [other.still.change for other in judged if other.still and other is not layer]
            reference = Comparison(
                "the other layers, median", float(np.nanmedian(others)) if others else math.nan
            )
            summary = f"The weights of {layer.path} have not moved since the earlier moment."
            limits = ""
        else:
            measured = Measurement(
                "p-value of the weights against freshly drawn ones (Kolmogorov–Smirnov)",
                still.p_value,
            )
            told = []
            if still.constants:
                told.append(f"all {still.constants:,} numbers that began alike are still alike")
            if still.drawn:
                told.append("the others are distributed as freshly drawn ones")
            summary = (
                f"The weights of {layer.path} look as they did before training: "
                f"{' and '.join(told)}."
            )
            limits = (
                "Told from the weights' distribution alone; with weights of an earlier moment "
                "(earlier=…) it is certain."
            )
        yield Finding(
            kind="frozen",
            severity="warning",
            layer=layer.path,
            view="weights",
            channels=(),
            measured=measured,
            reference=reference,
            samples=0,
            summary=summary,
            limits=limits,
            cure="Set trainable = True before compile, see that the optimizer gets its variables "
            "and that gradients reach it; freeze only layers that are trained already."
            if not layer.trainable
            else "See that the optimizer gets its variables and that gradients reach it: no dead "
            "layer or stop_gradient behind it, and a learning rate above rounding.",
            source=_BEYOND,
        )


def _kernels(model: ModelFacts) -> Iterator[tuple[LayerFacts, WeightMeasures]]:
    """Weights that mix inputs, each of a shared layer's once."""
    for layer in model:
        for signs in layer.weights:
            if signs.name.endswith("kernel"):
                yield layer, signs


def _shuffled(forks: AgainstShuffled) -> Comparison:
    return Comparison(
        f"{_SHUFFLED} (effect: Kolmogorov–Smirnov distance over the shuffles' own)",
        forks.shuffled_median,
        forks.distance_percentile,
        forks.distance / max(forks.shuffled_distance, 1e-12),
    )


def _fork_evidence(forks: AgainstShuffled) -> Evidence:
    label = "fork height (cosine distance)"
    edges, _ = histogram(np.concatenate((forks.own.heights, forks.shuffled_heights)))
    if len(edges) < 3:
        return Evidence(label, edges, (1.0,), (1.0,))
    own = np.histogram(forks.own.heights, edges)[0] / forks.own.heights.size
    other = np.histogram(forks.shuffled_heights, edges)[0] / forks.shuffled_heights.size
    return Evidence(label, edges, tuple(own.tolist()), tuple(other.tolist()))


def _weight_evidence(signs: WeightMeasures) -> Evidence | None:
    edges, shares = signs.histogram
    return Evidence("weight", edges, shares) if shares else None
