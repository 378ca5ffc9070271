"""The maps of a network that were kept of its training: in bounded memory, and in a folder."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

import numpy as np

from ...analysis.spreading import evenly
from ...records.map.kept_map import KeptMap
from ...records.map.map_arrays import NAMES, check_layout, kept_map_from_arrays, map_arrays
from ...records.snapshots.npz_file import read_npz
from ...runtime.call_stack import CallLock
from ...validation.objects import instance
from ...validation.scalars import whole_number
from ..storage.left_out import LeftOut, reason
from ..thinning import thin_evenly


class MapsFolder(Protocol):
    """Where files of maps are kept: a `HistoryFolder`."""

    def write_map(self, step: int, data: bytes) -> None:
        """Write the file of a step's map; raises OSError."""

    def open_map(self, step: int) -> BinaryIO:
        """That file; raises OSError."""

    def map_steps(self) -> Sequence[int]:
        """Of which steps there are files; raises OSError."""


@dataclass
class _Entry:
    """A map, and which of all that came it is.

    Attributes
    ----------
    number : int
    held : KeptMap or None
        None: it is in its file alone.
    is_written : bool
    """

    number: int
    held: KeptMap | None
    is_written: bool


class KeptMaps:
    """The maps of a training by step; beyond the room every second one goes, again and again.

    The first and the last stay. With a folder none goes: what is beyond the room is read again when
    it is asked for.

    Parameters
    ----------
    lock : CallLock
        Held while they are looked at.
    folder : MapsFolder or None
    room : int
        Bytes that maps may take in memory.
    """

    def __init__(self, lock: CallLock, folder: MapsFolder | None, room: int) -> None:
        self._lock = lock
        self._folder = folder
        self._room = room
        self._entries: dict[int, _Entry] = {}
        self._every = 1
        self._came = 0
        self._why = ""
        self._left_out = LeftOut("map", "cannot be read")

    @property
    def steps(self) -> tuple[int, ...]:
        """Of which steps there is a map, ascending."""
        with self._lock:
            return tuple(sorted(self._entries))

    def at(self, step: int) -> KeptMap | None:
        """The map of a step, or the last one before it; None where there is none.

        What cannot be read is left out from then on, and told in `trouble`.
        """
        step = whole_number("step", step, 0)
        with self._lock:
            for each in reversed(self.steps):
                kept = self._read(each) if each <= step else None
                if kept is not None:
                    return kept
            return None

    def between(self, first: int, last: int, most: int | None = None) -> list[KeptMap]:
        """The maps from one step to another, both included, ascending.

        Parameters
        ----------
        first, last : int
        most : int, optional
            Of more of them so many, evenly spread, the first and the last among them.
        """
        with self._lock:
            steps = [each for each in self.steps if first <= each <= last]
            if most is not None:
                steps = [steps[k] for k in evenly(len(steps), most, "ends")]
            maps = [self._read(each) for each in steps]
            return [each for each in maps if each is not None]

    def put(self, kept: KeptMap) -> None:
        """Keep a map, in the place of one of the same step.

        What cannot be written waits, and is told in `trouble`.
        """
        instance("kept", kept, KeptMap)
        with self._lock:
            before = self._entries.get(kept.step)
            number = self._came if before is None else before.number
            self._came += before is None
            self._entries[kept.step] = _Entry(number, self._sharing(kept), False)
            self._write()
            self._stay_within_room()

    def read(self) -> None:
        """Find what the folder has."""
        assert self._folder is not None
        try:
            steps = sorted(self._folder.map_steps())
        except OSError as error:
            self._left_out.add("the folder of maps", error)
            return
        for number, step in enumerate(steps):
            self._entries[step] = _Entry(number, None, True)
        self._came = len(steps)

    @property
    def nbytes(self) -> int:
        """Memory of the maps, in bytes; pictures that several share count once."""
        held = [each.held for each in self._entries.values() if each.held is not None]
        pictures = {id(each.patches.pixels): each.patches.pixels.nbytes for each in held}
        return sum(pictures.values()) + sum(each.nbytes for each in held)

    @property
    def trouble(self) -> str:
        """What could not be written or read, in sentences; "" while all is well."""
        waits = f"Maps could not be written to the folder ({self._why})."
        return " ".join(filter(None, [waits if self._why else "", str(self._left_out)]))

    def _sharing(self, kept: KeptMap) -> KeptMap:
        """The map with the pictures of another one, where they are the same."""
        pixels = kept.patches.pixels
        for entry in reversed(list(self._entries.values())):
            if entry.held is not None:
                earlier = entry.held.patches.pixels
                if earlier.shape == pixels.shape and np.array_equal(earlier, pixels):
                    return replace(kept, patches=replace(kept.patches, pixels=earlier))
                break
        return kept

    def _read(self, step: int) -> KeptMap | None:
        entry = self._entries[step]
        if entry.held is None:
            assert self._folder is not None
            try:
                with self._folder.open_map(step) as file:
                    kept = kept_map_from_arrays(read_npz(file, NAMES, check_layout))
                if kept.step != step:
                    raise ValueError(f"it is of step {kept.step:,}")
            except (OSError, ValueError) as error:
                self._left_out.add(f"that of step {step:,}", error)
                del self._entries[step]
                return None
            entry.held = self._sharing(kept)
            self._stay_within_room(step)
            return kept
        return entry.held

    def _write(self) -> None:
        self._why = ""
        if self._folder is None:
            return
        for step, entry in self._entries.items():
            if entry.is_written or entry.held is None:
                continue
            try:
                with io.BytesIO() as file:
                    np.savez_compressed(file, **map_arrays(entry.held))  # type: ignore[arg-type]
                    self._folder.write_map(step, file.getvalue())
            except OSError as error:
                # The history goes on; the next map tries it again.
                self._why = reason(error)
                return
            entry.is_written = True

    def _stay_within_room(self, wanted: int | None = None) -> None:
        """Forget what the files have; without them every second map."""
        if self.nbytes <= self._room:
            return
        for step in self.steps[:-1]:
            entry = self._entries[step]
            if entry.is_written and step != wanted:
                entry.held = None
        held = [step for step in self.steps if self._entries[step].held is not None]
        if self.nbytes <= self._room or len(held) < 2:
            return
        if self._folder is not None and not self._why:
            return
        entries = [self._entries[step] for step in held]
        sizes = [_size(entry.held) for entry in entries]
        staying, self._every = thin_evenly(
            np.array([entry.number for entry in entries]),
            np.array(sizes),
            self._room,
            every=self._every,
        )
        for step, stays in zip(held, staying.tolist(), strict=True):
            # One that is written is in its file.
            if not stays and not self._entries[step].is_written:
                del self._entries[step]


def _size(kept: KeptMap | None) -> int:
    return 0 if kept is None else kept.nbytes
