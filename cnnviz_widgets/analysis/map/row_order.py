"""The order of rows in which neighbours are most alike, so that a matrix can be read."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...validation.arrays import indices
from ...validation.scalars import whole_number
from ..arrays import Floats, Indices, Integers
from .channel_groups import standard_rows
from .held_karp import MOST, best_path
from .path_moves import greedy_path, improved_path

# Cosines are told apart by this much: products of matrices add up in an order of their own on each
# machine, and what is equal is to come out equal.
_GRID = 2.0**-40
# As many find the best path of up to 16 rows; more bring little where rows are many.
KICKS = 100


def row_order(rows: ArrayLike, *, kicks: int = KICKS) -> Integers:
    """The path through all rows with the largest sum of cosines of neighbours, each row centred.

    Exact up to 12 rows [Held and Karp 1962]; of more, a greedy path and its best changes by
    2-opt and Or-opt [Or 1976] until there is none, also after each kick.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite, such as means by class. A constant row is alike to none.
    kicks : int
        Of more than 12 rows, how often changes beyond those two are tried; each takes a
        millisecond or two.

    Returns
    -------
    ndarray of int64, shape (C,)
        A permutation: which row stands in each place. Always the same for the same rows. Of its
        two directions that in which rows peak in later columns the further down they stand.

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers, or no such number.
    """
    kicks = whole_number("kicks", kicks, 0)
    standard = standard_rows(rows)
    n = len(standard)
    if n < 2:
        return np.arange(n, dtype=np.int64)
    similar = _cosines(standard)
    return _turned(_best_path(similar, kicks), standard).astype(np.int64)


def path_quality(rows: ArrayLike, order: ArrayLike) -> float:
    """The sum of cosines of neighbours in an order, each row centred.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite.
    order : array_like of int
        Rows, such as `row_order`.

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers, or a row that there is not.
    """
    similar = _cosines(standard_rows(rows))
    path = indices("order", order, len(similar))
    return float(similar[path[:-1], path[1:]].sum())


def quality_bound(rows: ArrayLike) -> float:
    """What `path_quality` cannot exceed: half the sum of the two best cosines of each row.

    The two ends of a path have one neighbour: the two least second-best ones are left out.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite.

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers.
    """
    similar = _cosines(standard_rows(rows))
    n = len(similar)
    if n < 3:
        return float(similar[0, 1]) if n == 2 else 0.0
    np.fill_diagonal(similar, -np.inf)
    second, best = np.partition(similar, n - 2, axis=1)[:, n - 2 :].T
    return float(best.sum() + np.sort(second)[2:].sum()) / 2


def _best_path(similar: Floats, kicks: int) -> Indices:
    """The best path where there are few rows; a good one of more."""
    if len(similar) <= MOST:
        return best_path(similar)
    return improved_path(similar, greedy_path(similar), kicks)


def _cosines(standard: Floats) -> Floats:
    cosines: Floats = standard @ standard.T
    cosines /= standard.shape[1] * _GRID
    return np.multiply(np.rint(cosines, out=cosines), _GRID, out=cosines)


def _turned(path: Indices, standard: Floats) -> Indices:
    """The path from its other end, if rows then peak in later columns further down."""
    slope = int((standard[path].argmax(axis=1) * (2 * np.arange(path.size) - path.size + 1)).sum())
    backwards = slope < 0 or (slope == 0 and path[-1] < path[0])
    return path[::-1] if backwards else path
