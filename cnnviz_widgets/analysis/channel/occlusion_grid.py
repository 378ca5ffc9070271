"""Where patches lie that cover an input one after the other, and what they say of its pixels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats


@dataclass(frozen=True)
class OcclusionGrid:
    """Patches of one size, from end to end along each axis.

    Attributes
    ----------
    shape : tuple of int
        Of the input's positions: rows and columns, or steps.
    size : tuple of int
        Of a patch, no more than the shape.
    stride : tuple of int
        From one patch to the next; the last one ends where the input does.
    """

    shape: tuple[int, ...]
    size: tuple[int, ...]
    stride: tuple[int, ...]

    @classmethod
    def coarse(cls, fine: OcclusionGrid, most: int) -> OcclusionGrid:
        """As many patches along an axis at the most, which leave nothing uncovered.

        Parameters
        ----------
        fine : OcclusionGrid
        most : int
        """
        size = tuple(
            max(own, math.ceil(length / most))
            for own, length in zip(fine.size, fine.shape, strict=True)
        )
        room = [length - own for length, own in zip(fine.shape, size, strict=True)]
        stride = tuple(
            max(step, math.ceil(left / max(most - 1, 1)))
            for step, left in zip(fine.stride, room, strict=True)
        )
        return cls(fine.shape, size, stride)

    @property
    def starts(self) -> tuple[tuple[int, ...], ...]:
        """Along each axis where the patches begin."""
        return tuple(
            (*range(0, length - size, step), length - size)
            for length, size, step in zip(self.shape, self.size, self.stride, strict=True)
        )

    @property
    def positions(self) -> tuple[int, ...]:
        """How many patches there are along each axis."""
        return tuple(map(len, self.starts))

    def patches(self) -> Iterator[tuple[slice, ...]]:
        """The patches, the last axis quickest."""
        for start in itertools.product(*self.starts):
            yield self.patch(start)

    def patch(self, start: Sequence[int]) -> tuple[slice, ...]:
        """The patch that begins there."""
        return tuple(slice(first, first + n) for first, n in zip(start, self.size, strict=True))

    def on_pixels(self, values: Floats) -> Floats:
        """For each position of the input the mean of all patches that cover it.

        Parameters
        ----------
        values : ndarray
            One a patch, shaped as `positions`.

        Returns
        -------
        ndarray
            Shaped as the input's positions; NaN where the stride leaves one uncovered.
        """
        total, count = np.zeros(self.shape), np.zeros(self.shape)
        for value, patch in zip(values.ravel(), self.patches(), strict=True):
            total[patch] += value
            count[patch] += 1
        means: Floats = np.divide(total, count, out=np.full(self.shape, np.nan), where=count > 0)
        return means


def weakest(maps: Floats) -> Floats:
    """Of what several ways tell of each place, the least that all of them agree on.

    Parameters
    ----------
    maps : ndarray, shape (way, …)

    Returns
    -------
    ndarray, shape (…)
        The value nearest to 0; 0 where they differ in sign; NaN where one of them is NaN.
    """
    low, high = maps.min(axis=0), maps.max(axis=0)
    agreed = np.where(low > 0, low, np.where(high < 0, high, 0.0))
    return np.where(np.isnan(low), np.nan, agreed)
