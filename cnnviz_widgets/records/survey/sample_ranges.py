"""Numbers of samples as runs: first, and one past the last; ascending, with gaps between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Integers

Ranges: TypeAlias = tuple[tuple[int, int], ...]

# More runs are not named in a message.
_MOST_NAMED = 4


def united(one: Ranges, other: Ranges) -> Ranges:
    """The samples of both, of which none may be in both; runs that touch are joined."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted((*one, *other)):
        if runs and runs[-1][1] == first:
            runs[-1] = runs[-1][0], last
        else:
            runs.append((first, last))
    return tuple(runs)


def shared(one: Ranges, other: Ranges) -> Ranges:
    """The samples that are in both."""
    runs: list[tuple[int, int]] = []
    mine, theirs = list(reversed(one)), list(reversed(other))
    while mine and theirs:
        first, last = max(mine[-1][0], theirs[-1][0]), min(mine[-1][1], theirs[-1][1])
        if first < last:
            runs.append((first, last))
        (mine if mine[-1][1] <= theirs[-1][1] else theirs).pop()
    return tuple(runs)


def count(ranges: Ranges) -> int:
    """How many samples there are."""
    return sum(last - first for first, last in ranges)


def are_in(numbers: Integers, ranges: Ranges) -> NDArray[np.bool_]:
    """Whether each of some numbers is a sample's of these."""
    ends = np.array(ranges, dtype=np.int64).reshape(-1)
    # Inside a run an odd number of ends lies at or before it.
    return np.asarray(np.searchsorted(ends, numbers, side="right") % 2 == 1)


def named(ranges: Iterable[tuple[int, int]]) -> str:
    """The numbers for a message or a line: "0 to 4,999 and 6,000"."""
    runs = list(ranges)
    words = [
        f"{first:,}" if last == first + 1 else f"{first:,} to {last - 1:,}" for first, last in runs
    ]
    if len(words) > _MOST_NAMED:
        words = [*words[: _MOST_NAMED - 1], f"{len(words) - _MOST_NAMED + 1:,} more runs"]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
