"""What of a layer's values is compared, where a survey kept a few of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray


class ComparedValues(NamedTuple):
    """Values that are compared with another record's.

    Attributes
    ----------
    values : ndarray, shape (sample, …, channel), or None
        None where they are not held.
    how : str or None
        What they are of each sample, where they are of some of those that the record rests on: the
        end of a sentence, "" for all that a sample has. None where they are of all.
    """

    values: NDArray[Any] | None
    how: str | None = None


class DrawnRows(NamedTuple):
    """Values at a few places of each sample, which layers of the same axes have in common.

    Attributes
    ----------
    axes : tuple of int
        The lengths of a sample's axes without the channels.
    values : ndarray, shape (sample, place, channel)
    """

    axes: tuple[int, ...]
    values: NDArray[Any]
