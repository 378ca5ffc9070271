"""Each channel's greatest values with their samples and places; least ones are those negated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Integers

COUNT = 9
"""So many of each channel are kept."""

NO_SAMPLE = np.iinfo(np.int64).max
"""Instead of a sample's number, where a channel has fewer finite values."""


# Equal values go by their samples' numbers: between each two of a batch lie those known before, of
# which equal ones are in that order already.
_STEP = 16
_RANKS = np.arange(COUNT)[:, None]
_LOW = 0xFFFFFFFF
# Where more of a channel enter, on the average, those that others of their batch push out again
# are sorted out first.
_FEW = 2 * COUNT


@dataclass(frozen=True, eq=False)
class Strongest:
    """The strongest samples of each channel, each by its greatest value, strongest first.

    Of equal values the sample with the lower number comes first, whenever it came.

    Attributes
    ----------
    values : ndarray of float32, shape (COUNT, channel)
        Minus infinity where a channel has fewer.
    samples : ndarray of int64, shape (COUNT, channel)
    places : ndarray of int32, shape (COUNT, channel)
        Positions in the sample, counted along its axes.
    """

    values: NDArray[np.float32]
    samples: Integers
    places: NDArray[np.int32]

    @classmethod
    def none(cls, channels: int) -> Strongest:
        """Of no sample."""
        shape = (COUNT, channels)
        return cls(
            np.full(shape, -np.inf, dtype=np.float32),
            np.full(shape, NO_SAMPLE),
            np.zeros(shape, dtype=np.int32),
        )

    def add(
        self, values: NDArray[np.float32], numbers: Integers, places: NDArray[np.int32]
    ) -> None:
        """Take in more samples, in place.

        Parameters
        ----------
        values : ndarray, shape (B, channel)
            Each sample's greatest value; zeros are of positive sign.
        numbers : ndarray of int, shape (B,)
        places : ndarray of int, shape (B, channel)
            Known of all that enter.
        """
        if (numbers[1:] < numbers[:-1]).any():
            order = np.argsort(numbers)
            values, numbers, places = values[order], numbers[order], places[order]
        last, latest = self.values[-1], self.samples[-1]
        enters = values > last
        comes_late = latest.max() > numbers[0]
        if comes_late:
            level = (values == last) & (values > -np.inf)
            enters |= level & (numbers[:, None] < latest)
        if np.count_nonzero(enters) > _FEW * last.size:
            enters &= _first_of(values)
        chosen = np.flatnonzero(enters.any(axis=0))
        if not chosen.size:
            return
        samples = self.samples[:, chosen]
        before = np.searchsorted(numbers, samples) if comes_late else np.zeros_like(samples)
        channel, row = np.divmod(np.flatnonzero(enters[:, chosen].T), len(numbers))
        entering = np.bincount(channel)
        slot = np.arange(channel.size) - np.repeat(np.cumsum(entering) - entering, entering)
        keys = np.full((chosen.size, COUNT + entering.max()), np.iinfo(np.int64).min)
        keys[:, :COUNT] = _keys(self.values[:, chosen], _STEP * before + _RANKS).T
        keys[channel, COUNT + slot] = _keys(values[row, chosen[channel]], _STEP * row + _STEP - 1)
        keys.sort(axis=1)
        best = keys[:, : -COUNT - 1 : -1].T
        row, rank = np.divmod(_LOW - (best & _LOW), _STEP)
        fresh = rank >= COUNT
        row[~fresh] = 0
        rank[fresh] = 0
        self.values[:, chosen] = _ordered((best >> 32).astype(np.int32)).view(np.float32)
        self.samples[:, chosen] = np.where(
            fresh, numbers[row], np.take_along_axis(samples, rank, axis=0)
        )
        self.places[:, chosen] = np.where(
            fresh, places[row, chosen], np.take_along_axis(self.places[:, chosen], rank, axis=0)
        )

    def merged(self, other: Strongest) -> Strongest:
        """Of the samples of both."""
        return Strongest(
            *_best(
                (self.values, other.values),
                (self.samples, other.samples),
                (self.places, other.places),
            )
        )


def _first_of(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which samples of a batch, by ascending number, are among each channel's strongest of it."""
    if len(values) <= COUNT:
        return np.ones(values.shape, dtype=np.bool_)
    edge = np.partition(values, -COUNT, axis=0)[-COUNT]
    level = values == edge
    level &= np.cumsum(level, axis=0, dtype=np.int32) <= COUNT
    first: NDArray[np.bool_] = level | (values > edge)
    return first


def _keys(values: NDArray[np.float32], ranks: Integers) -> Integers:
    """One number for a value and its rank among equal ones: the greater, the stronger."""
    bits = _ordered(np.ascontiguousarray(values).view(np.int32))
    return (bits.astype(np.int64) << 32) | (_LOW - ranks)


def _ordered(bits: NDArray[np.int32]) -> NDArray[np.int32]:
    """The bits of float32 as whole numbers in the order of the values; and back."""
    return bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))


def _best(values: Any, samples: Any, places: Any) -> tuple[NDArray[Any], ...]:
    joined = [np.concatenate(each) for each in (values, samples, places)]
    order = np.lexsort((joined[1], -joined[0]), axis=0)[:COUNT]
    return tuple(np.take_along_axis(each, order, axis=0) for each in joined)
