"""Inner products of channels over the drawn rows, in blocks of samples that numbers alone decide.

A product of matrices rounds by how its rows are grouped. So rows wait until all samples of their
block have come, from whatever part of the data, and go in together by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import ssyrk

from ..arrays import Floats, Integers
from .exact_sums import split_terms

BLOCK = 64
"""Samples of a block: those whose numbers divided by it are one and the same."""

FARTHEST = np.float32(2.0**56)
"""Rows hold no greater magnitude: the squares of a block's rows add up within float32's range."""

# Lines of the matrix that are added up at a time.
_STRIP = 64

# Where samples come in no order so many blocks may wait; then the oldest goes in as it is.
_MOST_WAITING = 64

Waiting = Mapping[int, tuple[Integers, NDArray[np.float32]]]


@dataclass(frozen=True, eq=False)
class RowProducts:
    """The Gram matrix of channels over rows, and the rows that wait for others of their block.

    Attributes
    ----------
    gram : ndarray of float64, shape (2, channel, channel)
        Two parts, as `split_terms` makes them; the upper triangle.
    waiting : dict of int to (numbers, rows)
        By the number of the block: the samples' numbers, and their rows, shape (sample, m, C).
    """

    gram: Floats
    waiting: dict[int, tuple[Integers, NDArray[np.float32]]]

    @classmethod
    def of_none(cls, channels: int) -> RowProducts:
        """Of no rows."""
        return cls(np.zeros((2, channels, channels)), {})

    def add(self, numbers: Integers, rows: NDArray[np.float32]) -> None:
        """Take in rows, in place.

        Parameters
        ----------
        numbers : ndarray of int, shape (B,)
        rows : ndarray of float32, shape (B, m, channel)
            About 1 in magnitude; none above `FARTHEST`.
        """
        if (numbers[1:] < numbers[:-1]).any():
            order = np.argsort(numbers)
            numbers, rows = numbers[order], rows[order]
        cuts = np.flatnonzero(np.diff(numbers // BLOCK)) + 1
        for first, last in pairwise([0, *cuts.tolist(), len(numbers)]):
            self._wait(int(numbers[first]) // BLOCK, numbers[first:last], rows[first:last])
        while len(self.waiting) > _MOST_WAITING:
            self._enter(*self.waiting.pop(next(iter(self.waiting))))

    def merged(self, other: RowProducts) -> RowProducts:
        """Of the rows of both."""
        both = RowProducts(self.gram + other.gram, dict(self.waiting))
        for block, (numbers, rows) in other.waiting.items():
            both._wait(block, numbers, rows)
        return both

    def total(self) -> Floats:
        """The whole symmetric matrix, also of the rows that wait, shape (channel, channel)."""
        whole = RowProducts(self.gram.copy(), dict(self.waiting))
        for block in sorted(self.waiting):
            whole._enter(*whole.waiting.pop(block))
        upper = whole.gram[0] + whole.gram[1]
        return np.asarray(np.triu(upper) + np.triu(upper, 1).T)

    def _wait(self, block: int, numbers: Integers, rows: NDArray[np.float32]) -> None:
        if block in self.waiting:
            earlier, earlier_rows = self.waiting[block]
            numbers = np.concatenate([earlier, numbers])
            rows = np.concatenate([earlier_rows, rows])
        if len(numbers) >= BLOCK:
            self.waiting.pop(block, None)
            self._enter(numbers, rows)
        else:
            # Not a part of a larger array, which would stay in memory with it.
            self.waiting[block] = numbers.copy(), rows.copy()

    def _enter(self, numbers: Integers, rows: NDArray[np.float32]) -> None:
        if (numbers[1:] < numbers[:-1]).any():
            rows = rows[np.argsort(numbers)]
        ordered = rows.reshape(-1, rows.shape[-1])
        product = ssyrk(1.0, ordered.T, lower=0)
        # The upper triangle, a strip of lines at a time, which a cache holds.
        for first in range(0, len(product), _STRIP):
            strip = product[first : first + _STRIP, first:].astype(np.float64)
            total = self.gram[:, first : first + _STRIP, first:]
            total += split_terms(strip)
