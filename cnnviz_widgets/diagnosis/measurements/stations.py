"""What was measured of a network's stations, the layer outputs that its map draws."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...analysis.arrays import Floats, Integers, Singles
from ...analysis.map.channel_groups import CONSTANT, standard_rows
from ...analysis.map.class_rows import class_means
from ...analysis.map.twins import TWIN, effective_rank
from .training.trials import Trial


@dataclass(frozen=True)
class Likeness:
    """How alike the channels of one station answer.

    Attributes
    ----------
    living : int
        Channels that differ between samples, of which the following is told.
    twins : tuple of int
        Those that have a twin, see `twin_groups`; () where no classes are known.
    cosine : float
        Of the class profiles of two channels, each taken on another half of the samples, on average
        over all pairs: what halves have in common by chance is not in it. NaN where the samples
        have too few known classes, or too few of each.
    rank : float
        Effective rank of the class profiles; NaN as above.
    """

    living: int
    twins: tuple[int, ...] = ()
    cosine: float = math.nan
    rank: float = math.nan

    @property
    def twin_share(self) -> float:
        """The share of living channels that have a twin; 0 where none lives."""
        return len(self.twins) / self.living if self.living else 0.0


@dataclass(frozen=True)
class LeftOut:
    """The network without a station: its parent's output in place of its own.

    Attributes
    ----------
    parent : str
    weighed : frozenset of str
        Paths of the layers that weigh their inputs, lie between the two and are left out.
    trial : Trial
    rises : tuple of float
        Of each of some groups of samples, by how much the loss rises; () without targets.
    """

    parent: str
    weighed: frozenset[str]
    trial: Trial
    rises: tuple[float, ...] = ()


@dataclass(frozen=True)
class StationFacts:
    """What was measured of one station.

    Attributes
    ----------
    path : str
    channels : int
    depth : int
        How many layers that weigh their inputs lie on the longest way to it, its own included.
    folded : int
        As `Station.folded`.
    answers : bool
        Whether the model returns it.
    gates : bool
        Whether it only weighs what others put out, as a sigmoid does: of a gate, channels are
        alike by design.
    own : Likeness
    fresh : tuple of Likeness
        In the same architecture, freshly initialised some times; () where there was no need or no
        way to have it.
    merged : Trial or None
        The model with all twins but one of each group made from that one; None where not tried.
    left_out : LeftOut or None
        None where it cannot be left out, or was not tried.
    """

    path: str
    channels: int
    depth: int
    folded: int
    answers: bool
    gates: bool
    own: Likeness
    fresh: tuple[Likeness, ...] = ()
    merged: Trial | None = None
    left_out: LeftOut | None = None


@dataclass(frozen=True)
class NetworkFacts:
    """All stations in order of execution.

    Attributes
    ----------
    stations : tuple of StationFacts
    samples : int
    learnt : bool or None
        Whether the answers are better than one for all, beyond chance; None without targets.
    """

    stations: tuple[StationFacts, ...]
    samples: int
    learnt: bool | None = None

    def __iter__(self) -> Iterator[StationFacts]:
        return iter(self.stations)

    @property
    def depth(self) -> int:
        """Layers that weigh their inputs, on the longest way through the network."""
        return max((station.depth for station in self), default=0)

    def third(self, station: StationFacts) -> int:
        """In which third of that way a station lies: 0, 1 or 2."""
        return min(2, 3 * station.depth // max(self.depth, 1))


TWIN_WITHIN = 0.9
"""Cosine of two channels about the means of classes, from which they are twins: 0.21 to 0.35 of
the channels of a layer that is too wide have one, 0 to 0.12 of those of healthy layers that know
their classes for certain, of which half have one without it (measured)."""

FEWEST_CLASSES = 4
"""Of fewer, centred profiles lie in a plane or on a line, where likeness is chance."""

FEWEST_OF_A_CLASS = 4
"""Samples of a class, on average: two in each half."""


def likeness(means: Singles, classes: Integers | None = None) -> Likeness:
    """How alike the channels of a station answer.

    Parameters
    ----------
    means : ndarray of float32, shape (N, C)
        Of each sample the mean over places.
    classes : ndarray of int64, shape (N,), optional
        The class of each sample; −1 where it is not known.
    """
    if classes is None:
        return Likeness(_living(means.astype(np.float64)).size)
    twins = sorted(channel for group in twin_groups(means, classes) for channel in group)
    values = means.astype(np.float64)
    living = _living(values)
    if not _are_enough(classes):
        return Likeness(living.size, tuple(twins))
    return Likeness(living.size, tuple(twins), *_of_classes(values[:, living], classes))


def twin_groups(means: Singles, classes: Integers) -> list[tuple[int, ...]]:
    """Channels in groups around one of which all others are twins; it comes first.

    Two are twins that answer alike to single samples, and also to samples of one class: where a
    network tells a few classes apart for certain, all that its last channels say is the class, and
    each is like those of the same classes.

    Parameters
    ----------
    means : ndarray of float32, shape (N, C)
    classes : ndarray of int64, shape (N,)
        −1: such samples do not count.
    """
    known = classes >= 0
    values = means[known].astype(np.float64)
    living = _living(values)
    if living.size < 2:
        return []
    values = values[:, living]
    count = int(classes.max()) + 1
    within = values - class_means(values, classes[known], count).T[classes[known]]
    alike = (_cosines(values) > TWIN) & (_cosines(within) > TWIN_WITHIN)
    np.fill_diagonal(alike, False)
    groups: list[tuple[int, ...]] = []
    while alike.any():
        first = int(alike.sum(axis=1).argmax())
        members = np.flatnonzero(alike[first])
        groups.append(tuple(int(k) for k in living[[first, *members]]))
        gone = [first, *members]
        alike[gone] = False
        alike[:, gone] = False
    return groups


def _cosines(values: Floats) -> Floats:
    rows = standard_rows(values.T) / math.sqrt(len(values))
    cosines: Floats = rows @ rows.T
    return cosines


def _living(values: Floats) -> Integers:
    """Channels that are finite and differ between samples by more than rounding does."""
    with np.errstate(invalid="ignore"):
        largest = np.abs(values).max(axis=0, initial=0)
        varies = np.ptp(values, axis=0) > CONSTANT * largest if len(values) else largest > 0
    return np.flatnonzero(varies & np.isfinite(largest)).astype(np.int64)


def _are_enough(classes: Integers) -> bool:
    counts = np.bincount(classes[classes >= 0])
    known = counts[counts > 1]
    return known.size >= FEWEST_CLASSES and float(known.mean()) >= FEWEST_OF_A_CLASS


def _of_classes(values: Floats, classes: Integers) -> tuple[float, float]:
    """The mean cosine of profiles over two halves of the samples, and the effective rank."""
    count = int(classes.max()) + 1
    half = np.zeros(classes.size, bool)
    for number in range(count):
        half[np.flatnonzero(classes == number)[::2]] = True
    halves = [class_means(values, np.where(part, classes, -1), count) for part in (half, ~half)]
    both = np.isfinite(halves[0]).any(axis=0) & np.isfinite(halves[1]).any(axis=0)
    if not values.shape[1]:
        return math.nan, math.nan
    first, second = (standard_rows(each[:, both]) / math.sqrt(both.sum()) for each in halves)
    pairs = len(first) * (len(first) - 1)
    if not pairs:
        return math.nan, math.nan
    # The product of the sums holds each channel with itself, too.
    total = float(first.sum(axis=0) @ second.sum(axis=0) - (first * second).sum())
    whole = class_means(values, classes, count)[:, both]
    return total / pairs, effective_rank(whole)
