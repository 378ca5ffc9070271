"""How a density is written down, and how it is to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

LEAST_POINTS = 16
"""A grid of fewer points shows nothing."""

NOT_DRAWN = 255
"""In place of a `DensityStyle`: a layer too wide to draw, of which this channel has no curve."""

FAN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles of a `DensityFan`."""


class DensityStyle(IntEnum):
    """How a channel's density is to be drawn."""

    CURVE = 0
    """A smooth line; atoms stand in it as peaks one grid cell wide."""
    BARS = 1
    """Bars at the grid's points: constants, whole numbers, few distinct values."""
    RUG = 2
    """Single strokes at the points where `density` is positive: fewer than 20 values."""
    EMPTY = 3
    """Nothing: every finite value is zero."""
    NONFINITE = 4
    """Nothing: no value is finite."""


class Atom(NamedTuple):
    """A number other than zero that recurs exactly: a saturated end, a constant, a level.

    `share` is that of the channel's finite values, 0 to 1, estimated from those that were read.
    """

    channel: int
    value: float
    share: float


@dataclass(frozen=True, eq=False)
class ChannelDensity:
    """The distribution of each channel's values; read-only arrays.

    Attributes
    ----------
    grid : ndarray of float64, shape (channel, points)
        Evenly spaced abscissae of each channel, in the values' unit; 0 to 1 where there is
        nothing to draw.
    density : ndarray of float64, shape (channel, points)
        Per unit of the values. The trapezium rule gives 1 − `zero_share`, also where atoms are
        part of it (each is a bar one grid cell wide, half a cell at an end of the grid); all 0
        where the style is EMPTY, NONFINITE or NOT_DRAWN.
    zero_share : ndarray of float64, shape (channel,)
        The share of exact zeros among the finite values, over all values; 0 if none is finite.
    bandwidth : ndarray of float64, shape (channel,)
        Standard deviation of the Gaussian kernel, in the values' unit; NaN without a curve.
    style : ndarray of uint8, shape (channel,)
        A `DensityStyle`; `NOT_DRAWN` where a channel of a wide layer has no curve.
    nonfinite_share : ndarray of float64, shape (channel,)
        The share of NaN and infinity among all values; they are left out of all the rest.
    outside_share : ndarray of float64, shape (channel,)
        The share of the finite values left out of a curve because a tail is heavy: those beyond
        the 0.1 or the 99.9 percentile, or both. 0 elsewhere.
    atoms : tuple of Atom
        The values other than zero that at least 1 % (and at least 3) of a channel's finite
        values other than zero equal, by channel and value.
    n_values : int
        How many values each channel has.
    n_read : int
        How many of them the curves rest on; fewer where a layer is large.
    """

    grid: Floats
    density: Floats
    zero_share: Floats
    bandwidth: Floats
    style: NDArray[np.uint8]
    nonfinite_share: Floats
    outside_share: Floats
    atoms: tuple[Atom, ...]
    n_values: int
    n_read: int

    @property
    def n_channels(self) -> int:
        """How many channels there are."""
        return self.style.size


@dataclass(frozen=True, eq=False)
class DensityFan:
    """How the curves of many channels spread: what is drawn where they are too many.

    Attributes
    ----------
    grid : ndarray of float64, shape (points,)
        Evenly spaced abscissae that all channels share.
    quantiles : ndarray of float64, shape (5, points)
        The 5, 25, 50, 75 and 95 % quantiles over the channels of their densities at each
        abscissa.
    n_channels : int
        How many channels have a curve and so went in.
    """

    grid: Floats
    quantiles: Floats
    n_channels: int
