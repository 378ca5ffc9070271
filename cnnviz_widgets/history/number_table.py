"""A table that grows by a row at a time, with a few numbers for each layer in a row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# A block holds no more rows: those of few layers would make it large before it is used.
_MOST_ROWS = 1024


class NumberTable:
    """Rows of numbers in blocks of memory, so that no row is ever copied to make room for another.

    A row has a group of numbers for each layer that is there; layers may come and go.

    Parameters
    ----------
    width : int
        How many numbers a group has.
    block_bytes : int
        About as large a block is made; it has room for one row at least.
    """

    def __init__(self, width: int, block_bytes: int = 2**18) -> None:
        self._width = width
        self._block_bytes = block_bytes
        self._starts: dict[str, int] = {}
        self._names: tuple[str, ...] = ()
        self._latest: tuple[str, ...] = ()
        self._blocks: list[NDArray[np.float64]] = []
        # The number of the first row of each block, and of the row after the last one's.
        self._edges: list[int] = [0]

    def __len__(self) -> int:
        return self._edges[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """The layers of the latest row in its order, then those that are gone."""
        return self._names

    @property
    def nbytes(self) -> int:
        """Memory of all blocks, in bytes."""
        return sum(block.nbytes for block in self._blocks)

    def append(self, groups: Mapping[str, Sequence[float]]) -> None:
        """Add a row with these groups of numbers."""
        names = tuple(groups)
        if names != self._latest:
            for name in names:
                self._starts.setdefault(name, len(self._starts) * self._width)
            gone = [name for name in self._names if name not in groups]
            self._names = (*names, *gone)
            self._latest = names
        row = self._new_row(len(self._starts) * self._width)
        row[:] = np.nan
        for name, numbers in groups.items():
            start = self._starts[name]
            row[start : start + self._width] = numbers

    def drop_last(self) -> None:
        """Remove the last row."""
        self._edges[-1] -= 1
        if self._edges[-1] == self._edges[-2]:
            self._edges.pop()
            self._blocks.pop()

    def mend(self, rows: int) -> None:
        """Bring the table in order after an interrupt: this many rows of it are whole."""
        while len(self._edges) > 1 and self._edges[-2] >= rows:
            self._edges.pop()
        self._edges[-1] = rows
        del self._blocks[len(self._edges) - 1 :]

    def kept(self, which: NDArray[np.bool_]) -> NumberTable:
        """A table of those rows for which `which`, of shape (rows,), is true."""
        table = NumberTable(self._width, self._block_bytes)
        table._starts, table._names, table._latest = dict(self._starts), self._names, self._latest
        for block, (start, stop) in zip(self._blocks, pairwise(self._edges), strict=True):
            for row in block[: stop - start][which[start:stop]]:
                table._new_row(row.size)[:] = row
        return table

    def row(self, index: int, names: Sequence[str]) -> dict[str, list[float]]:
        """The groups of numbers of a row that are of these layers."""
        at = bisect_right(self._edges, index) - 1
        values = self._blocks[at][index - self._edges[at]]
        starts = {name: self._starts[name] for name in names}
        return {name: values[at : at + self._width].tolist() for name, at in starts.items()}

    def column(self, number: int) -> NDArray[np.float64]:
        """One number of each group, shape (rows, names); NaN where it is not there."""
        at = np.array([self._starts[name] + number for name in self._names], dtype=np.intp)
        column = np.full((len(self), at.size), np.nan)
        for block, (start, stop) in zip(self._blocks, pairwise(self._edges), strict=True):
            there = at < block.shape[1]
            column[start:stop, there] = block[: stop - start, at[there]]
        return column

    def _new_row(self, size: int) -> NDArray[np.float64]:
        last = self._blocks[-1] if self._blocks else None
        used = self._edges[-1] - self._edges[-2] if last is not None else 0
        if last is None or last.shape[1] != size or used == len(last):
            rows = min(_MOST_ROWS, max(1, self._block_bytes // max(1, 8 * size)))
            last, used = np.empty((rows, size)), 0
            self._blocks.append(last)
            self._edges.append(self._edges[-1])
        self._edges[-1] += 1
        row: NDArray[np.float64] = last[used]
        return row
