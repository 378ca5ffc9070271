"""The map of a network as it is at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .group_effects import GroupEffects
from .station import Station
from .station_groups import StationGroups

ColumnKind: TypeAlias = Literal["classes", "predicted", "samples"]
Method: TypeAlias = Literal["one-pass", "one-by-one", "none"]


@dataclass(frozen=True, eq=False)
class NetworkRecord:
    """Stations, groups and effects of a whole network at one moment; it never changes.

    Attributes
    ----------
    stations : tuple of Station
        In order of execution.
    groups : mapping of str to StationGroups
        By the stations' paths.
    effects : mapping of (str, str) to GroupEffects
        By the paths of parent and child; of groups 0 … K−1, never of channels of no group.
    columns : tuple of str
        What the columns of the profiles are called.
    column_kind : {'classes', 'predicted', 'samples'}
        Classes by their labels; classes that the model itself predicts; or single samples, where
        there are no labels and fewer than three classes are predicted.
    samples : int
        On how many samples the effects rest.
    surveyed : int
        On how many samples of a survey profiles and states rest; 0: on `samples`.
    method : {'one-pass', 'one-by-one', 'none'}
        How the effects were measured; ``"none"``: not at all, `notes` say why.
    notes : tuple of str
        What is to be known of it, each a sentence.
    """

    stations: tuple[Station, ...]
    groups: Mapping[str, StationGroups]
    effects: Mapping[tuple[str, str], GroupEffects]
    columns: tuple[str, ...]
    column_kind: ColumnKind
    samples: int
    surveyed: int = 0
    method: Method = "one-pass"
    notes: tuple[str, ...] = ()

    def station(self, path: str) -> Station:
        """The station of this path.

        Raises
        ------
        KeyError
            There is none.
        """
        return {station.path: station for station in self.stations}[path]
