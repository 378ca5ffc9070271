"""Moments in bounded memory: their numbers, and the records of some of them."""

from __future__ import annotations

import operator
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from ..records.layer_health import HEALTH_FIELDS
from ..records.place import Place
from ..records.sample_subset import SampleChoice
from ..records.samples.row_heads import SampleAnswers
from ..records.samples.shown_inputs import ShownInputs
from ..records.snapshot import Snapshot
from .moment import Moment
from .number_table import NumberTable
from .thinning import thin_evenly

# Python's own objects around each array of a record.
_ARRAY_OVERHEAD = 300
# A block of numbers is so small a part of their room that one more does not matter.
_BLOCKS, _LARGEST_BLOCK = 16, 2**18


class NoMoment(IndexError, ValueError):
    """A number that no moment of the history has."""


def bytes_of(record: Snapshot) -> int:
    """Memory of a kept record, in bytes."""
    return record.nbytes + _ARRAY_OVERHEAD * len(record.arrays)


@dataclass(slots=True, eq=False)
class Entry:
    """A moment as it is held; its layers' numbers are a row of a table.

    Attributes
    ----------
    number : int
        How many moments were added before it.
    step : int
    epoch : int or None
    seconds : float
    paths : tuple of str
        The layers whose numbers are known.
    log_names : tuple of str
    log_values : tuple of float
    records : dict of Place to Snapshot
        Those in memory.
    files : dict of Place to str
        Names of the files of those that are not.
    samples : SampleChoice or None
    inputs : ShownInputs or None
    answers : SampleAnswers or None
    scales : dict of str to float
    nbytes : int
        Memory of all this but the records.
    """

    number: int
    step: int
    epoch: int | None
    seconds: float
    paths: tuple[str, ...]
    log_names: tuple[str, ...]
    log_values: tuple[float, ...]
    records: dict[Place, Snapshot]
    files: dict[Place, str]
    samples: SampleChoice | None = None
    inputs: ShownInputs | None = None
    answers: SampleAnswers | None = None
    scales: dict[str, float] = field(default_factory=dict)
    nbytes: int = 0

    def __post_init__(self) -> None:
        numbers = (self.number, self.step, self.seconds, *self.log_values)
        held = (self, self.log_values, {}, self.files, *numbers, *self.files.values())
        self.nbytes = sum(map(sys.getsizeof, (*held, self.scales, *self.scales.values())))
        if self.answers is not None:
            self.nbytes += self.answers.nbytes

    @property
    def record_bytes(self) -> int:
        """Memory of the records, in bytes."""
        return sum(map(bytes_of, self.records.values()))

    def has(self, place: Place) -> bool:
        """Whether there is a record of this place."""
        return place in self.records or place in self.files


@dataclass(frozen=True, eq=False)
class _Rows:
    """The moments, and a row of numbers for each; after an interrupt perhaps one more."""

    entries: list[Entry]
    table: NumberTable


