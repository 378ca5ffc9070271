"""Groups of the same channels at two moments: which is which, and which channels went elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ..arrays import Integers


def matched_groups(before: Integers, after: Integers) -> Integers:
    """Which of the groups before each group is now: those pairs that share most members.

    Parameters
    ----------
    before, after : ndarray of int, shape (C,)
        The group of each channel, from 0 on; below 0: none.

    Returns
    -------
    ndarray of int64, shape (K,)
        For each of the K groups of `after` one of `before`, each at most once; −1 for a group
        that has no member in common with the one that is left for it.
    """
    of_before, of_after = int(before.max(initial=-1)) + 1, int(after.max(initial=-1)) + 1
    shared = np.zeros((of_after, of_before), np.int64)
    both = (before >= 0) & (after >= 0)
    np.add.at(shared, (after[both], before[both]), 1)
    matched = np.full(of_after, -1, np.int64)
    now, then = linear_sum_assignment(shared, maximize=True)
    alike = shared[now, then] > 0
    matched[now[alike]] = then[alike]
    return matched


def moved_channels(before: Integers, after: Integers) -> NDArray[np.bool_]:
    """Which channels are in another group than before, or in one or none only now; shape (C,)."""
    numbers = np.append(matched_groups(before, after), -1)
    # A group that is new is none of those before.
    renamed = np.where(after >= 0, np.where(numbers[after] >= 0, numbers[after], -2), -1)
    moved: NDArray[np.bool_] = renamed != np.where(before >= 0, before, -1)
    return moved
