"""The map of one model: made, edited and shown, whatever it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model import ModelLock, ModelProbe, model_lock
from ...model.map.group_densities import group_densities
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
from .entries import effect_entries, map_entries
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
        select: Callable[[str, Sequence[int]], None],
    ) -> None:
        self.reading: MapReading | None = None
        self.view = view
        self.columns = columns
        self.expanded: tuple[str, ...] = ()
        self._subject = subject
        self._groups = groups
        self._story = story
        self._select = select
        self._work = WorkReport(view, "the map")
        self.patches = MapPatches.none()
        self._done: list[_Edit] = []
        self._undone: list[_Edit] = []
        self._undrawn: dict[str, StationGroups] = {}
        view.on_ask = self.ask
        self._densities: Mapping[str, Sequence[GroupDensity]] | None = None
        view.observe(self._on_reading, ["reading", "facet"])
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
        with self._lock():
            self._make(self.expanded)

    def expand(self, path: str, whole: bool = True) -> None:
        """Draw all that a station stands for, or fold it again.

        Raises
        ------
        ValueError
            There is no such station, or nothing in it to be drawn.
        """
        with self._lock():
            if not whole:
                if path not in self.expanded:
                    raise ValueError(
                        f"{path!r} is not unfolded; unfolded are: {listed(self.expanded) or 'none'}"
                    )
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
        self._step(self._done, self._undone, "before", "there is no edit to take back")

    def redo(self) -> None:
        """Do the edit again that was taken back last."""
        self._step(self._undone, self._done, "after", "no edit was taken back")

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

    def _lock(self) -> ModelLock:
        """Held while the map becomes another one: the page may ask while a cell runs."""
        return model_lock(self._subject().probe.model)

    def _make(self, expanded: Sequence[str]) -> None:
        subject = self._subject()
        cell, report = self._work.in_cell(), self._work.reported()
        with surely(*cell, report), cell[0], cell[1], report, self._lock():
            sizes = {each.path: each.channels for each in subject.probe.layers}
            drawn = {} if self.record is None else self.record.groups
            known = {
                path: own
                for path, own in {**self._undrawn, **drawn}.items()
                if sizes.get(path) == own.groups.size
            }
            pins = {path: group_edits.pins(own) for path, own in known.items()}
            expanded = tuple(path for path in expanded if path in sizes)
            reading = read_map(
                subject.probe,
                labels=subject.labels,
                class_names=subject.class_names,
                groups=self._groups,
                columns=self.columns,
                survey=subject.survey,
                previous=None if self.record is None else replace(self.record, groups=known),
                pins={path: own for path, own in pins.items() if own},
                expanded=expanded,
                progress=self._work.progress,
            )
            patches = map_patches(subject.probe, reading)
        self._change_to(reading=reading, patches=patches, expanded=expanded, _densities=None)
        self.view.fresh = True
        self._undrawn = {path: known[path] for path in known.keys() - reading.record.groups.keys()}
        self._done.clear()
        self._undone.clear()
        self._tell_edits()

    def _edit(
        self, words: str, path: str, change: Callable[[StationGroups], StationGroups]
    ) -> None:
        with self._lock():
            before = self.groups(path)
            asked = change(before)
            after = self._reading.edited(path, asked.groups, group_edits.pins(asked))
            self._show_groups(path, after)
            self._done.append(_Edit(words, path, before, after))
            self._undone.clear()
            self._tell_edits()

    def _step(self, edits: list[_Edit], others: list[_Edit], side: str, refusal: str) -> None:
        with self._lock():
            if not edits:
                raise ValueError(refusal)
            self._show_groups(edits[-1].path, getattr(edits[-1], side))
            others.append(edits.pop())
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
        self._change_to(reading=reading, _densities=None)

    def _change_to(self, **state: Any) -> None:
        """Show another map; where that fails what was shown stays."""
        before = {name: getattr(self, name) for name in state}
        vars(self).update(state)
        try:
            self.show()
        except BaseException:
            vars(self).update(before)
            raise

    # How it is shown -----------------------------------------------------------------------------

    def show(self) -> None:
        """Draw the map that there is."""
        record = self._present
        entries = map_entries(
            record,
            self.patches,
            self._story(),
            expandable=self._expandable(),
            expanded=self.expanded,
            densities=self._known_densities(),
        )
        entries["_weights"] = self._weights() if self.view.reading == "weights" else []
        self.view.show(entries, facts=_facts(record))
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

    def _on_reading(self, change: dict[str, Any]) -> None:
        """Another reading or facet: some are measured when they are asked for."""
        asks = change["name"] == "reading" or (
            change["new"] == "density" and self._densities is None
        )
        if asks and self.record is not None:
            self.view.do(self.show)

    def _tell_edits(self) -> None:
        self.view.undoable = self._done[-1].words if self._done else ""
        self.view.redoable = self._undone[-1].words if self._undone else ""


def _facts(record: NetworkRecord) -> str:
    """On what a map rests, in words."""
    columns = {
        "classes": f"{len(record.columns)} classes",
        "predicted": f"{len(record.columns)} predicted classes",
        "samples": "samples as columns: there are no classes",
    }[record.column_kind]
    profiles = f"profiles: {record.surveyed:,} surveyed samples · " if record.surveyed else ""
    how = {"one-pass": "all groups silenced in one pass", "one-by-one": "one by one"}
    effects = how.get(record.method, "effects not known")
    return f"{profiles}{counted(record.samples, 'sample')} · {columns} · {effects}"
