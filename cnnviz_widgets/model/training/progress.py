"""How far a training is, and whom that is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

import keras

from ...history.training_logs import TrainingLogs
from ...records.place import Place
from ...validation.messages import described
from ..reading.probe import ModelProbe
from .batch_logs import BatchLogs
from .reading import Reading

State: TypeAlias = Literal["training", "paused", "stopping", "ended", "interrupted"]


@dataclass(frozen=True)
class TrainingProgress:
    """How far a training is.

    Attributes
    ----------
    state : {'training', 'paused', 'stopping', 'ended', 'interrupted'}
        ``"stopping"`` from the wish to stop to the end of training.
    step : int
        How many batches have been trained since the monitor began, or the history that it goes
        on with.
    batch : int
        How many of them in this epoch.
    steps : int or None
        How many batches an epoch has, where that is known.
    epoch, epochs : int or None
        Number of the epoch, from 1 as Keras prints it, and the number of the last one.
    updates, skipped : int
        How often the model was read, and how often that was due and not done to save time.
    spent : float
        What reading and showing took, as a share of the training time.
    logs : mapping of str to float
        The latest losses and metrics.
    error : str
        Why the last reading, or showing, failed; "" where it did not.
    batches : TrainingLogs
        Losses and metrics batch by batch, since the last reading.
    """

    state: State
    step: int = 0
    batch: int = 0
    steps: int | None = None
    epoch: int | None = None
    epochs: int | None = None
    updates: int = 0
    skipped: int = 0
    spent: float = 0.0
    logs: Mapping[str, float] = field(default_factory=dict)
    error: str = ""
    batches: TrainingLogs = field(default_factory=TrainingLogs, compare=False, repr=False)


class Audience(Protocol):
    """Whom a monitor reads for. What its methods raise is told to it and breaks no training."""

    @property
    def probe(self) -> ModelProbe:
        """The reader of the model that is followed."""

    @property
    def watched(self) -> Sequence[Place]:
        """What is to be read whole at each update; it may change at any time, and be empty."""

    def on_moment(self, reading: Reading, final: bool) -> None:
        """The model was read; `final` at the end of training. In the thread that trains."""

    def on_training(self, progress: TrainingProgress) -> None:
        """How far training is: at each change of state, each update, and now and then."""


def check_audience(inspector: Any) -> None:
    """Refuse what is no audience, with what to do instead."""
    if isinstance(getattr(inspector, "probe", None), ModelProbe) and hasattr(inspector, "watched"):
        return
    message = f"inspector must be a ModelInspector; got {described(inspector)}"
    if isinstance(inspector, keras.Model):
        message += "; ModelInspector(model, inputs).monitor() follows a model"
    raise TypeError(message)


class StepCount:
    """Counts steps, batches and epochs, as Keras or a loop of one's own tells of them.

    Parameters
    ----------
    first_step : int
        How many steps had been trained before.

    Attributes
    ----------
    step, batch : int
    epoch : int or None
    steps, epochs : int or None
        How many batches an epoch of `fit` has, and how many epochs there are, where that is known.
    logs : mapping of str
        The latest losses and metrics, as they were given.
    batches : BatchLogs
        All of them.
    """

    def __init__(self, first_step: int) -> None:
        self.step = first_step
        self.batch = 0
        self.epoch: int | None = None
        self.steps: int | None = None
        self.epochs: int | None = None
        self.logs: Mapping[str, Any] = {}
        self.batches = BatchLogs()
        # The number that the last step was given, and the step from which such numbers count.
        self._given: int | None = None
        self._base = 0

    def begin_training(self, model: Any, steps: int | None, epochs: int | None) -> None:
        """Another training begins, on top of the steps before."""
        self.batches.begin_training(model)
        self.steps, self.epochs = steps, epochs
        self.batch = 0
        self.logs = {}

    def begin_epoch(self, epoch: int) -> None:
        """An epoch of this number, from 1, begins."""
        self.epoch = epoch
        self.batch = 0
        self.batches.begin_epoch(self.step, epoch)

    def end_batch(self, done: int, logs: Mapping[str, Any] | None) -> int:
        """So many batches of this epoch are done; how many more these are than before."""
        if self.steps is not None and done > self.steps:
            done = max(self.steps, self.batch + 1)  # several steps an execution may reach beyond
        more = max(done - self.batch, 1)
        self.batch = done
        self.step += more
        self.logs = logs or {}
        self.batches.add(self.step, done, self.logs)
        return more

    def end_epoch(self, logs: Mapping[str, Any] | None) -> None:
        """An epoch is done, of which this is told."""
        self.logs = logs or {}
        self.batches.end_epoch(self.step, self.logs)

    def end_step(
        self, number: int | None, epoch: int | None, logs: Mapping[str, Any] | None
    ) -> None:
        """A step of a loop of one's own is done, which may have a number of its own."""
        if epoch is not None and epoch != self.epoch:
            self.epoch = epoch
            self.batches.begin_epoch(self.step, epoch)
        self._count_step(number)
        self.logs = logs or {}
        self.batches.add(self.step, 0, self.logs)

    def _count_step(self, number: int | None) -> None:
        if number is None:
            self.step += 1
            self.batch += 1
            return
        if self._given is None or number < self._given:
            self._base = self.step
        self._given = number
        self.step = self.batch = self._base + number
