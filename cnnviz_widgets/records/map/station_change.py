"""How far stations of a map are from what they were at an earlier moment."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...validation.messages import percent


@dataclass(frozen=True)
class StationChange:
    """What became of a station between two kept maps.

    Attributes
    ----------
    path : str
    since : int or None
        The step of the first map in between in which so much had changed that it counts; None
        where that is of none.
    moved : float
        Share of its channels that are in another group, 0 to 1, groups being matched by members.
    profile : float
        One minus the correlation of what a channel answers to the columns, mean over channels
        that are alive in both: 0 where they prefer the same, 1 where that tells nothing any more.
        NaN where the columns are others.
    silent : float
        The share of silent channels, now less then: −1 to 1.
    effects : float
        ‖now − then‖ / ‖then‖ of what silencing groups of and before the station changes; NaN where
        the groups are others, or edges were not measured at both steps.
    """

    path: str
    since: int | None
    moved: float
    profile: float
    silent: float
    effects: float

    def __str__(self) -> str:
        parts = [f"{percent(self.moved)} of channels in another group"]
        if not math.isnan(self.profile):
            parts.append(f"profiles {self.profile:.2f}")
        if self.silent:
            parts.append(f"silent {'+' if self.silent > 0 else '−'}{percent(abs(self.silent))}")
        if not math.isnan(self.effects):
            parts.append(f"effects {self.effects:.2f}")
        since = "little" if self.since is None else f"from step {self.since:,}"
        return f"{self.path} ({since}): {', '.join(parts)}"


@dataclass(frozen=True)
class MapChanges:
    """The stations of two maps of one network, what changed first at the head.

    Attributes
    ----------
    first, last : int
        Steps of the two maps.
    stations : tuple of StationChange
        By `since`, then by how much; those that changed little come last. Stations that only one
        of the maps has are left out.
    """

    first: int
    last: int
    stations: tuple[StationChange, ...]

    def __repr__(self) -> str:
        head = f"MapChanges, step {self.first:,} to {self.last:,}, what changed first at the head:"
        return "\n".join([head, *(f"  {each}" for each in self.stations)])
