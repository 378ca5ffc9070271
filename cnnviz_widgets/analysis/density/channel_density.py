"""How each channel's values are distributed: a curve where one is honest, bars where not.

A kernel density estimate takes its values for draws from a smooth distribution. What a network
computes often is not: ReLU gives exact zeros in masses, ReLU6 and sigmoid saturate, a dead unit
gives one number. Values that recur exactly are *atoms* here. They are split off before the
curve is estimated and stand beside it with their share, instead of being smeared into it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike, NDArray

from ...validation.rules import instance, optional, optional_function, whole_number
from ..arrays import FloatArray, as_floats, checked_values, count_true, frozen
from ..channel_measures import ChannelMeasures, channel_measures
from .bandwidth import cosine_coefficients, isj_bandwidth, normal_reference_bandwidth
from .bounds import (
    FEW,
    SLOPES,
    UNBOUNDED,
    Bounds,
    checked_bounds,
    finite_range,
    greatest_bandwidth,
    layer_bounds,
    shared_ends,
    sharp_ends,
    slope_positions,
    straighten,
)

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

# More values than these change neither curve nor bandwidth by more than a line's width.
MOST_VALUES = 16_384
# Of fewer values curves would be those of chance.
_LEAST_MOST = 1024
# The seed of the choice of rows: the same layer always gives the same curve.
_SEED = 20_200_713
# A channel with fewer values in the choice than this is read in full.
_FEW_VALUES = 200
# With fewer values there is no curve to speak of.
_LEAST_FOR_CURVE = 20
# A value is an atom if at least this share, and this number, of a channel's values equal it.
_ATOM_SHARE, _ATOM_COUNT = 0.01, 3
# Where tails are heavy the grid is to hold all but this share of the values at each end …
_TAIL_SHARE = 0.001
# … and they are heavy if without them the range shrinks to less than this part of itself.
_HEAVY_BELOW = 0.5
# Where these values reach no farther than this part of the range of the others, that is no tail.
_NO_TAIL = 0.05
# Whole numbers up to here are counts, levels or codes; beyond, floats are whole by themselves.
_WHOLE_UP_TO = 65_536
# Few distinct numbers fill few cells: a reason to look closely.
_FEW_CELLS = 32

_CELLS = 512
# A bandwidth below this part of the values' range is finer than one of 256 points and their
# padding can show, whatever the number of points asked for.
_FINEST = 1 / 247
# A Gaussian has 6e-5 of its mass beyond four standard deviations.
_PAD_BANDWIDTHS = 4
# Ranges at or below this part of the values themselves are rounding, not spread.
_ROUNDING = 4096 * float(np.finfo(np.float64).eps)
# float64 magnitudes are kept between these, so that ranges and densities are numbers, too.
_LEAST_RANGE, _GREATEST_VALUE = 1e-290, 1e300
# float32 arithmetic is safe between these.
_SINGLE_FROM, _SINGLE_TO = 1e-30, 1e30
# At this many standard deviations of its own transform a Gaussian is 1e-16.
_LAST_FREQUENCY = 8.6
# With so many points a bandwidth a curve may be taken for straight in between, to 0.4 % of its
# height. The next of these numbers of points from end to end is taken that gives as many.
_NODES_A_BANDWIDTH = 6
_NODES = (256, 512, 1024, 1536)
# So many channels are estimated together, and so many of their values at a time looked at: they
# fit the cache, and are no more than the 255 that bytes count.
_BLOCK_CHANNELS = 512
_SIDE_BY_SIDE = 8
_CHUNK_ROWS = 31 * _SIDE_BY_SIDE
# So many channels are counted together, their cells' numbers in 16 bits each.
_GROUP = 8
_GROUP_CELLS = np.dtype((np.void, 2 * _GROUP))
# A fan is drawn from about so many densities at a time.
_FAN_VALUES = 1 << 20

_LEAST_POINTS = 16


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


NOT_DRAWN = 255
"""In place of a `DensityStyle`: a layer too wide to draw, of which this channel has no curve."""


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


FAN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def channel_density(
    values: ArrayLike,
    points: int = 256,
    *,
    measures: ChannelMeasures | None = None,
    most_values: int = MOST_VALUES,
    bounds: tuple[float, float] = UNBOUNDED,
    progress: Callable[[float], None] | None = None,
) -> ChannelDensity:
    """The distribution of each channel's values [WL20 §1.1.1], zeros and other atoms apart.

    Parameters
    ----------
    values : array_like, shape (..., channel)
        Real numbers of any type.
    points : int
        How many points each channel's curve has; at least 16.
    measures : ChannelMeasures, optional
        Of these very values, where they are known already: else a large layer is measured here.
    most_values : int
        So many values of each channel are read at most; 1,024 or more.
    bounds : (float, float)
        The least and the greatest value that there can be, where that is known: the range of an
        activation. A bound that values of the layer lie beyond is none.
    progress : callable, optional
        Called now and then with the part that is done, 0 to 1.

    Returns
    -------
    ChannelDensity

    Raises
    ------
    TypeError
        The values are not real numbers, or `points` is not an integer.
    ValueError
        `values` is a single number or holds none, `points` is less than 16, `most_values`
        less than 1,024, or `bounds` are not two numbers, the lower first.

    Notes
    -----
    Exact zeros and other atoms are split off. The rest is counted in 512 cells and smoothed
    in their cosine transform with the bandwidth of [BGK10], or Silverman's rule in the rare case
    that it gives none. At an end with an atom (the zeros of ReLU, the 6 of ReLU6) the density is
    reflected, so that no mass lies beyond it, and so it is at a bound: one that is given; 0 where
    none of the layer's values lies beyond it; 1 where they are all from 0 to 1; and where a
    channel's values stop abruptly (`density_bounds`). Free ends are padded by four bandwidths.

    Where a channel has more values than `most_values`, curves rest on that many, from positions
    drawn once at random with a fixed seed (regular steps would meet the rows of an image), the
    same for all channels. `zero_share` and `nonfinite_share` are counted over all values in any
    case, and a channel of which few values other than zero were drawn is read in full.

    float64 magnitudes above 1e300 count as 1e300.
    """
    array = checked_values(values)
    points = whole_number("points", points, _LEAST_POINTS)
    most_values = whole_number("most_values", most_values, _LEAST_MOST)
    optional("measures", measures, ChannelMeasures)
    optional_function("progress", progress)
    bounds = checked_bounds(bounds)
    channels = array.shape[-1]
    reader = _Reader(array, measures, most_values)
    low, high = reader.range()
    bounds = layer_bounds(bounds, shared_ends(array, low, high), low, high)
    result = _Estimate(channels, points)
    for first in range(0, channels, _BLOCK_CHANNELS):
        last = min(first + _BLOCK_CHANNELS, channels)
        _estimate(reader.read(first, last), result.part(first, last), bounds)
        if progress is not None:
            progress(last / channels)
    return ChannelDensity(
        grid=frozen(result.grid),
        density=frozen(result.density),
        zero_share=frozen(result.zero_share),
        bandwidth=frozen(result.bandwidth),
        style=frozen(result.style),
        nonfinite_share=frozen(result.nonfinite_share),
        outside_share=frozen(result.outside_share),
        atoms=tuple(sorted(result.atoms)),
        n_values=reader.n_values,
        n_read=reader.n_read,
    )


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
    found = np.empty((len(heights), points))
    # There are more old points than new ones: each new one is the nearest of some, and has some
    # on its right.
    nearest = np.searchsorted(np.rint(position), np.arange(points))
    found[~curve] = np.add.reduceat(mass[~curve], nearest, axis=1)
    left = np.minimum(position.astype(np.intp), points - 2)
    to_right = mass[curve] * (position - left)
    to_left = mass[curve] - to_right
    cells = np.searchsorted(left, np.arange(points - 1))
    found[curve, :-1] = np.add.reduceat(to_left, cells, axis=1)
    found[curve, -1] = 0.0
    found[curve, 1:] += np.add.reduceat(to_right, cells, axis=1)
    found[:, [0, -1]] *= 2
    return found


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
    points = whole_number("points", points, _LEAST_POINTS)
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


class _Seen(NamedTuple):
    """Some channels' values, and what a first look shows of them."""

    rows: FloatArray  # (value, channel), with zeros in place of all that no curve rests on
    n: Integers  # how many values of each channel are finite and not zero
    low: Floats  # the least and the greatest of them; 0 where there are none
    high: Floats
    not_finite: Integers  # how many are not finite


