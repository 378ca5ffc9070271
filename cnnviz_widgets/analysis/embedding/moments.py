"""From the picture of one moment to that of the next: points go on from where they were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Floats, Indices
from .neighbours import squared_distances

# Of so many points the place must be known for the others to find theirs among them.
_KNOWN = 0.5


@dataclass(frozen=True, eq=False)
class Placed:
    """Points that were placed.

    Attributes
    ----------
    numbers : ndarray of int, shape (point,)
        Ascending.
    positions : ndarray of float64, shape (point, 2)
    """

    numbers: Indices
    positions: Floats

    def at(self, numbers: Indices) -> Floats:
        """Where these points are, shape (point, 2); NaN for those that were not placed."""
        where = np.full((len(numbers), 2), np.nan)
        if len(self.numbers):
            places = np.searchsorted(self.numbers, numbers).clip(0, len(self.numbers) - 1)
            known = self.numbers[places] == numbers
            where[known] = self.positions[places[known]]
        return where


def start_from(values: Floats, before: Floats) -> Floats | None:
    """Where points begin that were placed before; new ones begin beside their nearest row.

    Parameters
    ----------
    values : ndarray of float64, shape (point, feature)
        As `point_rows` gives them.
    before : ndarray of float64, shape (point, 2)
        As `Placed.at` gives it.

    Returns
    -------
    ndarray of float64, shape (point, 2), or None
        None where most are new: they had better begin anew.
    """
    known = np.isfinite(before).all(axis=1)
    if known.mean() < _KNOWN:
        return None
    start = before.copy()
    for some, distances in squared_distances(values, np.flatnonzero(~known)):
        distances[:, ~known] = np.inf
        start[some] = before[distances.argmin(axis=1)]
    return start
