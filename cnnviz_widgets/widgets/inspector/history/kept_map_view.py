"""The maps that a history kept, shown without their model where the timeline is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ....history.history import History
from ...jupyter.error_text import Refusal
from ...linking.selection import Selection
from ...map.kept_view import show_kept
from ...map.map_view import MapView
from ...panels.training.timeline import Timeline


class KeptMapView:
    """Shows the map of the moment that the timeline is at.

    Parameters
    ----------
    history : History
    timeline : Timeline
        The page's step slider moves it.
    selection : Selection
        Of the layer shown.
    select : callable
        ``select(path, channels)`` shows a layer and selects channels of it.

    Attributes
    ----------
    view : MapView
    """

    def __init__(
        self,
        history: History,
        timeline: Timeline,
        selection: Selection,
        select: Callable[[str, Sequence[int]], None],
    ) -> None:
        self._history = history
        self._timeline = timeline
        self._select = select
        self.view = MapView(selection, self._ask, active=False, live=False, title=history.model)
        timeline.observe(self._on_position, "position")

    def show(self, step: int) -> None:
        """Show the map of a step, or the nearest one: before it, else after it."""
        steps = self._history.maps.steps
        if not steps:
            return
        kept = self._history.maps.at(max(step, steps[0]) if step >= 0 else steps[-1])
        if kept is not None:
            show_kept(self.view, kept, self._history, kept.step if step < 0 else step)

    def _on_position(self, change: dict[str, Any]) -> None:
        self.view.do(partial(self.show, change["new"]))

    def _ask(self, verb: str, path: str, channels: Sequence[int], to: int) -> None:
        if verb == "select":
            self._select(path, channels)
        elif verb == "moment":
            self._timeline.position = to if to >= 0 else int(self._history.steps[-1])
        else:
            raise Refusal("This is how it was: only the map of a live model can be changed")