class _Sample(NamedTuple):
    """The values that some channels' curves rest on, and the shares of all their values."""

    rows: FloatArray
    n: Integers
    low: Floats
    high: Floats
    zero_share: Floats
    nonfinite_share: Floats

    def range(self) -> Bounds:
        """The least and the greatest of all these values."""
        with_zeros = 0.0 if (self.zero_share > 0).any() else np.nan
        known = self.n > 0
        return (
            float(np.fmin(self.low.min(initial=np.inf, where=known), with_zeros)),
            float(np.fmax(self.high.max(initial=-np.inf, where=known), with_zeros)),
        )


class _Reader:
    """Reads the values that curves rest on, some channels at a time."""

    def __init__(
        self, array: NDArray[Any], measures: ChannelMeasures | None, most_values: int
    ) -> None:
        self._array = array
        self.n_values = array.size // array.shape[-1]
        self.n_read = min(self.n_values, most_values)
        self._random = np.random.default_rng(_SEED)
        if self.n_values > self.n_read:
            drawn = self._random.choice(self.n_values, self.n_read, replace=False, shuffle=False)
            self._positions = np.unravel_index(np.sort(drawn), array.shape[:-1])
            measures = channel_measures(array, spread=False) if measures is None else measures
        self._measures = measures
        # All values of few channels: they are looked at once.
        few = measures is None and array.shape[-1] <= _BLOCK_CHANNELS
        self._whole = self._read(0, array.shape[-1]) if few else None

    def range(self) -> Bounds:
        """The least and the greatest finite value of all channels."""
        if self._whole is not None:
            return self._whole.range()
        if self._measures is None:
            return finite_range(self._array)
        low, high = self._measures.minimum, self._measures.maximum
        return (
            float(np.fmin.reduce(low, initial=np.inf)),
            float(np.fmax.reduce(high, initial=-np.inf)),
        )

    def read(self, first: int, last: int) -> _Sample:
        """The channels from `first` up to `last`."""
        return self._read(first, last) if self._whole is None else self._whole

    def _read(self, first: int, last: int) -> _Sample:
        part: NDArray[Any] = self._array[..., first:last]
        measures = self._measures
        if measures is None or self.n_values == self.n_read:
            seen = _look(as_floats(part).reshape(self.n_values, last - first))
            finite = self.n_values - seen.not_finite
            zero_share = (finite - seen.n) / np.maximum(finite, 1)
            return _Sample(*seen[:4], zero_share, seen.not_finite / self.n_values)

        rows, n, low, high, _ = _look(as_floats(part[self._positions]))
        nonfinite_share = measures.nonfinite_share[first:last]
        finite_share = 1 - nonfinite_share
        zero_share = measures.zero_share[first:last]
        present = np.rint((finite_share - zero_share) * self.n_values)
        for c in np.flatnonzero((n < _FEW_VALUES) & (present > n)):
            whole = _look(as_floats(part[..., c]).reshape(-1, 1)).rows
            whole = whole[whole != 0]
            if whole.size > self.n_read:
                whole = self._random.choice(whole, self.n_read, replace=False)
            rows[:, c] = 0
            rows[: whole.size, c] = whole
            n[c], low[c], high[c] = whole.size, whole.min(), whole.max()
        zero_share = zero_share / np.where(finite_share > 0, finite_share, 1)
        return _Sample(rows, n, low, high, zero_share, nonfinite_share)


