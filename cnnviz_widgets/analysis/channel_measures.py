"""What a few numbers say about each channel of a layer: range, spread, zeros, faults."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..validation.scalars import flag
from .arrays import FloatArray, checked_values, count_true, frozen, row_blocks

# Reductions over rows are quick only where a row is long: short rows are laid side by side.
_ROW_LENGTH = 2048
# Outside these magnitudes a square leaves float64; such channels are measured rescaled.
_SQUARES_FROM, _SQUARES_TO = 1e-140, 1e140


@dataclass(frozen=True, eq=False)
class ChannelMeasures:
    """The few numbers of each channel; arrays of shape (channel,), read-only.

    Attributes
    ----------
    minimum, maximum, mean, std : ndarray of float64
        Of the channel's finite values, in the values' own unit; NaN where it has none. `std`
        is the population's, the square root of the mean squared distance from `mean`. Both are
        NaN where they were not asked for.
    zero_share, nonfinite_share : ndarray of float64
        The share of all the channel's values that are exactly zero, and that are NaN or
        infinite, 0 to 1.
    dead : ndarray of bool
        Every value is exactly zero: the black tiles of [WL20 §1.3.2].
    constant : ndarray of bool
        Every value is the same finite number other than zero. Never set where a channel has
        but one value, which cannot show whether it varies.
    nonfinite : ndarray of bool
        At least one value is NaN or infinite.
    n_values : int
        How many values each channel has.
    n_samples : int
        The length of the first axis; 1 for an array of rank 1, whose one axis is the channels.
    """

    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    zero_share: NDArray[np.float64]
    nonfinite_share: NDArray[np.float64]
    dead: NDArray[np.bool_]
    constant: NDArray[np.bool_]
    nonfinite: NDArray[np.bool_]
    n_values: int
    n_samples: int

    @property
    def n_channels(self) -> int:
        """How many channels were measured."""
        return self.dead.size

    @property
    def dead_share(self) -> float:
        """The share of the channels that are all zero, 0 to 1."""
        return float(self.dead.mean())

    @property
    def constant_share(self) -> float:
        """The share of the channels that hold one number other than zero, 0 to 1."""
        return float(self.constant.mean())

    @property
    def nonfinite_channel_share(self) -> float:
        """The share of the channels that hold NaN or infinity anywhere, 0 to 1."""
        return float(self.nonfinite.mean())

    @property
    def scale(self) -> float:
        """How much the layer varies: the root mean square of its channels' own spreads `std`.

        In the values' own unit. How far the channels lie from one another is no part of it: a
        layer of which each channel is stuck at a number of its own has scale 0. NaN where no
        channel's spread is known, or each has but one value, which cannot show whether it varies.
        """
        spreads = self.std[np.isfinite(self.std)]
        if not spreads.size or self.n_values == 1:
            return math.nan
        largest = float(spreads.max())
        # Of shares of the largest, no square overflows.
        return largest * math.sqrt(float(np.mean((spreads / largest) ** 2))) if largest else 0.0


def channel_measures(values: ArrayLike, *, spread: bool = True) -> ChannelMeasures:
    """Range, mean, spread and faults of each channel, in one pass over the values.

    Parameters
    ----------
    values : array_like, shape (..., channel)
        Real numbers of any type; the last axis counts the channels.
    spread : bool
        Whether mean and std are wanted: they take most of the time.

    Returns
    -------
    ChannelMeasures

    Raises
    ------
    TypeError
        The values are not real numbers.
    ValueError
        `values` is a single number or holds none.

    Notes
    -----
    Sums run in float64 over blocks that fit the cache, each about its own mean, and blocks are
    joined by the update of Chan, Golub and LeVeque (1979): a spread of 1e-3 about 1e6 keeps
    its digits, and no float64 copy of the layer is made.
    """
    array = checked_values(values)
    flag("spread", spread)
    n_values = array.size // array.shape[-1]
    # Squares of the extreme channels may overflow here; they are measured again below.
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        totals = _accumulate(array, spread=spread)
        peak = np.maximum(np.abs(totals.minimum), np.abs(totals.maximum))
    minimum, maximum, mean, std = totals.minimum, totals.maximum, totals.mean, totals.std()
    known = totals.count > 0
    extreme = np.flatnonzero(known & (peak > 0) & ((peak < _SQUARES_FROM) | (peak > _SQUARES_TO)))
    if spread and extreme.size:
        # Powers of two scale without rounding: the digits are those of an ordinary channel.
        exponent = np.frexp(peak[extreme])[1]
        scaled = _accumulate(array[..., extreme], exponent)
        mean[extreme] = np.ldexp(scaled.mean, exponent)
        std[extreme] = np.ldexp(scaled.std(), exponent)
    # The mean of equal numbers may round away from them, and then they would seem to vary.
    equal = known & (minimum == maximum)
    mean[equal] = minimum[equal]
    std[equal] = 0.0
    for measure in (minimum, maximum, mean, std):
        measure[~known] = np.nan
    if not spread:
        mean[:] = std[:] = np.nan
    nonfinite = totals.count < n_values
    return ChannelMeasures(
        minimum=frozen(minimum),
        maximum=frozen(maximum),
        mean=frozen(mean),
        std=frozen(std),
        zero_share=frozen(totals.zeros / n_values),
        nonfinite_share=frozen((n_values - totals.count) / n_values),
        dead=frozen(totals.zeros == n_values),
        constant=frozen(equal & ~nonfinite & (minimum != 0) & (n_values > 1)),
        nonfinite=frozen(nonfinite),
        n_values=n_values,
        n_samples=array.shape[0] if array.ndim > 1 else 1,
    )


def pooled_measures(measures: ChannelMeasures) -> ChannelMeasures:
    """The measures of all channels' values together, as of one channel; no mean and no spread."""
    known = measures.nonfinite_share < 1
    low = measures.minimum[known].min() if known.any() else np.nan
    high = measures.maximum[known].max() if known.any() else np.nan
    nonfinite = bool(measures.nonfinite.any())
    n_values = measures.n_values * measures.n_channels

    def one(value: Any) -> NDArray[Any]:
        return frozen(np.array([value]))

    return ChannelMeasures(
        minimum=one(low),
        maximum=one(high),
        mean=one(np.nan),
        std=one(np.nan),
        zero_share=one(measures.zero_share.mean()),
        nonfinite_share=one(measures.nonfinite_share.mean()),
        dead=one(bool(measures.dead.all())),
        constant=one(bool(low == high != 0 and not nonfinite and n_values > 1)),
        nonfinite=one(nonfinite),
        n_values=n_values,
        n_samples=measures.n_samples,
    )


