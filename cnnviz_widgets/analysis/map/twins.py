"""How much channels repeat one another: twins, effective rank, mean likeness."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from ...validation.scalars import real_number
from ..arrays import Floats
from .channel_groups import standard_rows

TWIN = 0.95
"""From this cosine on, two rows are twins."""

_BLOCK = 512


def twin_share(rows: ArrayLike, *, cosine: float = TWIN) -> float:
    """The share of rows that have a twin: another whose centred row points the same way.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite, such as means by class. Constant rows point nowhere and do not count.
    cosine : float
        Twins have a larger one than this; −1 to 1.

    Returns
    -------
    float
        0 to 1; NaN without a row that varies.

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers, or no such cosine.
    """
    directions = _directions(rows)
    cosine = real_number("cosine", cosine, -1, 1)
    count = len(directions)
    if not count:
        return math.nan
    twins = 0
    for start in range(0, count, _BLOCK):
        likeness = directions[start : start + _BLOCK] @ directions.T
        each = np.arange(len(likeness))
        likeness[each, start + each] = -np.inf
        twins += int(np.count_nonzero((likeness > cosine).any(axis=1)))
    return twins / count


def effective_rank(rows: ArrayLike) -> float:
    """In how many directions rows point [Roy and Vetterli 2007].

    The exponential of the entropy of the singular values, as shares of their sum, of the rows
    centred and scaled to one length.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite.

    Returns
    -------
    float
        0 without a row that varies; else from 1 to the lesser of rows and columns − 1.

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers.
    """
    directions = _directions(rows)
    if not len(directions):
        return 0.0
    values = np.linalg.svd(directions, compute_uv=False)
    shares = values[values > 0] / values.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def mean_cosine(rows: ArrayLike) -> float:
    """The cosine of two different rows, each centred, on average over all pairs.

    Parameters
    ----------
    rows : array_like, shape (C, column)
        Finite. Constant rows do not count.

    Returns
    -------
    float
        −1 to 1; NaN with fewer than two rows that vary.

    Raises
    ------
    TypeError, ValueError
        No matrix of finite numbers.
    """
    directions = _directions(rows)
    count = len(directions)
    if count < 2:
        return math.nan
    # The square of the sum holds each pair twice, and each row with itself.
    total = float((directions.sum(axis=0) ** 2).sum())
    return (total - count) / (count * (count - 1))


def _directions(rows: ArrayLike) -> Floats:
    """The rows that vary, centred and of length 1."""
    standard = standard_rows(rows)
    return standard[standard.any(axis=1)] / math.sqrt(standard.shape[1])