def _look(rows: FloatArray) -> _Seen:
    """See what `rows`, shape (value, channel), hold; they are left as they are."""
    low, high = rows[0].copy(), rows[0].copy()
    zeros = np.zeros(low.size, dtype=np.int64)
    # Where zero is the least or the greatest of a channel: what is next to it?
    bits = np.dtype(f"u{rows.dtype.itemsize}")
    above, below = np.full((2, low.size), np.iinfo(bits).max, dtype=bits)
    for chunk in _chunks(rows):
        least, greatest = _over_rows(np.minimum, chunk), _over_rows(np.maximum, chunk)
        np.minimum(low, least, out=low)
        np.maximum(high, greatest, out=high)
        blank = chunk == 0
        if blank.any():
            zeros += count_true(blank)
        # The bits of positive numbers are in the numbers' order. Those of zero, less 1, are the
        # greatest of all; those of negative zero come after any number.
        if (least >= 0).any():
            np.minimum(above, _over_rows(np.minimum, chunk.view(bits) - 1), out=above)
        if (greatest <= 0).any():
            np.minimum(below, _over_rows(np.minimum, (-chunk).view(bits) - 1), out=below)
    # NaN passes through both, and infinity is one of them.
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        finite = np.isfinite(rows)
        cleared = rows.copy()
        cleared[~finite] = 0
        return _look(cleared)._replace(not_finite=count_true(~finite))
    if max(float(high.max()), -float(low.min())) > _GREATEST_VALUE:
        return _look(np.clip(rows.astype(np.float64), -_GREATEST_VALUE, _GREATEST_VALUE))

    n = len(rows) - zeros
    low = np.where((low == 0) & (n > 0), (above + 1).view(rows.dtype), low)
    high = np.where((high == 0) & (n > 0), -(below + 1).view(rows.dtype), high)
    return _Seen(rows, n, low.astype(np.float64), high.astype(np.float64), np.zeros_like(n))


def _chunks(rows: FloatArray) -> Iterator[FloatArray]:
    return (rows[i : i + _CHUNK_ROWS] for i in range(0, len(rows), _CHUNK_ROWS))


def _over_rows(reduce: np.ufunc, chunk: NDArray[Any]) -> NDArray[Any]:
    """`reduce` over the first axis of `chunk`, its rows laid side by side: long ones go faster."""
    side = _SIDE_BY_SIDE if len(chunk) % _SIDE_BY_SIDE == 0 else 1
    partial = reduce.reduce(chunk.reshape(-1, side, chunk.shape[1]), axis=0)
    reduced: NDArray[Any] = reduce.reduce(partial, axis=0)
    return reduced


class _Estimate:
    """The results for some channels, first all of style EMPTY and yet to be filled in."""

    def __init__(self, channels: int, points: int) -> None:
        self.grid = np.empty((channels, points))
        self.density = np.empty((channels, points))
        self.zero_share = np.zeros(channels)
        self.bandwidth = np.full(channels, np.nan)
        self.style = np.full(channels, DensityStyle.EMPTY, dtype=np.uint8)
        self.nonfinite_share = np.zeros(channels)
        self.outside_share = np.zeros(channels)
        self.atoms: list[Atom] = []
        self.first = 0

    @property
    def points(self) -> int:
        """How many points a channel's grid has."""
        return self.grid.shape[1]

    def part(self, first: int, last: int) -> _Estimate:
        """The channels from `first` up to `last`: what is entered there is entered here."""
        part = copy.copy(self)
        part.grid, part.density = self.grid[first:last], self.density[first:last]
        part.zero_share = self.zero_share[first:last]
        part.bandwidth = self.bandwidth[first:last]
        part.style = self.style[first:last]
        part.nonfinite_share = self.nonfinite_share[first:last]
        part.outside_share = self.outside_share[first:last]
        part.first = first
        return part

    def add_atom(self, channel: int, value: float, share: float) -> None:
        """Enter an atom of a channel, counted from the part's first."""
        self.atoms.append(Atom(self.first + channel, value, share))


