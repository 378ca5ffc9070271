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
            Each sample's greatest value.
        numbers : ndarray of int, shape (B,)
        places : ndarray of int, shape (B, channel)
            Known of all that enter.
        """
        last, latest = self.values[-1], self.samples[-1]
        enters = values > last
        if latest.max() > numbers.min():
            level = (values == last) & (values > -np.inf)
            enters |= level & (numbers[:, None] < latest)
        chosen = np.flatnonzero(enters.any(axis=0))
        if chosen.size:
            some = np.where(enters[:, chosen], values[:, chosen], -np.inf)
            best = _best(
                (self.values[:, chosen], some),
                (self.samples[:, chosen], np.where(enters[:, chosen], numbers[:, None], NO_SAMPLE)),
                (self.places[:, chosen], places[:, chosen]),
            )
            self.values[:, chosen], self.samples[:, chosen], self.places[:, chosen] = best

    def merged(self, other: Strongest) -> Strongest:
        """Of the samples of both."""
        return Strongest(
            *_best(
                (self.values, other.values),
                (self.samples, other.samples),
                (self.places, other.places),
            )
        )


def _best(values: Any, samples: Any, places: Any) -> tuple[NDArray[Any], ...]:
    joined = [np.concatenate(each) for each in (values, samples, places)]
    order = np.lexsort((joined[1], -joined[0]), axis=0)[:COUNT]
    return tuple(np.take_along_axis(each, order, axis=0) for each in joined)
