"""The values that curves rest on: all of them, or as many as a curve needs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, Floats, Integers, as_floats, count_true, row_chunks
from ..channel_measures import ChannelMeasures, channel_measures
from .bounds import Bounds, finite_range

MOST_VALUES = 16_384
"""More values than these change neither curve nor bandwidth by more than a line's width."""
LEAST_MOST_VALUES = 1024
"""Of fewer values curves would be those of chance."""
BLOCK_CHANNELS = 512
"""So many channels are estimated together."""

# The seed of the choice of rows: the same layer always gives the same curve.
_SEED = 20_200_713
# A channel with fewer values in the choice than this is read in full.
_FEW_VALUES = 200
# float64 magnitudes are kept below this, so that ranges and densities are numbers, too.
_GREATEST_VALUE = 1e300
# So many rows are laid side by side to be reduced: long ones go faster.
_SIDE_BY_SIDE = 8


class FirstLook(NamedTuple):
    """Some channels' values, and what a first look shows of them."""

    rows: FloatArray  # (value, channel), with zeros in place of all that no curve rests on
    n: Integers  # how many values of each channel are finite and not zero
    low: Floats  # the least and the greatest of them; 0 where there are none
    high: Floats
    not_finite: Integers  # how many are not finite


class Sample(NamedTuple):
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


class SampleReader:
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
        few = measures is None and array.shape[-1] <= BLOCK_CHANNELS
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

    def read(self, first: int, last: int) -> Sample:
        """The channels from `first` up to `last`."""
        return self._read(first, last) if self._whole is None else self._whole

    def _read(self, first: int, last: int) -> Sample:
        part: NDArray[Any] = self._array[..., first:last]
        measures = self._measures
        if measures is None or self.n_values == self.n_read:
            seen = first_look(as_floats(part).reshape(self.n_values, last - first))
            finite = self.n_values - seen.not_finite
            zero_share = (finite - seen.n) / np.maximum(finite, 1)
            return Sample(*seen[:4], zero_share, seen.not_finite / self.n_values)

        rows, n, low, high, _ = first_look(as_floats(part[self._positions]))
        nonfinite_share = measures.nonfinite_share[first:last]
        finite_share = 1 - nonfinite_share
        zero_share = measures.zero_share[first:last]
        present = np.rint((finite_share - zero_share) * self.n_values)
        for c in np.flatnonzero((n < _FEW_VALUES) & (present > n)):
            whole = first_look(as_floats(part[..., c]).reshape(-1, 1)).rows
            whole = whole[whole != 0]
            if whole.size > self.n_read:
                whole = self._random.choice(whole, self.n_read, replace=False)
            rows[:, c] = 0
            rows[: whole.size, c] = whole
            n[c], low[c], high[c] = whole.size, whole.min(), whole.max()
        zero_share = zero_share / np.where(finite_share > 0, finite_share, 1)
        return Sample(rows, n, low, high, zero_share, nonfinite_share)


def first_look(rows: FloatArray) -> FirstLook:
    """See what `rows`, shape (value, channel), hold; they are left as they are."""
    low, high = rows[0].copy(), rows[0].copy()
    zeros = np.zeros(low.size, dtype=np.int64)
    # Where zero is the least or the greatest of a channel: what is next to it?
    bits = np.dtype(f"u{rows.dtype.itemsize}")
    above, below = np.full((2, low.size), np.iinfo(bits).max, dtype=bits)
    for chunk in row_chunks(rows):
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
        return first_look(cleared)._replace(not_finite=count_true(~finite))
    if max(float(high.max()), -float(low.min())) > _GREATEST_VALUE:
        return first_look(np.clip(rows.astype(np.float64), -_GREATEST_VALUE, _GREATEST_VALUE))

    n = len(rows) - zeros
    low = np.where((low == 0) & (n > 0), (above + 1).view(rows.dtype), low)
    high = np.where((high == 0) & (n > 0), -(below + 1).view(rows.dtype), high)
    return FirstLook(rows, n, low.astype(np.float64), high.astype(np.float64), np.zeros_like(n))


def _over_rows(reduce: np.ufunc, chunk: NDArray[Any]) -> NDArray[Any]:
    """`reduce` over the first axis of `chunk`."""
    side = _SIDE_BY_SIDE if len(chunk) % _SIDE_BY_SIDE == 0 else 1
    partial = reduce.reduce(chunk.reshape(-1, side, chunk.shape[1]), axis=0)
    reduced: NDArray[Any] = reduce.reduce(partial, axis=0)
    return reduced