class _Smooth(NamedTuple):
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


def _estimate(sample: _Sample, result: _Estimate, bounds: Bounds) -> None:
    """Fill in the results for a sample's channels, of a layer with these bounds."""
    rows, n, low, high, zero_share, nonfinite_share = sample
    result.zero_share[:] = zero_share
    result.nonfinite_share[:] = nonfinite_share
    result.style[nonfinite_share == 1] = DensityStyle.NONFINITE

    span = high - low
    peak = np.maximum(np.abs(low), np.abs(high))

    flat = span <= np.maximum(_ROUNDING * peak, _LEAST_RANGE)
    constant = flat & (n > 1)
    result.style[(n > 0) & (n < _LEAST_FOR_CURVE) & ~constant] = DensityStyle.RUG
    result.style[constant] = DensityStyle.BARS
    for c in np.flatnonzero(constant & (low == high)):
        result.add_atom(int(c), float(low[c]), float(1 - zero_share[c]))

    many = (n >= _LEAST_FOR_CURVE) & ~flat
    unsafe = (peak > _SINGLE_TO) | (span < _SINGLE_FROM)
    if rows.dtype == np.float32 and np.any(many & unsafe):
        rows = rows.astype(np.float64)

    limits = np.stack([np.minimum(low, bounds[0]), np.maximum(high, bounds[1])], axis=1)
    # Zeros are an end where all else lies on one side of them.
    limits[(zero_share > 0) & (low > 0), 0] = 0.0
    limits[(zero_share > 0) & (high < 0), 1] = 0.0
    frame = _framed(low, high, n, limits)
    stray = _stray(frame, n, rows)
    # Most channels are plain: no atom but zero. A close look, with the values sorted, is for
    # those that show a sign of anything else.
    plain = many & ~stray & ~_looks_whole(rows, peak)
    chosen = np.flatnonzero(plain)
    if chosen.size:
        smooth = _counted(rows, chosen, sample, frame)
        series, bandwidth = _smoothed(smooth)
        edges = _new_ends(smooth, bandwidth)
        sharp = np.isfinite(edges).any(axis=1)
        if sharp.any():
            some = chosen[sharp]
            limits[some] = np.where(np.isfinite(edges[sharp]), edges[sharp], limits[some])
            frame = _framed(low, high, n, limits)
            plain &= ~_stray(frame, n, rows)
            sharp &= plain[chosen]
        if sharp.any():
            again = _counted(rows, chosen[sharp], sample, frame)
            for whole, part in zip(smooth, again, strict=True):
                whole[sharp] = part
            series[sharp], bandwidth[sharp] = _smoothed(again)
        fits = bandwidth >= _FINEST * span[chosen]
        fits &= ~(_looks_uneven(smooth, n[chosen]) | _recur_at_an_end(rows, smooth, n[chosen]))
        fits &= plain[chosen]
        plain[chosen[~fits]] = False
        _draw_curves(result, _of(smooth, fits), series[fits], bandwidth[fits])

    _look_closely(result, rows, np.flatnonzero(many & ~plain), bounds)

    bars = np.flatnonzero(np.isin(result.style, (DensityStyle.BARS, DensityStyle.RUG)))
    if bars.size:
        _draw_bars(result, rows[:, bars], bars, low[bars], high[bars])
    nothing = np.isin(result.style, (DensityStyle.EMPTY, DensityStyle.NONFINITE))
    result.grid[nothing] = np.linspace(0.0, 1.0, result.points)
    result.density[nothing] = 0.0


class _Frame(NamedTuple):
    """What channels' values are counted between."""

    start: Floats
    stop: Floats
    ends: NDArray[np.bool_]  # (c, 2): whether start and stop are ends to reflect at


def _framed(low: Floats, high: Floats, n: Integers, limits: Floats) -> _Frame:
    """From end to end, where these are near; padded where they are not.

    `limits`, shape (channel, 2), are infinite where there is no end.
    """
    pad = _padding(n) * (high - low)
    at_start, at_stop = low - limits[:, 0] < pad, limits[:, 1] - high < pad
    return _Frame(
        start=np.where(at_start, limits[:, 0], low - pad),
        stop=np.where(at_stop, limits[:, 1], high + pad),
        ends=np.stack([at_start, at_stop], axis=1),
    )


def _stray(frame: _Frame, n: Integers, rows: FloatArray) -> NDArray[np.bool_]:
    """Which channels have zeros outside of what is counted.

    Those that stand for what was left out must fall into a cell, to be taken out again.
    """
    return (n < len(rows)) & ((frame.start > 0) | (frame.stop < 0))


def _counted(rows: FloatArray, chosen: Integers, sample: _Sample, frame: _Frame) -> _Smooth:
    """The values of these channels, counted."""
    start, stop = frame.start[chosen], frame.stop[chosen]
    low, high, n = sample.low[chosen], sample.high[chosen], sample.n[chosen]
    zero_share = sample.zero_share[chosen]
    return _Smooth(
        channels=chosen,
        counts=_histogram(rows, chosen, start, stop, n),
        start=start,
        stop=stop,
        low=low,
        high=high,
        ends=frame.ends[chosen],
        mass=1 - zero_share,
        first=_with_zero(low, start, zero_share),
        last=-_with_zero(-high, -stop, zero_share),
    )


