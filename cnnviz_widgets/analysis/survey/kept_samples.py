"""Some samples that are kept with their values: those whose numbers have the least hashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False)
class KeptSamples:
    """A random part of all samples, the same whatever their order, by ascending hash.

    Attributes
    ----------
    numbers : ndarray of int64, shape (k,)
    arrays : mapping of str to ndarray, shape (k, …)
        What is kept of each.
    most : int
        k is no more than that.
    """

    numbers: Integers
    arrays: Arrays
    most: int

    def with_more(self, numbers: Integers, arrays: Arrays) -> KeptSamples:
        """Of more samples, of which a few enter once there are many."""
        entering = self.entering(numbers)
        if not entering.size:
            return self
        if entering.size < len(numbers):
            numbers = numbers[entering]
            arrays = {name: array[entering] for name, array in arrays.items()}
        return self.merged(KeptSamples(numbers, arrays, self.most))

    def entering(self, numbers: Integers) -> Indices:
        """At which places of more samples those stand that may enter."""
        if len(self.numbers) < self.most:
            return np.arange(len(numbers))
        fresh = hashed(numbers, _SALT)
        return np.flatnonzero(fresh < hashed(self.numbers[-1:], _SALT))

    def merged(self, other: KeptSamples) -> KeptSamples:
        """Of the samples of both."""
        numbers = np.concatenate([self.numbers, other.numbers])
        order = np.argsort(hashed(numbers, _SALT), kind="stable")[: self.most]
        return KeptSamples(
            numbers[order],
            {
                name: np.concatenate([array, other.arrays[name]])[order]
                for name, array in self.arrays.items()
            },
            self.most,
        )


def is_by_hash(numbers: Integers) -> bool:
    """Whether samples' numbers are in the order in which they are kept."""
    hashes = hashed(numbers, _SALT)
    return bool((hashes[1:] > hashes[:-1]).all())
