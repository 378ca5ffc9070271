"""The fewest edges that carry most of the effect."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...validation.arrays import number_array
from ...validation.scalars import real_number

# Sums add up in another order than their parts.
_ROUNDING = 1e-12


def strongest_share(effects: ArrayLike, share: float) -> NDArray[np.bool_]:
    """Which edges to draw: the strongest ones, until they make up a share of all effect.

    Parameters
    ----------
    effects : array_like, shape (A, B)
        Of either sign, finite.
    share : float
        Of the sum of absolute effects, 0 to 1.

    Returns
    -------
    ndarray of bool, shape (A, B)
        No fewer edges make up that share. Of equal ones those of the first rows, and in a row the
        first, are taken; edges without effect never are.

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers, or no such share.
    """
    matrix = number_array("effects", effects).astype(np.float64)
    share = real_number("share", share, 0, 1)
    if matrix.ndim != 2:
        raise ValueError(f"effects must have shape (parent, child); got {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise ValueError(
            f"effects must be finite; got {np.count_nonzero(~np.isfinite(matrix)):,} that are not"
        )
    strength = np.abs(matrix).ravel()
    # Of the largest, so that no sum leaves the range.
    strength /= strength.max(initial=0.0) or 1.0
    by_strength = np.argsort(-strength, kind="stable")
    reached = np.concatenate(([0.0], np.cumsum(strength[by_strength])))
    enough = int((reached >= share * reached[-1] * (1 - _ROUNDING)).argmax())
    chosen = np.zeros(strength.size, np.bool_)
    chosen[by_strength[:enough]] = True
    return chosen.reshape(matrix.shape)
