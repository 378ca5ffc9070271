"""How wide a kernel the counted values of each channel call for, and where they stop abruptly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Integers
from .bandwidth import cosine_coefficients, isj_bandwidth, normal_reference_bandwidth
from .bounds import FEW, UNBOUNDED, greatest_bandwidth, sharp_ends
from .counting import CELLS

LEAST_FOR_CURVE = 20
"""With fewer values there is no curve to speak of."""
PAD_BANDWIDTHS = 4
"""A Gaussian has 6e-5 of its mass beyond four standard deviations."""
FINEST = 1 / 247
"""A bandwidth below this part of the values' range is finer than one of 256 points and their
padding can show, whatever the number of points asked for."""
LEAST_RANGE = 1e-290
"""float64 ranges are kept above this, so that they and densities are numbers, too."""

# Ranges at or below this part of the values themselves are rounding, not spread.
_ROUNDING = 4096 * float(np.finfo(np.float64).eps)


class CountedValues(NamedTuple):
    """Channels (c of them) whose values, atoms apart, are taken for draws from a density."""

    channels: Integers
    counts: Floats  # (c, cells): their values counted between start and stop
    start: Floats
    stop: Floats
    low: Floats  # the least and the greatest value counted
    high: Floats
    ends: NDArray[np.bool_]  # (c, 2): whether start and stop are ends to reflect at
    mass: Floats  # what the curve is to integrate to
    first: Floats  # the least and the greatest abscissa that must be on the grid
    last: Floats

    def some(self, chosen: NDArray[np.bool_]) -> CountedValues:
        """The same of some of the channels."""
        return CountedValues._make(field[chosen] for field in self)


def rounding_of(peak: Floats) -> Floats:
    """The widest range that is but rounding where the greatest magnitude is `peak`."""
    return np.maximum(_ROUNDING * peak, LEAST_RANGE)


def padding(n: Integers) -> Floats:
    """The part of the values' range to leave free at either end of the cells.

    More than four bandwidths in all but pathological cases: by the normal reference rule that
    is 4 · 0.9 σ n^(-1/5), and σ at most half the range.
    """
    part: Floats = 2.0 * np.maximum(n, 1) ** -0.2
    return part


def smoothed(counted: CountedValues) -> tuple[Floats, Floats]:
    """The cosine series of each channel, and the bandwidth in the values' unit."""
    series = cosine_coefficients(counted.counts)
    return series, _bandwidth(counted, series)


def _bandwidth(counted: CountedValues, series: Floats) -> Floats:
    """The bandwidth of each channel in the values' unit, 0 where it is too fine to tell."""
    n = counted.counts.sum(axis=1)
    part = isj_bandwidth(series, n)
    none = np.isnan(part)
    if none.any():
        part[none] = normal_reference_bandwidth(counted.counts[none], n[none])
    few = np.flatnonzero((n < FEW) & counted.ends.any(axis=1))
    if few.size:
        part[few] = np.minimum(part[few], greatest_bandwidth(counted.counts[few], n[few]))
    bandwidth: Floats = part * (counted.stop - counted.start)
    # What is padded must hold the kernel.
    room = np.minimum(
        np.where(counted.ends[:, 0], np.inf, counted.low - counted.start),
        np.where(counted.ends[:, 1], np.inf, counted.stop - counted.high),
    )
    return np.minimum(bandwidth, room / PAD_BANDWIDTHS)


def abrupt_ends(counted: CountedValues, bandwidth: Floats) -> Floats:
    """Where values stop abruptly and no end is known yet, shape (channel, 2); else infinite.

    An end that is known, but farther from the outermost value than a kernel is wide, may be one
    of other values: sigmoids from 0.1 to 0.9 do not end at 0 and 1.
    """
    low, high = counted.low, counted.high
    away = np.stack([low - counted.start, counted.stop - high], axis=1)
    near = np.maximum(bandwidth, (counted.stop - counted.start) / CELLS)
    known = counted.ends & (away <= near[:, None])
    sharp = sharp_ends(
        counted.counts, counted.start, counted.stop, low, high, bandwidth, known=known
    )
    return np.where(sharp, np.stack([low, high], axis=1), np.array(UNBOUNDED))
