"""What was seen of a model over a training, to go back to: in bounded memory, or in a folder."""

from __future__ import annotations

import json
import os
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..records.layer_health import HEALTH_FIELDS, LayerHealth
from ..records.layer_picture import LayerPicture
from ..records.place import Place
from ..records.record_kind import VIEW_NAMES
from ..records.snapshot import Kept, keep
from ..records.snapshot_checks import MOST_CHANNELS
from ..runtime.call_stack import CallLock
from ..validation.fixed_attributes import FixedAttributes
from ..validation.rules import (
    described,
    each_instance,
    instance,
    mapping,
    one_of,
    path_of,
    spelt,
    text,
    whole_number,
)
from .moment import Moment
from .moment_store import Entry, MomentStore, bytes_of
from .onsets import ONSET_KINDS, Onset
from .storage.folder import HistoryFolder
from .storage.folder_writer import FolderWriter
from .storage.left_out import LeftOut
from .storage.moment_records import MomentRecords
from .storage.plain_json import MOST_WHOLE

__all__ = ["DEFAULT_MEMORY", "History", "Moment"]

DEFAULT_MEMORY = 256 * 2**20
"""Bytes that a history takes at most, where nothing else is said."""

# Numbers alone may take so much of the limit: pictures need most of it, but for those in a folder.
_FOR_NUMBERS, _FOR_NUMBERS_BESIDE_FOLDER = 1 / 4, 3 / 4
# A history in a folder that took less would forget what it could tell at no cost.
_LEAST_BESIDE_FOLDER = 16 * 2**20
# Records of a folder that are held as well, so that going to and fro reads them once.
_FOR_CACHE, _MOST_CACHE = 1 / 8, 32 * 2**20
# Records are made small so many at a time.
_THREADS = 2


class _Cache:
    """Records read lately, by the names of their files, up to so many bytes."""

    def __init__(self, most: int) -> None:
        self.nbytes = 0
        self._most = most
        self._records: OrderedDict[str, Kept] = OrderedDict()

    def get(self, name: str) -> Kept | None:
        """The record of a file, if it is held."""
        if name in self._records:
            self._records.move_to_end(name)
        return self._records.get(name)

    def put(self, name: str, record: Kept) -> None:
        """Hold a record, in the place of those not read for longest."""
        if name in self._records:
            self.nbytes -= bytes_of(self._records.pop(name))
        self._records[name] = record
        self.nbytes += bytes_of(record)
        while self.nbytes > self._most:
            self.nbytes -= bytes_of(self._records.popitem(last=False)[1])


class NoMoment(IndexError, ValueError):
    """A number that no moment of the history has."""