def pooled_mean_std(measures: ChannelMeasures) -> tuple[float, float]:
    """Mean and standard deviation of all channels' finite values together.

    NaN where there is no finite value, or where a channel's own were not asked for.
    """
    weight = 1 - measures.nonfinite_share
    known = weight > 0
    if not known.any():
        return math.nan, math.nan
    weight = weight[known] / weight[known].sum()
    means, spreads = measures.mean[known], measures.std[known]
    mean = float(weight @ means)
    # What is spread within the channels, and between them; hypot does not overflow on the way.
    within = np.sqrt(weight) * spreads
    between = np.sqrt(weight) * (means - mean)
    return mean, math.hypot(*within, *between)


class _Totals:
    """What has been seen of each channel so far."""

    def __init__(self, channels: int) -> None:
        self.count = np.zeros(channels, dtype=np.int64)
        self.zeros = np.zeros(channels, dtype=np.int64)
        self.minimum = np.full(channels, np.inf)
        self.maximum = np.full(channels, -np.inf)
        self.mean = np.zeros(channels)
        self.squares = np.zeros(channels)

    def std(self) -> NDArray[np.float64]:
        """The spread of the finite values; 0 for a channel without any."""
        spread: NDArray[np.float64] = np.sqrt(self.squares / np.maximum(self.count, 1))
        return spread

    def add(self, block: FloatArray, side_by_side: int, spread: bool = True) -> None:
        """Take in `block`, shape (rows, channel); its rows a multiple of `side_by_side`."""
        channels = block.shape[1]
        wide = block.reshape(-1, channels * side_by_side)

        def per_channel(reduce: np.ufunc, partial: NDArray[Any]) -> NDArray[Any]:
            folded: NDArray[Any] = reduce.reduce(partial.reshape(side_by_side, channels), axis=0)
            return folded

        low = per_channel(np.minimum, np.minimum.reduce(wide, axis=0))
        high = per_channel(np.maximum, np.maximum.reduce(wide, axis=0))
        # NaN passes through minimum and maximum, and infinity is one of the two: a second
        # look at the values is needed only where one of them says so.
        finite = None
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            finite = np.isfinite(wide)
            low = per_channel(np.minimum, np.where(finite, wide, np.inf).min(axis=0))
            high = per_channel(np.maximum, np.where(finite, wide, -np.inf).max(axis=0))
        np.minimum(self.minimum, low, out=self.minimum)
        np.maximum(self.maximum, high, out=self.maximum)
        if np.any((low <= 0) & (high >= 0)):
            self.zeros += per_channel(np.add, count_true(wide == 0))

        if finite is None:
            count = np.full(channels, block.shape[0])
        else:
            count = per_channel(np.add, count_true(finite))
        if not spread:
            self.count += count
            return
        work = wide.astype(np.float64)
        if finite is not None:
            work[~finite] = 0.0
        some = np.maximum(count, 1)
        mean = per_channel(np.add, np.add.reduce(work, axis=0)) / some
        work -= np.tile(mean, side_by_side)
        if finite is not None:
            work[~finite] = 0.0
        squares = per_channel(np.add, np.einsum("ij,ij->j", work, work))

        seen = self.count + count
        shift = mean - self.mean
        weight = count / np.maximum(seen, 1)
        self.squares += squares + shift * shift * self.count * weight
        self.mean += shift * weight
        self.count = seen


def _accumulate(
    array: NDArray[Any], exponent: NDArray[np.intc] | None = None, spread: bool = True
) -> _Totals:
    """Totals over all values, each divided by 2 ** `exponent` of its channel if that is given."""
    channels = array.shape[-1]
    side_by_side = max(1, _ROW_LENGTH // channels)
    totals = _Totals(channels)
    for block in row_blocks(array, multiple=side_by_side):
        scaled = block if exponent is None else np.ldexp(block, -exponent)
        whole = scaled.shape[0] // side_by_side * side_by_side
        if whole:
            totals.add(scaled[:whole], side_by_side, spread)
        if whole < scaled.shape[0]:
            totals.add(scaled[whole:], 1, spread)
    return totals
