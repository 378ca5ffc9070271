"""Losses and metrics batch by batch, from the means of an epoch so far that Keras tells."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from ...history.training_logs import LogTable, TrainingLogs
from ..keras_compat.metrics import has_own_step, mean_trackers, tells

# A mean of all batches since the epoch began; such a mean of another kind, or what may be one; a
# number of one batch.
Kind: TypeAlias = Literal["mean", "running", "own"]

# Numbers that have to be fetched from a device wait until somebody asks, so many at the most.
_MOST_WAITING = 64


class _Told(NamedTuple):
    """The logs of one call, after so many batches of the epoch; 0: those of a loop of one's own."""

    step: int
    batch: int
    logs: Mapping[str, Any]


class BatchLogs:
    """What training tells, as it was of each batch.

    Keras' logs are means of all batches since the epoch began. With n batches and m before, their
    means M and M', the batches between had the mean (n M − m M') / (n − m). It is theirs exactly
    where all batches are of one size; that of a last, smaller one comes out nearer to the epoch's
    mean than it was. What is no plain mean (`keras_compat.metrics`) stays as it was told.

    To add costs a list's append. What is told in tensors is fetched when somebody asks, and of
    many that wait every second one is dropped: of means the others tell the same.
    """

    def __init__(self) -> None:
        self._table = LogTable()
        self._waiting: list[_Told] = []
        self._lock = threading.Lock()
        self._stride = self._skipped = 0
        # Held only as long as somebody else holds it.
        self._model: weakref.ref[Any] | None = None
        self._trackers: dict[str, Any] | None = None
        self._has_own_step = self._unsure = False
        self._kinds: dict[str, Kind] = {}
        # After how many batches of the epoch each name was told last, and what.
        self._before: dict[str, tuple[int, float]] = {}

    def begin_training(self, model: Any) -> None:
        """Another training begins; None: in a loop of one's own."""
        self._fold()
        self._model = None if model is None else weakref.ref(model)
        self._trackers, self._kinds = None, {}
        self._has_own_step = self._unsure = model is not None and has_own_step(model)
        self._before = {}

    def begin_epoch(self, step: int, epoch: int) -> None:
        """An epoch of this number, from 1, begins after so many steps: means begin anew."""
        self._fold()
        self._before = {}
        self._table.begin_epoch(step, epoch)

    def add(self, step: int, batch: int, logs: Mapping[str, Any]) -> None:
        """The logs after a step, the so many-th of its epoch; 0: they are of this step alone."""
        if not logs:
            return
        if self._unsure and batch > 1:
            self._make_sure(logs)
        if self._stride:
            self._skipped += 1
            if self._skipped < self._stride:
                return
            self._skipped = 0
        self._waiting.append(_Told(step, batch, logs))
        if len(self._waiting) >= _MOST_WAITING:
            self._make_room()

    def end_epoch(self, step: int, logs: Mapping[str, Any]) -> None:
        """The logs of an epoch's end: what is told there only, as of validation, is the epoch's."""
        self._fold()
        for name, value in numbers(logs).items():
            if name not in self._before:
                self._table.add(name, "epoch", step, value)

    @property
    def logs(self) -> TrainingLogs:
        """All that was told since `take`."""
        self._fold()
        return self._table.logs

    def take(self) -> TrainingLogs:
        """As `logs`, which begin anew."""
        self._fold()
        with self._lock:
            table, self._table = self._table, LogTable()
        return table.logs

    def _make_room(self) -> None:
        """Fetch what waits where that is free; else let half of it go."""
        if all(isinstance(value, (float, int)) for value in self._waiting[-1].logs.values()):
            self._fold()
            return
        with self._lock:
            # The last stays: means go on from it.
            self._waiting[:] = self._waiting[1::2]
            self._stride = 2 * (self._stride or 1)

    def _fold(self) -> None:
        """Put what waits into the table."""
        with self._lock:
            count = len(self._waiting)
            waiting = self._waiting[:count]
            del self._waiting[:count]
            self._stride = self._skipped = 0
            for told in waiting:
                for name, value in numbers(told.logs).items():
                    self._add(told.step, told.batch, name, value)

    def _add(self, step: int, batch: int, name: str, value: float) -> None:
        kind = "own" if batch == 0 else self._kind(name)
        before, mean = self._before.get(name, (0, 0.0))
        self._before[name] = (batch, value)
        if kind != "mean":
            self._table.add(name, "batch" if kind == "own" else "running", step, value)
        elif batch > before:
            own = (batch * value - before * mean) / (batch - before) if before else value
            self._table.add(name, "batch", step, own, batch - before)

    def _kind(self, name: str) -> Kind:
        kind = self._kinds.get(name)
        if kind is None:
            known, tracker = self._tracker(name)
            # Unsure is only the first batch, which is its own mean.
            kind = "mean" if tracker is not None else "running" if known else "own"
            if not known and not self._has_own_step:
                kind = "running"
            if not self._unsure:
                self._kinds[name] = kind
        return kind

    def _make_sure(self, logs: Mapping[str, Any]) -> None:
        """A step of the model's own may tell a metric's number by its name, or its own."""
        self._fold()
        self._unsure = False
        for name, value in numbers(logs).items():
            tracker = self._tracker(name)[1]
            if tracker is not None:
                told = tells(tracker, value)
                self._kinds[name] = "mean" if told else "running" if told is None else "own"

    def _tracker(self, name: str) -> tuple[bool, Any]:
        """Whether a name is a metric's, and that one where it is a mean.

        Of several outputs it begins with the output's name.
        """
        # Keras makes those given to `compile` with the first batch.
        if self._trackers is None:
            model = None if self._model is None else self._model()
            self._trackers = {} if model is None else mean_trackers(model)
        known = next(
            (each for each in self._trackers if name == each or name.endswith(f"_{each}")), None
        )
        return known is not None, None if known is None else self._trackers[known]


def numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    """What of the logs is a single number."""
    values = {}
    for name, value in logs.items():
        if type(value) is float:
            values[str(name)] = value
            continue
        try:
            array = np.asarray(value)
            if array.size == 1:
                values[str(name)] = float(array.reshape(()))
        except (TypeError, ValueError):
            continue
    return values