class History(FixedAttributes):
    """The moments of a training: numbers of every layer, and records of those looked at.

    It may be read by one thread while another appends. What needs several answers that belong
    together (`steps`, `holds`, `numbers`) asks for them with `lock` held.

    Parameters
    ----------
    layers : sequence of mapping
        What a list of the model's layers shows, in execution order: plain values that JSON knows.
    memory : int
        The most bytes to take. Beyond it every second record goes, again and again, so that
        those that stay are spread evenly over the training; the first, the last and those at
        which an onset begins stay before all others. Numbers are thinned in the same way when
        they alone pass a quarter of it.
    folder : path, optional
        Where to keep everything instead, in a new folder ``run-0001`` or the next free number;
        a relative one is that of this moment, wherever Python goes later. Nothing is dropped
        there, and a killed kernel loses the last moment at most. In memory are then only
        numbers, up to three quarters of the limit (16 MB if that is more), and records read
        lately; and, while the folder cannot be written, what comes: it is written once there is
        room.
    model : str
        The model's name.

    Attributes
    ----------
    layers : tuple of dict
    model : str
    memory : int
    lock : CallLock
    trouble : str
        What could not be written or read, in sentences; "" while all is well.

    Raises
    ------
    TypeError, ValueError
        The memory is not a number of bytes from 0 on, or the layers hold what JSON does not know.
    OSError
        The folder cannot be written.
    """

    _as_given = frozenset({"memory"})

    @spelt
    def __init__(
        self,
        layers: Sequence[Mapping[str, Any]],
        *,
        memory: int = DEFAULT_MEMORY,
        folder: str | os.PathLike[str] | None = None,
        model: str = "",
    ) -> None:
        memory = whole_number("memory", memory, 0, "of bytes")
        plain = _plain_layers(layers)
        text("model", model)
        if folder is not None:
            path_of("folder", folder)
        kept = None if folder is None else HistoryFolder.create(folder, model, plain)
        self._begin(plain, memory, model, kept)

    def _begin(
        self,
        layers: Sequence[Mapping[str, Any]],
        memory: int,
        model: str,
        folder: HistoryFolder | None,
        *,
        read_only: bool = False,
    ) -> None:
        self.layers = tuple(dict(layer) for layer in layers)
        self.model = model
        self.memory = memory
        self.lock = CallLock()
        self._folder = folder
        self._read_only = read_only
        self._store = MomentStore(int(_FOR_NUMBERS * memory))
        self._cache = _Cache(int(min(_FOR_CACHE * memory, _MOST_CACHE)))
        self._places: dict[Place, None] = {}
        self._onsets: tuple[Onset, ...] = ()
        # What these were last made from: a watch gives the same again until something changes.
        self._given: Sequence[Onset] | None = None
        # The number of the moment that leads to an onset, by the onset's step.
        self._marks: dict[int, int] = {}
        self._unkept = LeftOut("layer", "cannot be kept")
        self._room_trouble = ""
        self._unreadable = LeftOut("record", "of the folder cannot be read")
        # Names of their files: each moment may name the same one.
        self._unread: set[str] = set()
        self._writer: FolderWriter | None = None
        if folder is not None and not read_only:
            self._writer = FolderWriter(folder, self._store, self._moment)
        self._is_made = True

    @classmethod
    def open(cls, folder: str | os.PathLike[str], *, memory: int = DEFAULT_MEMORY) -> History:
        """Open a history that was kept in a folder: to be read, without its model.

        Parameters
        ----------
        folder : path
            Of one history, or one that holds several: then the newest with a moment is opened.
        memory : int
            The most bytes to take, as for a new history.

        Raises
        ------
        FileNotFoundError
            There is no such folder, or no history in it.
        PermissionError
            It, or a history in it, may not be read.
        ValueError
            It was written by a newer version, or by something else. What is merely damaged is
            left out, and `trouble` says so.
        """
        history = cls.__new__(cls)
        limit = whole_number("memory", memory, 0, "of bytes")
        kept = HistoryFolder.find(path_of("folder", folder))
        history._begin(kept.layers, limit, kept.model, kept, read_only=True)
        for line in kept.lines():
            files = {}
            for place, name in line.files.items():
                if kept.has_record(name):
                    files[place] = name
                else:
                    history._unreadable.add(name, "it is not there")
            history._store.add(line.moment, {}, files)
            history._places.update(dict.fromkeys(line.files))
            if history._store.number_bytes > history._number_room:
                # Where onsets begin is where moments stay.
                history._take_onsets(kept.reader.onsets)
                history._stay_within_limit()
        history._take_onsets(kept.reader.onsets)
        history._stay_within_limit()
        if kept.header_trouble and not len(history):
            raise ValueError(
                f"{os.fspath(kept.path)!r} is damaged or no history's: history.json "
                f"({kept.header_trouble}), and there is no moment that can be read"
            )
        listed = {layer["path"] for layer in history.layers}
        others = dict.fromkeys([*kept.reader.layers, *(place.layer for place in history._places)])
        history.layers += tuple({"path": path} for path in others if path not in listed)
        return history

    def append(self, moment: Moment, onsets: Sequence[Onset] | None = None) -> None:
        """Add a moment.

        Parameters
        ----------
        moment : Moment
            Its records may be live ones: what is drawn and told of them is kept, not their
            values. One with the step of the last moment takes its place; records that only the
            earlier one has stay.
        onsets : sequence of Onset, optional
            All as they stand now; by default those of before.

        Raises
        ------
        TypeError, ValueError
            No moment; or its step is below 0 or below the last one, or the history was opened
            to be read.
        """
        if self._read_only:
            raise ValueError("this history was opened to be read: nothing can be added to it")
        instance("moment", moment, Moment)
        step = whole_number("step", moment.step, 0)
        if step > MOST_WHOLE:
            raise ValueError(f"step must be less than 2**63; got {step}")
        if onsets is not None:
            each_instance("onsets", onsets, Onset)
        # This takes longest, and needs nothing of the history.
        records = {Place(*place): record for place, record in moment.records.items()}
        large = {each: of for each, of in records.items() if of.n_channels > MOST_CHANNELS}
        records = {each: of for each, of in records.items() if each not in large}
        kept = _keep_all(records)
        with self.lock:
            for place, record in large.items():
                channels = f"{record.n_channels:,} channels, and {MOST_CHANNELS:,} are the most"
                self._unkept.add(place.layer, channels)
            self._check_step(moment.step)
            files = None
            if self._writer is not None:
                now = self._onsets if onsets is None else onsets
                files = self._writer.write(moment, kept, now)
            if files is None:
                self._store.add(moment, kept, {})
                if self._writer is not None:
                    self._writer.wait(self._store.entries[-1].number)
            else:
                self._store.add(moment, {}, files)
                for place, record in kept.items():
                    self._cache.put(files[place], record)
            self._places.update(dict.fromkeys(kept))
            if onsets is not None:
                self._take_onsets(onsets)
            self._stay_within_limit()

    @property
    def onsets(self) -> tuple[Onset, ...]:
        """What went wrong, by the step at which it was first seen."""
        return self._onsets

    def first(self, kind: str) -> Onset | None:
        """The first onset of a kind; one that training brought about before one there was.

        Raises
        ------
        ValueError
            There is no such kind.
        """
        return _first(self._onsets, kind)

    @property
    def trouble(self) -> str:
        """What could not be written or read, in sentences; "" while all is well."""
        with self.lock:
            told = [self._room_trouble, str(self._unkept)]
            if self._writer is not None:
                told += self._writer.troubles
            if self._folder is not None:
                told += self._folder.troubles
            return " ".join(filter(None, [*told, str(self._unreadable)]))

    def sync(self) -> None:
        """Wait until all moments would outlast a power cut; what cannot be written is told."""
        with self.lock:
            if self._writer is not None:
                self._writer.sync()

    @property
    def folder(self) -> str | None:
        """The folder of this very history; None where it is in memory alone."""
        return None if self._folder is None else os.fspath(self._folder.path)

    @property
    def read_only(self) -> bool:
        """Whether it was opened from a folder, and takes no more moments."""
        return self._read_only

    @property
    def nbytes(self) -> int:
        """Memory taken by numbers and records, in bytes."""
        with self.lock:
            return self._store.number_bytes + self._store.record_bytes + self._cache.nbytes

    @property
    def steps(self) -> NDArray[np.int64]:
        """The step of each moment, ascending; shape (moments,)."""
        with self.lock:
            return np.array([entry.step for entry in self._store.entries], dtype=np.int64)

    @property
    def places(self) -> tuple[Place, ...]:
        """All of which there was ever a record, in the order in which they came."""
        with self.lock:
            return tuple(self._places)

    @property
    def counts(self) -> dict[Place, int]:
        """Of how many moments there is a record of each place, where there is one."""
        with self.lock:
            found = Counter(
                place for entry in self._store.entries for place in {**entry.files, **entry.records}
            )
            return {place: found[place] for place in self._places if place in found}

    def holds(self, place: Place) -> NDArray[np.bool_]:
        """Whether there is a record of this place at each moment; shape (moments,)."""
        _check_place(place)
        with self.lock:
            there = [entry.has(place) for entry in self._store.entries]
            return np.array(there, dtype=np.bool_)

    def numbers(self, name: str) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """One number of every layer over time.

        Parameters
        ----------
        name : str
            A number of `LayerHealth`, such as those of `HEALTH_NUMBERS`.

        Returns
        -------
        paths : tuple of str
            The layers of the last moment in execution order, then those that are gone.
        numbers : ndarray of float32, shape (moments, layers)
            NaN where it is not known, or the layer is not there.

        Raises
        ------
        ValueError
            There is no such number.
        """
        one_of("name", name, ("dead_share", *HEALTH_FIELDS))
        with self.lock:
            paths = self._store.paths
            if name == "dead_share":
                channels = self._store.numbers("channels")
                channels[channels == 0] = np.nan
                column = self._store.numbers("dead") / channels
            else:
                column = self._store.numbers(name)
        with np.errstate(over="ignore"):
            return paths, column.astype(np.float32)

    def at(self, step: int) -> Moment:
        """The moment at a step, or the last one before it.

        Raises
        ------
        TypeError, ValueError
            No whole number, or there is none.
        """
        step = whole_number("step", step)
        with self.lock:
            index = self._store.index_at(step)
            if index < 0:
                begins = (
                    f"begins at step {self._store.entries[0].step:,}"
                    if self._store.entries
                    else "is empty"
                )
                raise ValueError(f"there is no moment at step {step:,}: the history {begins}")
            return self._moment(index)

    def __len__(self) -> int:
        with self.lock:
            return len(self._store.entries)

    def __getitem__(self, index: int) -> Moment:
        index = whole_number("the number of a moment", index)
        with self.lock:
            count = len(self._store.entries)
            if not -count <= index < count:
                raise NoMoment(
                    f"there is no moment number {index}: the history has {count:,}, of which -1 "
                    "is the last"
                )
            return self._moment(range(count)[index])

    def __iter__(self) -> Iterator[Moment]:
        """The moments there are now; those that go in the meantime are left out."""
        with self.lock:
            numbers = [entry.number for entry in self._store.entries]
        for number in numbers:
            with self.lock:
                index = self._store.index_of(number)
                if index is None:
                    continue
                moment = self._moment(index)
            yield moment

    def __repr__(self) -> str:
        with self.lock:
            count = len(self._store.entries)
            parts = [f"{count:,} moment{'' if count == 1 else 's'}"]
            if count:
                first, last = self._store.entries[0].step, self._store.entries[-1].step
                parts.append(f"steps {first:,} to {last:,}" if count > 1 else f"step {first:,}")
            if self._store.every_moment > 1:
                parts.append(f"one of {self._store.every_moment:,} of all updates")
            if self._store.every_record > 1:
                parts.append(f"pictures of one of {self._store.every_record:,} updates")
            parts.append(f"{self.nbytes / 2**20:,.1f} MB in memory")
            if self._folder is not None:
                parts.append(f"{'read from' if self._read_only else 'kept in'} {self.folder!r}")
            if self.trouble:
                parts.append(self.trouble)
            return f"History({', '.join(parts)})"

    # Adding

    def _check_step(self, step: int) -> None:
        if self._store.entries and step < self._store.entries[-1].step:
            raise ValueError(
                f"moments come in the order of their steps; got step {step:,} after step "
                f"{self._store.entries[-1].step:,}"
            )

    def _take_onsets(self, onsets: Sequence[Onset]) -> None:
        if onsets is self._given:
            return
        self._onsets = tuple(sorted(onsets, key=lambda onset: onset.step))
        marks = {}
        for onset in self._onsets:
            number = self._marks.get(onset.step)
            if number is None:
                index = self._store.index_at(onset.step)
                if index < 0:
                    continue
                number = self._store.entries[index].number
            marks[onset.step] = number
        self._marks = marks
        firsts = [_first(self._onsets, kind) for kind in ONSET_KINDS]
        self._store.mark(
            set(marks.values()),
            {marks[onset.step] for onset in firsts if onset is not None and onset.step in marks},
        )
        self._given = onsets if isinstance(onsets, tuple) else None

    @property
    def _number_room(self) -> int:
        if self._folder is None:
            return int(_FOR_NUMBERS * self.memory)
        return max(int(_FOR_NUMBERS_BESIDE_FOLDER * self.memory), _LEAST_BESIDE_FOLDER)

    def _stay_within_limit(self) -> None:
        self._store.limit_numbers(self._number_room)
        room = self.memory - self._store.number_bytes - self._cache.nbytes
        if not self._store.limit_records(max(0, room)):
            self._room_trouble = (
                f"{self.memory / 2**20:,.1f} MB of memory hold no record of a single moment."
            )

    # Reading

    def _moment(self, index: int) -> Moment:
        entry = self._store.entries[index]
        return Moment(
            step=entry.step,
            epoch=entry.epoch,
            seconds=entry.seconds,
            health={
                path: LayerHealth.from_numbers(numbers)
                for path, numbers in self._store.health(index).items()
            },
            logs=dict(zip(entry.log_names, entry.log_values, strict=True)),
            records=MomentRecords(entry.records, entry.files, partial(self._read, entry)),
            samples=entry.samples,
        )

    def _read(self, entry: Entry, place: Place) -> Kept | None:
        """A record from the folder; None, and it is no longer there, where it cannot be read."""
        assert self._folder is not None
        with self.lock:
            name = entry.files.get(place)
            if name is None:
                return None
            record = self._cache.get(name)
            if record is not None:
                return record
            if name not in self._unread:
                try:
                    record = self._folder.read_record(name)
                except Exception as error:  # damage may show anywhere
                    self._unread.add(name)
                    self._unreadable.add(name, error)
                else:
                    self._cache.put(name, record)
                    return record
            del entry.files[place]
            return None


