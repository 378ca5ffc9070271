"""A history at the foot of the page: its timeline, and two moments of it beside one another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

import numpy as np
from ipywidgets import DOMWidget
from numpy.typing import NDArray

from ....history.history import History
from ....history.moment import Moment
from ....history.training_logs import TrainingLogs
from ....records.layer_health import HEALTH_NUMBERS
from ....records.place import Place
from ....records.place_record import NOW, PlaceRecord
from ....records.record_kind import OUTPUTS, WEIGHTS
from ...panels.selector import LayerSelector
from ...panels.training.timeline import Timeline
from .moment_comparison import MomentComparison

if TYPE_CHECKING:
    from PIL.Image import Image

# A training that updates five times a second need not redraw all curves as often.
_SECONDS = 1.0
# Those of a long training take a while: so many times as long they stay as they are.
_REST = 20


class GoTo(Protocol):
    """Goes to a moment of a history."""

    def __call__(self, step: int, place: Place | None = None, /) -> str | None:
        """Show a place as it was.

        Parameters
        ----------
        step : int
            Of the moment to show, or `place_record.NOW`.
        place : Place, optional
            By default what is shown.

        Returns
        -------
        str or None
            What is to be known of what is shown, None for nothing.
        """


class HistoryView:
    """The timeline of a history; the reader goes back to any moment of it.

    Parameters
    ----------
    selector : LayerSelector
        The layer that it shows stands out among the curves.
    go_to : GoTo
    """

    def __init__(self, selector: LayerSelector, go_to: GoTo) -> None:
        self.history: History | None = None
        self._go_to = go_to
        self._selector = selector
        self.timeline = Timeline(go_to, self._go_to_mark, self.compare, selector=selector)
        self.comparison = MomentComparison(self.timeline)
        self._due = self._logs_due = -np.inf
        self._place: Place | None = None
        # What is planned of the training.
        self._ahead, self._end = TrainingLogs(), 0

    @property
    def parts(self) -> list[DOMWidget]:
        """The widgets: the timeline, and what it compares, which the page lays over the panes."""
        return [self.timeline, self.comparison.box]

    def follow(self, history: History | None) -> None:
        """Show this history from now on; None shows nothing."""
        self.history = history
        self.comparison.close()
        with self.timeline.hold_sync():
            self.timeline.mark_a = self.timeline.mark_b = NOW
        if history is None:
            self.timeline.show([], [])
            self.timeline.show_health([], [], {})
            self.timeline.show_logs([])
        else:
            self.tell(self._place)

    def compare(self, a: int, b: int) -> str | None:
        """Show the chosen layer's outputs at two steps beside one another, over the panes.

        Parameters
        ----------
        a, b : int
            Steps of two moments; of the nearest ones that kept a picture of the layer.

        Returns
        -------
        str or None
            What is to be known of it, None for nothing.

        Raises
        ------
        ValueError
            There is no history, or it has no two pictures of the layer; the message says which.
        """
        if self.history is None:
            raise ValueError("there is no history yet whose moments could be compared")
        return self.comparison.show(self.history, self._selector.layer, a, b)

    def tell(self, place: Place | None, *, at_once: bool = True) -> None:
        """Bring timeline and curves up to date.

        Parameters
        ----------
        place : Place or None
            What the layer's views show: moments that kept it are marked.
        at_once : bool
            False: only where the page was not told for a while.
        """
        history = self.history
        begin = time.monotonic()
        if history is None or not (at_once or begin > self._due):
            return
        self.mark(place)
        numbers = {}
        with history.lock:
            steps, paths = history.steps, tuple[str, ...]()
            for name in HEALTH_NUMBERS:
                paths, numbers[name] = history.numbers(name)
        self.timeline.show_health(
            steps,
            paths,
            numbers,
            {name: number.title for name, number in HEALTH_NUMBERS.items()},
            {name: number.explanation for name, number in HEALTH_NUMBERS.items()},
        )
        self._show_logs()
        end = time.monotonic()
        self._due = end + max(_SECONDS, _REST * (end - begin))

    def tell_logs(self, more: TrainingLogs, ahead: TrainingLogs, end: int) -> None:
        """Bring losses and metrics up to date while the model trains, now and then.

        Parameters
        ----------
        more : TrainingLogs
            What was told since the last moment.
        ahead : TrainingLogs
            Epochs that are to come.
        end : int
            The step at which training is to end; 0 where that is not known.
        """
        self._ahead, self._end = ahead, end
        begin = time.monotonic()
        if begin >= self._logs_due:
            self._show_logs(more)
            after = time.monotonic()
            self._logs_due = after + max(_SECONDS / 2, _REST * (after - begin))

    def _show_logs(self, more: TrainingLogs | None = None) -> None:
        if self.history is None:
            return
        logs = [self.history.logs, *([] if more is None else [more])]
        if not self.timeline.training:
            self._ahead, self._end = TrainingLogs(), 0
        self.timeline.show_logs([*logs, self._ahead], self._end)

    def picture(self) -> Image | None:
        """The chosen number of all layers as a still picture; None without any."""
        return self.timeline.picture()

    def end(self) -> None:
        """No more moments are to come: what there is is shown."""
        self.tell(self._place)

    def mark(self, place: Place | None) -> None:
        """Mark which moments kept this place."""
        self._place = place
        if self.history is None:
            return
        with self.history.lock:
            steps, onsets = self.history.steps, self.history.onsets
            held = np.zeros(len(steps), bool) if place is None else self.history.holds(place)
        self.timeline.show(steps, held, onsets, self.history.samples.changes)

    def recall(self, place: Place, step: int) -> PlaceRecord | None:
        """A place as it was at a step, or at the nearest one that kept it.

        Parameters
        ----------
        place : Place
            Weights without a name are any of the layer's that were kept.
        step : int
            Of a moment; between two of them the one before is meant.

        Returns
        -------
        PlaceRecord or None
            None where it was never kept, or there is no moment yet at that step.
        """
        history = self.history
        if history is None:
            return None
        with history.lock:
            steps = history.steps
            if not (steps <= step).any():
                return None
            requested = history.at(step)
            of_layer = [other for other in history.places if other.layer == place.layer]
            places = [
                other
                for other in of_layer
                if other.view == place.view and place.weight in ("", other.weight)
            ]
            held = np.zeros(len(steps), bool)
            for other in places:
                held |= history.holds(other)
            nearest = _nearest(history, places, steps[held], requested)
        if nearest is None:
            return None
        moment, held_place = nearest
        note = ""
        if moment.step != requested.step:
            note = (
                f"{place.layer}, {place.view}, was not kept at step {requested.step:,}: "
                f"it is shown as it was at step {moment.step:,}."
            )
        weights = tuple(other.weight for other in of_layer if other.weight)
        return PlaceRecord(
            held_place,
            moment.records[held_place],
            0 if held_place.view == OUTPUTS.name else None,
            weights,
            moment.step,
            step,
            requested.health,
            requested.samples,
            moment.inputs,
            history.samples.of(moment.inputs),
            moment.answers,
            *history.samples.scales.at(requested.step),
            note,
        )

    def _go_to_mark(self, step: int, kind: str, layer: str) -> str | None:
        """To where something began: at its layer, the side that it was seen at if that was kept."""
        history = self.history
        if history is None:
            return self._go_to(step)
        with history.lock:
            begun = [
                onset for onset in history.onsets if (onset.kind, onset.layer) == (kind, layer)
            ]
            # Without channels it is the weights that are concerned.
            view = (OUTPUTS if any(onset.channels for onset in begun) else WEIGHTS).name
            views = {
                place.view
                for place in history.places
                if place.layer == layer and history.holds(place).any()
            }
        return self._go_to(step, Place(layer, view if view in views or not views else views.pop()))


def _nearest(
    history: History, places: list[Place], steps: NDArray[np.int64], requested: Moment
) -> tuple[Moment, Place] | None:
    """The moment nearest to the one asked for with a record of a place that can be read."""
    for step in steps[np.argsort(abs(steps - requested.step), kind="stable")]:
        moment = requested if step == requested.step else history.at(int(step))
        for place in places:
            if place in moment.records:
                return moment, place
    return None
