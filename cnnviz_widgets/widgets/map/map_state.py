"""The map of one model: made, edited and shown, whatever it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...diagnosis.report import Report
from ...model import ModelProbe, model_lock
from ...model.map.group_densities import group_densities
from ...model.map.map_findings import map_findings
from ...model.map.map_patches import map_patches
from ...model.map.map_reading import MapReading
from ...model.map.mean_weights import mean_weights
from ...model.map.network_map import read_map
from ...records.layer_picture import counted
from ...records.map.group_density import GroupDensity
from ...records.map.group_effects import GroupEffects
from ...records.map.map_patches import MapPatches
from ...records.map.network_record import NetworkRecord
from ...records.map.station import Station
from ...records.map.station_groups import StationGroups
from ...records.survey.survey import Survey
from ...runtime.call_stack import surely
from ...validation.messages import listed
from ...validation.texts import known_layer
from ..jupyter.work_report import WorkReport
from . import group_edits
from .entries import effect_entries, facts_of, map_entries
from .found import found_by_channel
from .map_view import MapView
from .weight_story import WeightStory


@dataclass(frozen=True)
class _Edit:
    """What an edit made of a station's groups."""

    words: str
    path: str
    before: StationGroups
    after: StationGroups


@dataclass(frozen=True, eq=False)
class MapSubject:
    """What a map is of.

    Attributes
    ----------
    probe : ModelProbe
    labels : ndarray of int, shape (sample,), or None
        The class of each of the probe's samples; below 0 where it is not known.
    class_names : sequence of str
        Of these classes.
    survey : Survey or None
        Of this model with its present weights.
    """

    probe: ModelProbe
    labels: NDArray[np.int64] | None = None
    class_names: Sequence[str] = ()
    survey: Survey | None = None


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
    story : callable
        How the weights fared until now.
    report : callable
        What a diagnosis found that still holds; None for nothing.
    select : callable
        ``select(path, channels)`` shows a station and selects channels of it.

    Attributes
    ----------
    reading : MapReading or None
        The map that is shown, with what its groups rest on; None before the first.
    patches : MapPatches
        What its channels see.
    """

    def __init__(
        self,
        view: MapView,
        subject: Callable[[], MapSubject],
        *,
        groups: Any = None,
        columns: int = 24,
        story: Callable[[], WeightStory] = WeightStory,
        report: Callable[[], Report | None] = lambda: None,
        select: Callable[[str, Sequence[int]], None],
    ) -> None:
        self.reading: MapReading | None = None
        self.view = view
        self.columns = columns
        self.expanded: tuple[str, ...] = ()
        self._subject = subject
        self._groups = groups
        self._story = story
        self._report = report
        self._select = select
        self._architecture: Report | None = None
        self._work = WorkReport(view, "the map")
        self.patches = MapPatches.none()
        self._done: list[_Edit] = []
        self._undone: list[_Edit] = []
        view.on_ask = self.ask
        self._densities: Mapping[str, Sequence[GroupDensity]] | None = None
        view.observe(self._on_reading, "reading")
        view.observe(self._on_facet, "facet")
        view.observe(self._on_active, "active")

    # What is asked -------------------------------------------------------------------------------

    def ask(self, verb: str, path: str, channels: Sequence[int], to: int) -> None:
        """Do what the page asked for."""
        {
            "select": lambda: self._select(path, channels),
            "move": lambda: self.move(path, channels, to),
            "merge": lambda: self.merge(path, self._group_of(path, channels), to),
            "split": lambda: self.split(path, to),
            "pin": lambda: self.pin(path, channels),
            "unpin": lambda: self.pin(path, channels, False),
            "undo": self.undo,
            "redo": self.redo,
            "reset": lambda: self.reset(path),
            "expand": lambda: self.expand(path),
            "fold": lambda: self.expand(path, False),
            "refresh": self.refresh,
        }[verb]()

    def refresh(self) -> None:
        """Make the map of the model as it is now; groups stay as alike as they can, pins stay.

        Raises
        ------
        ModelCallError
            The model's own call raises; what was shown stays.
        """
        self._make(self.record, self.expanded)

    def expand(self, path: str, whole: bool = True) -> None:
        """Draw all that a station stands for, or fold it again.

        Raises
        ------
        ValueError
            There is no such station, or nothing in it to be drawn.
        """
        if not whole:
            if path not in self.expanded:
                raise ValueError(
                    f"{path!r} is not unfolded; unfolded are: {listed(self.expanded) or 'none'}"
                )
            expanded = tuple(each for each in self.expanded if each != path)
        else:
            station = self.station(path)
            if station.path not in self._expandable():
                raise ValueError(f"the station {path!r} is one layer: nothing to unfold")
            expanded = (*self.expanded, path)
        self._make(self.record, expanded)

    def reset(self, path: str) -> None:
        """Group a station's channels anew, as if no hand had touched them."""
        before = self.groups(path)
        after = self._reading.grouped(path)
        self._show_groups(path, after)
        self._done.append(_Edit("group anew", path, before, after))
        self._undone.clear()
        self._tell_edits()

    def move(self, path: str, channels: Sequence[int], to: int) -> None:
        """Put channels into another group of their station, and pin them there."""
        own = self.groups(path)
        words = f"move {counted(len(channels), 'channel')} to group {to}"
        self._edit(words, path, group_edits.moved(own, channels, to))

    def merge(self, path: str, first: int, second: int) -> None:
        """Make one group of two."""
        own = self.groups(path)
        self._edit("merge two groups", path, group_edits.merged(own, first, second))

    def split(self, path: str, group: int) -> None:
        """Make two groups of one."""
        self._edit(f"split group {group}", path, group_edits.split(self.groups(path), group))

    def pin(self, path: str, channels: Sequence[int], keep: bool = True) -> None:
        """Keep channels in their group when the map is made again, or let them go."""
        own = self.groups(path)
        words = f"{'pin' if keep else 'unpin'} {counted(len(channels), 'channel')}"
        self._edit(words, path, group_edits.pinned(own, channels, keep))

    def undo(self) -> None:
        """Take the last edit back."""
        if not self._done:
            raise ValueError("there is no edit to take back")
        edit = self._done[-1]
        self._show_groups(edit.path, edit.before)
        self._undone.append(self._done.pop())
        self._tell_edits()

    def redo(self) -> None:
        """Do the edit again that was taken back last."""
        if not self._undone:
            raise ValueError("no edit was taken back")
        edit = self._undone[-1]
        self._show_groups(edit.path, edit.after)
        self._done.append(self._undone.pop())
        self._tell_edits()

    def diagnose(self) -> Report:
        """What the map tells of the architecture; the boxes say it, too.

        Raises
        ------
        ModelCallError
            The model's own call raises.
        """
        subject, stations = self._subject(), self._present.stations
        labels = subject.labels
        known = labels is not None and bool((labels >= 0).all())
        cell, report = self._work.in_cell(), self._work.reported("the diagnosis")
        with surely(*cell, report), cell[0], cell[1], report:
            self._architecture = map_findings(
                subject.probe,
                stations,
                labels=labels,
                targets=labels if known else None,
                progress=self._work.progress,
            )
        self.show()
        return self._architecture

    def mark(self) -> None:
        """The model has changed: the map is made again at once where it is looked at."""
        self.view.fresh = self.record is None
        self._on_active()

    # What there is -------------------------------------------------------------------------------

    def station(self, path: str) -> Station:
        """A station that is drawn.

        Raises
        ------
        ValueError
            There is none of this path; the closest are named.
        """
        paths = [station.path for station in self._present.stations]
        return self._present.station(known_layer(path, paths, "on this map"))

    def groups(self, path: str) -> StationGroups:
        """The groups of a station; raises as `station`."""
        return self._present.groups[self.station(path).path]

    @property
    def _present(self) -> NetworkRecord:
        return self._reading.record

    @property
    def _reading(self) -> MapReading:
        if self.reading is None:
            raise ValueError("there is no map yet: refresh() makes it")
        return self.reading

    @property
    def record(self) -> NetworkRecord | None:
        """The map that is shown; None before the first."""
        return None if self.reading is None else self.reading.record

    def _group_of(self, path: str, channels: Sequence[int]) -> int:
        if not channels:
            raise ValueError(f"a group of {path!r} is named by a channel of it; got none")
        return int(self.groups(path).groups[channels[0]])

    def _expandable(self) -> list[str]:
        """The paths of stations that stand for several layers with weights, or stations alike."""
        weighted = {each.path for each in self._subject().probe.layers if each.weight_shapes}
        return [
            station.path
            for station in self._present.stations
            if station.path not in self.expanded
            and (station.folded > 0 or len(weighted.intersection(station.layers)) > 1)
        ]

    # How it is made ------------------------------------------------------------------------------

    def _make(self, previous: NetworkRecord | None, expanded: tuple[str, ...]) -> None:
        subject = self._subject()
        pins = {}
        if previous is not None:
            pins = {path: group_edits.pins(own) for path, own in previous.groups.items()}
        cell, lock = self._work.in_cell(), model_lock(subject.probe.model)
        report = self._work.reported()
        with surely(*cell, report), cell[0], cell[1], report, lock:
            reading = read_map(
                subject.probe,
                labels=subject.labels,
                class_names=subject.class_names,
                groups=self._groups,
                columns=self.columns,
                survey=subject.survey,
                previous=previous,
                pins={path: own for path, own in pins.items() if own},
                expanded=expanded,
                progress=self._work.progress,
            )
            patches = map_patches(subject.probe, reading)
        self.reading, self.patches, self.expanded = reading, patches, expanded
        self._densities = self._architecture = None
        self._done.clear()
        self._undone.clear()
        self.show()
        self._on_facet()

    def _edit(self, words: str, path: str, after: StationGroups) -> None:
        before = self.groups(path)
        after = self._reading.edited(path, after.groups, group_edits.pins(after))
        self._show_groups(path, after)
        self._done.append(_Edit(words, path, before, after))
        self._undone.clear()
        self._tell_edits()

    def _show_groups(self, path: str, own: StationGroups) -> None:
        """Show a station in other groups, with their effects measured anew."""
        reading = self._reading
        if np.array_equal(own.groups, self._present.groups[path].groups):
            groups = {**self._present.groups, path: own}
            reading = replace(reading, record=replace(self._present, groups=groups))
        else:
            probe = self._subject().probe
            cell, report = self._work.in_cell(), self._work.reported()
            with surely(*cell, report), cell[0], cell[1], report:
                changed = reading.with_groups(path, own)
                reading = changed.with_effects(probe, path, self._work.progress)
        self.reading, self._densities = reading, None
        self.show()

    # How it is shown -----------------------------------------------------------------------------

    def show(self) -> None:
        """Draw the map that there is."""
        record = self._present
        reports = [each for each in (self._report(), self._architecture) if each is not None]
        entries = map_entries(
            record,
            self.patches,
            self._story(),
            expandable=self._expandable(),
            expanded=self.expanded,
            densities=self._known_densities(),
            findings=found_by_channel(record, self._subject().probe.info, reports),
        )
        entries["_notes"] += [f"{each.summary} {each.cure}" for each in self._architecture or ()]
        entries["_weights"] = self._weights() if self.view.reading == "weights" else []
        self.view.show(entries, facts=facts_of(record))
        self._tell_edits()

    def _known_densities(self) -> Mapping[str, Sequence[GroupDensity]] | None:
        """Those of the groups as they are, once they have been asked for."""
        if self.view.facet == "density" and self._densities is None:
            probe, report = self._subject().probe, self._work.reported()
            with surely(report), report:
                self._densities = group_densities(probe, self._present, self._work.progress)
        return self._densities

    def _weights(self) -> list[Any]:
        record = self._present
        numbers = {path: own.groups for path, own in record.groups.items()}
        weights = mean_weights(self._subject().probe, record.stations, numbers)
        shown = {
            edge: GroupEffects(np.abs(each).astype(np.float32), each.astype(np.float32))
            for edge, each in weights.items()
        }
        return effect_entries(shown, {each.path: k for k, each in enumerate(record.stations)})

    def _on_active(self, change: object = None) -> None:
        """Somebody looks: what is not there yet is made, and what is from before is made again."""
        if self.view.active and (self.record is None or not self.view.fresh):
            self.view.do(self.refresh)
        else:
            self._on_facet()

    def _on_reading(self, change: object) -> None:
        if self.record is not None:
            self.view.do(self.show)

    def _on_facet(self, change: object = None) -> None:
        """Somebody asks for densities, or the network's health: they are measured then."""
        if not self.view.active or self.record is None:
            return
        if self.view.facet == "health" and self._architecture is None:
            self.view.do(self.diagnose)
        if self.view.facet == "density" and self._densities is None:
            self.view.do(self.show)

    def _tell_edits(self) -> None:
        self.view.undoable = self._done[-1].words if self._done else ""
        self.view.redoable = self._undone[-1].words if self._undone else ""
