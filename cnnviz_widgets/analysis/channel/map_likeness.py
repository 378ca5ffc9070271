"""How alike maps over one input are."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats


def mean_cosine(values: ArrayLike, others: ArrayLike) -> float | None:
    """The mean cosine of one map with several others, sign and all.

    Parameters
    ----------
    values : array_like, shape (…)
    others : array_like, shape (n, …)

    Returns
    -------
    float or None
        Of the others that are not zero everywhere; None where there are none, or `values` is.
    """
    own = np.asarray(values, dtype=np.float64).ravel()
    rows = np.asarray(others, dtype=np.float64).reshape(-1, own.size)
    # Each by its own greatest value first: squares of what is tiny are nothing.
    own, rows = _scaled(own[None])[0], _scaled(rows)
    lengths = np.linalg.norm(rows, axis=1)
    rows, lengths = rows[lengths > 0], lengths[lengths > 0]
    length = np.linalg.norm(own)
    if not len(rows) or not length > 0:
        return None
    return float((rows @ own / lengths / length).mean())


def _scaled(rows: Floats) -> Floats:
    greatest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
    return np.asarray(rows / np.where(greatest > 0, greatest, 1))