def _keep_all(records: Mapping[Place, LayerPicture]) -> dict[Place, Kept]:
    if len(records) < 2:
        return {place: keep(record) for place, record in records.items()}
    with ThreadPoolExecutor(_THREADS) as pool:
        return dict(zip(records, pool.map(keep, records.values()), strict=True))


def _check_place(place: Any) -> None:
    is_place = isinstance(place, tuple) and len(place) == 3
    if not is_place or not all(isinstance(part, str) for part in place):
        raise TypeError(f"place must be a Place(layer, view, weight); got {described(place)}")
    one_of("view", place[1], VIEW_NAMES)


def _first(onsets: Sequence[Onset], kind: str) -> Onset | None:
    one_of("kind", kind, ONSET_KINDS)
    found = [onset for onset in onsets if onset.kind == kind]
    return min(found, key=lambda onset: (onset.from_start, onset.step), default=None)


def _plain_layers(layers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The layers as they come back from a file."""
    if isinstance(layers, (str, Mapping)) or not isinstance(layers, Iterable):
        raise TypeError(f"layers must be several dicts; got {described(layers)}")
    for each in layers:
        mapping("each of layers", each, "names to plain values")
    try:
        plain: list[dict[str, Any]] = json.loads(json.dumps(list(layers), allow_nan=False))
    except RecursionError as error:
        raise ValueError(
            "layers must hold plain values that JSON knows, not endless ones"
        ) from error
    except (TypeError, ValueError) as error:
        raise type(error)(f"layers must hold plain values that JSON knows: {error}") from error
    return plain
