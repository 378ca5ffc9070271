"""`map_network`: the map of a live network at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ...analysis.arrays import Integers, frozen
from ...records.facts.output_facts import are
from ...records.layer_picture import counted
from ...records.map.group_effects import GroupEffects
from ...records.map.network_record import Method, NetworkRecord
from ...records.map.station import Station
from ...records.map.station_groups import StationGroups
from ...records.survey.strongest_samples import StrongestSamples
from ...records.survey.survey import Survey
from ...runtime.progress import Progress, no_progress
from ...validation.keywords import checked_keywords
from ...validation.messages import described
from ...validation.objects import instance, optional, optional_function
from ...validation.texts import texts
from ..reading.model_lock import model_lock
from ..reading.probe import ModelProbe
from ..samples.answers import AnswerSource
from ..survey.model_stamp import model_digest
from .effects import group_effects
from .grouping import (
    GroupRule,
    Groups,
    Pins,
    checked_groups,
    checked_pins,
    station_groups,
)
from .map_columns import (
    MapColumns,
    checked_labels,
    labelled_columns,
    predicted_columns,
    sample_columns,
)
from .map_reading import MapReading
from .profiles import StationProfile, StationReading, read_stations, surveyed_reading
from .stations import MOST_COLUMNS, chosen_stations

# Reading takes about so much of the time of a map with effects.
_READ = 0.3


@checked_keywords
def map_network(
    probe: ModelProbe,
    *,
    labels: Any = None,
    class_names: Sequence[str] | None = None,
    groups: Groups = None,
    columns: int = MOST_COLUMNS,
    survey: Survey | None = None,
    previous: NetworkRecord | None = None,
    pins: Mapping[str, Pins] | None = None,
    expanded: Iterable[str] = (),
    effects: bool = True,
    progress: Progress | None = None,
) -> NetworkRecord:
    """Map a whole network: stations, groups of channels, and how groups act on one another.

    After CNNVis [CNNVis §4]: layers and channels in groups, what each answers to, and edges
    between them; but edges are effects that were measured, not weights.

    Parameters
    ----------
    probe : ModelProbe
    labels : array_like of int, shape (samples,), optional
        The class of each of the probe's samples, or one-hot rows; below 0 where it is not known.
        By default classes are those that the model predicts, if there are three or more of them;
        else columns are samples.
    class_names : sequence of str, optional
        Of all classes.
    groups : int, str or mapping of str to int or str, optional
        How many groups a station, or by which method: ``"ward"``, ``"k-means"``, ``"mean shift"``
        or ``"tree"``, the inspector's own; for each station by its path, or the same for all.
        Default: Ward's linkage, and about the square root of the channels, 2 to 8.
    columns : int, 2 to 24
        How many stations at most, see `network_stations`.
    survey : Survey, optional
        Of the same weights: class means, states and strongest samples are then of all that were
        surveyed, where the station was; and so are the columns, where the survey has labels.
    previous : NetworkRecord, optional
        Its groups are gone on from, where a station is still there: of a training's next moment.
        Where nothing has changed they stay. To group anew, leave it out.
    pins : mapping of str to mapping of int to int, optional
        Path → channel → the group that it stays in.
    expanded : iterable of str
        See `network_stations`.
    effects : bool
        False: edges are not measured, which takes most of the time.
    progress : callable, optional
        Given the share that is done, 0 to 1, and a station's path; what it raises ends it.

    Returns
    -------
    NetworkRecord

    Raises
    ------
    TypeError, ValueError
        The arguments are none of that, or do not fit the model or each other; the survey is of
        other weights; the model has no output with channels.
    ModelCallError
        The model's call raises.

    Examples
    --------
    >>> record = map_network(probe, labels=y[:64])
    >>> record.groups["conv3"].members(0)
    array([ 3, 17,  8])
    >>> record.effects["conv3", "conv4"].rms.shape
    (6, 6)
    """
    return read_map(
        probe,
        labels=labels,
        class_names=class_names,
        groups=groups,
        columns=columns,
        survey=survey,
        previous=previous,
        pins=pins,
        expanded=expanded,
        effects=effects,
        progress=progress,
    ).record


class _Asked(NamedTuple):
    """What a map is to be of."""

    labels: Integers | None
    names: Sequence[str]
    survey: Survey | None

    @property
    def classes_surveyed(self) -> bool:
        """Whether columns are those of a survey."""
        return self.survey is not None and self.survey.classes > 0


def read_map(
    probe: ModelProbe,
    *,
    labels: Any = None,
    class_names: Sequence[str] | None = None,
    groups: Groups = None,
    columns: int = MOST_COLUMNS,
    survey: Survey | None = None,
    previous: NetworkRecord | None = None,
    pins: Mapping[str, Pins] | None = None,
    expanded: Iterable[str] = (),
    effects: bool = True,
    progress: Progress | None = None,
) -> MapReading:
    """As `map_network`, with what its groups rest on."""
    instance("probe", probe, ModelProbe)
    names = [] if class_names is None else texts("class_names", class_names)
    groups, pinned = checked_groups(groups), checked_pins(pins)
    optional("survey", survey, Survey, "cv.survey(model, data) makes one")
    optional("previous", previous, NetworkRecord, "map_network(probe) makes one")
    if not isinstance(effects, (bool, np.bool_)):
        raise TypeError(f"effects must be True or False; got {described(effects)}")
    report = optional_function("progress", progress) or no_progress
    classes = None if labels is None else checked_labels(labels, probe.samples)
    asked = _Asked(classes, names, survey)
    found: Mapping[tuple[str, str], GroupEffects] = {}
    method: Method = "none"
    told: tuple[str, ...] = ("Effects were not asked for.",)
    with model_lock(probe.model), probe.steady():
        chosen = chosen_stations(probe, columns, expanded)
        stations = chosen.stations
        if not stations:
            raise ValueError("the model has no layer output with channels: there is nothing to map")
        if survey is not None and model_digest(probe.model) != survey.weights:
            raise ValueError(
                "the survey is of other weights than the model has now: survey it again, or leave "
                "survey= out to look at the probe's own inputs"
            )
        for path in (*(groups if isinstance(groups, Mapping) else ()), *pinned):
            probe.info(path)
        rules = {each.path: GroupRule.of(groups, each.path, len(stations)) for each in stations}
        reading = _part(report, 0, _READ if effects else 1)
        profiles, strongest, made, notes = _profiles(probe, stations, asked, rules, reading)
        if effects:
            of_stations = _groups(profiles, rules, previous, pinned)
            numbers = {path: each.groups for path, each in of_stations.items()}
            measuring = _part(report, _READ, 1)
            found, method, told = group_effects(probe, stations, numbers, progress=measuring)
    if not effects:  # Whoever waits for the model need not wait for this.
        of_stations = _groups(profiles, rules, previous, pinned)
    record = NetworkRecord(
        stations=stations,
        groups=of_stations,
        effects=found,
        columns=made.names,
        column_kind=made.kind,
        samples=probe.samples,
        surveyed=0 if survey is None else survey.samples,
        method=method,
        notes=(*chosen.notes, *notes, *told),
    )
    return MapReading(record, profiles, rules, strongest)


def _groups(
    profiles: Mapping[str, StationProfile],
    rules: Mapping[str, GroupRule],
    previous: NetworkRecord | None,
    pins: Mapping[str, Pins],
) -> dict[str, StationGroups]:
    return {
        path: station_groups(
            profile,
            rules[path],
            previous=None if previous is None else previous.groups.get(path),
            pins=pins.get(path),
        )
        for path, profile in profiles.items()
    }


def _profiles(
    probe: ModelProbe,
    stations: Sequence[Station],
    asked: _Asked,
    rules: Mapping[str, GroupRule],
    progress: Progress,
) -> tuple[dict[str, StationProfile], dict[str, StrongestSamples], MapColumns, tuple[str, ...]]:
    """What channels make of the columns, and what excites them most; the columns; and notes."""
    survey = asked.survey
    is_labelled = asked.classes_surveyed or asked.labels is not None
    source = None if is_labelled else AnswerSource.of(probe)
    trees = [path for path, rule in rules.items() if rule.method == "tree"]
    readings, answers = read_stations(probe, stations, source, trees, progress)
    strongest = {path: each.strongest for path, each in readings.items()}
    columns = _columns(asked, answers, probe.samples)
    profiles = {
        station.path: StationProfile.of(readings[station.path], columns, columns.of_samples)
        for station in stations
    }
    notes = list(columns.notes)
    faulty = probe.nonfinite_inputs
    if faulty:
        notes.append(
            f"{counted(faulty, 'value')} of the inputs {are(faulty)} NaN or infinite: channels "
            "that these reach are in no group."
        )
    if survey is not None:
        profiles, missing = _surveyed(profiles, columns, survey, trees)
        if missing:
            notes.append(
                f"{counted(len(missing), 'station')} of {len(stations)} {are(len(missing))} not in "
                "the survey, "
                f"such as '{missing[0]}': what is told of them rests on "
                f"{counted(probe.samples, 'sample')}. A survey of layers= the stations' paths "
                "has all."
            )
    return profiles, strongest, columns, tuple(notes)


def _columns(asked: _Asked, answers: Integers | None, samples: int) -> MapColumns:
    survey = asked.survey
    if survey is not None and asked.classes_surveyed:
        counts = next(iter(survey.layers.values())).class_samples
        return labelled_columns(asked.labels, samples, asked.names, counts)
    if asked.labels is not None:
        return labelled_columns(asked.labels, samples, asked.names)
    if answers is None:
        return sample_columns(samples, "the model is no classifier")
    few = "the model predicts fewer than three classes"
    return predicted_columns(answers, asked.names) or sample_columns(samples, few)


def _surveyed(
    profiles: Mapping[str, StationProfile],
    columns: MapColumns,
    survey: Survey,
    trees: Sequence[str],
) -> tuple[dict[str, StationProfile], list[str]]:
    """The profiles with what a survey says; and the stations of which it says nothing."""
    told: dict[str, StationProfile] = {}
    missing = []
    for path, own in profiles.items():
        summary = survey.layers.get(path)
        if summary is None or summary.channels != own.reading.states.size:
            missing.append(path)
            told[path] = replace(own, reading=_without_samples(own.reading))
            continue
        reading = surveyed_reading(summary, own.reading, path in trees)
        if survey.classes:
            means = summary.class_means[:, columns.numbers].astype(np.float32)
            of_samples = columns.columns_of(summary.sample_means.labels)
            told[path] = StationProfile(reading, of_samples, frozen(means), True)
        else:
            told[path] = replace(own, reading=replace(reading, means=own.reading.means))
    return told, missing


def _without_samples(reading: StationReading) -> StationReading:
    """Without numbers of samples, which would not be those of the survey's."""
    found = reading.strongest
    return replace(
        reading,
        strongest=StrongestSamples(
            found.values,
            frozen(np.full_like(found.samples, -1)),
            frozen(np.full_like(found.places, -1)),
        ),
    )


def _part(progress: Progress, start: float, stop: float) -> Progress:
    """A part of some work, from one share of all to another."""

    def report(share: float, message: str = "") -> None:
        progress(start + share * (stop - start), message)

    return report
