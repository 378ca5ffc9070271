"""Which moments of a history stay when there is no more room: some of all times."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

# Room is made for a good while: thinning looks at every moment, and must be rare.
_FILLED = 0.75
# What marks onsets may fill so much: the run as a whole must stay visible.
_FOR_MARKS = 0.5


def thin_evenly(
    numbers: NDArray[np.int64],
    sizes: NDArray[np.int64],
    room: int,
    *,
    every: int,
    marked: Collection[int] = (),
    first_marks: Collection[int] = (),
) -> tuple[NDArray[np.bool_], int]:
    """Choose the moments that stay: every second one, again and again, and some that matter.

    The first and the last stay, and so do marked ones as long as they take at most half of the
    room; of more every second one stays, again and again.

    Parameters
    ----------
    numbers : ndarray of int64, shape (n,)
        Which in the whole run each moment is, ascending from 0 or more.
    sizes : ndarray of int64, shape (n,)
        Bytes of each.
    room : int
        As many bytes may stay. Up to a quarter of it is left free, so that this need not be
        asked again at once.
    every : int
        Of how many moments of the run one has been staying so far: 1, 2, 4, …
    marked : collection of int
        Numbers of moments that go only when there is no other way.
    first_marks : collection of int
        Those among them that go last.

    Returns
    -------
    staying : ndarray of bool, shape (n,)
    every : int
        Of how many moments of the run one stays from now on.
    """
    there = np.isin(numbers, list(marked))
    foremost = np.isin(numbers, list(first_marks))
    while sizes[there].sum() > _FOR_MARKS * room:
        less = np.flatnonzero(there & ~foremost)
        if not less.size:
            break
        there[less[0 if less.size == 1 else 1 :: 2]] = False
    always = there | foremost
    always[[0, -1]] = True
    while True:
        staying = always | (numbers % every == 0)
        if sizes[staying].sum() <= _FILLED * room or (staying == always).all():
            break
        every *= 2
    # Moments so large that not even those that matter fit: the latest matters most.
    for index in [*np.flatnonzero(staying)[1:-1][::-1], 0, len(numbers) - 1]:
        if sizes[staying].sum() <= room:
            break
        staying[index] = False
    return staying, every
