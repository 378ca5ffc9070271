"""Where values end: the bounds that a density is reflected at, so that nothing lies beyond them.

A kernel estimate puts mass where no value can be unless it is told where values end. Three things
tell: what is known of the values (an activation's range), what all of a layer's values say of the
numbers at which values commonly end, and a channel's own values where these stop abruptly.

- A sign: if none of N values is negative, no more than a share of 3 / N of them is expected to be
  (the 'rule of three', at 95 %). Reflecting at 0 moves no more mass than that, and only where a
  kernel reaches 0 at all. The same holds of 1 for values that are all from 0 to 1.
- An edge: the least of normal values stands alone. Near their end these thin out exponentially,
  with a scale of σ / √(2 ln n); the number of values within 0.7 times as much of the least one is
  geometric with a mean of 2, and is 14 or more once in 8,000 samples. Where it is, and
  also within the width of the kernel, values do not thin out towards their end but stop there.
  Of channels that are too short to show it the values of all together do, where those near
  the end are of many channels: weights drawn from between −a and a.
  The least and the greatest value of a sample are by themselves no bounds.

A reflected estimate is level at a bound, whatever the density does there. For one of slope s it
is too high by 2 h s (φ(z) − z Φ(−z)), z bandwidths h from the bound; `straighten` takes that away.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ..arrays import Floats, as_floats

Bounds: TypeAlias = tuple[float, float]

UNBOUNDED: Bounds = (-math.inf, math.inf)

# Values may lie beyond a known bound by this part of it: a softmax gives 1.0000001.
_ROUNDING = 1e-5
# A normal sample has two values on average within so many of its tail's scales of its end …
_WINDOW = 0.7
# … and so many by chance in one of 8,000 samples.
_LEAST_AT_AN_EDGE = 14
# The outermost value may be at any place in its cell: one whole cell follows it in two.
_FEWEST_CELLS = 2.0
# A channel of so many values shows an edge by itself.
_LONG = 2048
# Its end is seen in so many of its values, and no more than a twentieth of them.
_TAIL = 100
# Of larger layers of short channels some channels are looked at.
_MOST_TOGETHER = 1 << 17
# An edge so near to a bound, as a part of the values' range, is the bound.
_NEAR = 0.05
FEW = 1000
"""Of fewer values a reflected channel's bandwidth is limited."""
# A density's slope at a bound is that of its estimate between so many bandwidths from it …
_SLOPE_FROM, _SLOPE_TO = 1.0, 2.5
# … whose difference has a variance of so many times the density over n h: by ∫ φ² = 1 / (2 √π),
# and estimates that far apart share e^(-1.5² / 4) of their values …
_CHANCE = (1 - math.exp(-((_SLOPE_TO - _SLOPE_FROM) ** 2) / 4)) / math.sqrt(math.pi)
SLOPES = 4
"""How many positions that takes, two for either end …"""
# … where the other end is far enough away.
_FAR = 5.0
# Farther away from a bound nothing of its reflection is left.
_REACH = 4.0


def checked_bounds(bounds: Iterable[float]) -> Bounds:
    """The bounds as two floats.

    Raises
    ------
    TypeError, ValueError
        They are not two numbers, the lower first.
    """
    ends = tuple(float(bound) for bound in bounds)
    if len(ends) != 2 or not ends[0] < ends[1]:
        raise ValueError(
            "bounds must be the least and the greatest possible value, infinite where there is "
            f"none; got {bounds!r}"
        )
    return ends[0], ends[1]


def finite_range(array: NDArray[Any]) -> Bounds:
    """The least and the greatest finite number of an array; infinity and −infinity without one."""
    low, high = float(array.min()), float(array.max())
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    values = as_floats(array)
    finite = np.isfinite(values)
    return (
        float(values.min(where=finite, initial=math.inf)),
        float(values.max(where=finite, initial=-math.inf)),
    )


