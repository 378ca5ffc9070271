"""Curves and bars, entered into a density channel by channel."""

from __future__ import annotations

import copy

import numpy as np
import scipy.fft

from ..arrays import FloatArray, Floats, Integers, frozen
from .bounds import SLOPES, slope_positions, straighten
from .counting import CELLS
from .smoothing import LEAST_RANGE, PAD_BANDWIDTHS, CountedValues, rounding_of
from .types import Atom, ChannelDensity, DensityStyle

# At this many standard deviations of its own transform a Gaussian is 1e-16.
_LAST_FREQUENCY = 8.6
# With so many points a bandwidth a curve may be taken for straight in between, to 0.4 % of its
# height. The next of these numbers of points from end to end is taken that gives as many.
_NODES_A_BANDWIDTH = 6
_NODES = (256, 512, 1024, 1536)


class DensityDraft:
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

    def part(self, first: int, last: int) -> DensityDraft:
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

    def finished(self, n_values: int, n_read: int) -> ChannelDensity:
        """The record of what was entered, which rests on so many of each channel's values."""
        return ChannelDensity(
            grid=frozen(self.grid),
            density=frozen(self.density),
            zero_share=frozen(self.zero_share),
            bandwidth=frozen(self.bandwidth),
            style=frozen(self.style),
            nonfinite_share=frozen(self.nonfinite_share),
            outside_share=frozen(self.outside_share),
            atoms=tuple(sorted(self.atoms)),
            n_values=n_values,
            n_read=n_read,
        )


def draw_curves(
    draft: DensityDraft, counted: CountedValues, series: Floats, bandwidth: Floats
) -> None:
    """Smooth the cosine series, each with its bandwidth, and enter grid and density."""
    part = bandwidth / (counted.stop - counted.start)
    pad = PAD_BANDWIDTHS * bandwidth
    # Free ends are far enough away for this, too.
    left = np.minimum(np.maximum(counted.start, counted.low - pad), counted.first)
    right = np.maximum(np.minimum(counted.stop, counted.high + pad), counted.last)
    points = draft.points
    step = np.linspace(0.0, 1.0, points)
    abscissae = np.empty((left.size, points + SLOPES))
    grid = abscissae[:, :points]
    np.multiply(left[:, None], 1 - step, out=grid)
    grid += np.multiply.outer(right, step)
    abscissae[:, points:] = slope_positions(counted.start, counted.stop, bandwidth)

    # How finely a channel is evaluated is its own affair, whatever channels it is among.
    density = np.empty_like(abscissae)
    level = np.searchsorted(_NODES[:-1], _NODES_A_BANDWIDTH / part)
    for i, nodes in enumerate(_NODES):
        some = np.flatnonzero(level == i)
        if some.size:
            start, scale = counted.start[some], nodes / (counted.stop - counted.start)[some]
            position = abscissae[some]
            position -= start[:, None]
            position *= scale[:, None]
            density[some] = _evaluated(series, some, part[some], position, nodes)
    density, inside = density[:, :points], density[:, points:]
    if counted.ends.any():
        n = counted.counts.sum(axis=1)
        straighten(
            density, grid, counted.start, counted.stop, counted.ends, bandwidth, inside=inside, n=n
        )
    # The trapezium rule, without the weights in full.
    area = density.sum(axis=1) - (density[:, 0] + density[:, -1]) / 2
    area *= (right - left) / (points - 1)
    density *= (counted.mass / area)[:, None]

    draft.grid[counted.channels] = grid
    draft.density[counted.channels] = density
    draft.bandwidth[counted.channels] = bandwidth
    draft.style[counted.channels] = DensityStyle.CURVE


def _evaluated(
    series: Floats, chosen: Integers, bandwidth: Floats, position: Floats, nodes: int
) -> Floats:
    """The `chosen` cosine series smoothed by bandwidths, at positions from 0 to `nodes`.

    Bandwidths are parts of the series' width. Positions, shape (channel, point), may be off by
    rounding, and are overwritten.
    """
    terms = min(CELLS, nodes, int(_LAST_FREQUENCY / np.pi / bandwidth.min()) + 1)
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
    values: Floats = heights.take(place)
    place += 1
    rise = heights.take(place)
    rise -= values
    rise *= position
    values += rise
    return np.maximum(values, 0.0, out=values)


def draw_bars(
    draft: DensityDraft, rows: FloatArray, channels: Integers, low: Floats, high: Floats
) -> None:
    """Enter channels as the shares of their values, each at the grid's point nearest to it."""
    points = draft.points
    # The outermost values are one point from the end, so that their bars are whole.
    margin = (high - low) / (points - 3)
    peak = np.maximum(np.abs(low), np.abs(high))
    alone = high - low <= rounding_of(peak)
    margin[alone] = np.maximum(peak[alone] / 2, LEAST_RANGE)
    left, right = low - margin, high + margin
    part = np.linspace(0.0, 1.0, points)
    row, column = np.nonzero(rows)
    place = (rows[row, column] - left[column]) / (right - left)[column]
    slot = np.rint(place * (points - 1)).astype(np.intp) + column * points
    counts = np.bincount(slot, minlength=channels.size * points).reshape(-1, points)
    shares = counts / counts.sum(axis=1, keepdims=True) * (1 - draft.zero_share[channels])[:, None]
    draft.grid[channels] = left[:, None] * (1 - part) + right[:, None] * part
    draft.density[channels] = shares / trapezium_weights(left, right, points)


def trapezium_weights(left: Floats, right: Floats, points: int) -> Floats:
    """The weights (channel, point) of the trapezium rule on grids from `left` to `right`."""
    area = np.tile(((right - left) / (points - 1))[:, None], (1, points))
    area[:, [0, -1]] /= 2
    return area
