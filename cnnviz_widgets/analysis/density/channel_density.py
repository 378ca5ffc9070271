"""How each channel's values are distributed: a curve where one is honest, bars where not.

A kernel density estimate takes its values for draws from a counted distribution. What a network
computes often is not: ReLU gives exact zeros in masses, ReLU6 and sigmoid saturate, a dead unit
gives one number. Values that recur exactly are *atoms* here. They are split off before the
curve is estimated and stand beside it with their share, instead of being smeared into it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...validation.objects import optional, optional_function
from ...validation.scalars import whole_number
from ..arrays import Floats, Integers, checked_values
from ..channel_measures import ChannelMeasures
from .bounds import UNBOUNDED, Bounds, checked_bounds, layer_bounds, shared_ends
from .counting import cell_counts
from .curve_drawing import DensityDraft, draw_bars, draw_curves
from .point_masses import draw_closely, looks_uneven, looks_whole, recurs_at_an_end
from .sampling import BLOCK_CHANNELS, LEAST_MOST_VALUES, MOST_VALUES, Sample, SampleReader
from .smoothing import (
    FINEST,
    LEAST_FOR_CURVE,
    CountedValues,
    abrupt_ends,
    padding,
    rounding_of,
    smoothed,
)
from .types import LEAST_POINTS, ChannelDensity, DensityStyle

# float32 arithmetic is safe between these.
_SINGLE_FROM, _SINGLE_TO = 1e-30, 1e30


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
    channel's values stop abruptly (`sharp_ends`). Free ends are padded by four bandwidths.

    Where a channel has more values than `most_values`, curves rest on that many, from positions
    drawn once at random with a fixed seed (regular steps would meet the rows of an image), the
    same for all channels. `zero_share` and `nonfinite_share` are counted over all values in any
    case, and a channel of which few values other than zero were drawn is read in full.

    float64 magnitudes above 1e300 count as 1e300.
    """
    array = checked_values(values)
    points = whole_number("points", points, LEAST_POINTS)
    most_values = whole_number("most_values", most_values, LEAST_MOST_VALUES)
    optional("measures", measures, ChannelMeasures)
    optional_function("progress", progress)
    bounds = checked_bounds(bounds)
    channels = array.shape[-1]
    reader = SampleReader(array, measures, most_values)
    low, high = reader.range()
    bounds = layer_bounds(bounds, shared_ends(array, low, high), low, high)
    draft = DensityDraft(channels, points)
    for first in range(0, channels, BLOCK_CHANNELS):
        last = min(first + BLOCK_CHANNELS, channels)
        _estimate(reader.read(first, last), draft.part(first, last), bounds)
        if progress is not None:
            progress(last / channels)
    return draft.finished(reader.n_values, reader.n_read)


def _estimate(sample: Sample, draft: DensityDraft, bounds: Bounds) -> None:
    """Fill in the results for a sample's channels, of a layer with these bounds."""
    rows, n, low, high, zero_share, nonfinite_share = sample
    draft.zero_share[:] = zero_share
    draft.nonfinite_share[:] = nonfinite_share
    draft.style[nonfinite_share == 1] = DensityStyle.NONFINITE

    span = high - low
    peak = np.maximum(np.abs(low), np.abs(high))
    flat = span <= rounding_of(peak)
    constant = flat & (n > 1)
    draft.style[(n > 0) & (n < LEAST_FOR_CURVE) & ~constant] = DensityStyle.RUG
    draft.style[constant] = DensityStyle.BARS
    for c in np.flatnonzero(constant & (low == high)):
        draft.add_atom(int(c), float(low[c]), float(1 - zero_share[c]))

    many = (n >= LEAST_FOR_CURVE) & ~flat
    unsafe = (peak > _SINGLE_TO) | (span < _SINGLE_FROM)
    if rows.dtype == np.float32 and np.any(many & unsafe):
        sample = sample._replace(rows=rows.astype(np.float64))
    # Most channels are plain: no atom but zero. A close look, with the values sorted, is for
    # those that show a sign of anything else.
    plain = many & ~looks_whole(sample.rows, peak)
    plain[plain] = _draw_plain(draft, sample, np.flatnonzero(plain), _limits(sample, bounds))
    draw_closely(draft, sample.rows, np.flatnonzero(many & ~plain), bounds)

    bars = np.flatnonzero(np.isin(draft.style, (DensityStyle.BARS, DensityStyle.RUG)))
    if bars.size:
        draw_bars(draft, sample.rows[:, bars], bars, low[bars], high[bars])
    nothing = np.isin(draft.style, (DensityStyle.EMPTY, DensityStyle.NONFINITE))
    draft.grid[nothing] = np.linspace(0.0, 1.0, draft.points)
    draft.density[nothing] = 0.0


