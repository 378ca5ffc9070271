"""What is measured of one layer's output, in one visit while the model is streamed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Indices
from ...analysis.channel_measures import ChannelMeasures, channel_measures
from ..histogram import Histogram, histogram
from ..value_sample import thinned
from .merges import MOST_CLUSTERED, Merges, merges
from .near_zero_share import near_zero_share
from .rarity import samples_fired_on
from .saturation import share_at_ends
from .variation import between_samples

ROWS = 4_096
"""Values of a channel in thinned measures: a share of 1 % is then known to ± 0.3 %."""

VALUES_SAMPLED = 1 << 20
"""Values of a layer in thinned measures, 4 MB: small beside the layer itself."""

CLUSTERED_ROWS = 1_024
"""Values of a channel when channels are clustered: a cosine is then known to about 0.03."""

FEWEST_CLUSTERED = 4
"""Fewer channels than this have too few merges to have a distribution."""

MAP_ROWS, MAP_CHANNELS, MAP_SAMPLES = 1_024, 128, 64
"""What is kept of a layer to compare it with the image, half a megabyte: 4 rows a channel and
half even at 128 channels."""


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
class OutputMeasures:
    """The measures of one layer output; arrays over channels have shape (channel,).

    Attributes
    ----------
    shape : tuple of int
        (sample, ..., channel).
    measures : ChannelMeasures
        Of every value; after a survey of its samples, as `surveyed_measures` has them: the
        `n_samples` that dead and not finite channels are of.
    fires : ndarray of int or None
        On how many of these samples each channel is not zero; None where no channel is dead.
    variation : ndarray of float64
        `variation.between_samples`, of the finite channels; NaN elsewhere.
    near_zero : float
        `near_zero_share` of the living channels.
    at_ends : ndarray of float64 or None
        `saturation.share_at_ends`; None where the activation has no ends.
    merges, centred_merges : Merges or None
        Of the living channels, and of the same about their means, which leaves the picture of
        each and takes away what all have in common by an offset; None where not asked for or
        fewer than two.
    maps : Maps or None
    histogram : (edges, shares)
        Of the living channels' values.
    rows, clustered : int
        How many values a channel, and how many channels, the thinned measures rest on.
    """

    shape: tuple[int, ...]
    measures: ChannelMeasures
    fires: NDArray[np.intp] | None
    variation: NDArray[np.float64]
    near_zero: float
    at_ends: NDArray[np.float64] | None
    merges: Merges | None
    centred_merges: Merges | None
    maps: Maps | None
    histogram: Histogram
    rows: int
    clustered: int

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


def output_measures(
    values: NDArray[np.float32],
    *,
    ends: tuple[float | None, float | None] = (None, None),
    with_merges: bool = False,
    with_maps: bool = False,
    seed: int = 0,
) -> OutputMeasures:
    """Measure one layer's output.

    Parameters
    ----------
    values : ndarray, shape (sample, ..., channel)
    ends : pair of float or None
        Where the layer's activation can get stuck; see `saturation.share_at_ends`.
    with_merges, with_maps : bool
        Whether to cluster the channels, and to keep some maps: for layers of low abstraction.
    seed : int

    Returns
    -------
    OutputMeasures

    Notes
    -----
    Minimum, maximum, zeros and non-finite values are those of all values. The rest rests on an
    even share: about `ROWS` values of each channel, of at most
    `VALUES_SAMPLED` in all; merges on at most `MOST_CLUSTERED` channels.
    """
    measures = channel_measures(values)
    fires = samples_fired_on(values) if measures.dead.any() else None
    channels = values.shape[-1]
    rows = max(256, min(ROWS, VALUES_SAMPLED // channels))
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
    joined, centred, clustered = _clustered(rows_living) if with_merges else (None, None, 0)
    return OutputMeasures(
        shape=values.shape,
        measures=measures,
        fires=fires,
        variation=variation,
        near_zero=near_zero_share(rows_living),
        at_ends=at_ends,
        merges=joined,
        centred_merges=centred,
        maps=_maps(values, seed) if with_maps and values.ndim == 4 else None,
        histogram=histogram(rows_living),
        rows=len(some.rows),
        clustered=clustered,
    )


def _clustered(rows: NDArray[np.float32]) -> tuple[Merges | None, Merges | None, int]:
    """The merges of some of the channels, the same about their means, and of how many."""
    if rows.shape[1] < FEWEST_CLUSTERED:
        return None, None, 0
    part = rows[:: max(1, len(rows) // CLUSTERED_ROWS)]
    part = part[:, :: -(-part.shape[1] // MOST_CLUSTERED)]
    return merges(part), merges(part - _means(part)), part.shape[1]


def _means(part: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each channel, of values whose sum may lie beyond float32."""
    means: NDArray[np.float32] = part.mean(axis=0, dtype=np.float64).astype(part.dtype)
    return means


def _maps(values: NDArray[np.float32], seed: int) -> Maps:
    part = thinned(values, rows=MAP_ROWS, channels=MAP_CHANNELS, samples=MAP_SAMPLES, seed=seed)
    return Maps(part.values, part.samples, part.places, values.shape[1:3])
