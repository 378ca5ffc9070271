"""k-means that goes on from any groups: some rows may be pinned, some not yet be in a group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Indices, Integers

# Of the largest square in question: what rounding may make of equal distances.
ROUNDING = 1e-12
# Each step lowers the sum of squares, so that it comes to an end by itself, and soon.
_MOST_STEPS = 300


def seeded(rows: Floats, count: int, random: np.random.Generator) -> Integers:
    """Groups about rows drawn far from one another [k-means++, Arthur and Vassilvitskii 2007].

    Parameters
    ----------
    rows : ndarray, shape (n, columns), n >= 1
    count : int
        As many groups, or fewer where fewer rows differ.
    random : numpy.random.Generator

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    seeds = [int(random.integers(len(rows)))]
    squares = _squares(rows, rows[seeds])
    nearest = squares[:, 0]
    floor = ROUNDING * float(np.einsum("ij,ij->i", rows, rows).max())
    while len(seeds) < count:
        chances = np.cumsum(np.where(nearest > floor, nearest, 0))
        if chances[-1] <= 0:
            break
        seeds.append(int(np.searchsorted(chances, random.random() * chances[-1], side="right")))
        squares = np.column_stack((squares, _squares(rows, rows[seeds[-1:]])))
        nearest = squares.min(axis=1)
    return first_least(squares, floor).astype(np.int64)


def settled(
    rows: Floats, groups: Integers, count: int, pinned: NDArray[np.bool_] | None = None
) -> Integers:
    """Groups whose rows are nearer to their own centre than to any other [Lloyd 1982].

    Parameters
    ----------
    rows : ndarray, shape (n, columns)
    groups : ndarray of int, shape (n,)
        Where each row begins; −1 for one that is in no group yet. One at least is in one that
        is not pinned, or all are pinned.
    count : int
        Where there are fewer groups, because no row was left in one, others begin at the rows that
        are farthest from their centres, under the lowest numbers that are free.
    pinned : ndarray of bool, shape (n,), optional
        Rows that stay where they are and do not move their group's centre. A group of pinned rows
        alone has none, and so gets no others.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    groups = groups.astype(np.int64)
    free = np.ones(len(rows), np.bool_) if pinned is None else ~pinned
    if not free.any():
        return groups
    floor = ROUNDING * float(np.einsum("ij,ij->i", rows, rows).max())
    for _ in range(_MOST_STEPS):
        before = groups.copy()
        groups, apart = _nearest(rows, groups, free, floor)
        # A row may leave its group where another stays in it.
        sizes = np.bincount(groups)
        apart = np.where(free & (sizes[groups] > 1), apart, -1.0)
        if np.count_nonzero(sizes) < count and apart.max() > floor:
            unused = np.flatnonzero(np.append(sizes, 0) == 0)[0]
            groups[(apart >= apart.max() - floor).argmax()] = unused
        elif (groups == before).all():
            break
    return groups


def spread(rows: Floats, groups: Integers) -> float:
    """The sum of squared distances of all rows from the centre of their group."""
    centres = _centres(rows, groups)[1]
    return float(((rows - centres[np.unique(groups, return_inverse=True)[1]]) ** 2).sum())


def _nearest(
    rows: Floats, groups: Integers, free: NDArray[np.bool_], floor: float
) -> tuple[Integers, Floats]:
    """The group of the nearest centre; of equally near ones its own. And the square to it."""
    placed = free & (groups >= 0)
    numbers, centres = _centres(rows[placed], groups[placed])
    squares = _squares(rows, centres)
    best = first_least(squares, floor)
    own = np.searchsorted(numbers, groups).clip(0, numbers.size - 1)
    each = np.arange(len(rows))
    stays = (numbers[own] == groups) & (squares[each, own] <= squares[each, best] + floor)
    chosen = np.where(stays, own, best)
    return np.where(free, numbers[chosen], groups), squares[each, chosen]


def first_least(squares: Floats, floor: float) -> Indices:
    """The first of the columns that are least, but for rounding, in each row."""
    first: Indices = (squares <= squares.min(axis=1, keepdims=True) + floor).argmax(axis=1)
    return first


def _centres(rows: Floats, groups: Integers) -> tuple[Integers, Floats]:
    """The numbers of the groups, ascending, and the mean row of each."""
    numbers, at = np.unique(groups, return_inverse=True)
    members = (at == np.arange(numbers.size)[:, None]).astype(np.float64)
    return numbers, (members @ rows) / members.sum(axis=1, keepdims=True)


def _squares(rows: Floats, centres: Floats) -> Floats:
    """Squared distances of each row from each centre, shape (n, centre)."""
    lengths = np.einsum("ij,ij->i", rows, rows)
    squares: Floats = lengths[:, None] - 2 * (rows @ centres.T)
    squares += np.einsum("ij,ij->i", centres, centres)
    return np.maximum(squares, 0, out=squares)
