"""Some of many in a row, spread evenly: the one rule of which."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from .arrays import Indices

Standing: TypeAlias = Literal["starts", "middles", "ends"]


def evenly(size: int, most: int, at: Standing = "middles") -> Indices:
    """At most so many of the numbers 0 to `size` − 1, spread evenly.

    Parameters
    ----------
    size : int
    most : int
        All of them where there are no more.
    at : {'starts', 'middles', 'ends'}
        Where in the row they stand: at the start or in the middle of as many equal parts, so that
        each stands for its part; or from end to end, with the first and the last among them. Of
        one alone, 'ends' takes the last.

    Returns
    -------
    ndarray of int, shape (min(size, most),)
        Ascending.
    """
    if size <= most:
        return np.arange(size)
    if most <= 0:
        return np.arange(0)
    parts = np.arange(most)
    if at == "starts":
        return parts * size // most
    if at == "middles":
        return (2 * parts + 1) * size // (2 * most)
    if most == 1:
        return np.array([size - 1])
    return np.linspace(0, size - 1, most).round().astype(np.intp)
