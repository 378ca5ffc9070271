"""Channels that are the same to rounding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# float32 sums of the same numbers in another order differ by about 1e-7 of the norm.
_ROUNDING = 1e-5


def identical_groups(values: NDArray[np.floating], *, seed: int = 0) -> tuple[tuple[int, ...], ...]:
    """Groups of channels whose values are equal, up to 1e-5 of their norm.

    Each channel is projected on two seeded random vectors; only channels that fall together on
    both are compared value by value. So 25,600 channels take one product with the matrix, not
    all pairs.

    Parameters
    ----------
    values : ndarray, shape (value, channel)
    seed : int

    Returns
    -------
    tuple of tuple of int
        Each group ascending, the groups by their first channel. All-zero and non-finite channels
        are in none.
    """
    probes = np.random.default_rng(seed).standard_normal((2, len(values))).astype(values.dtype)
    with np.errstate(all="ignore"):
        # Two vectors at a time take the product thrice as long as one after the other.
        seen = np.stack([probe @ values for probe in probes]).astype(np.float64)
    # Numbers so large that their sums overflow are left out with those that are not finite.
    usable = np.flatnonzero(np.isfinite(seen).all(axis=0) & np.any(seen != 0, axis=0))
    if usable.size < 2:
        return ()
    # A projection on standard normal numbers is about as large as the channel's norm.
    seen = seen[:, usable] / np.sqrt(np.mean(seen[:, usable] ** 2))
    order = np.lexsort((seen[1], seen[0]))
    groups: list[tuple[int, ...]] = []
    taken = np.zeros(usable.size, dtype=bool)
    for place, first in enumerate(order):
        if taken[first]:
            continue
        same = [first]
        for other in order[place + 1 :]:
            if seen[0, other] - seen[0, first] > _ROUNDING:
                break
            if taken[other] or abs(seen[1, other] - seen[1, first]) > _ROUNDING:
                continue
            if _same(values[:, usable[first]], values[:, usable[other]]):
                same.append(other)
        if len(same) > 1:
            taken[same] = True
            groups.append(tuple(sorted(int(usable[k]) for k in same)))
    return tuple(sorted(groups))


def _same(one: NDArray[np.floating], two: NDArray[np.floating]) -> bool:
    a, b = one.astype(np.float64), two.astype(np.float64)
    return bool(np.linalg.norm(a - b) <= _ROUNDING * max(np.linalg.norm(a), np.linalg.norm(b)))
