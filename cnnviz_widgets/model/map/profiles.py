"""What the channels of a map's stations do: on which samples, and whether they live."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, Integers, Singles, frozen
from ...analysis.channel.extreme_samples import extreme_samples
from ...analysis.channel_measures import ChannelMeasures, channel_measures
from ...analysis.clustering.channel_tree import ChannelTree
from ...analysis.map.channel_groups import CONSTANT
from ...analysis.map.class_rows import class_means
from ...analysis.spreading import evenly
from ...records.layer_record import LayerRecord
from ...records.map.station import Station
from ...records.map.station_groups import STATES
from ...records.survey.layer_summary import LayerSummary
from ...records.survey.strongest_samples import StrongestSamples
from ...runtime.progress import Progress
from ..layers.layer_info import LayerInfo
from ..reading.probe import ModelProbe
from ..samples.answers import AnswerSource, sample_answers
from .map_columns import FEWEST, MapColumns

LIVING, SILENT, CONSTANT_STATE, NONFINITE = range(len(STATES))

# Channels are told apart by at most so many single samples.
_MOST_SAMPLES = 512


@dataclass(frozen=True, eq=False)
class StationReading:
    """The C channels of a station on N samples; read-only.

    Attributes
    ----------
    means : ndarray of float32, shape (N, C)
        Of each sample the mean over places.
    states : ndarray of uint8, shape (C,)
        Index into `STATES`.
    strongest : StrongestSamples
        One sample a channel.
    tree : ChannelTree or None
        Where it was asked for.
    """

    means: Singles
    states: NDArray[np.uint8]
    strongest: StrongestSamples
    tree: ChannelTree | None = None


@dataclass(frozen=True, eq=False)
class StationProfile:
    """What the channels of a station make of each column of the map; read-only.

    Attributes
    ----------
    reading : StationReading
        On the probe's samples, or on some of those surveyed.
    columns : ndarray of int64, shape (N,)
        Of each of these samples its column; −1: none.
    profile : ndarray of float32, shape (C, columns)
    by_class : bool
        Whether channels are told apart by their columns; else by all samples.
    """

    reading: StationReading
    columns: Integers
    profile: Singles
    by_class: bool

    @classmethod
    def of(
        cls, reading: StationReading, columns: MapColumns, of_samples: Integers
    ) -> StationProfile:
        """From the means of samples."""
        profile = class_means(reading.means, of_samples, len(columns.names))
        return cls(reading, of_samples, _singles(profile), columns.kind != "samples")

    def told_by(self, living: Integers) -> tuple[Floats, Singles, Integers]:
        """What groups of the living channels rest on.

        Parameters
        ----------
        living : ndarray of int, shape (L,)

        Returns
        -------
        ndarray of float64, shape (L, k)
            A row a channel.
        ndarray of float32, shape (N, L)
            The samples that these are means of.
        ndarray of int64, shape (N,)
            Of each of them its column in the rows, by another number; −1: none.
        """
        known = np.flatnonzero(np.isfinite(self.profile[living]).all(axis=0))
        if self.by_class and known.size >= FEWEST:
            rows = self.profile[np.ix_(living, known)].astype(np.float64)
            return rows, self.reading.means[:, living], self.columns
        some = evenly(len(self.reading.means), _MOST_SAMPLES)
        means = self.reading.means[np.ix_(some, living)]
        return means.T.astype(np.float64), means, np.arange(some.size)


def read_stations(
    probe: ModelProbe,
    stations: Sequence[Station],
    source: AnswerSource | None,
    trees: Collection[str],
    progress: Progress,
) -> tuple[Mapping[str, StationReading], Integers | None]:
    """All stations in one pass, and which class the model takes each sample for.

    Parameters
    ----------
    probe : ModelProbe
    stations : sequence of Station
    source : AnswerSource or None
        Where the model's answers are read off; None: they are not asked for.
    trees : collection of str
        Paths of the stations whose tree is asked for.
    progress : callable

    Returns
    -------
    mapping of str to StationReading
    ndarray of int64, shape (samples,), or None
        The classes predicted; None for no classifier, or where not asked for.
    """
    paths = {station.path for station in stations}
    answers: list[Integers] = []

    def read(info: LayerInfo, array: NDArray[Any]) -> StationReading | None:
        if source is not None and source.takes(info.path, array, probe.samples):
            given = sample_answers(source, array, None).answer_class
            answers.append(np.asarray(given, np.int64))
        if info.path not in paths:
            return None
        assert info.channel_axis is not None
        return station_reading(np.moveaxis(array, info.channel_axis, -1), info.path in trees)

    asked = paths if source is None else paths | {source.info.path}
    found = probe.stream(read, asked, progress)
    readings = {path: each for path, each in found.items() if each is not None}
    return readings, next((each for each in answers if (each >= 0).any()), None)


def station_reading(values: NDArray[Any], with_tree: bool = False) -> StationReading:
    """What is kept of a station's output, shape (N, …, C)."""
    strongest = StrongestSamples.of(extreme_samples(values, 1), values.shape[1:-1], 1)
    with np.errstate(invalid="ignore", over="ignore"):
        means = values.mean(axis=tuple(range(1, values.ndim - 1)), dtype=np.float64)
        single = _singles(means)
    tree = LayerRecord(values).tree if with_tree else None
    return StationReading(single, states_of(channel_measures(values)), strongest, tree)


def surveyed_reading(
    summary: LayerSummary, reading: StationReading, with_tree: bool = False
) -> StationReading:
    """The same from a survey, given what the probe's samples say.

    A channel lives that does so on either; it is not finite if it is not on either.
    """
    of_survey, here = states_of(summary.measures), reading.states
    states = np.where((here == LIVING) | (of_survey == LIVING), LIVING, of_survey)
    states = np.where((here == NONFINITE) | (of_survey == NONFINITE), NONFINITE, states)
    found = summary.strongest
    first = StrongestSamples(
        *(frozen(each[:, :1]) for each in (found.values, found.samples, found.places))
    )
    return StationReading(
        summary.sample_means.values,
        frozen(states.astype(np.uint8)),
        first,
        summary.tree() if with_tree else None,
    )


def states_of(measures: ChannelMeasures) -> NDArray[np.uint8]:
    """Of each channel whether it lives, an index into `STATES`, shape (C,).

    Constant is also what varies by no more than rounding does: by 1e-5 of its largest value.
    """
    with np.errstate(invalid="ignore"):
        largest = np.maximum(np.abs(measures.minimum), np.abs(measures.maximum))
        still = (measures.std <= CONSTANT * largest) & (measures.n_values > 1)
    states = np.where(still | measures.constant, CONSTANT_STATE, LIVING)
    states = np.where(measures.dead, SILENT, states)
    states = np.where(measures.nonfinite, NONFINITE, states)
    return frozen(states.astype(np.uint8))


def _singles(numbers: NDArray[Any]) -> Singles:
    with np.errstate(over="ignore"):
        return frozen(numbers.astype(np.float32))
