"""Shares of samples with their intervals, and how much oftener a channel fires on a class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from ..arrays import Floats, Integers, frozen

CONFIDENCE = 0.95
"""Of intervals, where nothing else is said."""


def wilson(
    successes: ArrayLike, trials: ArrayLike, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """The interval of a share by its score (Wilson 1927), which is one for 0 and for all, too.

    Parameters
    ----------
    successes, trials : array_like
        Of one shape, or broadcast.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    (ndarray, ndarray) of float64
        Its ends; 0 and 1 without a trial.
    """
    z2 = float(ndtri((1 + confidence) / 2)) ** 2
    k, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    middle = k + z2 / 2
    half = np.sqrt(z2 * (k * (n - k) / np.maximum(n, 1) + z2 / 4))
    low, high = (middle - half) / (n + z2), (middle + half) / (n + z2)
    # Rounding leaves a little of what is nothing or all.
    return np.where(k == 0, 0.0, low), np.where(k == n, 1.0, high)


@dataclass(frozen=True, eq=False)
class ClassLift:
    """How many times as often C channels fire on the samples of K classes as on all; read-only.

    That is the share of a class's samples that a channel fires on, by the share of all; the same
    is the share of the class among those it fires on, by its share among all.

    Attributes
    ----------
    values, low, high : ndarray of float64, shape (C, K)
        With the ends of an interval that holds for all classes of a channel at once: Wilson's of
        the share of the class's samples. NaN for a channel that fires on no sample, and for a
        class that has none.
    """

    values: Floats
    low: Floats
    high: Floats


def class_lift(fired: Integers, samples: Integers, confidence: float = CONFIDENCE) -> ClassLift:
    """The lift of each class.

    Parameters
    ----------
    fired : ndarray of int, shape (C, K)
        On how many samples of each class each channel fires.
    samples : ndarray of int, shape (K,)
        How many there are.
    confidence : float
        That all K intervals of a channel hold, as Bonferroni's inequality has it: whoever picks
        the class that stands out most has looked at all of them.
    """
    share = fired.sum(axis=1, keepdims=True) / max(1, int(samples.sum()))
    each = 1 - (1 - confidence) / max(1, len(samples))
    known = (share > 0) & (samples > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [fired / samples, *wilson(fired, samples, each)]
        lifts = [frozen(np.where(known, end / share, np.nan)) for end in ends]
    return ClassLift(*lifts)