def _with_zero(low: Floats, start: Floats, zero_share: Floats) -> Floats:
    """The least value, or zero where there are any at the start."""
    return np.where((zero_share > 0) & (low > 0) & (start == 0), 0.0, low)


def _smoothed(smooth: _Smooth) -> tuple[Floats, Floats]:
    """The cosine series of each channel, and the bandwidth in the values' unit."""
    series = cosine_coefficients(smooth.counts)
    return series, _bandwidth(smooth, series)


def _new_ends(smooth: _Smooth, bandwidth: Floats) -> Floats:
    """Where values stop abruptly and no end is known yet, shape (channel, 2); else infinite.

    An end that is known, but farther from the outermost value than a kernel is wide, may be one
    of other values: sigmoids from 0.1 to 0.9 do not end at 0 and 1.
    """
    low, high = smooth.low, smooth.high
    away = np.stack([low - smooth.start, smooth.stop - high], axis=1)
    near = np.maximum(bandwidth, (smooth.stop - smooth.start) / _CELLS)
    known = smooth.ends & (away <= near[:, None])
    sharp = sharp_ends(smooth.counts, smooth.start, smooth.stop, low, high, bandwidth, known)
    return np.where(sharp, np.stack([low, high], axis=1), np.array(UNBOUNDED))


