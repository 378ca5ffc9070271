"""Which of the samples a look at a model rests on, where these are not all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from ..analysis.spreading import evenly
from ..validation.scalars import whole_number


@dataclass(frozen=True)
class SampleChoice:
    """Some of a number of samples.

    Attributes
    ----------
    numbers : tuple of int
        Those chosen, ascending, counted from 0.
    total : int
        How many there are.

    Raises
    ------
    TypeError, ValueError
        They are no whole numbers, none at all, do not ascend, or are not among so many samples.
    """

    numbers: tuple[int, ...]
    total: int

    def __post_init__(self) -> None:
        whole_number("total", self.total, 1, "of samples")
        for number in self.numbers:
            whole_number("each of numbers", number)
        ends = (-1, *self.numbers, self.total)
        if not self.numbers or any(after <= before for before, after in pairwise(ends)):
            raise ValueError(
                f"numbers must ascend from 0 or more to less than {self.total}, the number of "
                f"samples; got {self.numbers}"
            )

    @classmethod
    def evenly(cls, count: int, total: int) -> SampleChoice:
        """So many of them, evenly spread over all; all where there are no more."""
        whole_number("count", count, 1, "of samples")
        whole_number("total", total, 1, "of samples")
        return cls(tuple(evenly(total, count, "ends").tolist()), total)

    @classmethod
    def of_rows(cls, count: int, total: int, rows: int) -> SampleChoice:
        """So many, evenly spread over the first `rows`, which have one each; then of the others."""
        if total <= rows:
            return cls.evenly(count, total)
        first = evenly(rows, count, "ends")
        others = rows + evenly(total - rows, max(0, count - rows), "ends")
        return cls((*first.tolist(), *others.tolist()), total)

    def __str__(self) -> str:
        return f"{len(self.numbers):,} of {self.total:,} sample{'' if self.total == 1 else 's'}"
