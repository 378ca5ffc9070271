"""How much of a bounded activation's output lies at its ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

END_OF_RANGE = 0.01
"""Share of an activation's range that counts as its end."""

STUCK = 0.95
"""Share of a channel's values at its ends from which it counts as stuck there."""


def share_at_ends(
    values: NDArray[np.floating], low: float | None, high: float | None
) -> NDArray[np.float64]:
    """The share of each channel's values within 1 % of the range from an end of it.

    There the slope of a sigmoid is under 0.01 (a quarter of a tenth of its largest), that of tanh
    under 0.04: the unit learns next to nothing. Beyond the paper, see METHOD §3.

    Parameters
    ----------
    values : ndarray, shape (row, channel)
    low, high : float or None
        The ends of the activation's range. None for one that is not an end to be stuck at, such
        as the zero of a ReLU6, which `dead` speaks of.

    Returns
    -------
    ndarray of float64, shape (channel,)
    """
    reached = [end for end in (low, high) if end is not None]
    if not reached:
        return np.zeros(values.shape[-1])
    near = reach_of_ends(low, high)
    at_end = np.zeros(values.shape, dtype=bool)
    if low is not None:
        at_end |= values <= low + near
    if high is not None:
        at_end |= values >= high - near
    share: NDArray[np.float64] = at_end.mean(axis=0)
    return share


def reach_of_ends(low: float | None, high: float | None) -> float:
    """How near to an end counts as at it: 1 % of the range; one end alone has its range from 0."""
    reached = [end for end in (low, high) if end is not None]
    return END_OF_RANGE * (max(reached) - (min(reached) if len(reached) > 1 else 0.0))
