"""Some samples that are kept with their values: those whose numbers have the least hashes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Indices, Integers
from .sample_hash import hashed

POOLED = 512
"""So many samples are kept with each channel's mean."""

IN_ROWS = 256
"""So many of them with a few rows, too."""

_SALT = 999

Arrays = Mapping[str, NDArray[Any]]


class KeptSamples:
    """A random part of all samples, the same whatever their order.

    Parameters
    ----------
    numbers : ndarray of int64, shape (k,)
    arrays : mapping of str to ndarray, shape (k, …)
        What is kept of each.
    most : int
        k is no more than that.

    Attributes
    ----------
    most : int
    """

    def __init__(self, numbers: Integers, arrays: Arrays, most: int) -> None:
        self._count = len(numbers)
        self.most = most
        # Of all that there may be, once there are more: what is not filled takes no memory.
        self._numbers = numbers
        self._arrays = dict(arrays)

    @property
    def numbers(self) -> Integers:
        """Of the samples, as they lie."""
        return self._numbers[: self._count]

    @property
    def arrays(self) -> Arrays:
        """What is kept of each, as they lie."""
        return {name: array[: self._count] for name, array in self._arrays.items()}

    def entering(self, numbers: Integers) -> Indices:
        """Which of further samples are to be kept."""
        hashes = hashed(numbers, _SALT)
        if self._count < self.most:
            order = np.argsort(np.concatenate([hashed(self.numbers, _SALT), hashes]))
            places = order[: self.most] - self._count
            return np.sort(places[places >= 0])
        own = hashed(self.numbers, _SALT)
        entering = np.flatnonzero(hashes < own.max())
        if entering.size:
            edge = np.partition(np.concatenate([own, hashes[entering]]), self.most - 1)
            entering = entering[hashes[entering] <= edge[self.most - 1]]
        return entering

    def add(self, numbers: Integers, arrays: Arrays) -> None:
        """Take in samples, in place: those that `entering` names."""
        if not numbers.size:
            return
        self._make_room(arrays)
        fresh = min(len(numbers), self.most - self._count)
        slots = np.arange(self._count, self._count + fresh)
        leaving = len(numbers) - fresh
        if leaving:
            farthest = np.argsort(hashed(self.numbers, _SALT))[self._count - leaving :]
            slots = np.concatenate([slots, farthest])
        self._numbers[slots] = numbers
        for name, array in arrays.items():
            self._arrays[name][slots] = array
        self._count += fresh

    def merged(self, other: KeptSamples) -> KeptSamples:
        """Of the samples of both."""
        numbers = np.concatenate([self.numbers, other.numbers])
        order = np.argsort(hashed(numbers, _SALT))[: self.most]
        theirs = other.arrays
        return KeptSamples(
            numbers[order],
            {
                name: np.concatenate([array, theirs[name]])[order]
                for name, array in self.arrays.items()
            },
            self.most,
        )

    def ordered(self) -> KeptSamples:
        """The same by ascending hash: as one, in whatever order they came."""
        if is_by_hash(self.numbers):
            return self
        order = np.argsort(hashed(self.numbers, _SALT))
        arrays = {name: array[order] for name, array in self.arrays.items()}
        return KeptSamples(self.numbers[order], arrays, self.most)

    def _make_room(self, arrays: Arrays) -> None:
        if len(self._numbers) < self.most:
            self._numbers = _lengthened(self._numbers, self.most)
            self._arrays = {name: _lengthened(self._arrays[name], self.most) for name in arrays}


def _lengthened(array: NDArray[Any], length: int) -> NDArray[Any]:
    longer = np.empty((length, *array.shape[1:]), dtype=array.dtype)
    longer[: len(array)] = array
    return longer


def is_by_hash(numbers: Integers) -> bool:
    """Whether samples' numbers are by ascending hash."""
    hashes = hashed(numbers, _SALT)
    return bool((hashes[1:] > hashes[:-1]).all())
