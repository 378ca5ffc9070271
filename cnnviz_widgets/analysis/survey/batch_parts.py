"""What one batch says of a layer's channels: a few numbers a sample and channel, and a few rows.

The plain reference; a compiled pass makes the same within its graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, Floats
from .sample_hash import places_of

UNKNOWN_PLACE = -1
"""Instead of a place that was not looked up: the value was not asked for."""

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class BatchParts:
    """One layer on one batch of B samples; C channels, each with a value at each position.

    Attributes
    ----------
    axes : tuple of int
        The lengths of a sample's axes without the channels; their product is the positions.
    sums, squares : ndarray of float32 or float64, shape (B, C)
        Of a sample's finite values: their sum, and the sum of squared distances from their mean.
        In float64 where they are out of float32's range: squares are, of values above 1e18.
    low, high : ndarray of float32, shape (B, C)
        Of a sample's finite values; infinity and minus infinity where there is none.
    low_at, high_at : ndarray of int32, shape (B, C)
        The first position of each; `UNKNOWN_PLACE` where it was not asked for.
    zeros, nonfinite : ndarray of int32, shape (B, C)
        How many of a sample's values are exactly zero, and NaN or infinite.
    rows : ndarray of float32, shape (B, m, C)
        The values of all channels at a few places, drawn by the sample's number.
    """

    axes: tuple[int, ...]
    sums: FloatArray
    squares: FloatArray
    low: Singles
    high: Singles
    low_at: NDArray[np.int32]
    high_at: NDArray[np.int32]
    zeros: NDArray[np.int32]
    nonfinite: NDArray[np.int32]
    rows: Singles

    @property
    def positions(self) -> int:
        """How many values a sample has of each channel."""
        return int(np.prod(self.axes, dtype=np.int64))

    @property
    def nbytes(self) -> int:
        """Memory of its arrays."""
        return sum(each.nbytes for each in vars(self).values() if isinstance(each, np.ndarray))

    def some(self, first: int, last: int) -> BatchParts:
        """Those of a run of samples."""
        arrays = {
            name: value[first:last]
            for name, value in vars(self).items()
            if isinstance(value, np.ndarray)
        }
        return BatchParts(axes=self.axes, **arrays)


@dataclass(frozen=True)
class Asked:
    """Of which samples the place of the strongest or weakest value is wanted.

    Attributes
    ----------
    above, below : ndarray of float32, shape (C,)
        Of those whose greatest value is more than `above`, whose least one is less than `below`;
        or as much, where `level` is set.
    level : bool
        Whether a sample that comes late may take the place of an equal one.
    """

    above: Singles
    below: Singles
    level: bool = False


def batch_parts(values: NDArray[Any], draws: Floats, asked: Asked) -> BatchParts:
    """The parts of one batch by NumPy.

    Parameters
    ----------
    values : ndarray, shape (B, ..., C)
        Real numbers.
    draws : ndarray, shape (B, m)
        As `place_draws` gives them for the samples' numbers.
    asked : Asked

    Returns
    -------
    BatchParts
    """
    samples, channels = len(values), values.shape[-1]
    axes = values.shape[1:-1]
    flat = np.asarray(values, dtype=np.float32).reshape(samples, -1, channels)
    finite = np.isfinite(flat)
    nonfinite = (~finite).sum(axis=1, dtype=np.int32)
    counted = flat.shape[1] - nonfinite
    high = np.max(flat, axis=1, where=finite, initial=-np.inf)
    low = np.min(flat, axis=1, where=finite, initial=np.inf)
    wide = flat.astype(np.float64)
    sums = wide.sum(axis=1, where=finite)
    mean = sums / np.maximum(counted, 1)
    squares = np.square(wide - mean[:, None], where=finite, out=np.zeros_like(wide)).sum(axis=1)
    places = places_of(draws, flat.shape[1])
    return BatchParts(
        axes=axes,
        sums=sums,
        squares=squares,
        low=low,
        high=high,
        low_at=_first_at(flat, low, low <= asked.below if asked.level else low < asked.below),
        high_at=_first_at(flat, high, high >= asked.above if asked.level else high > asked.above),
        zeros=(flat == 0).sum(axis=1, dtype=np.int32),
        nonfinite=nonfinite,
        rows=np.take_along_axis(flat, places[:, :, None], axis=1),
    )


def _first_at(flat: Singles, extreme: Singles, chosen: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The first position of each chosen sample's and channel's extreme value."""
    at = np.full(extreme.shape, UNKNOWN_PLACE, dtype=np.int32)
    samples, channels = np.nonzero(chosen & np.isfinite(extreme))
    columns = flat[samples, :, channels]
    at[samples, channels] = (columns == extreme[samples, channels][:, None]).argmax(axis=1)
    return at
