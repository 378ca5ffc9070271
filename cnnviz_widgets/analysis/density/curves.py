"""Densities as lines on one pair of axes, a logarithmic one included."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import frozen
from .types import FAN_LEVELS, ChannelDensity, DensityFan, DensityStyle

# So many lines are told apart, and redrawn within a few frames; beyond, bands say more anyway.
MOST_CURVES = 64
# A logarithmic axis has no place for 0: curves end this far below the highest point instead.
_FLOOR = 1e-7
# Bars of atoms may tower over all curves; so much of all heights the linear axis is to hold.
_USUAL = 0.995


@dataclass(frozen=True, eq=False)
class DrawnCurves:
    """What is drawn for each channel, and how high the axes have to reach; read-only.

    Attributes
    ----------
    grid : ndarray of float64, shape (channel, points)
        Abscissae. Those of channels without any line stand at one point of the others' range,
        so that they do not widen it.
    height : ndarray of float64, shape (channel, points)
        Over `grid`. Densities where there is a curve or bars; strokes of one
        height where there are too few values for either. Nowhere quite 0.
    bands : ndarray of float64, shape (5, points)
        Over `DensityFan.grid`: the quantiles of the densities. Nowhere quite 0.
    pooled : ndarray of float64, shape (points,)
        The density of all channels' values together, where no channel has a curve of its own;
        else empty.
    zero_bands : ndarray of float64, shape (5,)
        The same quantiles, over the channels, of their shares of exact zeros.
    peak, usual_peak : float
        The greatest height, and the height that few values (bars of atoms, mostly) exceed.
    """

    grid: NDArray[np.float64]
    height: NDArray[np.float64]
    bands: NDArray[np.float64]
    pooled: NDArray[np.float64]
    zero_bands: NDArray[np.float64]
    peak: float
    usual_peak: float


def drawn_curves(
    density: ChannelDensity, fan: DensityFan, pooled: ChannelDensity | None
) -> DrawnCurves:
    """Heights of lines for the densities of a layer.

    Parameters
    ----------
    density : ChannelDensity
    fan : DensityFan
        Of the same channels.
    pooled : ChannelDensity or None
        Of all values of the layer as one channel; needed where no channel has a curve.
    """
    rug = density.style == DensityStyle.RUG
    together = np.zeros(0) if pooled is None else pooled.density[0]
    level = max(float(density.density[~rug].max(initial=0.0)), float(together.max(initial=0.0)))
    level = level or 1.0
    height = density.density.copy()
    height[rug] = np.where(density.density[rug] > 0, level, 0.0)
    positive = np.concatenate([height[height > 0], together[together > 0]])
    usual = float(np.quantile(positive, _USUAL)) if positive.size else level
    floor = level * _FLOOR
    blank = (density.style == DensityStyle.EMPTY) | (density.style == DensityStyle.NONFINITE)
    grid = density.grid.copy()
    grid[blank] = 0.0 if blank.all() else grid[~blank].flat[0]
    return DrawnCurves(
        grid=frozen(grid),
        height=frozen(np.maximum(height, floor)),
        bands=frozen(np.maximum(fan.quantiles, floor)),
        pooled=frozen(np.maximum(together, floor)),
        zero_bands=frozen(np.quantile(density.zero_share, FAN_LEVELS)),
        peak=level,
        usual_peak=min(level, 1.2 * usual),
    )


def curve_rows(curves: DrawnCurves, channels: NDArray[np.integer[Any]]) -> DrawnCurves:
    """The lines of some channels, a row each in the order given; all else is as it was."""
    return replace(
        curves, grid=frozen(curves.grid[channels]), height=frozen(curves.height[channels])
    )
