"""Whether a channel's strongest samples have more in common than those of a random direction.

Along random directions of a layer the strongest samples look alike, too (Szegedy et al. 2014,
"Intriguing properties of neural networks", section 3): only a channel whose strongest samples are
more alike than those can be said to look for something of its own. In a direction each living
channel has the same say: it is scaled by its own spread, else the largest ones would decide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Integers, frozen
from ..survey.strongest import NO_SAMPLE, Strongest
from .extreme_samples import extreme_samples

Alike: TypeAlias = Callable[[Integers, Integers], float]
"""Given numbers of samples and a place in each, counted along the axes, how alike they are."""

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
    likeness : ndarray of float64, shape (C,)
        How alike what is seen of these samples is, at the places where the channel is strongest.
    purity_of_directions, affinity_of_directions, likeness_of_directions : ndarray, shape (D,)
        The same of the random directions.
    """

    purity: Floats
    affinity: Floats
    likeness: Floats
    purity_of_directions: Floats
    affinity_of_directions: Floats
    likeness_of_directions: Floats

    @property
    def purity_chance(self) -> Floats:
        """How probable it is that a random direction is as pure: p, shape (C,); NaN if unknown."""
        return chance(self.purity, self.purity_of_directions)

    @property
    def affinity_chance(self) -> Floats:
        """The same for affinity."""
        return chance(self.affinity, self.affinity_of_directions)

    @property
    def likeness_chance(self) -> Floats:
        """The same for what is seen of the samples."""
        return chance(self.likeness, self.likeness_of_directions)


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
    alike: Alike | None = None,
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
    alike : callable, optional
        Tells how alike samples are at places.
    count : int
        How many of the strongest samples are looked at.
    directions : int
    name : str
        Of the layer: its hash chooses the directions.
    """
    flat = values.reshape(len(values), -1, values.shape[-1])
    own = extreme_samples(flat, count + 1)
    tops = [_told_apart(own, own.places, count)]
    weights, live = direction_weights(flat, directions, name)
    if live.size:
        greatest, at = along(flat, live, weights)
        found = extreme_samples(greatest[:, None], count + 1)
        known = np.where(found.samples == NO_SAMPLE, 0, found.samples)
        tops.append(_told_apart(found, np.take_along_axis(at, known, axis=0), count))
    else:
        nobody = np.full((directions, count), -1, dtype=np.int64)
        tops.append(_Top(nobody, nobody))
    measured = [
        (_purity(top, labels), _affinity(top, features), _likeness(top, alike)) for top in tops
    ]
    return Coherence(*(frozen(each) for each in (*measured[0], *measured[1])))


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
) -> tuple[NDArray[np.float32], Integers]:
    """The greatest value of each sample along each direction, and its place.

    Parameters
    ----------
    flat : ndarray, shape (N, P, C)
    live : ndarray of int
    weights : ndarray, shape (live, directions)

    Returns
    -------
    (ndarray of float32, ndarray of int64), shape (N, directions)
    """
    per_sample = flat.shape[1] * max(flat.shape[2], weights.shape[1])
    step = max(1, _BLOCK_VALUES // max(per_sample, 1))
    greatest, places = [], []
    for first in range(0, len(flat), step):
        block = flat[first : first + step]
        some = block if len(live) == flat.shape[2] else block[..., live]
        values = some @ weights
        greatest.append(values.max(axis=1))
        places.append(values.argmax(axis=1))
    return np.concatenate(greatest), np.concatenate(places)


def _spread(flat: NDArray[Any]) -> Floats:
    """Each channel's standard deviation, without a second copy of the layer."""
    counted = flat.shape[0] * flat.shape[1]
    with np.errstate(invalid="ignore", over="ignore"):
        mean = sum(each.sum(axis=0, dtype=np.float64) for each in flat) / counted
        squares = sum(np.square(each - mean).sum(axis=0) for each in flat)
    return np.asarray(np.sqrt(squares / counted))


class _Top(NamedTuple):
    """The strongest samples of channels or directions, and where in them, shape (C, count)."""

    samples: Integers
    places: Integers


def _told_apart(found: Strongest, places: NDArray[np.integer], count: int) -> _Top:
    """The first `count` of one sample more; −1 where the last has a rival of the same value."""
    last, rival = found.values[count - 1], found.values[count]
    none = (rival == last) | (last == -np.inf)
    samples = np.where(none, -1, found.samples[:count])
    return _Top(samples.T, places[:count].astype(np.int64).T)


def _purity(top: _Top, labels: Integers | None) -> Floats:
    result = np.full(len(top.samples), np.nan)
    if labels is None:
        return result
    for row, numbers in enumerate(top.samples):
        if numbers[0] >= 0:
            own = labels[numbers]
            own = own[own >= 0]
            if own.size:
                result[row] = np.bincount(own).max() / own.size
    return result


def _affinity(top: _Top, features: NDArray[Any] | None) -> Floats:
    result = np.full(len(top.samples), np.nan)
    if features is None:
        return result
    wide = features.reshape(len(features), -1).astype(np.float64)
    for row, numbers in enumerate(top.samples):
        if numbers[0] >= 0:
            result[row] = mean_cosine(wide[numbers])
    return result


def _likeness(top: _Top, alike: Alike | None) -> Floats:
    result = np.full(len(top.samples), np.nan)
    if alike is not None:
        for row, (numbers, places) in enumerate(zip(top.samples, top.places, strict=True)):
            if numbers[0] >= 0:
                result[row] = alike(numbers, places)
    return result


def mean_cosine(rows: NDArray[Any]) -> float:
    """The mean cosine between two of some rows; of what is all zero it is 0. NaN of one row."""
    count = len(rows)
    if count < 2:
        return float("nan")
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.divide(rows, norms, out=np.zeros(rows.shape), where=norms > 0)
    total = unit.sum(axis=0)
    return float((total @ total - (unit * unit).sum()) / (count * (count - 1)))