def _limits(sample: Sample, bounds: Bounds) -> Floats:
    """Where the values of each channel end, shape (channel, 2); infinite where they do not."""
    low, high, has_zeros = sample.low, sample.high, sample.zero_share > 0
    limits = np.stack([np.minimum(low, bounds[0]), np.maximum(high, bounds[1])], axis=1)
    # Zeros are an end where all else lies on one side of them.
    limits[has_zeros & (low > 0), 0] = 0.0
    limits[has_zeros & (high < 0), 1] = 0.0
    return limits


def _draw_plain(
    draft: DensityDraft, sample: Sample, chosen: Integers, limits: Floats
) -> NDArray[np.bool_]:
    """Draw the curves of those channels that turn out to be plain, and say which of them are."""
    frame = _framed(sample, limits)
    plain = ~_stray(frame, sample)[chosen]
    of_plain = chosen[plain]
    if not of_plain.size:
        return plain
    counted = _counted(sample, of_plain, frame)
    series, bandwidth = smoothed(counted)
    edges = abrupt_ends(counted, bandwidth)
    sharp = np.isfinite(edges).any(axis=1)
    fits = np.ones(of_plain.size, dtype=np.bool_)
    if sharp.any():
        some = of_plain[sharp]
        limits[some] = np.where(np.isfinite(edges[sharp]), edges[sharp], limits[some])
        frame = _framed(sample, limits)
        fits = ~_stray(frame, sample)[of_plain]
        sharp &= fits
    if sharp.any():
        again = _counted(sample, of_plain[sharp], frame)
        for whole, part in zip(counted, again, strict=True):
            whole[sharp] = part
        series[sharp], bandwidth[sharp] = smoothed(again)
    n = sample.n[of_plain]
    fits &= bandwidth >= FINEST * (sample.high - sample.low)[of_plain]
    fits &= ~(looks_uneven(counted, n) | recurs_at_an_end(sample.rows, counted, n))
    draw_curves(draft, counted.some(fits), series[fits], bandwidth[fits])
    plain[plain] = fits
    return plain


class _Frame(NamedTuple):
    """What channels' values are counted between."""

    start: Floats
    stop: Floats
    ends: NDArray[np.bool_]  # (c, 2): whether start and stop are ends to reflect at


def _framed(sample: Sample, limits: Floats) -> _Frame:
    """From end to end, where these are near; padded where they are not.

    `limits`, shape (channel, 2), are infinite where there is no end.
    """
    low, high = sample.low, sample.high
    pad = padding(sample.n) * (high - low)
    at_start, at_stop = low - limits[:, 0] < pad, limits[:, 1] - high < pad
    return _Frame(
        start=np.where(at_start, limits[:, 0], low - pad),
        stop=np.where(at_stop, limits[:, 1], high + pad),
        ends=np.stack([at_start, at_stop], axis=1),
    )


def _stray(frame: _Frame, sample: Sample) -> NDArray[np.bool_]:
    """Which channels have zeros outside of what is counted.

    Those that stand for what was left out must fall into a cell, to be taken out again.
    """
    return (sample.n < len(sample.rows)) & ((frame.start > 0) | (frame.stop < 0))


def _counted(sample: Sample, chosen: Integers, frame: _Frame) -> CountedValues:
    """The values of these channels, counted."""
    start, stop = frame.start[chosen], frame.stop[chosen]
    low, high, n = sample.low[chosen], sample.high[chosen], sample.n[chosen]
    zero_share = sample.zero_share[chosen]
    return CountedValues(
        channels=chosen,
        counts=cell_counts(sample.rows, chosen, start, stop, n),
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
