"""Which samples the moments of a history were of, and what led their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple, Protocol

from ...records.samples.led_rows import LedRows
from ...records.samples.shown_inputs import ShownInputs
from ...runtime.call_stack import CallLock
from ..moment_store import MomentStore
from ..storage.left_out import LeftOut, reason
from .entries import read_samples, samples_line
from .kept_scales import KeptScales


class InputChange(NamedTuple):
    """Other inputs were shown to the model from a step on.

    Attributes
    ----------
    step : int
        Of the first moment that is of these.
    inputs : ShownInputs or None
        None: those that were given first.
    """

    step: int
    inputs: ShownInputs | None


class SamplesFile(Protocol):
    """Where lines of samples are kept: a `HistoryFolder`."""

    def append_samples(self, line: bytes) -> None:
        """Add a line; raises OSError."""

    def samples_lines(self, left_out: LeftOut) -> Iterator[tuple[str, bytes]]:
        """All lines, each with what it is called; raises OSError."""


class KeptSamples:
    """What rows are led by, for each choice of inputs that there was.

    Parameters
    ----------
    store : MomentStore
        Says which inputs each moment is of.
    lock : CallLock
        Held while the store is read.
    file : SamplesFile or None
        Where they are kept beside the memory.
    room : int
        Bytes that pictures may take; beyond it those of the earliest choices go, the present
        one's never.

    Attributes
    ----------
    scales : KeptScales
        How much each layer varied on them.
    """

    def __init__(
        self, store: MomentStore, lock: CallLock, file: SamplesFile | None, room: int
    ) -> None:
        self._store = store
        self._lock = lock
        self._file = file
        self._room = room
        self._rows: dict[ShownInputs | None, LedRows] = {}
        self._waiting: dict[ShownInputs | None, None] = {}
        self._why = ""
        self.scales = KeptScales(store, lock)
        self._left_out = LeftOut("line", "of samples cannot be read")

    @property
    def changes(self) -> tuple[InputChange, ...]:
        """Where the model was shown other inputs than at the moment before, by step."""
        with self._lock:
            entries = self._store.entries
            return tuple(
                InputChange(entry.step, entry.inputs)
                for before, entry in pairwise(entries)
                if entry.inputs != before.inputs
            )

    def of(self, inputs: ShownInputs | None) -> LedRows | None:
        """What leads the rows of some inputs; None where that is not known."""
        with self._lock:
            return self._rows.get(inputs)

    def put(self, inputs: ShownInputs | None, rows: LedRows) -> None:
        """Keep what leads the rows of some inputs, in the place of what did.

        What cannot be written waits, and is told in `trouble`.
        """
        with self._lock:
            before = self._rows.get(inputs)
            if before is None or _differ(before, rows):
                self._rows[inputs] = rows
                if self._file is not None:
                    self._waiting[inputs] = None
            self._write()
            self._stay_within_room(inputs)

    def read(self) -> None:
        """Read what the file has."""
        assert self._file is not None
        try:
            for name, raw in self._file.samples_lines(self._left_out):
                try:
                    inputs, rows = read_samples(raw)
                except ValueError as error:
                    self._left_out.add(name, error)
                    continue
                self._rows[inputs] = rows
                self._stay_within_room(inputs)
        except OSError as error:
            self._left_out.add("the file", error)

    @property
    def nbytes(self) -> int:
        """Memory of the pictures, in bytes."""
        kept = [rows.pictures.pictures for rows in self._rows.values()]
        return sum(pictures.pixels.nbytes for pictures in kept if pictures is not None)

    @property
    def trouble(self) -> str:
        """What could not be written or read, in sentences; "" while all is well."""
        waits = f"The samples could not be written to the folder ({self._why})."
        return " ".join(filter(None, [waits if self._waiting else "", str(self._left_out)]))

    def _stay_within_room(self, present: ShownInputs | None) -> None:
        for inputs, rows in list(self._rows.items()):
            if self.nbytes <= self._room:
                return
            if inputs not in (*self._waiting, present):
                bare = replace(rows.pictures, pictures=None)
                self._rows[inputs] = replace(rows, pictures=bare)

    def _write(self) -> None:
        for inputs in list(self._waiting):
            assert self._file is not None
            try:
                self._file.append_samples(samples_line(inputs, self._rows[inputs]))
            except (OSError, ValueError) as error:
                # The history goes on; the next moment tries it again.
                self._why = reason(error)
                return
            del self._waiting[inputs]


def _differ(before: LedRows, after: LedRows) -> bool:
    return (
        before.pictures is not after.pictures
        or before.names != after.names
        or before.truths.truths != after.truths.truths
    )
