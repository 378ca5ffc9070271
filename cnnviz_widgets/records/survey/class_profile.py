"""On how many samples channels fire, and what each gives to the samples of each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, Integers
from ...analysis.survey.shares import ClassLift, wilson

# Of a hundred channels one says so by chance.
_CONFIDENCE = 0.99


@dataclass(frozen=True, eq=False)
class Firing:
    """On how many samples each of C channels has a value above zero.

    Attributes
    ----------
    counts : ndarray of int64, shape (C,)
        Of the samples surveyed.
    samples : int
        How many these are.
    shown_counts : ndarray of int64, shape (C,)
        Of the samples shown.
    shown : int
        How many these are.
    """

    counts: Integers
    samples: int
    shown_counts: Integers
    shown: int

    @property
    def differs(self) -> NDArray[np.bool_]:
        """Where the samples shown are no fair draw: the survey's share is outside of theirs, (C,).

        Outside of the 99 % interval that their share has.
        """
        low, high = wilson(self.shown_counts, self.shown, _CONFIDENCE)
        share = self.counts / max(1, self.samples)
        return np.asarray((share < low) | (share > high))


@dataclass(frozen=True, eq=False)
class ClassProfile:
    """What each of C channels gives to the samples of K classes.

    Attributes
    ----------
    samples : ndarray of int64, shape (K,)
        How many samples each class has.
    means : ndarray of float64, shape (C, K)
        NaN without a sample.
    fired : ndarray of int64, shape (C, K)
        On how many of the class's samples the channel fires.
    lift : ClassLift
    """

    samples: Integers
    means: Floats
    fired: Integers
    lift: ClassLift

    def listed(self, most: int) -> NDArray[np.intp]:
        """Classes to be listed of each channel, shape (C, min(most, K)).

        All in their order or, where there are more, those of the greatest means, the greatest
        first.
        """
        channels, classes = self.means.shape
        if classes <= most:
            return np.tile(np.arange(classes), (channels, 1))
        known = np.where(np.isnan(self.means), -np.inf, self.means)
        return np.argsort(-known, axis=1, kind="stable")[:, :most]

    @property
    def standing_out(self) -> NDArray[np.intp]:
        """The class on which each channel fires more than on all, beyond chance, shape (C,).

        That with the highest lower end of its lift; −1 where that is not above 1.
        """
        low = np.where(np.isnan(self.lift.low), 0.0, self.lift.low)
        best = low.argmax(axis=1)
        return np.where(low.max(axis=1) > 1, best, -1)
