"""Which copy of the samples each group of channels is silenced in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Integers
from ....records.map.station import Station
from ...layers.layer_info import LayerInfo


@dataclass(frozen=True)
class Joints:
    """Which stations act on which.

    Attributes
    ----------
    paths : tuple of str
        Of the stations, in order of execution.
    edges : tuple of (str, str)
        Parent and child: what is measured.
    readers : mapping of str to frozenset of str
        Stations that a station may act on, with no other in between: those of `edges`, and any
        that the model's own graph has besides.
    """

    paths: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]
    readers: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, stations: Sequence[Station], infos: Mapping[str, LayerInfo]) -> Joints:
        """Those of some stations of a model.

        Parameters
        ----------
        stations : sequence of Station
            In order of execution. A parent that is none of them is left out.
        infos : mapping of str to LayerInfo
            All of the model's, by path.
        """
        paths = tuple(station.path for station in stations)
        edges = tuple(
            (parent, station.path)
            for station in stations
            for parent in station.parents
            if parent in paths
        )
        reads = {path: _read(path, paths, infos) for path in paths}
        readers = {
            path: frozenset(
                {child for parent, child in edges if parent == path}
                | {other for other in paths if path in reads[other]}
            )
            for path in paths
        }
        return cls(paths, edges, readers)

    def parents(self, path: str) -> tuple[str, ...]:
        """The stations whose effect on this one is measured."""
        return tuple(parent for parent, child in self.edges if child == path)

    def children(self, path: str) -> tuple[str, ...]:
        """The stations on which this one's effect is measured."""
        return tuple(child for parent, child in self.edges if parent == path)


def _read(path: str, stations: Sequence[str], infos: Mapping[str, LayerInfo]) -> set[str]:
    """The stations that a layer reads by the model's graph, through whatever lies between."""
    found: set[str] = set()
    own = set(stations)
    waiting, seen = list(infos[path].parents), {path}
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        if each in own:
            found.add(each)
        else:
            waiting += infos[each].parents if each in infos else ()
    return found


class Span(NamedTuple):
    """Some groups of a station, and where they are silenced.

    Attributes
    ----------
    start, stop : int
        The slots, within a window of them.
    group : int
        The group that the first of them silences.
    """

    start: int
    stop: int
    group: int


@dataclass(frozen=True)
class Slots:
    """A slot for each group of each station, the same one for groups that do not meet.

    Two stations that act on the same one are silenced in different slots; others share theirs, as
    every station is put back to what it is by itself before its own groups are silenced.

    Attributes
    ----------
    groups : mapping of str to ndarray of int64, shape (C,)
        Of the stations that are silenced; −1: never.
    first : mapping of str to int
        The slot of a station's group 0.
    count : int
        How many slots there are.
    """

    groups: Mapping[str, Integers]
    first: Mapping[str, int]
    count: int

    @classmethod
    def of(cls, joints: Joints, groups: Mapping[str, Integers]) -> Slots:
        """The slots, as few as come of placing station after station as low as there is room."""
        first: dict[str, int] = {}
        ends: dict[str, int] = {}
        for path in joints.paths:
            if path not in groups or not joints.children(path):
                continue
            size = count_of(groups[path])
            start = 0
            taken = sorted(
                (first[other], ends[other])
                for other in first
                if joints.readers[other] & joints.readers[path]
            )
            for low, high in taken:
                if start + size <= low:
                    break
                start = max(start, high)
            first[path], ends[path] = start, start + size
        silenced = {path: groups[path] for path in first}
        return cls(silenced, first, max(ends.values(), default=0))

    def span(self, path: str, low: int, high: int) -> Span:
        """The groups of a station whose slots are in a window of them; none: an empty one."""
        if path not in self.first:
            return Span(0, 0, 0)
        own = self.first[path]
        start = max(own, low)
        stop = min(own + count_of(self.groups[path]), high)
        return Span(start - low, stop - low, start - own) if stop > start else Span(0, 0, 0)

    def kept(self, path: str, channels: int, low: int, high: int) -> NDArray[np.bool_]:
        """Which channels of a station go on as they are, in each slot of a window.

        Returns
        -------
        ndarray of bool, shape (high − low, channels)
        """
        kept = np.ones((high - low, channels), dtype=bool)
        span = self.span(path, low, high)
        for number in range(span.stop - span.start):
            kept[span.start + number] = self.groups[path] != span.group + number
        return kept


def count_of(groups: Integers) -> int:
    """How many groups there are."""
    return int(groups.max(initial=-1)) + 1
