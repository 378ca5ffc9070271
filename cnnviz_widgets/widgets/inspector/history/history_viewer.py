"""HistoryViewer: a training that was kept, without its model."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from traitlets import observe, validate

from ....history.history import History
from ....history.moment import Moment
from ....records.place import Place
from ....records.place_record import NOW, PlaceRecord
from ....records.record_kind import ATTENTION
from ....records.samples.row_heads import SampleAnswers, SamplePictures
from ....runtime.call_stack import afterwards, surely
from ....validation.keywords import checked_keywords
from ....validation.objects import instance
from ....validation.texts import known_layer
from ...composite import Composite
from ...export.exports import OF_NUMBERS, Exports
from ...export.of_inspector import viewer_exports
from ...jupyter.error_text import error_in_page
from ...jupyter.work_report import WorkReport
from ...panels.drawer import Drawer
from ...panels.export_menu import ExportMenu
from ...panels.header import InspectorHeader
from ...panels.selection_bar import SelectionBar
from ...panels.selector import LayerSelector, listed
from ...panels.tour import Tour
from ...views.layer_views import LayerViews
from ..layer_facts import layer_facts
from ..panes import TABS, framed
from ..selected import PYTHON_LINE, Selecting, remember
from .history_view import HistoryView
from .kept_map_view import KeptMapView

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["HistoryViewer", "open_history"]


class HistoryViewer(Selecting, Composite):
    """The layers of a model as they were at any moment of a training that was kept.

    It needs neither the model nor the kernel that trained it. It opens at the last moment; the
    timeline leads to the others, as does `position` of `story.timeline`. A history that still
    grows is shown as it was when this was made, and brought up to date at position -1. Where all
    pictures are damaged the numbers are shown.

    Parameters
    ----------
    history : History
        `inspector.history`, or `History.open(folder)`.
    layer : str, optional
        Path of the layer to begin with; by default one that was kept most.

    Raises
    ------
    TypeError
        No history.
    ValueError
        The history is empty, or has no picture of the layer, or never had any.
    """

    def __init__(self, history: History, *, layer: str | None = None) -> None:
        hint = "such as inspector.history; open_history(folder) shows one kept in a folder"
        instance("history", history, History, hint)
        if not len(history):
            raise ValueError(f"there is no moment to show: {history!r}")
        _first(history, layer)
        self.history = history
        self._present: PlaceRecord | None = None
        self._step = NOW
        self.views = LayerViews()
        self.header = InspectorHeader(live=False)
        self.selector = LayerSelector([listed(entry) for entry in history.layers])
        self.story = HistoryView(self.selector, self._go_to)
        self.story.timeline.has_live = False
        tabs = ["density", "points", "channel", *(["map"] if history.maps.steps else [])]
        self.drawer = Drawer([(name, TABS[name]) for name in tabs], wide=["map"])
        self.exporting, self.tour = ExportMenu(self.exported, OF_NUMBERS), Tour()
        panels = {name: self.views.in_tab(name) for name in ("density", "points")}
        panels["channel"] = [self.views.card]
        self.map = KeptMapView(history, self.story.timeline, self.views.selection, self._choose)
        if history.maps.steps:
            panels["map"] = [self.map.view]
        selection, told = self.views.selection, lambda: remember(self)
        self._selection_bar = SelectionBar(
            selection,
            sample_selection=self.views.sample_selection,
            on_python=told,
            python=PYTHON_LINE,
        )
        bar = [self.header, self.exporting, self.tour]
        middle = [*self.views.in_tab(""), self._selection_bar]
        children = framed(bar, self.selector, middle, self.drawer, panels, self.story.parts)
        work = WorkReport(self.header, "the reading")
        super().__init__(children, self.views.selection, work, history.lock, "cnnviz-frame")
        self._position_told = afterwards(self._tell_position)
        self.story.follow(history)
        self._begin(layer, int(history.steps[-1]))
        self._tell_position()
        self.map.show(self._step)
        self.selector.observe(self._on_chosen, "layer")
        self.header.observe(self._on_view_chosen, ["view", "weight"])
        remember(self)

    @property
    def moment(self) -> Moment:
        """The moment that the timeline is at."""
        return self.history.at(self._step)

    @property
    def _shown(self) -> PlaceRecord | None:
        return self._present

    @property
    def _place(self) -> Place | None:
        return None if self._present is None else self._present.place

    def picture(self) -> Image | None:
        """The layer's views one above the other, as a still picture."""
        title, health = f"{self.header.title}   {self.header.facts}", self.story.picture()
        return self.views.picture(title, health) or health

    def _exports(self) -> Exports:
        return viewer_exports(self)

    def _let_go(self) -> None:
        self._present = None
        self.story.comparison.close()
        self.views.let_go()

    def __repr__(self) -> str:
        moments, model = len(self.history), self.history.model
        return f"<HistoryViewer of {moments:,} moments of {model!r}, layer {self.layer!r}>"

    # What is shown follows the layer, the view, the weight and the timeline ---------------------

    @validate("layer")
    def _kept_layer(self, proposal: dict[str, Any]) -> str:
        return _of_layer(self.history, proposal["value"]).layer

    @observe("layer")
    def _on_layer(self, change: dict[str, Any]) -> None:
        with self._lock:
            here = self._place
            if here is not None and change["new"] != here.layer:
                self._turn_to(_of_layer(self.history, change["new"], here.view))

    def _begin(self, layer: str | None, step: int) -> None:
        """Show the first place of which a picture can be read, or numbers alone."""
        place = _first(self.history, layer)
        # What cannot be read is no longer there once it was tried.
        while place is not None and self.story.recall(place, step) is None:
            place = _first(self.history, layer)
        if place is not None:
            self._show(place, step)
            self.story.mark(place)
            return
        self._show_numbers(step)
        self.header.title, self.header.facts = "No picture can be read", "the numbers are below"
        for view in self.views.parts:
            view.layout.display = "none"

    def _show_numbers(self, step: int) -> None:
        """Show what is known of a moment without a picture."""
        moment = self.history.at(step)
        self._warn()
        scales, some_earlier = self.history.samples.scales.at(step)
        self.selector.show_health(moment.health, None, scales, some_earlier=some_earlier)
        self._step = moment.step

    def _go_to(self, step: int, place: Place | None = None, /) -> str | None:
        """Show a place at another moment; the present is the last one."""
        with self._lock:
            here, missing = self._place, ""
            if step == NOW:
                self.story.tell(here)
                step = int(self.history.steps[-1])
            side = here if place is None else self._pictured_side(place, here)
            if side is None and place is not None:
                missing = f"No picture of {place.layer} was kept, only numbers."
                side = here
            if step == self._step and side == here:
                return missing or None
            told = self._position_told
            with surely(told), told:
                if side is None:
                    self._show_numbers(step)
                    return missing or None
                note = self._show(side, step)
                if side != here:
                    self.story.mark(side)
                    self._tell_place()
                return f"{missing} {note}".strip()

    def _pictured_side(self, near: Place, here: Place | None) -> Place | None:
        """Of what is pictured of a layer what comes next to the place; None where nothing is."""
        sides = [place for place in _pictured(self.history) if place.layer == near.layer]
        return max(sides, key=lambda side: (side.view == near.view, side == here), default=None)

    def _tell_position(self) -> None:
        self.story.timeline.position = self._step

    def _turn_to(self, place: Place) -> None:
        told = self._place_told
        with surely(told), told:
            self.story.timeline.note = self._show(place, self._step)
            self.story.mark(place)

    def _show(self, place: Place, step: int) -> str:
        """Show a place as it was at a step; what is to be known of it, "" for nothing."""
        recalled, before = self.story.recall(place, step), self._present
        # What cannot be read is known once it was tried.
        self._warn()
        if recalled is None:
            unread = ", or cannot be read" if self.history.trouble else ""
            raise ValueError(f"{place.layer}, {place.view}, was not kept at step {step:,}{unread}")
        entry = next((each for each in self.history.layers if each["path"] == place.layer), {})
        names = _names_of(entry, recalled)
        self.views.show(recalled.record, names)
        self._selection_bar.show(recalled.record, names)
        _lead_rows(self.views, recalled, are_classes=bool(names))
        given = recalled.inputs
        self.views.show_samples_of("the inputs" if given is None else given.title)
        if before is None or not _same_channels(before, recalled):
            self.views.forget(" ".join(recalled.place[:2]))
        self._present, self._step = recalled, step
        self.selector.show_health(
            recalled.health, recalled.samples, recalled.scales, some_earlier=recalled.scales_earlier
        )
        facts = layer_facts(entry.get("kind", ""), entry.get("parameters", 0), recalled.record)
        with self.header.hold_sync():
            self.header.title = place.layer
            shown = "" if recalled.inputs is None else f" · on {recalled.inputs.title}"
            self.header.facts = f"{facts} · as it was at step {recalled.step:,}{shown}"
            self.header.weights = list(recalled.weights)
            self.header.has_weights = bool(recalled.weights)
            attention = Place(place.layer, ATTENTION.name)
            self.header.has_attention = attention in _pictured(self.history)
        self._tell_place()
        return recalled.note

    def _choose(self, path: str, channels: Sequence[int]) -> None:
        """The map chose channels of a layer: that first, then these."""
        with self._lock:
            self.layer = path
            self.selection.selected = list(channels)

    def _warn(self) -> None:
        self.header.warnings = list(filter(None, [self.history.trouble]))

    def _tell_place(self) -> None:
        if self._present is None:
            return
        place = self._present.place
        self.map.view.layer = place.layer
        self.header.show_view(place.view, place.weight)
        self.selector.show_layer(place.layer)
        self.set_trait("layer", place.layer)

    def _on_chosen(self, change: dict[str, Any]) -> None:
        if self._present is None:  # there are curves alone
            self.selector.show_layer(change["new"])
        elif change["new"] != self.layer:
            self.header.error = ""
            super()._on_chosen(change)

    def _on_view_chosen(self, change: dict[str, Any]) -> None:
        """The page chose another side of the layer, or another of its weights."""
        here, name, value = self._place, change["name"], change["new"]
        if here is None or getattr(here, name) == value:
            return
        self.header.error = ""
        told = self._place_told
        with surely(told), error_in_page(self.header), self._lock, told:
            sides = [place for place in _pictured(self.history) if place.layer == here.layer]
            place = next((side for side in sides if getattr(side, name) == value), None)
            if place is None:
                raise ValueError(f"the {value} of {here.layer} were not kept")
            self._turn_to(place)


