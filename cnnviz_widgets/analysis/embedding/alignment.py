"""Two pictures of the same points: the second turned so that it is like the first."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats


def aligned(positions: Floats, like: Floats) -> Floats:
    """Positions turned, mirrored and moved, so that points are as near as can be to `like`.

    Parameters
    ----------
    positions, like : ndarray of float64, shape (point, 2)
        NaN in `like` where a point has no place to be near to; of fewer than three that have
        one, nothing is turned.

    Returns
    -------
    ndarray of float64, shape (point, 2)
        Distances between points are as they were.
    """
    known = np.isfinite(like).all(axis=1)
    if known.sum() < 3:
        return positions
    middle, other = positions[known].mean(axis=0), like[known].mean(axis=0)
    turn = _turn(positions[known] - middle, like[known] - other)
    near: Floats = (positions - middle) @ turn + other
    return near


def movement(before: Floats, after: Floats) -> float:
    """How far half of the points move at the least, as a share of the spread of all.

    Parameters
    ----------
    before, after : ndarray of float64, shape (point, 2)
        The same points; `after` is turned, mirrored, moved and stretched to be near to `before`.

    Returns
    -------
    float
        The median distance over the root mean square distance from the middle; 0 where all
        points were in one place.
    """
    before, after = before - before.mean(axis=0), after - after.mean(axis=0)
    spread = float(np.sqrt((before * before).sum(axis=1).mean()))
    if spread == 0:
        return 0.0
    turned = after @ _turn(after, before)
    size = float((turned * turned).sum())
    scale = float((turned * before).sum()) / size if size else 0.0
    return float(np.median(np.linalg.norm(before - scale * turned, axis=1))) / spread


def _turn(positions: Floats, like: Floats) -> Floats:
    """The orthogonal matrix that brings centred positions nearest to others (Procrustes)."""
    left, _, right = np.linalg.svd(positions.T @ like)
    turn: Floats = left @ right
    return turn
