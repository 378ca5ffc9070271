"""How far the neighbours that a picture shows are neighbours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import Floats
from ..spreading import evenly
from .neighbours import nearest_rows, squared_distances

NEIGHBOURS = 10
"""So many neighbours of each point are looked at."""

MOST_ROWS = 2000
"""Of more points so many are judged, spread evenly: the mean is off by some 0.001."""


def trustworthiness(
    values: Floats, positions: Floats, look: Callable[[], object] | None = None
) -> float | None:
    """1 where a point's neighbours in the plane are those of its row, about 0.5 at random.

    Parameters
    ----------
    values : ndarray of float64, shape (row, feature)
        As `point_rows` gives them.
    positions : ndarray of float64, shape (row, 2)
    look : callable, optional
        As for `squared_distances`.

    Returns
    -------
    float or None
        None of fewer than three rows, or rows that are all the same.

    Notes
    -----
    Venna and Kaski 2001: a neighbour in the plane costs as many as it is ranked beyond the last
    of as many neighbours of the row. Rows that are equally far share the better rank.
    """
    count = len(values)
    k = min(NEIGHBOURS, (count - 1) // 2)
    if k < 1 or not np.ptp(values, axis=0).any():
        return None
    of = evenly(count, min(count, MOST_ROWS), "ends")
    shown = nearest_rows(positions - positions.mean(axis=0), k, of, look)
    cost, first = 0, 0
    for some, block in squared_distances(values, of, look):
        for column in shown.rows[first : first + len(some)].T:
            distance = block[np.arange(len(some)), column][:, np.newaxis]
            ranks = np.count_nonzero(block < distance, axis=1) + 1
            cost += int(np.maximum(ranks - k, 0).sum())
        first += len(some)
    return 1.0 - 2.0 * cost / (len(of) * k * (2 * count - 3 * k - 1))