def _lead_rows(views: LayerViews, recalled: PlaceRecord, *, are_classes: bool) -> None:
    """Lead rows and tell of points as it was then; by nothing where that was not kept."""
    rows, answers = recalled.rows, recalled.answers
    if rows is None:
        views.grid.show_samples(SamplePictures(), SampleAnswers.none(0), ())
        views.embedding.show_samples(SamplePictures(), SampleAnswers.none(0))
    else:
        answered = rows.answered(answers)
        views.grid.show_samples(rows.pictures, answered, rows.names)
        views.embedding.show_samples(rows.pictures, answered)
    views.grid.mark_answers(are_classes and answers is not None)


def _same_channels(before: PlaceRecord, after: PlaceRecord) -> bool:
    """Whether a channel's number means the same in both: selected ones can stay selected."""
    return (
        before.place.layer == after.place.layer
        and (before.place.view == ATTENTION.name) == (after.place.view == ATTENTION.name)
        and before.record.n_channels == after.record.n_channels
    )


def _names_of(entry: Mapping[str, Any], recalled: PlaceRecord) -> list[str]:
    """The class names that were kept of a layer's channels; [] where they are no classes."""
    names: list[str] = entry.get("class_names", [])
    # Of the weights, the rows of a kernel stand for the channels of the output.
    of_channels = recalled.place.weight in ("", "kernel")
    return names if of_channels and recalled.record.n_channels == len(names) else []


