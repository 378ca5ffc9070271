"""Kernel bandwidths of many samples at once: the improved Sheather–Jones plug-in [BGK10].

All widths here are fractions of a grid's width, so nothing depends on the unit of the data:
the implementation published with the same method that does depend on it is off by a factor of
100 for data as narrow as network weights.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, log, pi, prod, sqrt
from typing import NamedTuple

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from ..arrays import Floats

# Squared bandwidths t are looked for between these, as fractions of the grid's squared width.
# Below the first a bandwidth is under 1/500 of the grid; [BGK10] stops at the second.
_LEAST_T, _GREATEST_T = 4e-6, 0.1
# The stages' own widths are larger than the one looked for, hence a longer table of them.
_TABLE_END = 1.0
_NODES = 44
# Nodes that share one matrix product, cut off where their terms have died away.
_NODES_A_GROUP = 4
# Channels that share one, too: 28 × 511 × 16 multiplications are below the 2¹⁸ from which OpenBLAS
# takes several threads.
_CHANNELS_A_PRODUCT = 16
# A term of the sums is exp(-50) there, some 1e-12 of the largest.
_LAST_EXPONENT = 50.0

# [BGK10] sets five stages; stage s estimates the norm of the s-th derivative.
_FIRST_STAGE, _LAST_STAGE = 2, 7


class _Table(NamedTuple):
    """Logarithms of each stage's sum, and their slopes from node to node of log t.

    Shapes (stage, node, channel).
    """

    value: Floats
    slope: Floats


_log_t = np.linspace(log(_LEAST_T), log(_TABLE_END), _NODES)
_SPACING = float(_log_t[1] - _log_t[0])


def cosine_coefficients(counts: NDArray[np.float64]) -> Floats:
    """Coefficients of the cosine series of histograms, scaled to mass 1.

    Parameters
    ----------
    counts : ndarray, shape (channel, cell)
        At least one positive count in each row.

    Returns
    -------
    ndarray of float64, shape (channel, cell)
        a such that the density on [0, 1] is a₀ + 2 Σ aₖ cos(πkx); a₀ is 1.
    """
    coefficients: Floats = scipy.fft.dct(counts, type=2, axis=1)
    coefficients /= coefficients[:, :1].copy()
    return coefficients


def isj_bandwidth(coefficients: NDArray[np.float64], n: NDArray[np.float64]) -> Floats:
    """The improved Sheather–Jones bandwidth of each channel, as a fraction of its grid's width.

    Parameters
    ----------
    coefficients : ndarray, shape (channel, cell)
        From `cosine_coefficients`.
    n : ndarray, shape (channel,)
        How many values each histogram counted.

    Returns
    -------
    ndarray of float64, shape (channel,)
        The standard deviation of the Gaussian kernel; 0 where it is under 1/500 of the
        grid (the values sit on few points), NaN where the method gives none.

    Notes
    -----
    The squared bandwidth t is the smallest fixed point of ξ γ⁽⁵⁾ [BGK10, Algorithm 1]: from a
    sum over the squared coefficients at t, each of five stages gives the width for the sum of
    the next. Those sums are smooth in log t. They are tabulated for all channels by a few matrix
    products and read from the table by cubic Hermite interpolation, for which the slope of a
    stage is minus t times the next stage's sum; t comes out to some 1e-5 of itself.
    """
    log_n = np.log(n)
    table = _tabulate(coefficients)
    # Every other node is close enough to see the gap change its sign.
    nodes = _log_t[_log_t <= log(_GREATEST_T) + _SPACING][::2]
    gap = nodes[:, None] - _next_log_t(table, log_n, np.tile(nodes[:, None], (1, log_n.size)))

    under = gap[0] >= 0
    rises = (gap[:-1] < 0) & (gap[1:] >= 0)
    crossing = rises.argmax(axis=0)
    left, right = nodes[crossing], nodes[crossing + 1]
    channels = np.arange(log_n.size)
    gap_left, gap_right = gap[crossing, channels], gap[crossing + 1, channels]
    root = left
    # The gap is all but straight in between: false position is there in a few steps, and cannot
    # leave.
    for _ in range(5):
        rise = gap_right - gap_left
        root = left - gap_left * (right - left) / np.where(rise > 0, rise, 1.0)
        here = root - _next_log_t(table, log_n, root)
        before = here < 0
        left, gap_left = np.where(before, root, left), np.where(before, here, gap_left)
        right, gap_right = np.where(before, right, root), np.where(before, gap_right, here)

    # Where there is no root the search has gone astray.
    width: Floats = np.exp(np.where(rises.any(axis=0), root, np.nan) / 2)
    width[under] = 0.0
    return width


def normal_reference_bandwidth(counts: NDArray[np.float64], n: NDArray[np.float64]) -> Floats:
    """Silverman's rule, 0.9 min(σ, IQR / 1.349) n^(-1/5), as a fraction of the grid's width.

    Parameters
    ----------
    counts : ndarray, shape (channel, cell)
        Histograms; at least one positive count in each row.
    n : ndarray, shape (channel,)
        How many values each histogram counted.

    Returns
    -------
    ndarray of float64, shape (channel,)
    """
    cells = counts.shape[1]
    mass = counts / counts.sum(axis=1, keepdims=True)
    centres = (np.arange(cells) + 0.5) / cells
    mean = mass @ centres
    deviation = np.sqrt(np.maximum(mass @ centres**2 - mean**2, 0.0))
    below = np.cumsum(mass, axis=1)
    quartiles = (below < 0.75).sum(axis=1) - (below < 0.25).sum(axis=1)
    spread = np.where(quartiles > 0, quartiles / cells / 1.349, deviation)
    bandwidth: Floats = 0.9 * np.minimum(deviation, spread) * n**-0.2
    return bandwidth


@lru_cache(maxsize=4)
def _weights(cells: int) -> tuple[Floats, ...]:
    """For each group of nodes, what each squared coefficient adds to each stage's sum.

    Shapes (stage · node, coefficient), the coefficients from k = 1.
    """
    groups = []
    for i in range(0, _NODES, _NODES_A_GROUP):
        t = np.exp(_log_t[i : i + _NODES_A_GROUP])
        last = min(cells - 1, ceil(sqrt(_LAST_EXPONENT / t[0]) / pi))
        frequency = (pi * np.arange(1, last + 1)) ** 2
        decay = np.exp(-np.outer(t, frequency))
        stages = [2 * frequency**stage * decay for stage in range(_FIRST_STAGE, _LAST_STAGE + 2)]
        groups.append(np.concatenate(stages))
    return tuple(groups)


def _tabulate(coefficients: NDArray[np.float64]) -> _Table:
    channels, cells = coefficients.shape
    squares = (coefficients[:, 1:] ** 2).T
    stages = _LAST_STAGE + 2 - _FIRST_STAGE
    value = np.concatenate(
        [
            _product(weights, squares[: weights.shape[1]]).reshape(stages, -1, channels)
            for weights in _weights(cells)
        ],
        axis=1,
    )
    np.maximum(value, 1e-300, out=value)
    np.log(value, out=value)
    slope = value[1:] - value[:-1]
    slope += _log_t[:, None]
    np.exp(slope, out=slope)
    slope *= -_SPACING
    return _Table(value[:-1], slope)


def _product(weights: Floats, squares: Floats) -> Floats:
    """`weights` times `squares`, some columns at a time.

    Larger products would be shared among threads: for so little work they wait longer for each
    other, and for those that train a model, than they save.
    """
    return np.concatenate(
        [
            weights @ squares[:, i : i + _CHANNELS_A_PRODUCT]
            for i in range(0, squares.shape[1], _CHANNELS_A_PRODUCT)
        ],
        axis=1,
    )


def _read(table: _Table, stage: int, log_t: Floats) -> Floats:
    """The logarithm of a stage's sum at `log_t`, shape (..., channel)."""
    value, slope = table.value[stage - _FIRST_STAGE], table.slope[stage - _FIRST_STAGE]
    x = log_t - _log_t[0]
    x /= _SPACING
    np.maximum(x, 0.0, out=x)
    np.minimum(x, _NODES - 1.0, out=x)
    place = x.astype(np.intp)
    np.minimum(place, _NODES - 2, out=place)
    x -= place
    channels = value.shape[1]
    place *= channels
    place += np.arange(channels)
    start, slope_start = value.take(place), slope.take(place)
    place += channels
    rise, bend = value.take(place), slope.take(place)
    rise -= start
    # start + x (slope + x (rise − slope − bend + x bend)), where bend is what both slopes add up
    # to beyond twice the rise; from the inside out.
    bend -= rise
    rise -= slope_start
    bend -= rise
    cubic: Floats = bend * x
    cubic += rise
    cubic -= bend
    cubic *= x
    cubic += slope_start
    cubic *= x
    cubic += start
    return cubic


def _next_log_t(table: _Table, log_n: Floats, log_t: Floats) -> Floats:
    """What the stages make of `log_t`, log ξγ⁽⁵⁾(t) [BGK10, §5], shape (..., channel)."""
    log_sum = _read(table, _LAST_STAGE, log_t)
    for stage in range(_LAST_STAGE - 1, _FIRST_STAGE - 1, -1):
        odd_factorial = prod(range(1, 2 * stage, 2))
        constant = 2 * (1 + 0.5 ** (stage + 0.5)) / 3 * odd_factorial / sqrt(2 * pi)
        log_width = 2 / (3 + 2 * stage) * (log(constant) - log_n - log_sum)
        log_sum = _read(table, stage, log_width)
    following: Floats = -0.4 * (log(2 * sqrt(pi)) + log_n + log_sum)
    return following
