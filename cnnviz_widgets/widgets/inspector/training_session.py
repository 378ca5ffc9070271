"""The monitor and the history of one inspector, and what the page shows of both."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...history.history import History
from ...history.memory_limit import DEFAULT_MEMORY
from ...history.moment import Moment
from ...history.training_logs import MOST_POINTS, TrainingLogs
from ...model.reading.probe import ModelProbe
from ...model.reading.record_reader import read_place
from ...model.samples.input_set import InputSet
from ...model.training.monitor import Samples, TrainingMonitor
from ...model.training.pacing import Every
from ...model.training.progress import Audience, TrainingProgress
from ...model.training.reading import Reading
from ...records.place import Place
from ...records.place_record import NOW, PlaceRecord
from ...records.samples.led_rows import LedRows
from ...records.samples.row_heads import SampleAnswers
from ...records.samples.shown_inputs import ShownInputs
from ..jupyter.cells import after_each_cell
from ..jupyter.ownership import of_open
from ..panels.selector import LayerSelector
from ..panels.training.training_bar import TrainingBar
from ..views.channel_names import named_layers
from .history.history_view import GoTo, HistoryView


class TrainingSession:
    """Keeps what a monitor reads, and shows how far training is and what was kept of it.

    Parameters
    ----------
    probe : ModelProbe
        Of the model that trains.
    selector : LayerSelector
        Its list is kept with the history.
    go_to : GoTo
    class_names : sequence of str
        Of the channels of the model's output; a history keeps them.

    Attributes
    ----------
    extra_places : sequence of Place
        What every moment is to keep beside what is shown.
    orders : dict of Place to ndarray of int
        The order in which a place's channels were last drawn: its next record stays near to it,
        whoever reads it.
    on_end : callable
        Learns the step at which a training has ended.
    """

    def __init__(
        self,
        probe: ModelProbe,
        selector: LayerSelector,
        go_to: GoTo,
        class_names: Sequence[str],
    ) -> None:
        self.extra_places: Sequence[Place] = ()
        self._inputs: ShownInputs | None = None
        self.orders: dict[Place, NDArray[np.integer[Any]]] = {}
        self.on_end: Callable[[int], None] = lambda step: None
        self.story = HistoryView(selector, go_to)
        self.bar = TrainingBar(self._pause, self._resume, self._stop)
        self._probe: ModelProbe | None = probe
        self._selector = selector
        self._class_names = class_names
        self._linkage = "single"
        self._monitor: TrainingMonitor | None = None
        self._settings: object = None
        # What was kept last, without its records, and the seconds trained with monitors before.
        self._last: Moment | None = None
        self._earlier = 0.0
        after_each_cell(self._after_cell)

    @property
    def is_training(self) -> bool:
        """Whether a training is followed that has not ended."""
        return self.story.timeline.training

    @property
    def step(self) -> int:
        """The step of a training that goes on; `NOW` where none does."""
        if self._monitor is None or not self.is_training:
            return NOW
        return self._monitor.progress.step

    @property
    def linkage(self) -> str:
        """How channels are joined in what is read; what was kept stays as it was."""
        return self._linkage

    @linkage.setter
    def linkage(self, value: str) -> None:
        self._linkage = value
        if self._monitor is not None:
            self._monitor.reader.linkage = value

    @property
    def probe(self) -> ModelProbe:
        """What the model is to be read with: as the last look of a training that goes on was."""
        if self._monitor is None or not self.is_training:
            return of_open(self.bar, self._probe, "model")
        return self._monitor.reader.probe

    def use(self, inputs: InputSet) -> None:
        """Read the model on these inputs from now on, and let the history say so."""
        self._probe, self._inputs = inputs.probe, inputs.shown
        if self._monitor is not None:
            self._monitor.reader.look_at(inputs.probe)

    def read(self, place: Place) -> PlaceRecord:
        """A place of the model as it is now, on the samples of the last look.

        Raises
        ------
        ValueError, ModelCallError
            As `read_place`.
        """
        known = None if self._monitor is None else self._monitor.reader.as_known
        present = read_place(self.probe, place, self.orders.get(place), known)
        return replace(present, record=present.record.linked(self.linkage))

    def begin(
        self,
        audience: Audience,
        every: Every,
        budget: float | None,
        extra_places: Sequence[Place],
        *,
        samples: Samples,
        memory: int,
        folder: str | os.PathLike[str] | None,
    ) -> TrainingMonitor:
        """A monitor of this audience, which is followed from now on.

        The history goes on where its settings are those of the monitor before and the layers are
        the same, else a new one begins.
        """
        paths = tuple(entry["path"] for entry in self._selector.entries)
        # The same name is another folder where the kernel has gone elsewhere since.
        settings = (memory, None if folder is None else os.path.abspath(folder), paths)
        before = self._monitor if settings == self._settings else None
        monitor = TrainingMonitor(
            audience,
            every,
            budget=budget,
            samples=samples,
            first_step=0 if before is None else before.progress.step,
            reader=None if before is None else before.reader,
        )
        if before is None:
            history = self._new_history(memory, folder)
            # A moment of the history before is none of this one.
            self.story.timeline.position = NOW
            self.story.follow(history)
            self._last = None
            self._settings = settings
        self._earlier = 0.0 if self._last is None else self._last.seconds
        monitor.reader.orders = self.orders
        monitor.reader.linkage = self.linkage
        self.extra_places = tuple(extra_places)
        self._monitor = monitor
        self.bar.budget = 1.0 if budget is None else budget
        return monitor

    def _new_history(self, memory: int, folder: str | os.PathLike[str] | None) -> History | None:
        none = memory == 0
        if none and folder is None:
            return None
        named = named_layers(self.probe.layers, self._class_names)
        names = {path: {"class_names": list(self._class_names)} for path in named}
        return History(
            [{**entry, **names.get(entry["path"], {})} for entry in self._selector.entries],
            memory=DEFAULT_MEMORY if none else memory,
            folder=folder,
            model=self.probe.model.name,
        )

    def keep(self, reading: Reading, rows: LedRows, answers: SampleAnswers) -> None:
        """Add what was read to the history.

        Parameters
        ----------
        reading : Reading
        rows : LedRows
            What leads the rows of the inputs that it is of.
        answers : SampleAnswers
            To them.
        """
        history, last = self.story.history, self._last
        if history is None:
            return
        seconds = self._earlier + reading.moment.seconds
        known = None if reading.answers is None else answers
        moment = replace(reading.moment, seconds=seconds, inputs=self._inputs, answers=known)
        if last is not None and last.step == moment.step and not moment.logs:
            # A training begins where the one before ended: the losses there are that one's.
            moment = replace(moment, epoch=last.epoch, logs=last.logs)
        history.samples.put(self._inputs, rows)
        history.append(moment, onsets=reading.onsets, logs=reading.batches)
        self._last = replace(moment, records={})

    def tell(self, place: Place | None) -> None:
        """Show what has been kept, unless that was done a moment ago."""
        self.story.tell(place, at_once=False)

    def show(self, progress: TrainingProgress) -> None:
        """Show how far training is; at its end, also all that was kept."""
        self.bar.show(progress)
        before = self.is_training
        self.story.timeline.training = progress.state in ("training", "paused", "stopping")
        if before and not self.is_training:
            if self.story.history is not None:
                self.story.history.sync()
            self.story.end()
            self.on_end(progress.step)
        elif self.is_training:
            self.story.tell_logs(progress.batches, *_planned(progress))

    def let_go(self) -> None:
        """Follow no training any more; the inspector is closed. Its history is the user's."""
        self.extra_places = ()
        self.orders.clear()
        self.on_end = lambda step: None
        self.story.comparison.close()
        self._probe = self._monitor = self._last = self._settings = None

    def _after_cell(self) -> None:
        """Training is over with its cell; Keras tells nobody where it was interrupted."""
        if self.is_training and self._monitor is not None:
            self._monitor.catch_up()
            self.show(self._monitor.progress)

    def _pause(self) -> None:
        self._wish(lambda monitor: monitor.pause())

    def _resume(self) -> None:
        self._wish(lambda monitor: monitor.resume())

    def _stop(self) -> None:
        self._wish(lambda monitor: monitor.stop())

    def _wish(self, do: Callable[[TrainingMonitor], None]) -> None:
        """Do what the page wants of this training.

        Without subshells it may come when the cell is done. Then it is void: kept for the next
        training of the same monitor, it would hold that where nobody can resume it.
        """
        if self._monitor is None:
            raise RuntimeError("nothing trains with a monitor of this inspector")
        if self.is_training:
            do(self._monitor)


def _planned(progress: TrainingProgress) -> tuple[TrainingLogs, int]:
    """The epochs of `fit` that are to come, and the step at which it is to end; 0: not known."""
    steps, epoch, epochs = progress.steps, progress.epoch, progress.epochs
    if steps is None or epoch is None or epochs is None:
        return TrainingLogs(), 0
    first = progress.step - progress.batch
    ahead = range(1, min(epochs - epoch, MOST_POINTS) + 1)
    planned = TrainingLogs(epochs=tuple((first + n * steps, epoch + n) for n in ahead))
    return planned, max(progress.step, first + (epochs - epoch + 1) * steps)
