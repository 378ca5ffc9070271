"""From which value on the greatest of many likenesses is more than chance."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

FEWEST_PAIRS = 100
"""Of fewer pairs the far end of their distribution cannot be told."""

# The share of a null's pairs that its far end is told from, and their least number.
_TAIL, _FEWEST_IN_TAIL = 0.1, 30
# Fisher's transform of more is beyond what float32 products tell.
_LARGEST = 1 - 1e-6


def chance_level(likenesses: NDArray[np.float32], comparisons: int, level: float) -> float:
    """The correlation that the greatest of so many pairs exceeds by chance at this rate.

    Above a high enough value Fisher's transforms of correlations thin out exponentially, at a rate
    that the tenth of the pairs above that value tells: from there the level of the greatest of many
    more pairs follows.

    Parameters
    ----------
    likenesses : ndarray, shape (pair,)
        Correlations of pairs that are alike by chance, each the best over all ways to turn and
        shift; `FEWEST_PAIRS` or more.
    comparisons : int
        How many pairs are looked at.
    level : float
        The rate for all of these together.

    Returns
    -------
    float
        1 at the most.
    """
    heights = np.sort(np.arctanh(np.clip(likenesses, -_LARGEST, _LARGEST).astype(np.float64)))
    count = min(max(_FEWEST_IN_TAIL, math.ceil(_TAIL * heights.size)), heights.size - 1)
    start = heights[-count - 1]
    rate = float(np.mean(heights[-count:] - start))
    # So many of the compared pairs lie above the start by chance.
    above = comparisons * count / heights.size
    return float(np.tanh(start + rate * math.log(max(above / level, 1))))


def mixtures(deviations: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Weights of random directions in which each channel has the same say.

    Parameters
    ----------
    deviations : ndarray, shape (channel,)
        Standard deviation of each channel; 0 for those that take no part.
    count : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (channel, count)
    """
    inverse = np.divide(1, deviations, out=np.zeros_like(deviations), where=deviations > 0)
    drawn: Floats = inverse[:, np.newaxis] * rng.standard_normal((len(deviations), count))
    return drawn
