"""Fewer points of a long run, chosen so that a picture of them tells the same story."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def evenly(items: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """At most so many of the items, evenly spread, the first and the last among them.

    Parameters
    ----------
    items : ndarray, shape (n,)
    wanted : int
        Where it is 1 the last item is taken, where it is 0 none.

    Returns
    -------
    ndarray, shape (min(n, wanted),)
    """
    if len(items) <= wanted:
        return items
    if wanted <= 1:
        return items[len(items) - wanted :]
    return items[np.linspace(0, len(items) - 1, wanted).round().astype(np.int64)]


def thin_moments(kept: NDArray[np.bool_], wanted: int, always: ArrayLike = ()) -> NDArray[np.int64]:
    """Which moments of a long run a timeline of at most so many ticks shows.

    Parameters
    ----------
    kept : ndarray of bool, shape (n,)
        Moments of which more than numbers was kept: they come before the others.
    wanted : int
        Two or more.
    always : array_like of int
        Moments that come before all others, beside the first and the last.

    Returns
    -------
    ndarray of int64, shape (min(n, wanted),)
        Indices, ascending.
    """
    count = len(kept)
    if count <= wanted:
        return np.arange(count)
    chosen = np.zeros(count, dtype=bool)
    chosen[[0, -1]] = True
    first = np.zeros(count, dtype=bool)
    first[np.asarray(always, dtype=np.int64)] = True
    for group in (first, kept, np.ones(count, dtype=bool)):
        room = wanted - int(chosen.sum())
        chosen[evenly(np.flatnonzero(group & ~chosen), room)] = True
    return np.flatnonzero(chosen)


def thin_curves(
    values: NDArray[np.floating], wanted: int
) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Curves of at most so many points that keep their extremes, with abscissae in common.

    A long curve is cut into stretches of which each gives its least and its greatest value, in
    the order in which the curve runs on the whole. The first and the last point stay as they are.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        One curve for each of the trailing indices. NaN counts only where a stretch holds nothing
        else.
    wanted : int
        Four or more.

    Returns
    -------
    at : ndarray of int64, shape (m,), m <= wanted
        The moment at which each point is drawn.
    drawn : ndarray, shape (m, ...)
    """
    count = len(values)
    if count <= wanted:
        return np.arange(count), values
    # Every stretch has two moments or more, so that its two points have places of their own.
    edges = np.linspace(1, count - 1, (wanted - 2) // 2 + 1).round().astype(np.int64)
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
