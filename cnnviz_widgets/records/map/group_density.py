"""How the values of a group of channels are distributed."""

from __future__ import annotations

from dataclasses import dataclass

from ...analysis.arrays import Floats


@dataclass(frozen=True, eq=False)
class GroupDensity:
    """The distribution of all values of a group's channels together; read-only.

    Attributes
    ----------
    grid : ndarray of float64, shape (points,)
        Evenly spaced values, in their own unit.
    density : ndarray of float64, shape (points,)
        Per unit of the values; zeros are no part of it.
    zero_share : float
        The share of exact zeros, 0 to 1.
    values : int
        On how many values it rests.
    """

    grid: Floats
    density: Floats
    zero_share: float
    values: int