def _looks_whole(rows: FloatArray, peak: Floats) -> NDArray[np.bool_]:
    """Which channels hold whole numbers, as far as a few values tell."""
    few = rows[:: max(1, len(rows) // 64)]
    whole: NDArray[np.bool_] = (few == np.rint(few)).all(axis=0) & (few != 0).any(axis=0)
    return whole & (peak <= _WHOLE_UP_TO)


def _like(numbers: Floats, values: FloatArray) -> FloatArray:
    """`numbers` in the type of `values`, so that no arithmetic converts the values."""
    return numbers if values.dtype == np.float64 else numbers.astype(np.float32)


def _padding(n: Integers) -> Floats:
    """The part of the values' range to leave free at either end of the cells.

    More than four bandwidths in all but pathological cases: by the normal reference rule that
    is 4 · 0.9 σ n^(-1/5), and σ at most half the range.
    """
    part: Floats = 2.0 * np.maximum(n, 1) ** -0.2
    return part


def _histogram(
    rows: FloatArray, channels: Integers, start: Floats, stop: Floats, n: Integers
) -> Floats:
    """Counts (channel, cell) of the `n` values of each of `channels` that are not zero.

    Every value lies between its channel's `start` and `stop`, and so does zero where a channel
    holds any.
    """
    origin = _like(start, rows)
    scale = _like(_CELLS / (stop - start), rows)
    everyone = channels.size == rows.shape[1]
    groups = -(-channels.size // _GROUP)
    # Counting goes channel by channel, so the cells' numbers turn over, in half the bytes of
    # values, and a group of channels like one number. A group is counted in one go: the equal
    # numbers of a channel do not then wait for each other, and the many zeros of ReLU are equal.
    cells = np.empty((groups, len(rows)), dtype=_GROUP_CELLS)
    # One cell more takes the values equal to `stop`.
    each = _CELLS + 1
    offsets = np.tile(np.arange(_GROUP, dtype=np.int16) * each, groups)
    # What fills up the last group must not count for another of its channels.
    numbers = np.tile(offsets, (_CHUNK_ROWS, 1))
    turned = numbers.view(_GROUP_CELLS).T
    offsets = offsets[: channels.size]
    distances = np.empty((_CHUNK_ROWS, channels.size), dtype=rows.dtype)
    done = 0
    for chunk in _chunks(rows):
        size = len(chunk)
        distance, places = distances[:size], numbers[:size, : channels.size]
        np.subtract(chunk if everyone else chunk[:, channels], origin, out=distance)
        distance *= scale
        places[...] = distance
        places += offsets
        cells[:, done : done + size] = turned[:, :size]
        done += size
    found = np.empty((groups, _GROUP * each), dtype=np.intp)
    for filled, group in zip(found, cells.view(np.int16), strict=True):
        filled[:] = np.bincount(group, minlength=_GROUP * each)
    found = found.reshape(-1, each)[: channels.size]
    counts = found[:, :_CELLS].astype(np.float64)
    counts[:, -1] += found[:, _CELLS]
    zeros = len(rows) - n
    some = np.flatnonzero(zeros)
    counts[some, _cell_of(np.zeros(some.size), start[some], stop[some], rows)] -= zeros[some]
    return counts


def _cell_of(numbers: Floats, start: Floats, stop: Floats, rows: FloatArray) -> NDArray[np.intp]:
    """The cell of one number of each channel, by the very arithmetic that `_histogram` uses."""
    distance = _like(numbers, rows) - _like(start, rows)
    distance *= _like(_CELLS / (stop - start), rows)
    return np.minimum(distance.astype(np.intp), _CELLS - 1)


def _looks_uneven(smooth: _Smooth, n: Integers) -> NDArray[np.bool_]:
    """Which channels may have few distinct values or heavy tails."""
    filled = np.count_nonzero(smooth.counts, axis=1)
    uneven: NDArray[np.bool_] = filled <= np.minimum(_FEW_CELLS, n / 2)
    trimmed = np.floor(_TAIL_SHARE * n)[:, None]
    if trimmed.any():
        # To see a range halved, an eighth of the cells is fine enough.
        coarse = np.add.reduceat(smooth.counts, np.arange(0, _CELLS, 8), axis=1)
        below = np.cumsum(coarse, axis=1)
        kept = (below < n[:, None] - trimmed).sum(axis=1) - (below <= trimmed).sum(axis=1) + 1
        part = kept / coarse.shape[1]
        uneven |= part * (smooth.stop - smooth.start) < _HEAVY_BELOW * (smooth.high - smooth.low)
    return uneven


def _recur_at_an_end(rows: FloatArray, smooth: _Smooth, n: Integers) -> NDArray[np.bool_]:
    """Which channels have an atom at their least or greatest value."""
    enough = np.maximum(_ATOM_COUNT, _ATOM_SHARE * n)
    recur = np.zeros(n.size, dtype=np.bool_)
    everyone = np.arange(n.size)
    for bound, inwards in ((smooth.low, 1), (smooth.high, -1)):
        cell = _cell_of(bound, smooth.start, smooth.stop, rows)
        # An atom makes its cell stand out; only then is it worth comparing the values.
        inner = smooth.counts[everyone, np.clip(cell + inwards, 0, _CELLS - 1)]
        some = np.flatnonzero(smooth.counts[everyone, cell] - inner >= enough / 2)
        if some.size:
            equal = rows[:, smooth.channels[some]] == _like(bound[some], rows)
            recur[some] |= count_true(equal) >= enough[some]
    return recur


def _of(smooth: _Smooth, chosen: NDArray[np.bool_]) -> _Smooth:
    return _Smooth._make(part[chosen] for part in smooth)


def _bandwidth(smooth: _Smooth, series: Floats) -> Floats:
    """The bandwidth of each channel in the values' unit, 0 where it is too fine to tell."""
    n = smooth.counts.sum(axis=1)
    part = isj_bandwidth(series, n)
    none = np.isnan(part)
    if none.any():
        part[none] = normal_reference_bandwidth(smooth.counts[none], n[none])
    few = np.flatnonzero((n < FEW) & smooth.ends.any(axis=1))
    if few.size:
        part[few] = np.minimum(part[few], greatest_bandwidth(smooth.counts[few], n[few]))
    bandwidth: Floats = part * (smooth.stop - smooth.start)
    # What is padded must hold the kernel.
    room = np.minimum(
        np.where(smooth.ends[:, 0], np.inf, smooth.low - smooth.start),
        np.where(smooth.ends[:, 1], np.inf, smooth.stop - smooth.high),
    )
    return np.minimum(bandwidth, room / _PAD_BANDWIDTHS)


def _draw_curves(result: _Estimate, smooth: _Smooth, series: Floats, bandwidth: Floats) -> None:
    """Smooth the cosine series, each with its bandwidth, and enter grid and density."""
    part = bandwidth / (smooth.stop - smooth.start)
    pad = _PAD_BANDWIDTHS * bandwidth
    # Free ends are far enough away for this, too.
    left = np.minimum(np.maximum(smooth.start, smooth.low - pad), smooth.first)
    right = np.maximum(np.minimum(smooth.stop, smooth.high + pad), smooth.last)
    points = result.points
    step = np.linspace(0.0, 1.0, points)
    wanted = np.empty((left.size, points + SLOPES))
    grid = wanted[:, :points]
    np.multiply(left[:, None], 1 - step, out=grid)
    grid += np.multiply.outer(right, step)
    wanted[:, points:] = slope_positions(smooth.start, smooth.stop, bandwidth)

    # How finely a channel is evaluated is its own affair, whatever channels it is among.
    density = np.empty_like(wanted)
    level = np.searchsorted(_NODES[:-1], _NODES_A_BANDWIDTH / part)
    for i, nodes in enumerate(_NODES):
        some = np.flatnonzero(level == i)
        if some.size:
            start, scale = smooth.start[some], nodes / (smooth.stop - smooth.start)[some]
            position = wanted[some]
            position -= start[:, None]
            position *= scale[:, None]
            density[some] = _evaluated(series, some, part[some], position, nodes)
    density, inside = density[:, :points], density[:, points:]
    if smooth.ends.any():
        n = smooth.counts.sum(axis=1)
        straighten(density, grid, smooth.start, smooth.stop, smooth.ends, bandwidth, inside, n)
    # The trapezium rule, without the weights in full.
    area = density.sum(axis=1) - (density[:, 0] + density[:, -1]) / 2
    area *= (right - left) / (points - 1)
    density *= (smooth.mass / area)[:, None]

    result.grid[smooth.channels] = grid
    result.density[smooth.channels] = density
    result.bandwidth[smooth.channels] = bandwidth
    result.style[smooth.channels] = DensityStyle.CURVE


def _evaluated(
    series: Floats, chosen: Integers, bandwidth: Floats, position: Floats, nodes: int
) -> Floats:
    """The `chosen` cosine series smoothed by bandwidths, at positions from 0 to `nodes`.

    Bandwidths are parts of the series' width. Positions, shape (channel, point), may be off by
    rounding, and are overwritten.
    """
    terms = min(_CELLS, nodes, int(_LAST_FREQUENCY / np.pi / bandwidth.min()) + 1)
    decay = np.multiply.outer(bandwidth**2, -0.5 * (np.pi * np.arange(terms)) ** 2)
    np.exp(decay, out=decay)
    # With zeros after its last term the transform is the series itself, from end to end.
    heights = np.zeros((chosen.size, nodes + 1))
    np.multiply(series[chosen, :terms], decay, out=heights[:, :terms])
    heights = scipy.fft.dct(heights, type=1, axis=1, overwrite_x=True)
    np.clip(position, 0.0, nodes, out=position)
    place = position.astype(np.intp)
    np.minimum(place, nodes - 1, out=place)
    position -= place
    place += np.arange(chosen.size)[:, None] * (nodes + 1)
    found: Floats = heights.take(place)
    place += 1
    rise = heights.take(place)
    rise -= found
    rise *= position
    found += rise
    return np.maximum(found, 0.0, out=found)


def _areas(left: Floats, right: Floats, points: int) -> Floats:
    """The weights (channel, point) of the trapezium rule on grids from `left` to `right`."""
    area = np.tile(((right - left) / (points - 1))[:, None], (1, points))
    area[:, [0, -1]] /= 2
    return area


class _Piece(NamedTuple):
    """What a close look leaves to smooth of one channel; the fields of `_Smooth`, as scalars."""

    counts: Floats
    start: float
    stop: float
    low: float
    high: float
    ends: tuple[bool, bool]
    first: float
    last: float
    smooth_part: float  # of the channel's values other than zero, the part that is no atom
    outside_part: float  # … and that which is left out because the tails are heavy
    cut: tuple[bool, bool]  # … at either end
    grainy: bool  # whether values recur so often that a very fine bandwidth means a lattice


class _Close(NamedTuple):
    """One channel's values other than zero, sorted."""

    ordered: Floats
    distinct: Floats  # each once
    recurring: NDArray[np.bool_]  # which of them are atoms
    has_zeros: bool

    @property
    def atoms(self) -> Floats:
        return self.distinct[self.recurring]


def _look_closely(result: _Estimate, rows: FloatArray, channels: Integers, bounds: Bounds) -> None:
    """Enter the channels that have atoms, heavy tails, or values on few points."""
    found: list[tuple[int, _Piece, _Close, Floats]] = []
    for c in channels.tolist():
        column = rows[:, c]
        ordered = np.sort(column[column != 0]).astype(np.float64)
        distinct, counts = np.unique_counts(ordered)
        recurring = counts >= max(_ATOM_COUNT, _ATOM_SHARE * ordered.size)
        close = _Close(ordered, distinct, recurring, bool(result.zero_share[c] > 0))
        shares = counts[recurring] / ordered.size * (1 - result.zero_share[c])
        for value, share in zip(close.atoms.tolist(), shares.tolist(), strict=True):
            result.add_atom(c, value, share)
        piece = _piece(close, bounds)
        if piece is None:
            result.style[c] = DensityStyle.BARS
        else:
            found.append((c, piece, close, shares))
    if not found:
        return

    pieces = [piece for _, piece, _, _ in found]
    chosen = np.array([c for c, *_ in found])
    nonzero = 1 - result.zero_share[chosen]
    smooth = _of_pieces(chosen, pieces, nonzero)
    series, bandwidth = _smoothed(smooth)
    edges = _new_ends(smooth, bandwidth)
    for edge, (_, piece, close, _) in zip(edges, found, strict=True):
        # Where a tail was cut off it ends abruptly, but values do not; nor do they before an atom.
        if piece.cut[0] or (close.atoms < piece.low).any():
            edge[0] = -np.inf
        if piece.cut[1] or (close.atoms > piece.high).any():
            edge[1] = np.inf
    sharp = np.isfinite(edges).any(axis=1)
    if sharp.any():
        for at in np.flatnonzero(sharp):
            narrower = _piece(found[at][2], bounds, (edges[at, 0], edges[at, 1]))
            assert narrower is not None  # it has the values that it had
            pieces[at] = narrower
        smooth = _of_pieces(chosen, pieces, nonzero)
        series, bandwidth = _smoothed(smooth)
    finest = _FINEST * (smooth.high - smooth.low)
    # A hard edge or a narrow peak of values that do not recur is as sharp as a curve can be;
    # of values that recur, the method has found the lattice they lie on.
    lattice = (bandwidth < finest) & np.array([piece.grainy for piece in pieces])
    result.style[chosen[lattice]] = DensityStyle.BARS
    bandwidth = np.maximum(bandwidth, finest)
    curves = _of(smooth, ~lattice)
    _draw_curves(result, curves, series[~lattice], bandwidth[~lattice])
    result.outside_share[chosen] = np.where(
        lattice, 0.0, np.array([piece.outside_part for piece in pieces]) * nonzero
    )
    for (c, _, close, shares), as_bars in zip(found, lattice, strict=True):
        if not as_bars:
            grid = result.grid[c]
            area = _areas(grid[:1], grid[-1:], grid.size)[0]
            place = (close.atoms - grid[0]) / (grid[-1] - grid[0]) * (grid.size - 1)
            nearest = np.rint(place).astype(np.intp)
            np.add.at(result.density[c], nearest, shares / area[nearest])


def _of_pieces(chosen: Integers, pieces: list[_Piece], nonzero: Floats) -> _Smooth:
    return _Smooth(
        channels=chosen,
        counts=np.stack([piece.counts for piece in pieces]),
        start=np.array([piece.start for piece in pieces]),
        stop=np.array([piece.stop for piece in pieces]),
        low=np.array([piece.low for piece in pieces]),
        high=np.array([piece.high for piece in pieces]),
        ends=np.array([piece.ends for piece in pieces]),
        mass=np.array([piece.smooth_part for piece in pieces]) * nonzero,
        first=np.array([piece.first for piece in pieces]),
        last=np.array([piece.last for piece in pieces]),
    )


def _piece(close: _Close, bounds: Bounds, edges: Bounds = UNBOUNDED) -> _Piece | None:
    """What of one channel can be smoothed; None where nothing.

    `edges` are where its values stop abruptly.
    """
    ordered, distinct, has_zeros = close.ordered, close.distinct, close.has_zeros
    if (distinct == np.rint(distinct)).all() and np.abs(distinct).max() <= _WHOLE_UP_TO:
        return None
    atoms = close.atoms
    rest = ordered[~np.isin(ordered, atoms)]
    n = rest.size
    if n < _LEAST_FOR_CURVE:
        return None
    below, above = _tails(rest)
    kept = rest[below : n - above]
    low, high = float(kept[0]), float(kept[-1])
    span = high - low
    if span <= max(_ROUNDING * max(abs(low), abs(high)), _LEAST_RANGE):
        return None

    pad = float(_padding(np.array(kept.size))) * span
    bottom = max(_end(ordered, atoms, has_zeros, bounds[0]), edges[0])
    top = min(-_end(-ordered[::-1], -atoms[::-1], has_zeros, -bounds[1]), edges[1])
    at_start, at_stop = low - bottom < pad, top - high < pad
    start = bottom if at_start else low - pad
    stop = top if at_stop else high + pad
    if atoms.size and (atoms[0] < start or atoms[-1] > stop):
        # Too far away for one grid to show both it and a curve.
        return None
    cells = start + (stop - start) / _CELLS * np.arange(1, _CELLS)
    up_to = np.concatenate([[0], np.searchsorted(kept, cells), [kept.size]])
    # Zeros belong on the grid where they are an end of it.
    zero = [0.0] if has_zeros and 0.0 in (start, stop) else []
    return _Piece(
        counts=np.diff(up_to).astype(np.float64),
        start=start,
        stop=stop,
        low=low,
        high=high,
        ends=(at_start, at_stop),
        first=min([low, *atoms[:1].tolist(), *zero]),
        last=max([high, *atoms[-1:].tolist(), *zero]),
        smooth_part=n / ordered.size,
        outside_part=(below + above) / ordered.size,
        cut=(below > 0, above > 0),
        grainy=distinct.size - atoms.size < n / 2,
    )


def _tails(ordered: Floats) -> tuple[int, int]:
    """How many values to leave out below and above, lest heavy tails flatten the rest."""
    trimmed = int(_TAIL_SHARE * ordered.size)
    low, high = ordered[trimmed], ordered[-1 - trimmed]
    if high - low >= _HEAVY_BELOW * (ordered[-1] - ordered[0]):
        return 0, 0
    short = _NO_TAIL * (high - low)
    below = trimmed if low - ordered[0] > short else 0
    above = trimmed if ordered[-1] - high > short else 0
    return below, above


def _end(ordered: Floats, atoms: Floats, has_zeros: bool, bound: float) -> float:
    """Where values end below: at an atom below all else, at zero, or at the layer's bound."""
    if atoms.size and atoms[0] == ordered[0]:
        return float(atoms[0])
    return 0.0 if has_zeros and ordered[0] > 0 else min(float(ordered[0]), bound)


def _draw_bars(
    result: _Estimate, rows: FloatArray, channels: Integers, low: Floats, high: Floats
) -> None:
    """Enter channels as the shares of their values, each at the grid's point nearest to it."""
    points = result.points
    # The outermost values are one point from the end, so that their bars are whole.
    margin = (high - low) / (points - 3)
    peak = np.maximum(np.abs(low), np.abs(high))
    alone = high - low <= np.maximum(_ROUNDING * peak, _LEAST_RANGE)
    margin[alone] = np.maximum(peak[alone] / 2, _LEAST_RANGE)
    left, right = low - margin, high + margin
    part = np.linspace(0.0, 1.0, points)
    row, column = np.nonzero(rows)
    place = (rows[row, column] - left[column]) / (right - left)[column]
    slot = np.rint(place * (points - 1)).astype(np.intp) + column * points
    counts = np.bincount(slot, minlength=channels.size * points).reshape(-1, points)
    shares = counts / counts.sum(axis=1, keepdims=True) * (1 - result.zero_share[channels])[:, None]
    result.grid[channels] = left[:, None] * (1 - part) + right[:, None] * part
    result.density[channels] = shares / _areas(left, right, points)
