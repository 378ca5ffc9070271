"""The heights at which channels join: how alike they are, and how much that differs among them.

[WL20 §1.3.2–1.3.4] reads three signs off the dendrogram: forks mostly near 0 (uniform features),
forks spread evenly (good), and forks large and concentrated (nothing in common was learnt).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.clustering.cosine_linkage import cosine_linkage

MOST_CLUSTERED = 96
"""Channels clustered, evenly spaced: the median of 95 merges moves little with more."""


@dataclass(frozen=True, eq=False)
class Merges:
    """The fork heights of the channels that have a direction.

    Attributes
    ----------
    heights : ndarray of float64, ascending
        Cosine distances at which single linkage joins them, 0 to 2; those of all-zero channels,
        joined at 2 by convention, are left out.
    """

    heights: NDArray[np.float64]

    @property
    def median(self) -> float:
        """The median fork height."""
        return float(np.median(self.heights))

    @property
    def spread(self) -> float:
        """The distance of the quartiles of the fork heights: small means concentrated."""
        low, high = np.percentile(self.heights, (25, 75))
        return float(high - low)


def merges(values: NDArray[np.floating]) -> Merges | None:
    """The fork heights of channels, by Eq. 1 and single linkage as `cosine_linkage`.

    Parameters
    ----------
    values : ndarray, shape (..., channel)

    Returns
    -------
    Merges or None
        None where fewer than two channels have a direction.
    """
    tree = cosine_linkage(values)
    living = tree.items.size - tree.zero.size
    if living < 2:
        return None
    return Merges(tree.heights[: living - 1])


@dataclass(frozen=True)
class AgainstShuffled:
    """A layer's own fork heights beside those of its weights in random order.

    Attributes
    ----------
    median, spread : float
        Of the layer's own fork heights, as in `Merges`.
    shuffled_median, shuffled_spread : float
        The medians of the same over the shuffles.
    distance : float
        Largest difference of the two cumulative distributions of fork heights, own against all
        shuffles together (the Kolmogorov–Smirnov statistic), 0 to 1.
    distance_percentile : float
        Share of the shuffles, in per cent, whose own such distance from the rest is smaller: near
        100, the layer's forks are not those of random weights.
    shuffled_distance : float
        Median of that distance over the shuffles.
    own : Merges
    shuffled_heights : ndarray of float64
        The heights of all shuffles, ascending.
    """

    median: float
    spread: float
    shuffled_median: float
    shuffled_spread: float
    distance: float
    distance_percentile: float
    shuffled_distance: float
    own: Merges
    shuffled_heights: NDArray[np.float64]


def shuffled(kernel: NDArray[np.floating], draws: int, seed: int = 0) -> list[NDArray[Any]]:
    """The numbers of a kernel in random orders, each shaped like it."""
    rng = np.random.default_rng(seed)
    flat = kernel.ravel()
    return [rng.permutation(flat).reshape(kernel.shape) for _ in range(draws)]


def against_shuffled(
    kernel: NDArray[np.floating], shuffles: Sequence[NDArray[np.floating]]
) -> AgainstShuffled | None:
    """Compare a kernel's fork heights with those of the same numbers in random order.

    What the numbers are stays; what a channel has in common with another goes. METHOD §3: 64
    random 3×3×1 filters already have a pair with cosine 0.98, so 'large' has no scale of its own.

    Parameters
    ----------
    kernel : ndarray, shape (weight, channel)
    shuffles : sequence of ndarray
        Of the kernel, as `shuffled` makes them; at least 2.

    Returns
    -------
    AgainstShuffled or None
        None where fewer than two channels have a direction.
    """
    own = merges(kernel)
    if own is None:
        return None
    others = [other for other in map(merges, shuffles) if other is not None]
    if len(others) < 2:
        return None
    pooled = np.sort(np.concatenate([other.heights for other in others]))
    distance = _ks(own.heights, pooled)
    rest = [
        _ks(
            other.heights,
            np.sort(np.concatenate([o.heights for o in others if o is not other])),
        )
        for other in others
    ]
    return AgainstShuffled(
        median=own.median,
        spread=own.spread,
        shuffled_median=float(np.median([other.median for other in others])),
        shuffled_spread=float(np.median([other.spread for other in others])),
        distance=distance,
        distance_percentile=100.0 * float(np.mean(np.array(rest) < distance)),
        shuffled_distance=float(np.median(rest)),
        own=own,
        shuffled_heights=pooled,
    )


def _ks(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """The Kolmogorov–Smirnov statistic of two ascending samples."""
    both = np.concatenate((first, second))
    one = np.searchsorted(first, both, side="right") / first.size
    two = np.searchsorted(second, both, side="right") / second.size
    return float(np.abs(one - two).max())