def _pictured(history: History) -> dict[Place, int]:
    """Of which there is a picture, in layers that are listed, and at how many moments."""
    listed = {entry["path"] for entry in history.layers}
    return {place: count for place, count in history.counts.items() if place.layer in listed}


def _first(history: History, layer: str | None) -> Place | None:
    """Where to begin: the place of this layer, or of any, that was kept most.

    None where no picture of any can be read.
    """
    if layer is not None:
        return _of_layer(history, layer)
    pictured = _pictured(history)
    if not pictured and not history.places:
        raise _no_picture(history)
    return max(pictured, key=lambda place: (place.view == "outputs", pictured[place]), default=None)


def _of_layer(history: History, layer: str, view: str = "outputs") -> Place:
    """The place of a layer, of this view if there is one, that was kept most."""
    pictured = _pictured(history)
    if not pictured:
        raise _no_picture(history)
    places = [place for place in pictured if place.layer == layer]
    if places:
        return max(places, key=lambda place: (place.view == view, pictured[place]))
    names = ", ".join(dict.fromkeys(place.layer for place in pictured))
    known_layer(layer, (entry["path"] for entry in history.layers))
    lost = any(place.layer == layer for place in history.places)
    raise ValueError(
        f"no picture of {layer!r} {'can be read' if lost else 'was kept'}, only numbers; "
        f"pictures: {names}"
    )


def _no_picture(history: History) -> ValueError:
    return ValueError(f"no picture was kept, only numbers: {history!r}")


@checked_keywords
def open_history(folder: str | os.PathLike[str], *, layer: str | None = None) -> HistoryViewer:
    """Look at a training that ``inspector.monitor(folder=…)`` kept; the model is not needed.

    Parameters
    ----------
    folder : path
        The folder given to the monitor, of which the newest run is opened, or that of one run.
    layer : str, optional
        Path of the layer to begin with.

    Raises
    ------
    FileNotFoundError, PermissionError, ValueError
        There is no history, it may not be read, or it is damaged; the message says where.
    """
    return HistoryViewer(History.open(folder), layer=layer)
