"""Whether a model's output can reach what it is asked for [METHOD §4]."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .. import thresholds
from ..findings import Comparison, Evidence, Finding, Measurement
from ..phrases import percent
from .variation import spread_over_samples
from .weight_measures import histogram


def share_out_of_reach(targets: NDArray[np.floating], low: float, high: float) -> float:
    """The share of target values below `low` or above `high`, the range of the output.

    MEASURED.md: a ReLU never reaches the negative half of data scaled to [−1, 1]. Values beyond
    an end by no more than 1e-6 of the targets' own range count as reached.

    Parameters
    ----------
    targets : ndarray
        Finite.
    low, high : float
    """
    slack = 1e-6 * float(np.ptp(targets)) if targets.size else 0.0
    return float(np.mean((targets < low - slack) | (targets > high + slack)))


def unreachable(
    targets: NDArray[np.floating],
    reach: tuple[float, float],
    *,
    layer: str,
    activation: str | None,
    least: float,
) -> Finding | None:
    """The finding that an output activation cannot reach its targets, if that is so.

    Parameters
    ----------
    targets : ndarray, shape (sample, ...)
    reach : pair of float
    layer, activation : str
    least : float
        Share of values out of reach from which it is one.
    """
    finite = targets[np.isfinite(targets)]
    share = share_out_of_reach(finite, *reach) if finite.size else 0.0
    if share <= least:
        return None
    low, high = reach
    span = (
        f"from {low:g} to {high:g}"
        if math.isfinite(low) and math.isfinite(high)
        else f"at least {low:g}"
        if math.isfinite(low)
        else f"at most {high:g}"
    )
    edges, shares = histogram(finite)
    return Finding(
        kind="unreachable-targets",
        severity="severe" if share >= 0.05 else "warning",
        layer=layer,
        view="outputs",
        channels=(),
        measured=Measurement("share of target values out of reach", share, True),
        reference=None,
        samples=len(targets),
        summary=f"The output range of {layer} ({activation}, {span}) cannot reach "
        f"{percent(share)} of the target values, which go from {finite.min():.3g} to "
        f"{finite.max():.3g}.",
        limits="",
        cure="Use an output activation whose range covers the targets (tanh for [−1, 1], sigmoid "
        "for [0, 1], none for any number), or scale the targets into its range.",
        source="METHOD §4, beyond [WL20]",
        evidence=Evidence("target value", edges, shares),
    )


def unknown_labels(labels: NDArray[np.integer], outputs: int, *, layer: str) -> Finding | None:
    """The finding that some class labels have no output, if that is so.

    Parameters
    ----------
    labels : ndarray of int, shape (sample,)
    outputs : int
    layer : str
    """
    wrong = (labels < 0) | (labels >= outputs)
    share = float(np.mean(wrong)) if labels.size else 0.0
    if not share:
        return None
    return Finding(
        kind="unreachable-targets",
        severity="severe",
        layer=layer,
        view="outputs",
        channels=(),
        measured=Measurement("share of labels without an output", share, True),
        reference=None,
        samples=labels.size,
        summary=f"{percent(share)} of the labels have no output: {layer} has outputs 0 to "
        f"{outputs - 1}, the labels go from {int(labels.min())} to {int(labels.max())}.",
        limits="",
        cure="Give the last layer one output for every class, or number the labels from 0.",
        source="METHOD §3, beyond [WL20]",
    )


def too_alike(
    outputs: NDArray[np.floating], targets: NDArray[np.floating], *, layer: str
) -> Finding | None:
    """The finding that a model's images vary far less than those it should make.

    Measured: `variation.spread_over_samples` of both, as MEASURED.md does for the paper's
    generators [WL20 §2]. The two need not belong together.

    Parameters
    ----------
    outputs, targets : ndarray, shape (sample, ..., channel)
        Finite, at least two samples of each.
    layer : str
    """
    own, wanted = spread_over_samples(outputs), spread_over_samples(targets)
    if not own < thresholds.DIVERSITY_OF_TARGETS * wanted:
        return None
    return Finding(
        kind="constant",
        severity="severe" if own < thresholds.DIVERSITY_OF_TARGETS / 5 * wanted else "warning",
        layer=layer,
        view="outputs",
        channels=(),
        measured=Measurement("spread of the output over samples", own),
        reference=Comparison(
            "the targets (effect: ratio)", wanted, effect=own / wanted if wanted else None
        ),
        samples=len(outputs),
        summary=f"What {layer} makes is nearly the same for every sample: it spreads by {own:.2g}, "
        f"the targets by {wanted:.2g}.",
        limits="",
        cure="Look at the layers before it for dead units; with a GAN balance generator and "
        "discriminator, as its samples have collapsed into few.",
        source="[WL20 §2]",
    )
