"""A map with what its groups rest on, so that a station can be grouped anew without the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from ...analysis.map.checked_rows import group_numbers
from ...records.map.network_record import NetworkRecord
from ...records.map.station_groups import StationGroups
from ...records.survey.strongest_samples import StrongestSamples
from ...runtime.progress import Progress
from ...validation.texts import known_layer
from ..reading.probe import ModelProbe
from .effects import group_effects
from .grouping import GroupRule, Pins, checked_groups, checked_pins, station_groups
from .profiles import StationProfile


@dataclass(frozen=True, eq=False)
class MapReading:
    """A map with what its groups rest on, so that they can be changed without the model.

    Attributes
    ----------
    record : NetworkRecord
    profiles : mapping of str to StationProfile
        By the stations' paths.
    rules : mapping of str to GroupRule
    strongest : mapping of str to StrongestSamples
        One of the probe's own samples a channel, by the stations' paths.
    """

    record: NetworkRecord
    profiles: Mapping[str, StationProfile]
    rules: Mapping[str, GroupRule]
    strongest: Mapping[str, StrongestSamples]

    def edited(self, path: str, groups: ArrayLike, pins: Pins | None = None) -> StationGroups:
        """A station's channels in groups that were made by hand; the model is not run.

        Parameters
        ----------
        path : str
        groups : array_like of int, shape (C,)
            Taken as they are, but that no number is left out and that silent, constant and
            non-finite channels are in none.
        pins : mapping of int to int, optional

        Raises
        ------
        TypeError, ValueError
            No such station, or no such groups.
        """
        profile = self.profiles[known_layer(path, self.profiles, "in this map")]
        edited = group_numbers("groups", groups, profile.reading.states.size)
        return station_groups(profile, self.rules[path], pins=_checked(path, pins), edited=edited)

    def grouped(
        self, path: str, groups: int | str | None = None, pins: Pins | None = None
    ) -> StationGroups:
        """A station's channels in groups made anew; the model is not run.

        Parameters
        ----------
        path : str
        groups : int or str, optional
            How many, or by which method; by default as the map was made. ``"tree"`` is Ward's
            where the map was not made with it.
        pins : mapping of int to int, optional

        Raises
        ------
        TypeError, ValueError
            No such station, or no such groups.
        """
        profile = self.profiles[known_layer(path, self.profiles, "in this map")]
        rule = self.rules[path]
        if groups is not None:
            rule = GroupRule.of(checked_groups(groups), path, rule.stations)
        return station_groups(profile, rule, pins=_checked(path, pins))

    def with_groups(self, path: str, groups: StationGroups) -> MapReading:
        """The same with other groups at a station, and without the effects that are theirs."""
        record = self.record
        return replace(
            self,
            record=replace(
                record,
                groups={**record.groups, path: groups},
                effects={edge: each for edge, each in record.effects.items() if path not in edge},
            ),
        )

    def with_effects(
        self, probe: ModelProbe, path: str, progress: Progress | None = None
    ) -> MapReading:
        """The same with the effects of and on one station measured, as the model is now.

        Parameters
        ----------
        probe : ModelProbe
        path : str
        progress : callable, optional

        Raises
        ------
        ValueError
            No such station.
        ModelCallError
            The model's call raises.
        """
        record = self.record
        known_layer(path, self.profiles, "in this map")
        near = {path, *record.station(path).parents}
        near.update(each.path for each in record.stations if path in each.parents)
        stations = [each for each in record.stations if each.path in near]
        groups = {each.path: record.groups[each.path].groups for each in stations}
        found, method, notes = group_effects(probe, stations, groups, progress=progress)
        own = {edge: each for edge, each in found.items() if path in edge}
        changed = replace(
            record,
            effects={**record.effects, **own},
            method=method if record.method == "none" else record.method,
            notes=tuple(dict.fromkeys((*record.notes, *notes))),
        )
        return replace(self, record=changed)


def _checked(path: str, pins: Pins | None) -> Pins:
    return checked_pins({path: {} if pins is None else pins})[path]
