"""Numbers of samples that come in any order: which were seen, without looking at all of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Integers
from ....records.survey.sample_ranges import Ranges

Runs = NDArray[np.int64]
"""First, and one past the last, shape (n, 2); ascending, with gaps between them."""


class SeenNumbers:
    """The numbers of samples that were seen, as runs.

    They are kept in lists, each more than twice as long as the one after it: a batch is joined with
    the short ones, so that n batches take about n log n steps.

    Parameters
    ----------
    ranges : tuple of (int, int)
        Those from the start.
    """

    def __init__(self, ranges: Ranges = ()) -> None:
        runs = np.array(ranges, dtype=np.int64).reshape(-1, 2)
        self._lists = [runs] if len(runs) else []
        self.count = int((runs[:, 1] - runs[:, 0]).sum())

    def first_again(self, numbers: Integers) -> int | None:
        """The first number that was seen already, or is there twice; None where there is none."""
        again = np.zeros(len(numbers), dtype=bool)
        for runs in self._lists:
            # Inside a run an odd number of ends lies at or before it.
            again |= np.searchsorted(runs.reshape(-1), numbers, side="right") % 2 == 1
        once = np.unique(numbers, return_index=True)[1]
        again |= ~np.isin(np.arange(len(numbers)), once)
        return int(numbers[again.argmax()]) if again.any() else None

    def add(self, numbers: Integers) -> None:
        """Numbers that were not seen before."""
        runs = np.array(list(_runs(np.sort(numbers))), dtype=np.int64).reshape(-1, 2)
        lists = list(self._lists)
        while lists and len(lists[-1]) <= 2 * len(runs):
            runs = _joined(lists.pop(), runs)
        self._lists = [*lists, runs]
        self.count += len(numbers)

    @property
    def ranges(self) -> Ranges:
        """All of them."""
        runs = np.zeros((0, 2), dtype=np.int64)
        for each in reversed(self._lists):
            runs = _joined(each, runs)
        return tuple((first, last) for first, last in runs.tolist())


def _joined(one: Runs, other: Runs) -> Runs:
    """The runs of both, of which none overlap; those that touch are one."""
    both = np.concatenate([one, other])
    both = both[np.argsort(both[:, 0], kind="stable")]
    apart = np.flatnonzero(both[1:, 0] != both[:-1, 1])
    firsts = np.concatenate([both[:1, 0], both[apart + 1, 0]])
    return np.stack([firsts, np.concatenate([both[apart, 1], both[-1:, 1]])], axis=1)


def _runs(ordered: Integers) -> Iterator[tuple[int, int]]:
    cuts = np.flatnonzero(np.diff(ordered) != 1) + 1
    for run in np.split(ordered, cuts):
        if run.size:
            yield int(run[0]), int(run[-1]) + 1
