"""The nearest rows of each row, exactly, and how often they are of its own class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Indices
from .rows import BLOCK_ITEMS


class Neighbours(NamedTuple):
    """Nearest rows, the nearest first.

    Attributes
    ----------
    rows : ndarray of int, shape (asked, count)
    distances : ndarray of float64, shape (asked, count)
        Euclidean.
    """

    rows: Indices
    distances: Floats

    def first(self, count: int) -> Neighbours:
        """The nearest so many of each."""
        return Neighbours(self.rows[:, :count], self.distances[:, :count])


def squared_distances(
    values: Floats, of: Indices, look: Callable[[], object] | None = None
) -> Iterator[tuple[Indices, Floats]]:
    """Squared distances of some rows to all, a block of rows at a time; of a row to itself inf.

    Parameters
    ----------
    values : ndarray of float64, shape (row, feature)
        Centred: else the squares of far numbers would swallow their differences.
    of : ndarray of int, shape (asked,)
    look : callable, optional
        Called before each block; what it raises ends the work.
    """
    squares = np.einsum("ij,ij->i", values, values)
    step = max(1, BLOCK_ITEMS // len(values))
    for first in range(0, len(of), step):
        if look is not None:
            look()
        some = of[first : first + step]
        block = values[some] @ values.T
        block *= -2.0
        block += squares
        block += squares[some, np.newaxis]
        np.maximum(block, 0.0, out=block)
        block[np.arange(len(some)), some] = np.inf
        yield some, block


def nearest_rows(
    values: Floats,
    count: int,
    of: Indices | None = None,
    look: Callable[[], object] | None = None,
) -> Neighbours:
    """The nearest rows of each of some rows, itself left out; every pair is looked at.

    Parameters
    ----------
    values : ndarray of float64, shape (row, feature)
        As `point_rows` gives them.
    count : int
        How many; fewer than there are rows.
    of : ndarray of int, optional
        The rows that are asked for; all by default.
    look : callable, optional
        As for `squared_distances`.
    """
    asked = np.arange(len(values)) if of is None else of
    rows = np.empty((len(asked), count), dtype=np.intp)
    distances = np.empty((len(asked), count))
    first = 0
    for some, block in squared_distances(values, asked, look):
        last = first + len(some)
        nearest = np.argpartition(block, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(block, nearest, axis=1)
        order = np.lexsort((nearest, found), axis=1)
        rows[first:last] = np.take_along_axis(nearest, order, axis=1)
        distances[first:last] = np.sqrt(np.take_along_axis(found, order, axis=1))
        first = last
    return Neighbours(rows, distances)


def neighbour_accuracy(
    neighbours: Neighbours, labels: NDArray[np.integer], of: Indices | None = None
) -> float | None:
    """How often the classes of a row's nearest neighbours tell its own: leave-one-out.

    Parameters
    ----------
    neighbours : Neighbours
    labels : ndarray of int, shape (row,)
        A number from 0 on for each row; −1 where the class is not known: such rows neither vote
        nor count.
    of : ndarray of int, optional
        The rows that the neighbours are of; all by default.

    Returns
    -------
    float or None
        A share; of classes with as many votes the one that has the nearest counts. None where
        fewer than two classes are known: there is nothing to be told.
    """
    truth = labels if of is None else labels[of]
    if len(np.unique(labels[labels >= 0])) < 2 or not (truth >= 0).any():
        return None
    votes = labels[neighbours.rows]
    classes = int(labels.max()) + 1
    answers = np.empty(len(truth), dtype=np.intp)
    # Each adds more than all that are farther, and all together less than a vote: so of equal
    # votes those of the class that is nearest are the most.
    weights = 1.0 + 0.5 ** np.arange(1, votes.shape[1] + 1)
    for row, voted in enumerate(votes):
        known = voted >= 0
        counts = np.bincount(voted[known], weights=weights[known], minlength=classes)
        answers[row] = counts.argmax() if known.any() else -1
    judged = truth >= 0
    return float((answers[judged] == truth[judged]).mean())
