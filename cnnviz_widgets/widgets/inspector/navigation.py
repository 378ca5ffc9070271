"""Where the reader is: which place, at which moment; what is asked for, and what is granted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from ...diagnosis.findings import Finding
from ...model import LayerInfo, ModelProbe
from ...model.layers.analysis_order import analysis_order
from ...model.reading.attention_weights import has_attention
from ...model.reading.record_reader import read_place
from ...records.place import Place
from ...records.place_record import NOW
from ...records.record_kind import ATTENTION, OUTPUTS, WEIGHTS
from ...runtime.call_stack import afterwards, surely
from ..jupyter.work_report import WorkReport
from ..panels.training.timeline import Timeline
from .history.history_view import HistoryView
from .shown import LayerDisplay, has_weights

_HOW_KEPT = {
    OUTPUTS.name: "monitor(layers=[…]) names layers to keep.",
    WEIGHTS.name: "Weights are kept at updates that come while they are shown.",
    ATTENTION.name: "Attention is kept at updates that come while it is shown.",
}


class Navigation:
    """Goes to the place and the moment that page or Python ask for, or stays and says why.

    Parameters
    ----------
    display : LayerDisplay
    story : HistoryView
    work : WorkReport
    lock : context manager
        To be held while what is shown changes.
    """

    def __init__(
        self,
        display: LayerDisplay,
        story: HistoryView,
        work: WorkReport,
        lock: AbstractContextManager[object],
    ) -> None:
        self._display = display
        self._story = story
        self._work = work
        self._lock = lock
        self._place_told = afterwards(display.tell_place)
        self._position_told = afterwards(self._tell_position)

    @property
    def timeline(self) -> Timeline:
        """Where the reader chooses the moment."""
        return self._story.timeline

    def read_again(self, layers: Sequence[LayerInfo], exact: bool = False) -> None:
        """Read the live model, and show there what was shown, or else the first of these layers."""
        place = self._display.place
        if place is None or place.layer not in {info.path for info in layers}:
            place = Place(_first_layer(layers).path)
        told = self._position_told
        with surely(told), told, self._display.probe.steady():
            self._display.read_all(self._with_view(place), layers, exact)
        self.timeline.note = ""

    def choose(self, trait: str, value: str) -> None:
        """Another layer, view or weight was chosen, by the name of its trait."""
        with self._lock:
            before = self._display.place
            if before is None or getattr(before, trait) == value:
                return
            if trait == "layer":
                place = self._with_view(Place(value, before.view))
            elif trait == "view":
                place = Place(before.layer, value)
            else:
                place = Place(before.layer, WEIGHTS.name if value else before.view, value)
            self.turn_to(place, self._display.requested)

    def turn_to(self, place: Place | None, step: int) -> None:
        """Show a place as it was at a step, or as it is now, if that is not what is shown."""
        report, told = self._work.reported(), self._place_told
        with surely(report, told), self._lock, report, told:
            if place is not None and (place, step) != self._whereabouts:
                self.timeline.note = self._show_at(place, step)

    def go_to(self, step: int, place: Place | None = None) -> str | None:
        """Show a place as it was at a step, or as it is now; the timeline asks for it.

        Returns
        -------
        str or None
            What is to be known of what is shown.
        """
        report, told = self._work.reported(), self._position_told
        with surely(report, told), self._lock, report:
            here = self._display.place
            # While this waited for the lock the reader may have gone elsewhere.
            if step != self.timeline.position or here is None:
                return None
            # What names no other layer or view means the weight that is shown.
            place = here if place is None or place[:2] == here[:2] else place
            if (place, step) == self._whereabouts:
                return None
            with told:
                self._display.probe.info(place.layer)
                return self._show_at(place, step)

    def open_finding(self, finding: Finding, *, select: bool) -> None:
        """Show what a finding speaks of in the live model, and if asked to select its channels."""
        place = Place(finding.layer, finding.view, finding.weight)
        self.turn_to(place if finding.layer else self._display.place, NOW)
        if select:
            self._display.select(finding.channels)

    def go_step(self, by: int) -> None:
        """Show the step before in the order of analysis, or the next that was not looked at."""
        here, guide = self._display.place, self._display.guide
        if here is None:
            return
        step = (guide.previous if by < 0 else guide.next)(here.layer, here.view)
        if step is not None:
            self.turn_to(Place(step.path, step.view), self._display.requested)

    @property
    def _whereabouts(self) -> tuple[Place | None, int]:
        return self._display.place, self._display.requested

    def _show_at(self, place: Place, step: int) -> str:
        """What is to be known of what is shown then; "" for nothing."""
        told = self._position_told
        if step == NOW:
            # The layers stay as they are meanwhile: they need not be looked up for each part.
            with surely(told), told, self._display.probe.steady():
                self._display.show_now(place)
            return ""
        recalled = self._story.recall(place, step)
        self._display.warn()
        if recalled is None:
            self._show_at(place, NOW)
            return (
                f"{place.layer}, {place.view}, was not kept: it is shown as it is now. "
                f"{_HOW_KEPT[place.view]}"
            )
        with surely(told), told:
            self._display.show_past(recalled)
        return recalled.note

    def _with_view(self, place: Place) -> Place:
        """The place, or the layer's outputs where it has no such view."""
        probe = self._display.probe
        has_it = has_view(probe, probe.info(place.layer), place.view)
        return place if has_it else Place(place.layer)

    def _tell_position(self) -> None:
        # Nothing is left to be done for it.
        self.timeline.position = self._display.requested


def first_place(probe: ModelProbe, layer: str | None, view: str) -> Place:
    """Where to begin: in this layer, or the first of the order of analysis that has the view.

    Raises
    ------
    ValueError
        There is no layer, or not this one.
    NoSuchSide
        The layer, or any layer, has no weights, or no attention.
    """
    layers = probe.layers
    first = probe.info(layer) if layer is not None else _first_layer(layers)
    if not has_view(probe, first, view):
        fitting = [info for info in layers if has_view(probe, info, view)]
        if layer is not None or not fitting:
            read_place(probe, Place(first.path, view))  # raises
        first = fitting[0]
    return Place(first.path, view)


def has_view(probe: ModelProbe, info: LayerInfo, view: str) -> bool:
    """Whether a layer has outputs, weights or attention to show."""
    if view == WEIGHTS.name:
        return has_weights(info)
    return view == OUTPUTS.name or has_attention(probe, info)


def _first_layer(layers: Sequence[LayerInfo]) -> LayerInfo:
    """Where the order of analysis begins: at the lowest abstraction."""
    if not layers:
        raise ValueError("the model has no layer to show: its call runs no Keras layer")
    some = [info for info in layers if 0 not in info.output_shape] or list(layers)
    first = next(iter(analysis_order(some)), None)
    return next((info for info in some if first and info.path == first.path), some[0])
