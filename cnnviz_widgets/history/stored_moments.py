"""Moments as a history gives them out, their records read from the folder on demand."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from ..records.layer_health import LayerHealth
from ..records.place import Place
from ..records.snapshot import Snapshot
from ..runtime.call_stack import CallLock
from .moment import Moment
from .moment_store import Entry, MomentStore, bytes_of
from .storage.folder import HistoryFolder
from .storage.left_out import LeftOut
from .storage.moment_records import MomentRecords


class RecordCache:
    """Records read lately, by the names of their files, up to so many bytes."""

    def __init__(self, most: int) -> None:
        self.nbytes = 0
        self._most = most
        self._records: OrderedDict[str, Snapshot] = OrderedDict()

    def get(self, name: str) -> Snapshot | None:
        """The record of a file, if it is held."""
        if name in self._records:
            self._records.move_to_end(name)
        return self._records.get(name)

    def put(self, name: str, record: Snapshot) -> None:
        """Hold a record, in the place of those not read for longest."""
        if name in self._records:
            self.nbytes -= bytes_of(self._records.pop(name))
        self._records[name] = record
        self.nbytes += bytes_of(record)
        while self.nbytes > self._most:
            self.nbytes -= bytes_of(self._records.popitem(last=False)[1])


class StoredMoments:
    """The moments of a store as they are given out.

    Parameters
    ----------
    store : MomentStore
    folder : HistoryFolder or None
        Where the records are that are not in the store.
    lock : CallLock
        Held while a record is read.
    room : int
        Bytes of records that are held once they are read.

    Attributes
    ----------
    cache : RecordCache
    unreadable : LeftOut
        Records that could not be read.
    """

    def __init__(
        self, store: MomentStore, folder: HistoryFolder | None, lock: CallLock, room: int
    ) -> None:
        self.cache = RecordCache(room)
        self.unreadable = LeftOut("record", "of the folder cannot be read")
        self._store = store
        self._folder = folder
        self._lock = lock
        # Names of their files: each moment may name the same one.
        self._unread: set[str] = set()

    def at(self, index: int) -> Moment:
        """The moment with an index in the store."""
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
            inputs=entry.inputs,
            answers=entry.answers,
            scales=dict(entry.scales),
        )

    def _read(self, entry: Entry, place: Place) -> Snapshot | None:
        """A record from the folder; None, and it is no longer there, where it cannot be read."""
        assert self._folder is not None
        with self._lock:
            name = entry.files.get(place)
            if name is None:
                return None
            record = self.cache.get(name)
            if record is not None:
                return record
            if name not in self._unread:
                try:
                    record = self._folder.read_record(name)
                except Exception as error:  # damage may show anywhere
                    self._unread.add(name)
                    self.unreadable.add(name, error)
                else:
                    self.cache.put(name, record)
                    return record
            del entry.files[place]
            return None
