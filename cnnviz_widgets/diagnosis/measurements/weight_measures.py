"""What is measured of one of a layer's weights [WL20 §1.3.3–1.3.5]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis.spreading import evenly
from ..histogram import Histogram, histogram
from ..value_sample import WEIGHTS_SAMPLED
from .duplicates import identical_groups
from .merges import MOST_CLUSTERED, AgainstShuffled, against_shuffled, shuffled

CLUSTERED_WEIGHTS = 576
"""Weights of an output when kernels are clustered."""

SHUFFLES = 9
"""Shuffles of a weight: a value beyond all of them is in the upper or lower tenth."""

STRUCTURE_EFFECT = 3.0
"""Standard deviations by which a heat map's leading directions must exceed those of noise."""

FEWEST_JUDGED = 16
"""Outputs, and weights of each, that a weight needs before it can be told from its shuffles."""


@dataclass(frozen=True, eq=False)
class WeightMeasures:
    """The measures of one weight, its outputs on the last axis.

    Attributes
    ----------
    name : str
    shape : tuple of int
        (input, ..., output).
    outputs : str
        What one entry of the last axis is.
    first_channel : int or None
        Which channel of the layer's output the first of them is; None where they are none.
    nonfinite : tuple of int
        Outputs with NaN or infinity in their weights or bias.
    duplicates : tuple of tuple of int
        Groups of outputs whose weights, bias included, are equal to rounding.
    width : float
        Standard deviation of the weights over that of Glorot's initialisation, √(2 / (fan in +
        fan out)) (Glorot and Bengio 2010).
    he_width : float
        The same over that of He's, √(2 / fan in) (He et al. 2015).
    flatness : float
        Largest difference of the weights' cumulative distribution from that of the uniform
        distribution over their own range (the Kolmogorov–Smirnov statistic), 0 to 1.
    sample_size : int
        How many of the weights the numbers from `width` on rest on.
    structure : Structure or None
        None where there are fewer than `FEWEST_JUDGED` outputs, or weights of each.
    merges : AgainstShuffled or None
        The outputs' merges beside those of the same weights shuffled; None where `structure`
        sets the weight apart from noise already, or is None.
    histogram : tuple of (edges, shares)
        Of the weights, at most 24 bins.
    pull : ndarray of float64 or None
        Of each output its bias over the norm of its weights: how large inputs have to be for the
        weights to outweigh it. None without a bias.
    """

    name: str
    shape: tuple[int, ...]
    outputs: str
    first_channel: int | None
    nonfinite: tuple[int, ...]
    duplicates: tuple[tuple[int, ...], ...]
    width: float
    he_width: float
    flatness: float
    sample_size: int
    structure: Structure | None
    merges: AgainstShuffled | None
    histogram: Histogram
    pull: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Structure:
    """How much of a weight's heat map is more than noise.

    Attributes
    ----------
    leading : float
        Share of the weights' energy in their leading singular directions, a tenth of them.
    shuffled : float
        The same of the weights in random order, the median of several.
    effect : float
        Their difference in standard deviations of the shuffles.
    percentile : float
        Share of the shuffles, in per cent, that have less.
    """

    leading: float
    shuffled: float
    effect: float
    percentile: float


def weight_measures(
    values: NDArray[np.float32],
    bias: NDArray[np.float32] | None,
    *,
    name: str = "kernel",
    outputs: str = "output channel",
    first_channel: int | None = 0,
    merges: bool = True,
    seed: int = 0,
) -> WeightMeasures:
    """Measure one weight.

    Parameters
    ----------
    values : ndarray, shape (input, ..., output)
    bias : ndarray, shape (output,), or None
    name, outputs, first_channel
        As in `WeightMeasures`.
    merges : bool
        Whether merges and structure are measured, which take shuffles.
    seed : int

    Returns
    -------
    WeightMeasures

    Notes
    -----
    Non-finite weights and duplicates are looked for in all weights; the rest rests on an even
    share of at most `WEIGHTS_SAMPLED` numbers, merges and structure on at most
    `MOST_CLUSTERED` outputs with `CLUSTERED_WEIGHTS` weights each.
    """
    flat = values.reshape(-1, values.shape[-1])
    # A sum is finite only if every term is, but for an overflow; that is looked into.
    with np.errstate(all="ignore"):
        doubtful = np.flatnonzero(~np.isfinite(np.ones(len(flat), flat.dtype) @ flat))
    wrong = {int(k) for k in doubtful if not np.isfinite(flat[:, k]).all()}
    if bias is not None:
        wrong.update(int(k) for k in np.flatnonzero(~np.isfinite(bias)))
    some = _some(flat)
    finite = some[np.isfinite(some)]
    taps = math.prod(values.shape[1:-1])
    fan_in, fan_out = values.shape[0] * taps, values.shape[-1] * taps
    spread = float(finite.std(dtype=np.float64)) if finite.size else math.nan
    structured, clustered = None, None
    if merges and not wrong and min(flat.shape) >= FEWEST_JUDGED:
        part = _part(flat)
        shuffles = shuffled(part, SHUFFLES, seed)
        structured = structure(part, shuffles)
        if structured is not None and structured.effect < STRUCTURE_EFFECT:
            clustered = against_shuffled(part, shuffles)
    return WeightMeasures(
        name=name,
        shape=values.shape,
        outputs=outputs,
        first_channel=first_channel,
        nonfinite=tuple(sorted(wrong)),
        duplicates=_duplicates(flat, bias, seed),
        width=spread / math.sqrt(2 / (fan_in + fan_out)),
        he_width=spread / math.sqrt(2 / fan_in),
        flatness=flatness(finite),
        sample_size=finite.size,
        structure=structured,
        merges=clustered,
        histogram=histogram(finite),
        pull=None if bias is None else _pull(flat, bias),
    )


