"""Edits of a map's groups, to be taken back and done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ....records.map.station_groups import StationGroups


@dataclass(frozen=True)
class GroupEdit:
    """What an edit made of a station's groups."""

    words: str
    path: str
    before: StationGroups
    after: StationGroups


class EditStack:
    """What was done since the map was made, and what of it was taken back.

    Parameters
    ----------
    show : callable
        ``show(path, groups)`` shows a station in such groups.
    """

    def __init__(self, show: Callable[[str, StationGroups], None]) -> None:
        self._show = show
        self._done: list[GroupEdit] = []
        self._undone: list[GroupEdit] = []

    @property
    def undoable(self) -> str:
        """What `undo` would take back, in words; "" for nothing."""
        return self._done[-1].words if self._done else ""

    @property
    def redoable(self) -> str:
        """What `redo` would do again."""
        return self._undone[-1].words if self._undone else ""

    def do(self, edit: GroupEdit) -> None:
        """Do something; what was taken back before is gone."""
        self._show(edit.path, edit.after)
        self._done.append(edit)
        self._undone.clear()

    def undo(self) -> None:
        """Take the last edit back.

        Raises
        ------
        ValueError
            There is none.
        """
        if not self._done:
            raise ValueError("there is no edit to take back")
        self._show(self._done[-1].path, self._done[-1].before)
        self._undone.append(self._done.pop())

    def redo(self) -> None:
        """Do again what was taken back last; raises as `undo`."""
        if not self._undone:
            raise ValueError("no edit was taken back")
        self._show(self._undone[-1].path, self._undone[-1].after)
        self._done.append(self._undone.pop())

    def clear(self) -> None:
        """Forget all: the map is another one."""
        self._done.clear()
        self._undone.clear()