def layer_bounds(known: Bounds, shared: Bounds, low: float, high: float) -> Bounds:
    """Where the values of a whole layer end, infinite where nothing says that they do.

    Parameters
    ----------
    known : (float, float)
        What is known of the values beforehand. Values beyond a bound disprove it.
    shared : (float, float)
        From `shared_ends`.
    low, high : float
        The least and the greatest of all the layer's finite values.
    """
    bottom, top = known
    if low < bottom - _ROUNDING * abs(bottom):
        bottom = -math.inf
    if high > top + _ROUNDING * abs(top):
        top = math.inf
    if low >= 0:
        bottom = max(bottom, 0.0)
    if high <= 0:
        top = min(top, 0.0)
    if known == UNBOUNDED and low >= 0 and high <= 1:
        top = min(top, 1.0)
    # An edge that stands away from a bound is one of its own; at the bound it is the bound.
    near = _NEAR * (high - low)
    return (
        shared[0] if shared[0] - bottom > near else bottom,
        shared[1] if top - shared[1] > near else top,
    )


# Between the ends of all floats the distance is infinite, and no edge.
@np.errstate(over="ignore", invalid="ignore")
def shared_ends(array: NDArray[Any], low: float, high: float) -> Bounds:
    """Where the values of all of a layer's channels stop abruptly; infinite where they do not.

    Parameters
    ----------
    array : ndarray, shape (..., channel)
    low, high : float
        The least and the greatest of its finite values.
    """
    channels = array.shape[-1]
    n_values = array.size // channels
    if n_values >= _LONG or not low < high:
        return UNBOUNDED
    some = array[..., :: max(1, array.size // _MOST_TOGETHER)]
    rows = as_floats(some).reshape(n_values, -1)
    values = rows[np.isfinite(rows) & (rows != 0)]
    tail = min(_TAIL, values.size // 20)
    if tail < _LEAST_AT_AN_EDGE:
        return UNBOUNDED
    ends = list(UNBOUNDED)
    values.partition((tail, values.size - 1 - tail))
    for side, inwards, outer in ((0, 1.0, values[: tail + 1]), (1, -1.0, values[-1 - tail :])):
        outermost = float(outer.min() if side == 0 else outer.max())
        # Distances from the outermost value; those of an exponential tail are so on average.
        distance = inwards * (outer.astype(np.float64) - outermost)
        farthest = float(distance.max())
        window = _WINDOW * farthest * (1 - float((distance / (farthest or 1.0)).mean()))
        near = int(np.count_nonzero(distance <= window))
        if near < _LEAST_AT_AN_EDGE:
            continue
        theirs = (inwards * (rows - outermost) <= window).any(axis=0)
        # Values of one channel only would say nothing of the others.
        if np.count_nonzero(theirs) >= min(near, theirs.size) / 2:
            ends[side] = (low, high)[side]
    return ends[0], ends[1]


def sharp_ends(
    counts: Floats,
    start: Floats,
    stop: Floats,
    low: Floats,
    high: Floats,
    bandwidth: Floats,
    *,
    known: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Where the values of each channel stop abruptly.

    Parameters
    ----------
    counts : ndarray, shape (channel, cell)
        The values of each channel, counted between `start` and `stop`.
    start, stop, low, high, bandwidth : ndarray, shape (channel,)
        `low` and `high` are the least and the greatest value, `bandwidth` the kernel's standard
        deviation, all in the values' unit.
    known : ndarray of bool, shape (channel, 2)
        Ends that need not be looked at.

    Returns
    -------
    ndarray of bool, shape (channel, 2)
        Whether they do at `low`, and at `high`.
    """
    cells = counts.shape[1]
    cell = (stop - start) / cells
    distances = np.stack([low - start, stop - high], axis=1) / cell[:, None]
    # First the kernel's width alone: few channels have as many values so near to an end.
    window = np.maximum(bandwidth / cell, _FEWEST_CELLS)
    sharp = ~known
    sharp &= _counted_near(counts, distances, window) >= _LEAST_AT_AN_EDGE
    some = np.flatnonzero(sharp.any(axis=1))
    if some.size:
        theirs = counts[some]
        n = theirs.sum(axis=1)
        scale = _spread(theirs, n) / np.sqrt(2 * np.log(np.maximum(n, 2)))
        narrow = np.clip(_WINDOW * scale, _FEWEST_CELLS, window[some])
        sharp[some] &= _counted_near(theirs, distances[some], narrow) >= _LEAST_AT_AN_EDGE
    return sharp


def _spread(counts: Floats, n: Floats) -> Floats:
    """The standard deviation of `n` counted values, in cells."""
    centres = np.arange(counts.shape[1]) + 0.5
    mean = counts @ centres / n
    return np.sqrt(np.maximum(counts @ centres**2 / n - mean**2, 0.0))


def greatest_bandwidth(counts: Floats, n: Floats) -> Floats:
    """The widest kernel that values of such a spread can call for, 1.144 σ n^(-1/5).

    That is Terrell's principle of maximal smoothing (1990). Of few values that are reflected the
    plug-in may see no shape at all.

    Parameters
    ----------
    counts : ndarray, shape (channel, cell)
    n : ndarray, shape (channel,)

    Returns
    -------
    ndarray of float64, shape (channel,)
        As fractions of the cells' width together.
    """
    widest: Floats = 1.144 * _spread(counts, n) * n**-0.2 / counts.shape[1]
    return widest


def _counted_near(counts: Floats, distances: Floats, window: Floats) -> Floats:
    """How many values lie within a window of each end, shape (channel, 2).

    `distances` are those of the outermost values from either end of the cells; all are measured
    in cells, and whole ones are counted.
    """
    first = distances.astype(np.intp)
    last = (distances + window[:, None]).astype(np.intp) - 1
    steps = np.arange(max(1, int((last - first).max(initial=0)) + 1))
    place = np.minimum(first[:, :, None] + steps, counts.shape[1] - 1)
    inside = steps <= np.maximum(last - first, 0)[:, :, None]
    # From the other end the cells count backwards.
    place[:, 1] = counts.shape[1] - 1 - place[:, 1]
    everyone = np.arange(len(counts))[:, None, None]
    near: Floats = (counts[everyone, place] * inside).sum(axis=2)
    return near


def slope_positions(start: Floats, stop: Floats, bandwidth: Floats) -> Floats:
    """Where `straighten` needs the estimate: abscissae, shape (channel, 4)."""
    near, far = _SLOPE_FROM * bandwidth, _SLOPE_TO * bandwidth
    return np.stack([start + near, start + far, stop - near, stop - far], axis=1)


def straighten(
    density: Floats,
    grid: Floats,
    start: Floats,
    stop: Floats,
    ends: NDArray[np.bool_],
    bandwidth: Floats,
    *,
    inside: Floats,
    n: Floats,
) -> None:
    """Give densities that were reflected at their ends back the slope that they have there.

    Parameters
    ----------
    density, grid : ndarray, shape (channel, point)
        The estimate, to be changed, and its abscissae.
    start, stop, bandwidth : ndarray, shape (channel,)
    ends : ndarray of bool, shape (channel, 2)
        Whether it was reflected at `start`, and at `stop`.
    inside : ndarray, shape (channel, 4)
        The estimate at `slope_positions`.
    n : ndarray, shape (channel,)
        How many values it rests on.
    """
    wide = (stop - start) > _FAR * bandwidth
    points = grid.shape[1]
    step = (grid[:, -1] - grid[:, 0]) / (points - 1)
    reach = np.minimum(np.ceil(_REACH * bandwidth / step).astype(np.intp) + 1, points)
    for side, sign, end in ((0, 1.0, start), (1, -1.0, stop)):
        some = np.flatnonzero(ends[:, side] & wide)
        if not some.size:
            continue
        near, far = inside[some, 2 * side], inside[some, 2 * side + 1]
        rise = far - near
        # What of it is chance is taken for none.
        chance = _CHANCE * (near + far) / 2 * (stop - start)[some] / (n * bandwidth)[some]
        squared = rise**2
        rise *= np.maximum(squared - chance, 0.0) / np.where(squared > 0, squared, 1.0)
        rise *= 2 / (_seen_rise(_SLOPE_TO) - _seen_rise(_SLOPE_FROM))
        most = int(reach[some].max())
        columns = slice(0, most) if side == 0 else slice(points - most, points)
        away = sign * (grid[some, columns] - end[some, None]) / bandwidth[some, None]
        density[some, columns] = np.maximum(
            density[some, columns] - rise[:, None] * _kink(away), 0.0
        )


def _kink(z: Floats | float) -> Any:
    """What a reflected line of slope 1 is too high, z bandwidths from its end; half, in these."""
    return np.exp(-np.square(z) / 2) / math.sqrt(2 * math.pi) - z * ndtr(-np.asarray(z))


def _seen_rise(z: float) -> float:
    """How far the estimate of a line of slope 1 rises within z bandwidths, but for a constant."""
    return z + 2 * float(_kink(z))
