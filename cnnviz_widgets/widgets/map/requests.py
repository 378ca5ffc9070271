"""What the page may ask of a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .map_state import MapState


def asked(
    state: MapState, verb: str, path: str, channels: Sequence[int], to: int
) -> Callable[[], object]:
    """What is to be done.

    Parameters
    ----------
    state : MapState
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


def _group_of(state: MapState, path: str, channels: Sequence[int]) -> int:
    if not channels:
        raise ValueError(f"a group of {path!r} is named by a channel of it; got none")
    return int(state.groups(path).groups[channels[0]])
