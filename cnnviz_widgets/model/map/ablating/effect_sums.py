"""Sums over samples and places of what silencing changes, and the effects that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Floats, Integers, Singles, frozen
from ....records.map.group_effects import GroupEffects
from .slots import count_of

SMALLEST_SPREAD = 1e-5
"""A channel whose standard deviation is no more than this share of its largest value is constant:
in float32 a sum of equal numbers is off by less, but not by nothing."""

Edge = tuple[str, str]


@dataclass
class Moments:
    """Of each of C channels over samples and places.

    Attributes
    ----------
    count : float
        Of values a channel.
    total, squares, largest : ndarray of float64, shape (C,)
        Sum, sum of squares, and the largest magnitude.
    """

    count: float
    total: Floats
    squares: Floats
    largest: Floats

    def add(self, other: Moments) -> None:
        """Take in those of other samples."""
        self.count += other.count
        self.total = self.total + other.total
        self.squares = self.squares + other.squares
        self.largest = np.maximum(self.largest, other.largest)

    @property
    def deviation(self) -> Floats:
        """Standard deviation; NaN for a silent, constant or non-finite channel."""
        with np.errstate(invalid="ignore", over="ignore"):
            mean = self.total / self.count
            deviation = np.sqrt(np.maximum(self.squares / self.count - mean**2, 0))
            lives = np.isfinite(self.squares) & (deviation > SMALLEST_SPREAD * self.largest)
        living: Floats = np.where(lives, deviation, np.nan)
        return living


@dataclass
class EffectSums:
    """What has been measured so far.

    Attributes
    ----------
    moments : dict of str to Moments
        By station.
    squares, total : dict of (str, str) to ndarray of float64, shape (A, C)
        By edge, for each of the parent's A groups and the child's C channels: sum of the squared
        change, and of the change, ``as it was − silenced``.
    """

    moments: dict[str, Moments] = field(default_factory=dict)
    squares: dict[Edge, Floats] = field(default_factory=dict)
    total: dict[Edge, Floats] = field(default_factory=dict)

    def add_moments(self, path: str, moments: Moments) -> None:
        """Take in a station as it is by itself, on samples that have not been counted."""
        if path in self.moments:
            self.moments[path].add(moments)
        else:
            self.moments[path] = moments

    def add_changes(
        self, edge: Edge, groups: int, first: int, squares: Floats, total: Floats
    ) -> None:
        """Take in what silencing some of a parent's groups, from the first on, changes."""
        for sums, given in ((self.squares, squares), (self.total, total)):
            table = sums.setdefault(edge, np.zeros((groups, given.shape[-1])))
            table[first : first + len(given)] += given

    def by_channel(self, edge: Edge) -> tuple[Floats, Floats]:
        """Root mean square and mean of the change of each channel, in its standard deviations.

        Returns
        -------
        two ndarrays of float64, shape (A, C)
            NaN for a channel that is silent, constant or not finite.
        """
        moments = self.moments[edge[1]]
        deviation = moments.deviation
        with np.errstate(invalid="ignore", over="ignore"):
            rms = np.sqrt(self.squares[edge] / moments.count) / deviation
            mean = self.total[edge] / moments.count / deviation
        return rms, mean

    def between_groups(self, edge: Edge, groups: Integers) -> GroupEffects:
        """The mean over the living channels of each of the child's groups; 0 where none lives."""
        rms, mean = self.by_channel(edge)
        member = groups[:, np.newaxis] == np.arange(count_of(groups))
        return GroupEffects(*(frozen(_means(table, member)) for table in (rms, mean)))

    def effects(
        self, edges: tuple[Edge, ...], groups: Mapping[str, Integers]
    ) -> Mapping[Edge, GroupEffects]:
        """Of all edges that were measured."""
        return {
            edge: self.between_groups(edge, groups[edge[1]])
            for edge in edges
            if edge in self.squares
        }


def _means(table: Floats, member: NDArray[np.bool_]) -> Singles:
    # What is not finite is no number of the others': it is left out, not multiplied by 0.
    lives = np.isfinite(table)
    totals = np.where(lives, table, 0.0) @ member
    counts = lives.astype(np.float64) @ member
    means: Singles = (totals / np.maximum(counts, 1)).astype(np.float32)
    return means
