"""The plane in which rows differ most."""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import svds

from ..arrays import Floats

# Of a matrix that is larger both ways only the two strongest directions are looked for: all of
# them take minutes.
_MOST_WHOLE = 1000


def principal_components(values: Floats) -> Floats:
    """Where each row lies along the two directions of the greatest variance.

    Parameters
    ----------
    values : ndarray of float64, shape (row, feature)
        As `point_rows` gives them.

    Returns
    -------
    ndarray of float64, shape (row, 2)
        The first direction first; along each the row that lies farthest out is positive, of
        several the first. A direction in which nothing varies is 0.
    """
    centred = values - values.mean(axis=0)
    positions = np.zeros((len(values), 2))
    if not centred.any():
        return positions
    if min(centred.shape) <= _MOST_WHOLE:
        left, strengths, _ = np.linalg.svd(centred, full_matrices=False)
    else:
        # A start of its own, so that twice the same gives the same.
        start = np.ones(min(centred.shape))
        left, strengths, _ = svds(centred, 2, v0=start)
        left, strengths = left[:, ::-1], strengths[::-1]
    # What is left of rounding is no direction.
    known = strengths[:2] > strengths[0] * max(centred.shape) * np.finfo(float).eps
    count = int(known.sum())
    positions[:, :count] = left[:, :count] * strengths[:count]
    farthest = np.abs(positions).argmax(axis=0)
    signs = np.sign(positions[farthest, [0, 1]])
    return positions * np.where(signs == 0, 1.0, signs)
