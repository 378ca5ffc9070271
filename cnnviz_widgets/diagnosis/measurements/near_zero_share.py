"""How much of a layer's values lies near zero [WL20 §1.3.2, Fig. 14]."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEAR_ZERO_OF_SCALE = 0.01
"""A value below 1 % of the layer's large ones is lost in a picture of 256 shades, and in the sums
of the next layer."""


def near_zero_share(values: NDArray[np.floating]) -> float:
    """The share of a layer's values that are next to nothing beside its large ones.

    Share of |x| ≤ `NEAR_ZERO_OF_SCALE` · s, where s is the 99th percentile of |x| over
    the whole layer: a scale of its own, so that a layer of small numbers is not blamed for it.
    Exact zeros count; leave out dead channels, which have a finding of their own.

    Parameters
    ----------
    values : ndarray, shape (row, channel)
        Finite, the living channels only.

    Returns
    -------
    float
        0 to 1; 1 where at least 99 % of the values are exactly zero, NaN for no values.
    """
    if not values.size:
        return float("nan")
    magnitude = np.abs(values).ravel()
    place = min(magnitude.size - 1, int(0.99 * magnitude.size))
    scale = np.partition(magnitude, place)[place]
    return float(np.mean(magnitude <= NEAR_ZERO_OF_SCALE * scale))
