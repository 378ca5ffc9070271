"""The channels that are most alike one channel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ...validation.scalars import whole_number
from ..arrays import Floats, Indices, checked_values, frozen, row_blocks
from .chain_linkage import ROUNDING


class Nearest(NamedTuple):
    """Channels by ascending distance from one, which is not among them.

    Attributes
    ----------
    channels : ndarray of int, shape (n,)
    distances : ndarray of float64, shape (n,)
        Cosine distances, 0 to 2.
    """

    channels: Indices
    distances: Floats


def nearest_channels(values: ArrayLike, channel: int, count: int = 3) -> Nearest:
    """The channels at the least cosine distance from one [WL20 Eq. 1].

    Parameters
    ----------
    values : array_like, shape (..., channel)
    channel : int
    count : int
        How many at the most.

    Returns
    -------
    Nearest
        Without channels that are zero throughout or not finite; of such a channel none.

    Raises
    ------
    TypeError, ValueError
        As `checked_values`; no such channel, or a negative count.

    Notes
    -----
    Everything is summed in float64, each channel over its greatest magnitude: heights of a tree
    and these distances are the same to 1e-14. Two passes over the values, and no matrix.
    """
    array = checked_values(values)
    channel = whole_number("channel", channel, 0)
    whole_number("count", count, 0)
    channels = array.shape[-1]
    if channel >= channels:
        raise ValueError(f"channel must be 0 to {channels - 1}; got {channel}")
    peak = np.zeros(channels)
    with np.errstate(all="ignore"):
        for block in row_blocks(array):
            # Both pass NaN on.
            np.maximum(peak, block.max(axis=0), out=peak)
            np.maximum(peak, -block.min(axis=0), out=peak)
        usable = np.isfinite(peak) & (peak > 0)
        exponent = np.frexp(np.where(usable, peak, 1.0))[1]
        products, squares = np.zeros(channels), np.zeros(channels)
        for block in row_blocks(array):
            scaled = np.ldexp(block.astype(np.float64, copy=False), -exponent)
            products += scaled[:, channel] @ scaled
            squares += np.einsum("ij,ij->j", scaled, scaled)
        distance = np.clip(1.0 - products / np.sqrt(squares * squares[channel]), 0.0, 2.0)
    distance[distance < ROUNDING] = 0.0
    others = np.flatnonzero(usable & (np.arange(channels) != channel))
    if not usable[channel]:
        others = others[:0]
    order = others[np.argsort(distance[others], kind="stable")][:count]
    return Nearest(frozen(order), frozen(distance[order]))