def _pull(flat: NDArray[np.float32], bias: NDArray[np.float32]) -> NDArray[np.float64]:
    with np.errstate(all="ignore"):
        squares = np.einsum("ij,ij->j", flat, flat, dtype=np.float64)
        pull: NDArray[np.float64] = bias / np.sqrt(np.maximum(squares, 1e-30))
    return pull


def _some(flat: NDArray[np.float32]) -> NDArray[np.float32]:
    """An even share of all weights."""
    if flat.size <= WEIGHTS_SAMPLED:
        return flat.ravel()
    rows, columns = flat.shape
    most_columns = min(columns, 1024)
    chosen = flat[evenly(rows, max(1, WEIGHTS_SAMPLED // most_columns), "starts")]
    return chosen[:, evenly(columns, most_columns, "starts")].ravel()


def _part(flat: NDArray[np.float32]) -> NDArray[np.float32]:
    rows = evenly(flat.shape[0], CLUSTERED_WEIGHTS, "starts")
    columns = evenly(flat.shape[1], MOST_CLUSTERED, "starts")
    part = flat if rows.size == flat.shape[0] else flat[rows]
    return part if columns.size == part.shape[1] else part[:, columns]


def _duplicates(
    flat: NDArray[np.float32], bias: NDArray[np.float32] | None, seed: int
) -> tuple[tuple[int, ...], ...]:
    groups = identical_groups(flat, seed=seed)
    if bias is None or not groups:
        return groups
    # Equal weights with another bias give another map wherever the activation bends.
    result = []
    for group in groups:
        by_bias: dict[float, list[int]] = {}
        scale = max(float(np.abs(bias[list(group)]).max()), 1e-30)
        for channel in group:
            by_bias.setdefault(round(float(bias[channel]) / scale, 5), []).append(channel)
        result += [tuple(same) for same in by_bias.values() if len(same) > 1]
    return tuple(sorted(result))


def flatness(values: NDArray[np.floating]) -> float:
    """How far a sample is from a uniform distribution over its own range [WL20 §1.3.5, Fig. 17].

    The Kolmogorov–Smirnov statistic, 0 to 1. A normal distribution's is about 0.2 to 0.35, growing
    with the sample since its range does; a uniform one's about 0.9 / √n.

    Parameters
    ----------
    values : ndarray of any shape
        Finite. Of fewer than two different numbers it is 1.
    """
    ordered = np.sort(values, axis=None).astype(np.float64)
    if ordered.size < 2 or ordered[0] == ordered[-1]:
        return 1.0
    place = (ordered - ordered[0]) / (ordered[-1] - ordered[0])
    steps = np.arange(ordered.size + 1) / ordered.size
    return float(max((steps[1:] - place).max(), (place - steps[:-1]).max()))


def structure(
    kernel: NDArray[np.floating], shuffles: Sequence[NDArray[np.floating]]
) -> Structure | None:
    """How much of a dense weight's heat map is structure, how much noise [WL20 §1.3.4].

    The share of the energy, Σσ², in the leading tenth of the singular values, beside the same of
    the numbers in random order. A heat map with rows, columns or patches in common has more; noise
    has just what shuffled numbers have.

    Parameters
    ----------
    kernel : ndarray, shape (weight, output)
    shuffles : sequence of ndarray
        Its numbers in random orders, as `shuffled` makes them; at least 2.

    Returns
    -------
    Structure or None
        None where the weights are all zero or have fewer than two singular values.
    """
    if min(kernel.shape) < 2 or not np.any(kernel):
        return None
    own = _leading_share(kernel)
    others = np.array([_leading_share(shuffle) for shuffle in shuffles])
    spread = float(others.std(ddof=1))
    middle = float(np.median(others))
    return Structure(
        leading=own,
        shuffled=middle,
        effect=(own - middle) / max(spread, 1e-6),
        percentile=100.0 * float(np.mean(others < own)),
    )


def _leading_share(kernel: NDArray[np.floating]) -> float:
    matrix = kernel.astype(np.float64)
    gram = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    energy = np.linalg.eigvalsh(gram)
    leading = max(1, energy.size // 10)
    return float(energy[-leading:].sum() / energy.sum())
