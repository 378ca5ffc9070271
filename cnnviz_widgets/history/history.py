"""What was seen of a model over a training, to go back to: in bounded memory, or in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..records.layer_health import HEALTH_FIELDS
from ..records.place import Place
from ..runtime.call_stack import CallLock
from ..validation.fixed_attributes import FixedAttributes
from ..validation.keywords import checked_keywords
from ..validation.objects import each_instance, instance, optional
from ..validation.plain_json import MOST_WHOLE
from ..validation.scalars import whole_number
from ..validation.texts import one_of, path_of, text
from .layer_list import plain_layers
from .maps.kept_maps import KeptMaps
from .memory_limit import DEFAULT_MEMORY, MemoryLimit
from .moment import Moment
from .moment_store import MomentStore, NoMoment, told_of
from .onset_marks import OnsetMarks
from .onsets import Onset
from .record_keeping import check_place, keep_records
from .samples.kept_samples import KeptSamples
from .storage.folder import HistoryFolder
from .storage.folder_writer import FolderWriter
from .storage.left_out import LeftOut
from .stored_moments import StoredMoments
from .training_logs import LogTable, TrainingLogs


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
    samples : KeptSamples
        What led the rows, and where the model was shown other inputs.
    maps : KeptMaps
        The map of the whole network at some of the steps, where one was followed.
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

    @checked_keywords
    def __init__(
        self,
        layers: Sequence[Mapping[str, Any]],
        *,
        memory: int = DEFAULT_MEMORY,
        folder: str | os.PathLike[str] | None = None,
        model: str = "",
    ) -> None:
        memory = whole_number("memory", memory, 0, "of bytes")
        plain = plain_layers(layers)
        text("model", model)
        path = None if folder is None else path_of("folder", folder)
        kept = None if path is None else HistoryFolder.create(path, model, plain)
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
        self._limit = MemoryLimit(memory, has_folder=folder is not None)
        self._store = MomentStore(self._limit.for_new_store)
        self._moments = StoredMoments(self._store, folder, self.lock, self._limit.for_cache)
        self.samples = KeptSamples(self._store, self.lock, folder, memory // 8)
        self.maps = KeptMaps(self.lock, folder, memory // 8)
        self._others = (self._moments.cache, self.samples, self.maps)
        self._places: dict[Place, None] = {}
        self._marks = OnsetMarks()
        self._logs = LogTable()
        self._unkept = LeftOut("layer", "cannot be kept")
        self._writer: FolderWriter | None = None
        if folder is not None and not read_only:
            self._writer = FolderWriter(folder, self._store, self._moments.at)
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
        limit = whole_number("memory", memory, 0, "of bytes")
        kept = HistoryFolder.find(path_of("folder", folder))
        history = cls.__new__(cls)
        history._reopen(kept, limit)  # noqa: SLF001  # this is its constructor
        return history

    def _reopen(self, folder: HistoryFolder, memory: int) -> None:
        self._begin(folder.layers, memory, folder.model, folder, read_only=True)
        for line in folder.lines():
            files = {}
            for place, name in line.files.items():
                if folder.has_record(name):
                    files[place] = name
                else:
                    self._moments.unreadable.add(name, "it is not there")
            self._store.add(line.moment, {}, files)
            self._logs.extend(line.logs)
            self._places.update(dict.fromkeys(line.files))
            if self._store.number_bytes > self._limit.for_numbers:
                # Where onsets begin is where moments stay.
                self._stay_within_limit(folder.reader.onsets)
        self._stay_within_limit(folder.reader.onsets)
        self.samples.read()
        self.maps.read()
        if folder.header_trouble and not len(self):
            raise ValueError(
                f"{os.fspath(folder.path)!r} is damaged or no history's: history.json "
                f"({folder.header_trouble}), and there is no moment that can be read"
            )
        listed = {layer["path"] for layer in self.layers}
        others = dict.fromkeys([*folder.reader.layers, *(place.layer for place in self._places)])
        self.layers += tuple({"path": path} for path in others if path not in listed)

    def append(
        self,
        moment: Moment,
        onsets: Sequence[Onset] | None = None,
        logs: TrainingLogs | None = None,
    ) -> None:
        """Add a moment.

        Parameters
        ----------
        moment : Moment
            Its records may be live ones: what is drawn and told of them is kept, not their
            values. One with the step of the last moment takes its place; records that only the
            earlier one has stay.
        onsets : sequence of Onset, optional
            All as they stand now; by default those of before.
        logs : TrainingLogs, optional
            Losses and metrics batch by batch, since the moment before.

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
        logs = optional("logs", logs, TrainingLogs) or TrainingLogs()
        # This takes longest, and needs nothing of the history.
        kept = keep_records(moment.records)
        with self.lock:
            for place, reason in kept.too_large.items():
                self._unkept.add(place.layer, reason)
            self._store.check_next(moment.step)
            files = None
            if self._writer is not None:
                now = self._marks.onsets if onsets is None else onsets
                files = self._writer.write(moment, kept.records, now, logs)
            if files is None:
                self._store.add(moment, kept.records, {})
                if self._writer is not None:
                    self._writer.wait(self._store.entries[-1].number)
            else:
                self._store.add(moment, {}, files)
                for place, record in kept.records.items():
                    self._moments.cache.put(files[place], record)
            self._places.update(dict.fromkeys(kept.records))
            self._logs.extend(logs)
            self._stay_within_limit(onsets)

    def _stay_within_limit(self, onsets: Sequence[Onset] | None) -> None:
        if onsets is not None:
            self._marks.take(onsets, self._store)
        self._limit.hold(self._store, sum(each.nbytes for each in self._others))

    @property
    def onsets(self) -> tuple[Onset, ...]:
        """What went wrong, by the step at which it was first seen."""
        return self._marks.onsets

    @property
    def logs(self) -> TrainingLogs:
        """Losses and metrics over time, batch by batch; up to 82 kB a curve beside `memory`."""
        with self.lock:
            return self._logs.logs

    def first(self, kind: str) -> Onset | None:
        """The first onset of a kind; one that training brought about before one there was.

        Raises
        ------
        ValueError
            There is no such kind.
        """
        return self._marks.first(kind)

    @property
    def trouble(self) -> str:
        """What could not be written or read, in sentences; "" while all is well."""
        with self.lock:
            troubles = [self._limit.trouble, str(self._unkept), self.samples.trouble]
            troubles.append(self.maps.trouble)
            for files in (self._writer, self._folder):
                troubles += [] if files is None else files.troubles
            return " ".join(filter(None, [*troubles, str(self._moments.unreadable)]))

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
            others = sum(each.nbytes for each in self._others)
            return self._store.number_bytes + self._store.record_bytes + others

    @property
    def steps(self) -> NDArray[np.int64]:
        """The step of each moment, ascending; shape (moments,)."""
        with self.lock:
            return self._store.steps

    @property
    def places(self) -> tuple[Place, ...]:
        """All of which there was ever a record, in the order in which they came."""
        with self.lock:
            return tuple(self._places)

    @property
    def counts(self) -> dict[Place, int]:
        """Of how many moments there is a record of each place, where there is one."""
        with self.lock:
            counts = self._store.counts
            return {place: counts[place] for place in self._places if place in counts}

    def holds(self, place: Place) -> NDArray[np.bool_]:
        """Whether there is a record of this place at each moment; shape (moments,)."""
        check_place(place)
        with self.lock:
            return self._store.holds(place)

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
            is_share = name == "dead_share"
            column = self._store.dead_shares() if is_share else self._store.numbers(name)
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
                entries = self._store.entries
                begins = f"begins at step {entries[0].step:,}" if entries else "is empty"
                raise ValueError(f"there is no moment at step {step:,}: the history {begins}")
            return self._moments.at(index)

    def __len__(self) -> int:
        with self.lock:
            return len(self._store.entries)

    def __getitem__(self, index: int) -> Moment:
        index = whole_number("the number of a moment", index)
        with self.lock:
            count = len(self._store.entries)
            if not -count <= index < count:
                has = f"the history has {count:,}, of which -1 is the last"
                raise NoMoment(f"there is no moment number {index}: {has}")
            return self._moments.at(range(count)[index])

    def __iter__(self) -> Iterator[Moment]:
        """The moments there are now; those that go in the meantime are left out."""
        with self.lock:
            numbers = [entry.number for entry in self._store.entries]
        for number in numbers:
            with self.lock:
                index = self._store.index_of(number)
                if index is None:
                    continue
                moment = self._moments.at(index)
            yield moment

    def __repr__(self) -> str:
        with self.lock:
            kept = "read from" if self._read_only else "kept in"
            where = f"{kept} {self.folder!r}" if self._folder else ""
            return f"History({told_of(self._store, self.nbytes, where, self.trouble)})"
