"""Fewer points of a long run, chosen so that a picture of them tells the same story."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Indices
from .spreading import evenly


def decimated_moments(pictured: NDArray[np.bool_], most: int, always: ArrayLike = ()) -> Indices:
    """Which moments of a long run a timeline of at most so many ticks shows.

    Parameters
    ----------
    pictured : ndarray of bool, shape (n,)
        Moments of which more than numbers was kept: they come before the others.
    most : int
        Two or more.
    always : array_like of int
        Moments that come before all others, beside the first and the last.

    Returns
    -------
    ndarray of int64, shape (min(n, most),)
        Indices, ascending.
    """
    count = len(pictured)
    if count <= most:
        return np.arange(count)
    chosen = np.zeros(count, dtype=bool)
    chosen[[0, -1]] = True
    first = np.zeros(count, dtype=bool)
    first[np.asarray(always, dtype=np.int64)] = True
    for group in (first, pictured, np.ones(count, dtype=bool)):
        room = most - int(chosen.sum())
        left = np.flatnonzero(group & ~chosen)
        chosen[left[evenly(left.size, room, "ends")]] = True
    return np.flatnonzero(chosen)


def decimated_curves(
    values: NDArray[np.floating], most: int
) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Curves of at most so many points that keep their extremes, with abscissae in common.

    A long curve is cut into stretches of which each gives its least and its greatest value, in
    the order in which the curve runs on the whole. The first and the last point stay as they are.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        One curve for each of the trailing indices. NaN counts only where a stretch holds nothing
        else.
    most : int
        Four or more.

    Returns
    -------
    at : ndarray of int64, shape (m,), m <= most
        The moment at which each point is drawn.
    drawn : ndarray, shape (m, ...)
    """
    count = len(values)
    if count <= most:
        return np.arange(count), values
    # Every stretch has two moments or more, so that its two points have places of their own.
    edges = np.linspace(1, count - 1, (most - 2) // 2 + 1).round().astype(np.int64)
    firsts, lasts = edges[:-1], edges[1:] - 1
    inner = values[: count - 1]
    least = np.fmin.reduceat(inner, firsts, axis=0)
    greatest = np.fmax.reduceat(inner, firsts, axis=0)
    rising = values[firsts] <= values[lasts]
    pairs = np.stack(
        [np.where(rising, least, greatest), np.where(rising, greatest, least)], axis=1
    ).reshape(2 * len(firsts), *values.shape[1:])
    at = np.concatenate([[0], np.stack([firsts, lasts], axis=1).ravel(), [count - 1]])
    return at, np.concatenate([values[:1], pairs, values[-1:]])
