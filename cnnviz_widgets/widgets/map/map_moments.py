"""The maps of a training: made at its looks, kept by step, and shown again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...comparison.map_changes import map_changes
from ...history.history import History
from ...history.moment import Moment
from ...model import ModelProbe
from ...model.survey.model_stamp import weights_stamp
from ...records.map.kept_map import KeptMap
from ...records.map.network_record import NetworkRecord
from ...records.map.station_change import MapChanges
from ...validation.scalars import whole_number
from ..jupyter.cells import after_each_cell
from .kept_view import moment_notes, tell_moments
from .map_pace import MapPace
from .map_state import MapState


class MapMoments:
    """Follows a training with a map, and goes back to what was kept of it.

    Parameters
    ----------
    state : MapState
        The map of the live model.
    probe : callable
        The reader of the live model.
    history : callable
        Where maps are kept; None where nothing is.
    go_to : callable, optional
        ``go_to(step)`` does what the page's step slider asks for, −1 is the present; by default
        the map alone goes there.

    Attributes
    ----------
    state : MapState
    """

    def __init__(
        self,
        state: MapState,
        probe: Callable[[], ModelProbe],
        history: Callable[[], History | None],
        go_to: Callable[[int], object] | None = None,
    ) -> None:
        self.state = state
        self._probe = probe
        self._history = history
        # Of the weights that the present map is of.
        self._weights: tuple[bytes, ...] = ()
        self._pace = MapPace(None)
        self._is_first = True
        # The step of the present map, and that at which its edges were measured; None where it
        # was made beside the training.
        self._step: int | None = None
        self._of: History | None = None
        self._effects_step: int | None = None
        state.on_moment = self._go_to if go_to is None else go_to
        state.on_shown = self._tell
        state.on_edited = self._keep
        state.on_made = self._made
        after_each_cell(self.look)

    def begin(self, budget: float | None) -> None:
        """A training begins, of which a monitor may take this share of the time."""
        self._pace = MapPace(budget)
        self._is_first = True

    def follow(self, moment: Moment, final: bool) -> None:
        """The model has come to a moment: make of the map what may be made; from its thread.

        Parameters
        ----------
        moment : Moment
            It is in the history already.
        final : bool
            Whether it is the last one of this training.
        """
        state = self.state
        first, self._is_first = self._is_first, False
        part = "nothing"
        if state.view.active:
            part = self._pace.choose(moment.seconds, first=first, final=final)
        if part == "nothing":
            state.mark(make=False)
            return
        before = state.present
        measured = part == "all" or before is None
        try:
            with self._pace.making("all" if measured else "groups"):
                state.follow(effects=measured)
        except BaseException:
            state.mark(make=False)
            raise
        self._weights = weights_stamp(self._probe().model)
        now = state.present
        if measured or (before is not None and now is not None and _is_still(before, now)):
            self._effects_step = moment.step
        self._step, self._of = moment.step, self._history()
        self._keep()
        state.show()

    def look(self) -> None:
        """A cell has run: say so where the model has other weights now than the map is of."""
        if self._weights and weights_stamp(self._probe().model) != self._weights:
            self.state.mark(make=False)

    # What was kept -------------------------------------------------------------------------------

    @property
    def steps(self) -> tuple[int, ...]:
        """Of which steps maps were kept."""
        history = self._history()
        return () if history is None else history.maps.steps

    def show(self, step: int | None) -> None:
        """Show the map of a step, or the last one before it; None: the present one.

        Raises
        ------
        TypeError, ValueError
            No step, or there is no map of it or before it; the message says which there are.
        """
        history = self._history()
        if step is None:
            self.state.show_present()
            return
        step = whole_number("step", step, 0)
        kept = None if history is None else history.maps.at(step)
        if kept is None or history is None:
            raise ValueError(f"there is no map of step {step:,} or before it: {self._there_is()}")
        self.state.show_past(kept, history, step)

    def changes(self, first: int, last: int) -> MapChanges:
        """What changed first between two kept maps.

        Raises
        ------
        TypeError, ValueError
            No steps of two maps, or the second is not behind the first.
        """
        history = self._history()
        steps = [whole_number(name, step, 0) for name, step in (("a", first), ("b", last))]
        missing = [step for step in steps if step not in self.steps]
        if missing or history is None:
            raise ValueError(f"there is no map of step {missing[0]:,}: {self._there_is()}")
        if first >= last:
            raise ValueError(f"b must be behind a; got steps {first:,} and {last:,}")
        return map_changes(history.maps.between(first, last))

    def _there_is(self) -> str:
        steps = self.steps
        if not steps:
            return "none was kept; monitor() follows a training"
        return f"maps are of the steps {', '.join(f'{each:,}' for each in steps)}"

    def _go_to(self, step: int) -> None:
        self.show(None if step < 0 else step)

    def _made(self, before: NetworkRecord | None) -> None:
        """A map was made beside the training: of no step, unless the weights are still the same."""
        self._weights = weights_stamp(self._probe().model)
        now = self.state.present
        if before is None or now is None or not _is_still(before, now):
            self._step = None
        self._effects_step = self._step

    def _present(self) -> KeptMap | None:
        record = self.state.present
        # A step of another history is none of this one.
        if record is None or self._step is None or self._of is not self._history():
            return None
        measured = self._effects_step if record.effects else None
        return KeptMap(self._step, record, self.state.patches, measured)

    def _keep(self) -> None:
        kept, history = self._present(), self._history()
        if kept is not None and history is not None:
            history.maps.put(kept)

    def _tell(self) -> list[str]:
        """Tell the page of the maps there are; what is to be known of the present one."""
        history, kept, view = self._history(), self._present(), self.state.view
        tell_moments(view, history, self.state.past_step)
        return [] if kept is None else moment_notes(kept, history)


def _is_still(before: NetworkRecord, after: NetworkRecord) -> bool:
    """Whether all channels answer as they did, to the bit: the weights are the same."""
    return list(before.groups) == list(after.groups) and all(
        np.array_equal(own.profile, after.groups[path].profile, equal_nan=True)
        for path, own in before.groups.items()
    )
