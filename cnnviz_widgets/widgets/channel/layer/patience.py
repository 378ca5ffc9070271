"""Long work on a model that lets shorter work go before."""

from __future__ import annotations

from collections.abc import Iterable

from ....model import ascend
from ....records.channel.ascent import Ascent
from ....runtime.newest_work import NewestWork, Turn
from ..subject import ChannelSubject

# How long one waits for the other work before one looks whether one still is asked oneself.
_PATIENCE = 0.1


class _GivesWay(Exception):
    """A batch is left as other work wants the model; it is begun anew."""


class Patience:
    """Goes on as long as it is asked to, and while nothing else is asked.

    Parameters
    ----------
    turn : Turn
    before : NewestWork or None
        What goes before.
    """

    def __init__(self, turn: Turn, before: NewestWork | None = None) -> None:
        self._turn = turn
        self._before = before

    def look(self) -> None:
        """Go on once nothing else is asked.

        Raises
        ------
        Superseded
            Nobody asks for this any more.
        """
        self._turn.look()
        while self._others():
            assert self._before is not None
            self._before.wait(_PATIENCE)
            self._turn.look()

    def ascend(self, subject: ChannelSubject, channels: Iterable[int]) -> Ascent:
        """What excites some channels; as often as other work wants the model, from the beginning.

        Raises
        ------
        Superseded
            Nobody asks for this any more.
        ValueError, ModelCallError
            As `ascend`.
        """
        chosen = [*channels]

        def step(share: float, path: str) -> None:
            self._turn.look()
            if share < 1 and self._others():
                raise _GivesWay

        while True:
            self.look()
            try:
                return ascend(
                    subject.probe, subject.path, chosen, survey=subject.survey, progress=step
                )
            except _GivesWay:
                continue

    def _others(self) -> bool:
        return self._before is not None and self._before.turn is not None
