"""Runs of equal blocks in a row of things."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

LONGEST_PERIOD = 4
"""Blocks of more stations than this are not looked for."""


class Repeat(NamedTuple):
    """A block that stands in a row several times over.

    Attributes
    ----------
    start : int
        Where in the row it begins.
    period : int
        How long the block is.
    times : int
        How often it stands there, 3 or more.
    """

    start: int
    period: int
    times: int

    @property
    def hidden(self) -> range:
        """What may be left out: all but the first and the last of the blocks."""
        return range(self.start + self.period, self.start + self.period * (self.times - 1))

    @property
    def last(self) -> int:
        """Where the last block begins."""
        return self.start + self.period * (self.times - 1)


def repeats(row: Sequence[Hashable], longest: int = LONGEST_PERIOD) -> tuple[Repeat, ...]:
    """Runs of three equal blocks or more, none overlapping; of several the one that hides most.

    Parameters
    ----------
    row : sequence of hashable
        None is equal to nothing.
    longest : int
        How long a block may be.
    """
    found = []
    start = 0
    while start < len(row):
        runs = [Repeat(start, period, _times(row, start, period)) for period in _up_to(longest)]
        best = max(runs, key=lambda run: (len(run.hidden), -run.period))
        if best.hidden:
            found.append(best)
            start += best.period * best.times
        else:
            start += 1
    return tuple(found)


def _up_to(longest: int) -> range:
    return range(1, longest + 1)


def _times(row: Sequence[Hashable], start: int, period: int) -> int:
    block = row[start : start + period]
    times = 1
    if len(block) < period or None in block:
        return times
    while row[start + times * period : start + (times + 1) * period] == block:
        times += 1
    return times
