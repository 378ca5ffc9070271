"""The map of one model: made, edited and shown, whatever it stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...diagnosis.report import Report
from ...history.history import History
from ...model import ModelLock, model_lock
from ...model.map.map_reading import MapReading
from ...records.layer_picture import counted
from ...records.map.kept_map import KeptMap
from ...records.map.map_patches import MapPatches
from ...records.map.network_record import NetworkRecord
from ...records.map.station import Station
from ...records.map.station_groups import StationGroups
from ...runtime.call_stack import surely
from ...runtime.progress import Progress, no_progress
from ...validation.messages import listed
from ...validation.texts import known_layer
from ..jupyter.work_report import WorkReport
from .drawing.entries import map_entries
from .drawing.measured_facets import MeasuredFacets
from .edits import group_edits
from .edits.edit_stack import EditStack, GroupEdit
from .kept_view import map_facts, show_kept
from .map_subject import MapSubject
from .map_view import MapView
from .requests import asked
from .weight_story import WeightStory


class MapState:
    """Makes the map of a model, has it edited, and shows it in a view.

    Parameters
    ----------
    view : MapView
        What it asks for is done here.
    subject : callable
        What the map is of, as it is now.
    groups : optional
        How channels are grouped, as `map_network`.
    columns : int
        At most so many stations are drawn, but for those unfolded by hand.
    history : callable
        What was kept of the model's training; None where nothing was.
    report : callable
        The last diagnosis of the whole model; None where there is none.
    select : callable
        ``select(path, channels)`` shows a station and selects channels of it.

    Attributes
    ----------
    reading : MapReading or None
        The map that is shown, with what its groups rest on; None before the first.
    on_made, on_edited, on_shown, on_moment : callable
        For whoever keeps maps: one was made in place of ``before``; the present one was edited; it
        is to be shown, with these notes; ``on_moment(step)``: the page asks for a kept one.
    """

    def __init__(
        self,
        view: MapView,
        subject: Callable[[], MapSubject],
        *,
        groups: Any = None,
        columns: int = 24,
        history: Callable[[], History | None] = lambda: None,
        report: Callable[[], Report | None] = lambda: None,
        select: Callable[[str, Sequence[int]], None],
    ) -> None:
        self.reading: MapReading | None = None
        self.view = view
        self.columns = columns
        self.expanded: tuple[str, ...] = ()
        self._subject = subject
        self._groups = groups
        self._history = history
        self.select = select
        self._work = WorkReport(view, "the map")
        self._facets = MeasuredFacets(view, subject, self._work, report)
        self._patches, self._is_old = MapPatches.none(), False
        self._undrawn: dict[str, StationGroups] = {}
        self._past: KeptMap | None = None
        self._edits = EditStack(self._show_groups)
        self.on_made: Callable[[NetworkRecord | None], object] = lambda before: None
        self.on_edited: Callable[[], object] = lambda: None
        self.on_shown: Callable[[], Sequence[str]] = lambda: ()
        self.on_moment: Callable[[int], object] = lambda step: None
        view.on_ask = self.ask
        view.observe(self._on_reading, ["reading", "facet"])
        view.observe(self._on_active, "active")

    # What is asked -------------------------------------------------------------------------------

    def ask(self, verb: str, path: str, channels: Sequence[int], to: int) -> None:
        """Do what the page asked for; a training waits meanwhile."""
        with self._lock():
            asked(self, verb, path, channels, to)()

    def refresh(self) -> None:
        """Make the map of the model as it is now; groups stay as alike as they can, pins stay.

        Raises
        ------
        ModelCallError
            The model's own call raises; what was shown stays.
        """
        with self._lock():
            self._make(self.expanded)

    def follow(self, effects: bool) -> None:
        """Make the map of the model as it is now, in the thread that trains; nothing is drawn.

        Parameters
        ----------
        effects : bool
            False: edges are those of the map before, as far as groups are still the same.

        Raises
        ------
        ModelCallError
            The model's own call raises; what there was stays.
        """
        self._read(self.expanded, effects)

    def show_past(self, kept: KeptMap, history: History, step: int) -> None:
        """Show a map that was kept, for a step that was asked for."""
        show_kept(self.view, kept, history, step)
        self._past = kept
        self._tell_edits()

    def show_present(self) -> None:
        """Show the present map again, if there is one."""
        self._past = None
        if self.reading is not None:
            self.show()
        self._on_active()

    def expand(self, path: str, whole: bool = True) -> None:
        """Draw all that a station stands for, or fold it again.

        Raises
        ------
        ValueError
            There is no such station, or nothing in it to be drawn.
        """
        with self._lock():
            self._check_present()
            if not whole:
                if path not in self.expanded:
                    known = listed(self.expanded) or "none"
                    raise ValueError(f"{path!r} is not unfolded; unfolded are: {known}")
                expanded = tuple(each for each in self.expanded if each != path)
            else:
                if self.station(path).path not in self._expandable():
                    raise ValueError(f"the station {path!r} is one layer: nothing to unfold")
                expanded = (*self.expanded, path)
            self._make(expanded)

    def reset(self, path: str) -> None:
        """Group a station's channels anew, as if no hand had touched them."""
        self._edit("group anew", path, lambda own: self._reading.grouped(path))

    def move(self, path: str, channels: Sequence[int], to: int) -> None:
        """Put channels into another group of their station, and pin them there."""
        words = f"move {counted(len(channels), 'channel')} to group {to}"
        self._edit(words, path, lambda own: group_edits.moved(own, channels, to))

    def merge(self, path: str, first: int, second: int) -> None:
        """Make one group of two."""
        self._edit("merge two groups", path, lambda own: group_edits.merged(own, first, second))

    def split(self, path: str, group: int) -> None:
        """Make two groups of one."""
        self._edit(f"split group {group}", path, lambda own: group_edits.split(own, group))

    def pin(self, path: str, channels: Sequence[int], keep: bool = True) -> None:
        """Keep channels in their group when the map is made again, or let them go."""
        words = f"{'pin' if keep else 'unpin'} {counted(len(channels), 'channel')}"
        self._edit(words, path, lambda own: group_edits.pinned(own, channels, keep))

    def undo(self) -> None:
        """Take the last edit back."""
        self._step_edits(self._edits.undo)

    def redo(self) -> None:
        """Do the edit again that was taken back last."""
        self._step_edits(self._edits.redo)

    def mark(self, make: bool = True) -> None:
        """The model has changed: make the map again at once where it is looked at, or not."""
        self._is_old = self.present is not None
        self.view.fresh = self._past is not None or not self._is_old
        if make:
            self._on_active()

    # What there is -------------------------------------------------------------------------------

    def station(self, path: str) -> Station:
        """A station that is drawn.

        Raises
        ------
        ValueError
            There is none of this path; the closest are named.
        """
        paths = [station.path for station in self._shown.stations]
        return self._shown.station(known_layer(path, paths, "on this map"))

    def groups(self, path: str) -> StationGroups:
        """The groups of a station; raises as `station`."""
        return self._shown.groups[self.station(path).path]

    def _check_present(self) -> None:
        if self._past is not None:
            raise ValueError(
                f"this is the map as it was at step {self._past.step:,}, which stays as it is: "
                "show_moment(None) leads back to the present one"
            )

    @property
    def _shown(self) -> NetworkRecord:
        return self._reading.record if self._past is None else self._past.record

    @property
    def _reading(self) -> MapReading:
        self._check_present()
        if self.reading is None:
            raise ValueError("there is no map yet: refresh() makes it")
        return self.reading

    @property
    def present(self) -> NetworkRecord | None:
        """The map of the live model, shown or not; None before the first."""
        return None if self.reading is None else self.reading.record

    @property
    def record(self) -> NetworkRecord | None:
        """The map that is shown; None before the first."""
        return self.present if self._past is None else self._past.record

    @property
    def past_step(self) -> int:
        """The step of a kept map that is shown; −1: the present one is."""
        return -1 if self._past is None else self._past.step

    @property
    def patches(self) -> MapPatches:
        """What the channels of the map that is shown see."""
        return self._patches if self._past is None else self._past.patches

    def _expandable(self) -> list[str]:
        """The paths of stations that stand for several layers with weights, or stations alike."""
        weighted = {each.path for each in self._subject().probe.layers if each.weight_shapes}
        return [
            station.path
            for station in self._shown.stations
            if station.path not in self.expanded
            and (station.folded > 0 or len(weighted.intersection(station.layers)) > 1)
        ]

    # How it is made ------------------------------------------------------------------------------

    def _lock(self) -> ModelLock:
        """Held while the map becomes another one: the page may ask while a cell runs."""
        return model_lock(self._subject().probe.model)

    def _make(self, expanded: tuple[str, ...]) -> None:
        before, old = self.present, self._state
        cell, report = self._work.in_cell(), self._work.reported()
        with surely(*cell, report), cell[0], cell[1], report:
            self._read(expanded, progress=self._work.progress)
        self._past = None
        self.on_made(before)
        self._show_or(old)
        self._edits.clear()
        self._tell_edits()

    def _read(
        self, expanded: tuple[str, ...], effects: bool = True, progress: Progress = no_progress
    ) -> None:
        subject, present = self._subject(), self.present
        drawn = {} if present is None else present.groups
        known = subject.still_there({**self._undrawn, **drawn})
        reading, patches = subject.map(
            groups=self._groups,
            columns=self.columns,
            previous=None if present is None else replace(present, groups=known),
            expanded=expanded,
            effects=effects,
            progress=progress,
        )
        self._undrawn = {path: known[path] for path in known.keys() - reading.record.groups.keys()}
        self.reading, self._patches, self.expanded = reading, patches, expanded
        self._is_old = False
        self._facets.forget()

    @property
    def _state(self) -> dict[str, Any]:
        """What the map that is shown rests on, to go back to."""
        names = ("reading", "_patches", "expanded", "_undrawn", "_is_old", "_past")
        return {name: getattr(self, name) for name in names} | {"known": self._facets.known}

    def _show_or(self, old: dict[str, Any]) -> None:
        """Show the map; where it cannot be drawn all is as it was."""
        try:
            self._show_facet()
        except BaseException:
            self._facets.known = old.pop("known")
            vars(self).update(old)
            raise

    def _edit(
        self, words: str, path: str, change: Callable[[StationGroups], StationGroups]
    ) -> None:
        with self._lock():
            before = self.groups(path)
            asked_for = change(before)
            after = self._reading.edited(path, asked_for.groups, group_edits.pins(asked_for))
            self._edits.do(GroupEdit(words, path, before, after))
            self._tell_edits()

    def _step_edits(self, step: Callable[[], None]) -> None:
        with self._lock():
            self._check_present()
            step()
            self._tell_edits()

    def _show_groups(self, path: str, own: StationGroups) -> None:
        """Show a station in other groups, with their effects measured anew."""
        reading, old = self._reading, self._state
        record = reading.record
        if np.array_equal(own.groups, record.groups[path].groups):
            record = replace(record, groups={**record.groups, path: own})
            reading = replace(reading, record=record)
        else:
            probe = self._subject().probe
            cell, report = self._work.in_cell(), self._work.reported()
            with surely(*cell, report), cell[0], cell[1], report:
                changed = reading.with_groups(path, own)
                reading = changed.with_effects(probe, path, self._work.progress)
            self._facets.forget(regrouped=True)
        self.reading = reading
        self.on_edited()
        self._show_or(old)

    # How it is shown -----------------------------------------------------------------------------

    def show(self) -> None:
        """Draw the map that there is; a past one is drawn already."""
        notes = self.on_shown()
        if self._past is not None:
            return
        record = self._shown
        entries = map_entries(
            record,
            self.patches,
            WeightStory.of(self._history()),
            expandable=self._expandable(),
            expanded=self.expanded,
            **self._facets.entries(record),
        )
        entries["_notes"] += [*notes, *self._facets.notes]
        entries["_weights"] = self._facets.weights(record)
        self.view.show(entries, facts=map_facts(record))
        self.view.fresh = not self._is_old
        self._tell_edits()

    def _on_active(self, change: object = None) -> None:
        """Somebody looks: what is not there yet is made, and what is from before is made again."""
        if self.view.active and self._past is None and (self.present is None or self._is_old):
            self.view.do(self.refresh)
        else:
            self._on_reading()

    def _on_reading(self, change: object = None) -> None:
        """Another facet or reading: some are measured when somebody asks for them."""
        if self.view.active and self._past is None and self.present is not None:
            self.view.do(self._show_facet)

    def _show_facet(self) -> None:
        self._facets.measure(self._shown)
        self.show()

    def diagnose(self) -> Report:
        """What the map tells of the architecture; the boxes say it, too. Raises as `refresh`."""
        found = self._facets.diagnose(self._reading.record)
        self.show()
        return found

    def _tell_edits(self) -> None:
        is_past = self._past is not None
        self.view.undoable = "" if is_past else self._edits.undoable
        self.view.redoable = "" if is_past else self._edits.redoable
