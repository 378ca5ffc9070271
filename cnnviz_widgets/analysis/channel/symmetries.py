"""The ways in which a picture, or a row, can be laid on itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Symmetry:
    """A mirroring, then some quarter turns.

    Attributes
    ----------
    turns : int
        Quarter turns against the clock, 0 to 3.
    mirrored : bool
        Left and right change places first; of a row its ends do.
    """

    turns: int = 0
    mirrored: bool = False

    def applied(self, array: NDArray[Any], axes: Sequence[int]) -> NDArray[Any]:
        """An array turned so.

        Parameters
        ----------
        array : ndarray
        axes : sequence of int
            Those of the rows and columns, or the one of a row.
        """
        if self.mirrored:
            array = np.flip(array, axes[-1])
        return np.rot90(array, self.turns, (axes[0], axes[1])) if self.turns else array

    def undone(self, array: NDArray[Any], axes: Sequence[int]) -> NDArray[Any]:
        """An array turned back, so that ``undone(applied(array))`` is the array.

        Parameters
        ----------
        array, axes
            As `applied`.
        """
        if self.turns:
            array = np.rot90(array, -self.turns, (axes[0], axes[1]))
        return np.flip(array, axes[-1]) if self.mirrored else array

    @property
    def words(self) -> str:
        """``mirrored and turned by 90°``; empty where nothing is done."""
        parts = ["mirrored"] * self.mirrored
        parts += [f"turned by {90 * self.turns}°"] * (self.turns > 0)
        return " and ".join(parts)


IDENTITY = Symmetry()


def symmetries_of(shape: Sequence[int]) -> tuple[Symmetry, ...]:
    """The symmetries of an array, the identity first.

    Parameters
    ----------
    shape : sequence of int
        Of its spatial axes.

    Returns
    -------
    tuple of Symmetry
        8 of a square, 4 of another rectangle, 2 of a row, 1 of anything else.
    """
    if len(shape) == 1:
        return IDENTITY, Symmetry(mirrored=True)
    if len(shape) != 2:
        return (IDENTITY,)
    turns = range(4) if shape[0] == shape[1] else (0, 2)
    return tuple(Symmetry(turn, mirrored) for mirrored in (False, True) for turn in turns)
