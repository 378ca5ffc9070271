"""An even, seeded share of a layer's values, where all of them would take too long."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..analysis.arrays import Indices
from ..analysis.spreading import evenly

WEIGHTS_SAMPLED = 1 << 16
"""Numbers of a weight for its distribution: its quantiles are then known to about 0.4 %."""


class Thinned(NamedTuple):
    """Some of a layer's values, and which.

    Attributes
    ----------
    values : ndarray of float32, shape (sample, position, channel)
    samples : ndarray of int
        The samples kept, ascending.
    places : tuple of ndarray of int
        For each axis between batch and channels the places kept, ascending; a position is one
        of each, the last axis fastest.
    channels : ndarray of int
        The channels kept, ascending.
    """

    values: NDArray[np.float32]
    samples: Indices
    places: tuple[Indices, ...]
    channels: Indices

    @property
    def rows(self) -> NDArray[np.float32]:
        """The same with one row a sample and position, shape (row, channel)."""
        return self.values.reshape(-1, self.values.shape[-1])


def thinned(
    values: NDArray[np.float32], *, rows: int, channels: int, samples: int = 64, seed: int = 0
) -> Thinned:
    """Keep about `rows` values of at most `channels` channels, spread over samples and places.

    Parameters
    ----------
    values : ndarray, shape (sample, ..., channel)
    rows : int
        At most about this many values a channel.
    channels : int
        At most this many channels, evenly spaced.
    samples : int
        At most this many samples, evenly spaced. More are kept only where there are no other
        axes, as then a sample is a row.
    seed : int
        Places are drawn one from each of equal stretches of an axis, not at a fixed step: the
        checkerboard that transposed convolutions leave would fall into step with it.

    Returns
    -------
    Thinned
    """
    rng = np.random.default_rng(seed)
    count, *sizes, width = values.shape
    if not sizes:
        samples = rows
    picked = evenly(count, samples, "starts")
    places_left = max(1, rows // picked.size)
    places = []
    for axis, size in enumerate(sizes):
        rest = sizes[axis:]
        share = min(1.0, places_left / math.prod(rest)) ** (1 / len(rest))
        keep = min(size, max(1, round(size * share)))
        places_left = max(1, places_left // keep)
        places.append(_one_of_each_stretch(size, keep, rng))
    columns = evenly(width, channels, "starts")
    chosen = values
    # One axis at a time: an axis kept whole costs nothing.
    for axis, index in enumerate((picked, *places, columns)):
        if index.size < values.shape[axis]:
            chosen = np.take(chosen, index, axis=axis)
    flat = np.ascontiguousarray(chosen).reshape(picked.size, -1, columns.size)
    return Thinned(flat, picked, tuple(places), columns)


def _one_of_each_stretch(size: int, keep: int, rng: np.random.Generator) -> Indices:
    edges = np.arange(keep + 1) * size // keep
    return np.asarray(rng.integers(edges[:-1], edges[1:]), dtype=np.intp)


def averaged_at(
    image: NDArray[np.float32], shape: Sequence[int], places: Sequence[Indices]
) -> NDArray[np.float32]:
    """An image at the places of a map of another size: the mean of the pixels a place covers.

    Parameters
    ----------
    image : ndarray, shape (sample, height, width, channel)
    shape : sequence of int
        (height, width) of the map.
    places : sequence of ndarray of int
        The rows and the columns of the map that are wanted.

    Returns
    -------
    ndarray, shape (sample, rows · columns, channel)
    """
    result = image.astype(np.float64)
    for axis, (size, index) in enumerate(zip(shape, places, strict=True), start=1):
        pixels = image.shape[axis]
        first = np.minimum(index * pixels // size, pixels - 1)
        last = np.maximum(first + 1, -(-(index + 1) * pixels // size))
        sums = np.insert(np.cumsum(result, axis=axis), 0, 0.0, axis=axis)
        shape_of_counts = [1] * result.ndim
        shape_of_counts[axis] = -1
        counts = (last - first).reshape(shape_of_counts)
        result = (np.take(sums, last, axis=axis) - np.take(sums, first, axis=axis)) / counts
    return result.reshape(len(image), -1, image.shape[-1]).astype(np.float32)
