"""The few numbers that say what a picture of points is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...validation.messages import percent
from ..arrays import Floats
from ..spreading import evenly
from .neighbours import Neighbours, nearest_rows, neighbour_accuracy
from .trust import MOST_ROWS, NEIGHBOURS, trustworthiness

Look = Callable[[], object]

FEWEST_JUDGED = 30
"""Of fewer rows of known classes a share is off by a tenth and more by chance alone: none."""


@dataclass(frozen=True)
class Scores:
    """What a picture of points is worth.

    Attributes
    ----------
    trust : float or None
        Trustworthiness of the picture, 0 to 1.
    accuracy : float or None
        How often the nearest rows tell a row's class, in the layer itself: k-NN accuracy.
    raw_accuracy : float or None
        The same of the inputs: the gain is what the network has learnt.
    neighbours : int
        How many nearest rows vote.
    """

    trust: float | None = None
    accuracy: float | None = None
    raw_accuracy: float | None = None
    neighbours: int = 0

    def __str__(self) -> str:
        parts = []
        if self.trust is not None:
            parts.append(f"trustworthiness {self.trust:.2f}")
        if self.accuracy is not None:
            raw = ""
            if self.raw_accuracy is not None:
                raw = f" (in raw inputs {percent(self.raw_accuracy)})"
            parts.append(f"class told by {self.neighbours} nearest: {percent(self.accuracy)}{raw}")
        return " · ".join(parts)


UNJUDGED = Scores()
"""Of a picture of which nothing is known yet."""


def voters(rows: int) -> int:
    """How many nearest rows vote among so many: of few, no more than a class may have."""
    return max(1, min(NEIGHBOURS, int(np.sqrt(rows))))


def scores(
    values: Floats,
    positions: Floats,
    labels: NDArray[np.integer],
    raw_accuracy: float | None = None,
    *,
    neighbours: Neighbours | None = None,
    look: Look | None = None,
) -> Scores:
    """The scores of a picture.

    Parameters
    ----------
    values : ndarray of float64, shape (row, feature)
        As `point_rows` gives them.
    positions : ndarray of float64, shape (row, 2)
    labels : ndarray of int, shape (row,)
        A class for each; −1 where it is not known.
    raw_accuracy : float, optional
        `class_accuracy` of the inputs.
    neighbours : Neighbours, optional
        Of all rows, where they are known.
    look : callable, optional
        Called now and then; what it raises ends the work.
    """
    trust = trustworthiness(values, positions, look)
    accuracy = class_accuracy(values, labels, neighbours=neighbours, look=look)
    return Scores(trust, accuracy, raw_accuracy, voters(len(values)))


def class_accuracy(
    values: Floats,
    labels: NDArray[np.integer],
    *,
    neighbours: Neighbours | None = None,
    look: Look | None = None,
) -> float | None:
    """How often the nearest rows tell a row's class; of many rows, of some spread evenly.

    None of fewer than `FEWEST_JUDGED` rows of a known class, of one class, and of rows that are
    all the same.

    Parameters
    ----------
    values, labels, neighbours, look
        As for `scores`.
    """
    known = labels[labels >= 0]
    if len(known) < FEWEST_JUDGED or len(np.unique(known)) < 2 or not values.any():
        return None
    count = min(voters(len(values)), len(values) - 1)
    if neighbours is not None and neighbours.rows.shape[1] >= count:
        return neighbour_accuracy(neighbours.first(count), labels)
    of = evenly(len(values), MOST_ROWS, "ends")
    return neighbour_accuracy(nearest_rows(values, count, of, look), labels, of)