class MomentStore:
    """Moments in the order of their steps, thinned evenly where there is no more room.

    An interrupt may leave a change half done: whatever comes next, be it only to read, mends it.
    So one thread at a time may use it.

    Parameters
    ----------
    number_room : int
        The most bytes that numbers may take.

    Attributes
    ----------
    every_moment, every_record : int
        Of how many moments one stays, and of how many one stays with its records in memory, but
        for the first, the last and the marked ones.
    record_bytes : int
        Memory of the records.
    """

    def __init__(self, number_room: int) -> None:
        self.every_moment = 1
        self.every_record = 1
        self.record_bytes = 0
        block = min(_LARGEST_BLOCK, number_room // _BLOCKS)
        self._rows = _Rows([], NumberTable(len(HEALTH_FIELDS), block))
        self._is_whole = True
        self._entry_bytes = 0
        self._holders: list[Entry] = []
        self._added = 0
        self._marked: Collection[int] = frozenset()
        self._first_marks: Collection[int] = frozenset()

    @property
    def entries(self) -> list[Entry]:
        """The moments there are."""
        return self._whole().entries

    @property
    def number_bytes(self) -> int:
        """Memory of everything but the records."""
        return self._whole().table.nbytes + self._entry_bytes

    @property
    def paths(self) -> tuple[str, ...]:
        """The layers of the last moment, then those that are gone."""
        return self._whole().table.names

    @property
    def steps(self) -> NDArray[np.int64]:
        """The step of each moment, ascending."""
        return np.array([entry.step for entry in self.entries], dtype=np.int64)

    @property
    def counts(self) -> Counter[Place]:
        """Of how many moments there is a record of each place."""
        return Counter(
            place for entry in self.entries for place in {**entry.files, **entry.records}
        )

    def holds(self, place: Place) -> NDArray[np.bool_]:
        """Whether there is a record of a place at each moment."""
        return np.array([entry.has(place) for entry in self.entries], dtype=np.bool_)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """One of `HEALTH_FIELDS` of all layers, shape (moments, layers)."""
        return self._whole().table.column(HEALTH_FIELDS.index(name))

    def dead_shares(self) -> NDArray[np.float64]:
        """The share of dead channels of all layers, shape (moments, layers)."""
        channels = self.numbers("channels")
        channels[channels == 0] = np.nan
        return self.numbers("dead") / channels

    def health(self, index: int) -> dict[str, list[float]]:
        """The numbers of all layers at one moment, in the order of execution then."""
        rows = self._whole()
        return rows.table.row(index, rows.entries[index].paths)

    def index_at(self, step: int) -> int:
        """Index of the moment at a step, or of the last one before it; -1 where there is none."""
        return bisect_right(self.entries, step, key=operator.attrgetter("step")) - 1

    def index_of(self, number: int) -> int | None:
        """Index of the entry with this number; None where it is gone."""
        entries = self.entries
        index = bisect_right(entries, number, key=operator.attrgetter("number")) - 1
        return index if index >= 0 and entries[index].number == number else None

    def check_next(self, step: int) -> None:
        """Refuse a moment before the last one.

        Raises
        ------
        ValueError
            It is one.
        """
        if self.entries and step < self.entries[-1].step:
            raise ValueError(
                f"moments come in the order of their steps; got step {step:,} after step "
                f"{self.entries[-1].step:,}"
            )

    def mark(self, marked: Collection[int], first_marks: Collection[int]) -> None:
        """Let entries with these numbers stay before all others."""
        self._marked, self._first_marks = frozenset(marked), frozenset(first_marks)

    def add(
        self, moment: Moment, records: Mapping[Place, Snapshot], files: Mapping[Place, str]
    ) -> None:
        """Add a moment; one with the step of the last takes its place and keeps its records."""
        with self._changing() as rows:
            paths, names = tuple(moment.health), tuple(moment.logs)
            samples, inputs = moment.samples, moment.inputs
            number, held, filed = self._added, dict(records), dict(files)
            if rows.entries:
                last = rows.entries[-1]
                # Names that stay the same take memory once.
                paths = last.paths if last.paths == paths else paths
                names = last.log_names if last.log_names == names else names
                samples = last.samples if last.samples == samples else samples
                inputs = last.inputs if last.inputs == inputs else inputs
                if last.step == moment.step:
                    number = last.number
                    held = {**last.records, **held}
                    filed = {**last.files, **filed}
                    self._remove(last, rows)
                else:
                    self._no_longer_last(last, rows)
            entry = Entry(
                number=number,
                step=operator.index(moment.step),
                epoch=None if moment.epoch is None else int(moment.epoch),
                seconds=float(moment.seconds),
                paths=paths,
                log_names=names,
                log_values=tuple(float(value) for value in moment.logs.values()),
                records=held,
                files=filed,
                samples=samples,
                inputs=inputs,
                answers=moment.answers,
                scales=_by_names_of(paths, moment.scales),
            )
            health = {path: health.numbers for path, health in moment.health.items()}
            rows.table.append(health)
            rows.entries.append(entry)
            self._entry_bytes += entry.nbytes
            self._added = number + 1
            if held:
                self._holders.append(entry)
                self.record_bytes += entry.record_bytes

    def put_in_files(self, number: int, files: Mapping[Place, str]) -> None:
        """The records of the moment with this number are in files from now on, not in memory."""
        index = self.index_of(number)
        if index is None:
            return
        with self._changing() as rows:
            entry = rows.entries[index]
            filed = {**entry.files, **files}
            held = {place: record for place, record in entry.records.items() if place not in filed}
            rows.entries[index] = replace(entry, files=filed, records=held)
            self._recount()

    def _whole(self) -> _Rows:
        """The rows, mended where the last change was interrupted."""
        if not self._is_whole:
            self._rows.table.mend(len(self._rows.entries))
            self._recount()
            self._is_whole = True
        return self._rows

    @contextmanager
    def _changing(self) -> Iterator[_Rows]:
        rows = self._whole()
        self._is_whole = False
        yield rows
        self._is_whole = True

    def _recount(self) -> None:
        entries = self._rows.entries
        self._entry_bytes = sum(entry.nbytes for entry in entries)
        self._holders = [entry for entry in entries if entry.records]
        self.record_bytes = sum(entry.record_bytes for entry in self._holders)
        self._added = entries[-1].number + 1 if entries else 0

    def _no_longer_last(self, last: Entry, rows: _Rows) -> None:
        """The last moment stays for being the last; once another comes, only in its turn."""
        if last.number in self._marked:
            return
        if last.number % self.every_moment:
            self._remove(last, rows)
        elif last.number % self.every_record and self._holders[:1] != [last]:
            self._drop_last_records(last)

    def _remove(self, last: Entry, rows: _Rows) -> None:
        self._drop_last_records(last)
        rows.entries.pop()
        self._entry_bytes -= last.nbytes
        rows.table.drop_last()

    def _drop_last_records(self, last: Entry) -> None:
        if last.records:
            self.record_bytes -= last.record_bytes
            self._holders.pop()
            last.records = {}

    def limit_numbers(self, room: int) -> None:
        """Thin the moments where their numbers take more room; the last one always stays."""
        taken = self.number_bytes
        if taken <= room:
            return
        with self._changing() as rows:
            sizes = np.full(len(rows.entries), taken // len(rows.entries))
            staying, self.every_moment = self._thinned(rows.entries, sizes, room, self.every_moment)
            staying[-1] = True
            # Both at once, and only when they are there: nothing lies between.
            self._rows = _Rows(list(compress(rows.entries, staying)), rows.table.kept(staying))
            self._recount()

    def limit_records(self, room: int) -> bool:
        """Thin the records where they take more room; whether the last moment's fit at all."""
        if self.record_bytes <= room:
            return True
        with self._changing():
            sizes = np.array([entry.record_bytes for entry in self._holders])
            staying, self.every_record = self._thinned(
                self._holders, sizes, room, self.every_record
            )
            for entry in compress(self._holders, ~staying):
                entry.records = {}
            self._recount()
        return bool(staying[-1])

    def _thinned(
        self, entries: Sequence[Entry], sizes: NDArray[np.int64], room: int, every: int
    ) -> tuple[NDArray[np.bool_], int]:
        return thin_evenly(
            np.array([entry.number for entry in entries], dtype=np.int64),
            sizes,
            room,
            every=every,
            marked=self._marked,
            first_marks=self._first_marks,
        )


def _by_names_of(paths: Sequence[str], scales: Mapping[str, float]) -> dict[str, float]:
    """By the names that are held anyway."""
    return {path: float(scales[path]) for path in paths if path in scales}


def told_of(store: MomentStore, nbytes: int, where: str, trouble: str) -> str:
    """A store in words: what it holds, of what, the memory that it takes, and where it is."""
    entries = store.entries
    parts = [f"{len(entries):,} moment{'' if len(entries) == 1 else 's'}"]
    if entries:
        first, last = entries[0].step, entries[-1].step
        parts.append(f"steps {first:,} to {last:,}" if len(entries) > 1 else f"step {first:,}")
    if store.every_moment > 1:
        parts.append(f"one of {store.every_moment:,} of all updates")
    if store.every_record > 1:
        parts.append(f"pictures of one of {store.every_record:,} updates")
    return ", ".join(filter(None, [*parts, f"{nbytes / 2**20:,.1f} MB in memory", where, trouble]))
