"""Whether a channel's strongest samples have more in common than those of a random direction.

Along random directions of a layer the strongest samples look alike, too (Szegedy et al. 2014,
"Intriguing properties of neural networks", section 3): only a channel whose strongest samples are
more alike than those can be said to look for something of its own. In a direction each living
channel has the same say: it is scaled by its own spread, else the largest ones would decide.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Integers, frozen
from .extreme_samples import extreme_samples

DIRECTIONS = 32
"""So many random directions a layer is compared with; fewer than 19 could not tell at `LEVEL`."""

LEVEL = 0.05
"""A channel of which this much or less of chance is left is more coherent than a direction."""

# Values that are multiplied by directions at a time.
_BLOCK_VALUES = 1 << 21


@dataclass(frozen=True, eq=False)
class Coherence:
    """How alike the strongest samples of C channels are, and of D random directions; read-only.

    Attributes
    ----------
    purity, affinity : ndarray of float64, shape (C,)
        Of a channel's strongest samples: the share of the most frequent class, and the mean
        cosine between two of them. NaN where its values do not tell which samples are the
        strongest, as many others have the same, or where labels or features are not known.
    purity_of_directions, affinity_of_directions : ndarray of float64, shape (D,)
    """

    purity: Floats
    affinity: Floats
    purity_of_directions: Floats
    affinity_of_directions: Floats

    @property
    def purity_chance(self) -> Floats:
        """How probable it is that a random direction is as pure: p, shape (C,); NaN if unknown."""
        return chance(self.purity, self.purity_of_directions)

    @property
    def affinity_chance(self) -> Floats:
        """The same for affinity."""
        return chance(self.affinity, self.affinity_of_directions)


def chance(values: Floats, of_directions: Floats) -> Floats:
    """The p value of each channel in a permutation test against random directions.

    If channels were directions like any other, each rank among them would be as probable; a
    direction that is as large counts against the channel.

    Parameters
    ----------
    values : ndarray, shape (C,)
    of_directions : ndarray, shape (D,)
        Those that are NaN do not count.

    Returns
    -------
    ndarray of float64, shape (C,)
    """
    known = np.sort(of_directions[~np.isnan(of_directions)])
    as_large = len(known) - np.searchsorted(known, values, side="left")
    p = (1 + as_large) / (1 + len(known))
    return frozen(np.where(np.isnan(values), np.nan, p))


def coherence(
    values: NDArray[Any],
    *,
    labels: Integers | None = None,
    features: NDArray[Any] | None = None,
    count: int = 9,
    directions: int = DIRECTIONS,
    name: str = "",
) -> Coherence:
    """Compare each channel's strongest samples with those of random directions.

    Parameters
    ----------
    values : ndarray, shape (N, ..., C)
        A layer's values. A direction's value at a place is a sum over channels there.
    labels : ndarray of int, shape (N,), optional
        Each sample's class; below 0 where it is not known.
    features : ndarray, shape (N, d), optional
        By which samples are compared with one another.
    count : int
        How many of the strongest samples are looked at.
    directions : int
    name : str
        Of the layer: its hash chooses the directions.
    """
    flat = values.reshape(len(values), -1, values.shape[-1])
    own, other = extreme_samples(flat, count + 1), None
    weights, live = direction_weights(flat, directions, name)
    if live.size:
        other = extreme_samples(along(flat, live, weights)[:, None], count + 1)
    tops = [_told_apart(each.values, each.samples, count) for each in (own, other) if each]
    if other is None:
        tops.append(np.full((directions, count), -1, dtype=np.int64))
    purities = [_purity(top, labels) for top in tops]
    affinities = [_affinity(top, features) for top in tops]
    return Coherence(
        *(frozen(each) for each in (purities[0], affinities[0], purities[1], affinities[1]))
    )


def direction_weights(
    flat: NDArray[Any], count: int, name: str
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Weights of random directions, each of standardised channels.

    Parameters
    ----------
    flat : ndarray, shape (N, P, C)
    count : int
    name : str

    Returns
    -------
    weights : ndarray of float32, shape (live, count)
    live : ndarray of int
        The channels that take part: finite, and not the same everywhere.
    """
    spread = _spread(flat)
    live = np.flatnonzero(np.isfinite(spread) & (spread > 0))
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    drawn = np.random.default_rng(seed).normal(size=(len(live), count))
    return (drawn / spread[live, None]).astype(np.float32), live


def along(
    flat: NDArray[Any], live: NDArray[np.intp], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The greatest value of each sample along each direction, shape (N, directions).

    Parameters
    ----------
    flat : ndarray, shape (N, P, C)
    live : ndarray of int
    weights : ndarray, shape (live, directions)
    """
    per_sample = flat.shape[1] * max(flat.shape[2], weights.shape[1])
    step = max(1, _BLOCK_VALUES // max(per_sample, 1))
    parts = []
    for first in range(0, len(flat), step):
        block = flat[first : first + step]
        some = block if len(live) == flat.shape[2] else block[..., live]
        parts.append((some @ weights).max(axis=1))
    return np.concatenate(parts)


def _spread(flat: NDArray[Any]) -> Floats:
    """Each channel's standard deviation, without a second copy of the layer."""
    counted = flat.shape[0] * flat.shape[1]
    with np.errstate(invalid="ignore", over="ignore"):
        mean = sum(each.sum(axis=0, dtype=np.float64) for each in flat) / counted
        squares = sum(np.square(each - mean).sum(axis=0) for each in flat)
    return np.asarray(np.sqrt(squares / counted))


def _told_apart(values: NDArray[np.float32], samples: Integers, count: int) -> Integers:
    """The first `count` of one sample more, shape (C, count); −1 where the last has a rival."""
    top = np.where(values[:count] > -np.inf, samples[:count], -1)
    rivals = (values[count] == values[count - 1]) | (values[count - 1] == -np.inf)
    return np.where(rivals, -1, top).T


def _purity(top: Integers, labels: Integers | None) -> Floats:
    result = np.full(len(top), np.nan)
    if labels is None:
        return result
    for row, numbers in enumerate(top):
        if numbers[0] >= 0:
            own = labels[numbers]
            own = own[own >= 0]
            if own.size:
                result[row] = np.bincount(own).max() / own.size
    return result


def _affinity(top: Integers, features: NDArray[Any] | None) -> Floats:
    count = top.shape[1]
    if features is None or count < 2:
        return np.full(len(top), np.nan)
    wide = features.reshape(len(features), -1).astype(np.float64)
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    unit = np.divide(wide, norms, out=np.zeros_like(wide), where=norms > 0)
    result = np.full(len(top), np.nan)
    for row, numbers in enumerate(top):
        if numbers[0] >= 0:
            own = unit[numbers]
            total = own.sum(axis=0)
            result[row] = (total @ total - (own * own).sum()) / (count * (count - 1))
    return result
