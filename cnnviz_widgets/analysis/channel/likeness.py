"""How alike channels are in what they answer, one turned or shifted against another."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Indices, frozen
from ..spreading import evenly
from .symmetries import Symmetry

Rows = NDArray[np.float32]

MOST_MULTIPLICATIONS = 150_000_000
"""Of one product of a layer's answers with themselves: more rows say hardly more."""

FEWEST_ROWS, MOST_ROWS = 512, 16_384

FEWEST_ACTIVE = 5.0
"""Rows that carry a channel's variance, below which it answers too seldom to be compared: two
channels that answer once each, at the same place, would be perfectly alike."""


class Window:
    """The positions of a map at which answers are compared, and how far one may be shifted.

    Parameters
    ----------
    shape : sequence of int
        Of the map's spatial axes; () where there are none.
    shift : int
        The farthest, in positions. Along an axis that has no room for it there is none.
    samples, channels : int
        How many there are: of many channels fewer positions are compared.

    Attributes
    ----------
    shifts : tuple of tuple of int
        Along each axis; the first one is none at all.
    positions : int
        Compared positions of each sample.
    """

    def __init__(self, shape: Sequence[int], shift: int, samples: int, channels: int) -> None:
        room = [shift if length > 2 * shift else 0 for length in shape]
        inner = [range(margin, length - margin) for margin, length in zip(room, shape, strict=True)]
        wanted = min(max(MOST_MULTIPLICATIONS // channels**2, FEWEST_ROWS), MOST_ROWS)
        size = math.prod(map(len, inner))
        # From end to end of the flat list, so in all rows and columns of the map.
        chosen = evenly(size, max(1, wanted // samples))
        self._axes = tuple(range(1, 1 + len(shape)))
        self._at: tuple[Indices, ...] = tuple(
            places + margin
            for places, margin in zip(
                np.unravel_index(chosen, [len(each) for each in inner]) if shape else (),
                room,
                strict=True,
            )
        )
        ways = itertools.product(*(range(-margin, margin + 1) for margin in room))
        self.shifts = tuple(sorted(ways, key=lambda way: (sum(map(abs, way)), way)))
        self.positions = len(chosen)

    @property
    def axes(self) -> tuple[int, ...]:
        """The spatial axes of a batch of maps."""
        return self._axes

    def rows(self, maps: Rows, shift: Sequence[int]) -> Rows:
        """The answers at the positions, each shifted so.

        Parameters
        ----------
        maps : ndarray, shape (sample, …, channel)
        shift : sequence of int

        Returns
        -------
        ndarray, shape (sample · position, channel)
        """
        at = tuple(places + by for places, by in zip(self._at, shift, strict=True))
        index: tuple[Any, ...] = (slice(None), *at)
        rows: Rows = maps[index].reshape(-1, maps.shape[-1])
        return rows


def standardised(rows: Rows) -> tuple[Rows, Floats]:
    """Rows with mean 0 and length 1 in each column; and how many of them carry its variance.

    Parameters
    ----------
    rows : ndarray, shape (row, channel)

    Returns
    -------
    ndarray of float32, shape (row, channel)
        0 in a column that is constant or holds what is not finite.
    ndarray of float64, shape (channel,)
        As many rows as an even share of the variance each would make up: 0 in such a column.
    """
    finite = np.isfinite(rows).all(axis=0)
    largest = np.max(np.abs(rows, where=finite, out=np.zeros_like(rows)), axis=0)
    scale = np.where(largest > 0, largest, 1).astype(np.float64)
    wide = np.where(finite, rows, 0).astype(np.float64) / scale
    wide -= wide.mean(axis=0)
    squares = np.einsum("rc,rc->c", wide, wide)
    # What is left of equal numbers by rounding is no variance.
    varies = squares > len(rows) * 1e-12
    fourths = np.einsum("rc,rc->c", wide**2, wide**2)
    active = np.divide(squares**2, fourths, out=np.zeros_like(squares), where=varies)
    length = np.sqrt(np.where(varies, squares, np.inf))
    return (wide / length).astype(np.float32), active


class BestLikeness:
    """The greatest correlation of each pair of channels over all symmetries and shifts.

    Parameters
    ----------
    channels : int

    Attributes
    ----------
    values : ndarray of float32, shape (channel, channel)
        Of channel i as it is and channel j turned back. −1 on and below the diagonal.
    way : ndarray of int, shape (channel, channel)
        Number of the symmetry and shift, in the order in which they came.
    """

    def __init__(self, channels: int) -> None:
        self.values = np.full((channels, channels), -1.0, np.float32)
        self.way = np.zeros((channels, channels), np.int16)
        self._upper = np.triu(np.ones((channels, channels), np.bool_), 1)
        self._ways = 0

    def add(self, first: Rows, other: Rows) -> None:
        """Take another way into account.

        Parameters
        ----------
        first, other : ndarray, shape (row, channel)
            `standardised`: as they are, and turned back and shifted.
        """
        product = first.T @ other
        better = (product > self.values) & self._upper
        self.values[better] = product[better]
        self.way[better] = self._ways
        self._ways += 1

    @property
    def pairs(self) -> NDArray[np.float32]:
        """The correlations of all pairs, in a row."""
        return frozen(self.values[self._upper])


def ways(
    symmetries: Sequence[Symmetry], window: Window
) -> tuple[tuple[Symmetry, tuple[int, ...]], ...]:
    """What the numbers in `BestLikeness.way` mean: for each symmetry each shift."""
    return tuple((symmetry, shift) for symmetry in symmetries for shift in window.shifts)
