"""Which inputs a model was shown, where they are not those that were given first."""

from __future__ import annotations

from dataclasses import dataclass

from ...validation.scalars import whole_number
from ...validation.texts import text


@dataclass(frozen=True)
class ShownInputs:
    """A choice of inputs.

    Attributes
    ----------
    title : str
        What they are, in words: ``"wrong ones, 1 to 64 of 213"``.
    numbers : tuple of int
        Their numbers in the pool, in the order of the rows; () where they were given otherwise.
    total : int
        How many samples the pool has; 0 without one.

    Raises
    ------
    TypeError, ValueError
        A title that is none, or numbers that are not among so many samples.
    """

    title: str
    numbers: tuple[int, ...] = ()
    total: int = 0

    def __post_init__(self) -> None:
        text("title", self.title)
        whole_number("total", self.total, 0, "of samples")
        for number in self.numbers:
            whole_number("each of numbers", number, 0)
            if number >= self.total:
                raise ValueError(
                    f"numbers must be less than {self.total}, the size of the pool; got {number}"
                )
