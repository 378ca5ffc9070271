"""What is measured of one layer's output, in one visit while the model is streamed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Indices
from ...analysis.channel_measures import ChannelMeasures, channel_measures
from .. import thresholds
from .merges import Forks, forks
from .near_zero_share import near_zero_share
from .rarity import samples_fired_on
from .saturation import share_at_ends
from .value_sample import thinned
from .variation import between_samples
from .weight_measures import histogram

Histogram = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class Maps:
    """Some of a layer's maps, kept to be compared with the image.

    Attributes
    ----------
    values : ndarray of float32, shape (sample, position, channel)
    samples : ndarray of int
    places : tuple of ndarray of int
    shape : tuple of int
        (height, width) of the whole maps.
    """

    values: NDArray[np.float32]
    samples: Indices
    places: tuple[Indices, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class OutputSigns:
    """The measures of one layer output; arrays over channels have shape (channel,).

    Attributes
    ----------
    shape : tuple of int
        (sample, ..., channel).
    measures : ChannelMeasures
        Of every value.
    fires : ndarray of int or None
        On how many samples each channel is not zero; None where no channel is dead.
    variation : ndarray of float64
        `variation.between_samples`, of the finite channels; NaN elsewhere.
    near_zero : float
        `crowding.near_zero_share` of the living channels.
    at_ends : ndarray of float64 or None
        `saturation.share_at_ends`; None where the activation has no ends.
    forks, centred_forks : Forks or None
        Of the living channels, and of the same about their means, which leaves the picture of
        each and takes away what all have in common by an offset; None where not asked for or
        fewer than two.
    maps : Maps or None
    histogram : (edges, shares)
        Of the living channels' values.
    rows, forked : int
        How many values a channel, and how many channels, the thinned measures rest on.
    """

    shape: tuple[int, ...]
    measures: ChannelMeasures
    fires: NDArray[np.intp] | None
    variation: NDArray[np.float64]
    near_zero: float
    at_ends: NDArray[np.float64] | None
    forks: Forks | None
    centred_forks: Forks | None
    maps: Maps | None
    histogram: Histogram
    rows: int
    forked: int

    @property
    def samples(self) -> int:
        """Length of the batch."""
        return self.shape[0]

    @property
    def channels(self) -> int:
        """Number of channels."""
        return self.shape[-1]

    @property
    def magnitude(self) -> float:
        """Root mean square of all finite values; 0 where there are none."""
        known = ~np.isnan(self.measures.mean)
        if not known.any():
            return 0.0
        squares = self.measures.mean[known] ** 2 + self.measures.std[known] ** 2
        return float(np.sqrt(squares.mean()))


def output_signs(
    values: NDArray[np.float32],
    *,
    ends: tuple[float | None, float | None] = (None, None),
    with_forks: bool = False,
    with_maps: bool = False,
    seed: int = 0,
) -> OutputSigns:
    """Measure one layer's output.

    Parameters
    ----------
    values : ndarray, shape (sample, ..., channel)
    ends : pair of float or None
        Where the layer's activation can get stuck; see `saturation.share_at_ends`.
    with_forks, with_maps : bool
        Whether to cluster the channels, and to keep some maps: for layers of low abstraction.
    seed : int

    Returns
    -------
    OutputSigns

    Notes
    -----
    Minimum, maximum, zeros and non-finite values are those of all values. The rest rests on an
    even share: about `thresholds.ROWS` values of each channel, of at most
    `thresholds.VALUES_SAMPLED` in all; forks on at most `thresholds.FORK_OUTPUTS` channels.
    """
    measures = channel_measures(values)
    fires = samples_fired_on(values) if measures.dead.any() else None
    channels = values.shape[-1]
    rows = max(256, min(thresholds.ROWS, thresholds.VALUES_SAMPLED // channels))
    some = thinned(values, rows=rows, channels=channels, seed=seed)
    living = ~(measures.dead | measures.nonfinite)
    whole = bool(living.all())
    variation = np.full(channels, np.nan)
    finite = ~measures.nonfinite
    variation[finite] = between_samples(some.values if finite.all() else some.values[..., finite])
    rows_living = some.rows if whole else some.rows[:, living]
    at_ends = None
    if ends != (None, None):
        at_ends = share_at_ends(some.rows, *ends)
    clustered, centred, forked = None, None, 0
    if with_forks and rows_living.shape[1] >= thresholds.FEWEST_FORKED:
        part = rows_living[:: max(1, len(rows_living) // thresholds.FORK_ROWS)]
        step = -(-part.shape[1] // thresholds.FORK_OUTPUTS)
        part = part[:, ::step]
        clustered, forked = forks(part), part.shape[1]
        centred = forks(part - part.mean(axis=0))
    maps = None
    if with_maps and values.ndim == 4:
        kept = thinned(
            values,
            rows=thresholds.MAP_ROWS,
            channels=thresholds.MAP_CHANNELS,
            samples=thresholds.MAP_SAMPLES,
            seed=seed,
        )
        maps = Maps(kept.values, kept.samples, kept.places, values.shape[1:3])
    return OutputSigns(
        shape=values.shape,
        measures=measures,
        fires=fires,
        variation=variation,
        near_zero=near_zero_share(rows_living),
        at_ends=at_ends,
        forks=clustered,
        centred_forks=centred,
        maps=maps,
        histogram=histogram(rows_living),
        rows=len(some.rows),
        forked=forked,
    )
