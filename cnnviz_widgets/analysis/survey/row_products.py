"""Inner products of channels over the drawn rows, in blocks of samples that numbers alone decide.

A product of matrices rounds by how its rows are grouped. So rows wait until all samples of their
block have come, from whatever part of the data, and go in together by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import ssyrk

from ..arrays import Floats, Integers
from .exact_sums import split_terms

BLOCK = 64
"""Samples of a block: those whose numbers divided by it are one and the same."""

FARTHEST = np.float32(2.0**56)
"""Rows hold no greater magnitude: the squares of a block's rows add up within float32's range."""

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
        blocks = numbers // BLOCK
        for block in np.unique(blocks).tolist():
            of_block = blocks == block
            self._wait(block, numbers[of_block], rows[of_block])
        while len(self.waiting) > _MOST_WAITING:
            self._enter(next(iter(self.waiting)))

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
            whole._enter(block)
        upper = whole.gram[0] + whole.gram[1]
        return np.asarray(np.triu(upper) + np.triu(upper, 1).T)

    def _wait(self, block: int, numbers: Integers, rows: NDArray[np.float32]) -> None:
        if block in self.waiting:
            earlier, earlier_rows = self.waiting[block]
            numbers = np.concatenate([earlier, numbers])
            rows = np.concatenate([earlier_rows, rows])
        self.waiting[block] = numbers, rows
        if len(numbers) >= BLOCK:
            self._enter(block)

    def _enter(self, block: int) -> None:
        numbers, rows = self.waiting.pop(block)
        ordered = rows[np.argsort(numbers, kind="stable")].reshape(-1, rows.shape[-1])
        product = ssyrk(1.0, ordered.T, lower=0).astype(np.float64)
        np.add(self.gram, split_terms(product), out=self.gram)
