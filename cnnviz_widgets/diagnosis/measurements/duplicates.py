"""Channels that are the same to rounding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Indices

# float32 sums of the same numbers in another order differ by about 1e-7 of the norm.
_ROUNDING = 1e-5

# Numbers compared at once: a large weight takes no memory again.
_PIECE = 1 << 20


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
    ends = np.searchsorted(seen[0, order], seen[0, order] + _ROUNDING, side="right")
    groups: list[tuple[int, ...]] = []
    taken = np.zeros(usable.size, dtype=bool)
    for place in np.flatnonzero(ends > np.arange(order.size) + 1):
        first, others = order[place], order[place + 1 : ends[place]]
        near = np.abs(seen[1, others] - seen[1, first]) <= _ROUNDING
        others = others[near & ~taken[others]]
        if taken[first] or not others.size:
            continue
        same = others[_same(values, usable[first], usable[others])]
        if same.size:
            taken[[first, *same]] = True
            groups.append(tuple(sorted(usable[[first, *same]].tolist())))
    return tuple(sorted(groups))


def _same(values: NDArray[np.floating], channel: int, others: Indices) -> NDArray[np.bool_]:
    """Which of some other channels are the same as one."""
    own = values[:, channel, None].astype(np.float64)
    step = max(1, _PIECE // len(own))
    return np.concatenate(
        [
            _are_near(own, values[:, others[start : start + step]].astype(np.float64))
            for start in range(0, others.size, step)
        ]
    )


def _are_near(own: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    norms = np.maximum(np.linalg.norm(own, axis=0), np.linalg.norm(others, axis=0))
    near: NDArray[np.bool_] = np.linalg.norm(others - own, axis=0) <= _ROUNDING * norms
    return near
