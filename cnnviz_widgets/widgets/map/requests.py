"""What the page may ask of a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ...records.map.station_groups import StationGroups


class Editable(Protocol):
    """A map of which the page may ask things."""

    select: Callable[[str, Sequence[int]], None]
    on_moment: Callable[[int], object]

    def groups(self, path: str) -> StationGroups:
        """The groups of a station."""

    def move(self, path: str, channels: Sequence[int], to: int) -> None:
        """Put channels into another group."""

    def merge(self, path: str, first: int, second: int) -> None:
        """Make one group of two."""

    def split(self, path: str, group: int) -> None:
        """Make two groups of one."""

    def pin(self, path: str, channels: Sequence[int], keep: bool = True) -> None:
        """Keep channels where they are, or let them go."""

    def undo(self) -> None:
        """Take the last edit back."""

    def redo(self) -> None:
        """Do again what was taken back."""

    def reset(self, path: str) -> None:
        """Group a station anew."""

    def expand(self, path: str, whole: bool = True) -> None:
        """Unfold a station, or fold it."""

    def refresh(self) -> None:
        """Make the map again."""


def asked(
    state: Editable, verb: str, path: str, channels: Sequence[int], to: int
) -> Callable[[], object]:
    """What is to be done.

    Parameters
    ----------
    state : Editable
    verb : str
        Of `MapVerb`.
    path : str
        Of a station.
    channels : sequence of int
        Of it.
    to : int
        A group of it, or a step.
    """
    doings: dict[str, Callable[[], object]] = {
        "select": lambda: state.select(path, channels),
        "move": lambda: state.move(path, channels, to),
        "merge": lambda: state.merge(path, _group_of(state, path, channels), to),
        "split": lambda: state.split(path, to),
        "pin": lambda: state.pin(path, channels),
        "unpin": lambda: state.pin(path, channels, False),
        "undo": state.undo,
        "redo": state.redo,
        "reset": lambda: state.reset(path),
        "expand": lambda: state.expand(path),
        "fold": lambda: state.expand(path, False),
        "refresh": state.refresh,
        "moment": lambda: state.on_moment(to),
    }
    return doings[verb]


def _group_of(state: Editable, path: str, channels: Sequence[int]) -> int:
    if not channels:
        raise ValueError(f"a group of {path!r} is named by a channel of it; got none")
    return int(state.groups(path).groups[channels[0]])
