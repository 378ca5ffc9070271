"""Densities on other grids: quantiles over channels on one for all, and each on fewer points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...validation.objects import instance
from ...validation.scalars import whole_number
from ..arrays import Floats, frozen
from .types import FAN_LEVELS, LEAST_POINTS, ChannelDensity, DensityFan, DensityStyle

# A fan is drawn from about so many densities at a time.
_FAN_VALUES = 1 << 20


def density_fan(density: ChannelDensity, points: int = 256) -> DensityFan:
    """Quantiles over the channels of their densities, on one grid for all.

    Parameters
    ----------
    density : ChannelDensity
        From `channel_density`. Only channels whose style is CURVE go in.
    points : int
        How many points the grid has; at least 16.

    Returns
    -------
    DensityFan
        Of the densities as they are, atoms included, from the least to the greatest abscissa of
        any curve; where there are at least 100, a hundredth of them may reach beyond either end,
        lest one wide channel flatten the rest. Zeros on 0 to 1 where no channel has a curve.

    Raises
    ------
    TypeError, ValueError
        `points` is not an integer, or less than 16.
    """
    instance("density", density, ChannelDensity, "channel_density(values) gives one")
    points = whole_number("points", points, LEAST_POINTS)
    chosen = np.flatnonzero(density.style == DensityStyle.CURVE)
    quantiles = np.zeros((len(FAN_LEVELS), points))
    if chosen.size == 0:
        return DensityFan(frozen(np.linspace(0.0, 1.0, points)), frozen(quantiles), 0)
    first, last = density.grid[chosen, 0], density.grid[chosen, -1]
    start = np.quantile(first, 0.01, method="lower")
    stop = np.quantile(last, 0.99, method="higher")
    grid = np.linspace(start, stop, points)
    cells = density.grid.shape[1] - 1
    # A few points at a time: the matrix (channel, points) of a wide layer need not exist.
    step = max(1, _FAN_VALUES // chosen.size)
    for i in range(0, points, step):
        position = (grid[None, i : i + step] - first[:, None]) / (last - first)[:, None] * cells
        cell = np.clip(position, 0, cells - 1).astype(np.intp)
        part = position - cell
        left = density.density[chosen[:, None], cell]
        right = density.density[chosen[:, None], cell + 1]
        heights = left + part * (right - left)
        heights[(position < 0) | (position > cells)] = 0.0
        quantiles[:, i : i + step] = np.quantile(heights, FAN_LEVELS, axis=0)
    return DensityFan(frozen(grid), frozen(quantiles), chosen.size)


def on_fewer_points(
    density: ChannelDensity, channels: NDArray[np.integer[Any]], points: int
) -> Floats:
    """The densities of some channels on grids of the same ends with fewer points.

    Each keeps its mass: what stood at a point is shared by the two nearest of the new ones, a
    bar or a stroke goes to the nearest whole.

    Parameters
    ----------
    density : ChannelDensity
    channels : ndarray of int, shape (n,)
    points : int
        How many points; at most so many as there are give the densities as they are.

    Returns
    -------
    ndarray of float64, shape (n, min(points, those of `density`))
    """
    before = density.grid.shape[1]
    heights: Floats = density.density[channels]
    if points >= before:
        return heights
    ratio = (points - 1) / (before - 1)
    position = np.arange(before) * ratio
    # The trapezium rule: a point at an end stands for half a cell.
    mass = heights * ratio
    mass[:, [0, -1]] /= 2
    curve = density.style[channels] == DensityStyle.CURVE
    fewer = np.empty((len(heights), points))
    # There are more old points than new ones: each new one is the nearest of some, and has some
    # on its right.
    nearest = np.searchsorted(np.rint(position), np.arange(points))
    fewer[~curve] = np.add.reduceat(mass[~curve], nearest, axis=1)
    left = np.minimum(position.astype(np.intp), points - 2)
    to_right = mass[curve] * (position - left)
    to_left = mass[curve] - to_right
    cells = np.searchsorted(left, np.arange(points - 1))
    fewer[curve, :-1] = np.add.reduceat(to_left, cells, axis=1)
    fewer[curve, -1] = 0.0
    fewer[curve, 1:] += np.add.reduceat(to_right, cells, axis=1)
    fewer[:, [0, -1]] *= 2
    return fewer
