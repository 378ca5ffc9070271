"""TrainingMonitor: follows a model through its training, for those who watch."""

from __future__ import annotations

import logging
import math
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any, Literal, Protocol, TypeAlias

import keras
import numpy as np

from ...records.place import Place
from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_kept
from ...validation.fixed_attributes import FixedAttributes
from ...validation.keywords import checked_keywords
from ...validation.messages import described
from ...validation.objects import mapping, optional
from ...validation.scalars import flag, whole_number, word_or_count
from ..keras_compat.layers import bring_weights_up_to_date
from ..reading.model_lock import ModelLock, model_lock
from ..reading.probe import ModelProbe
from .moment_reader import MomentReader, Reading
from .pacing import Every, Pace

State: TypeAlias = Literal["training", "paused", "stopping", "ended", "interrupted"]
Samples: TypeAlias = int | Literal["all"] | None

# A quick look is at no more samples than these, unless the user says otherwise.
QUICK_SAMPLES = 8

# Seconds from one word about how far training is to the next: a reader sees no more.
_TELL_EVERY = 0.5
# Seconds that a paused training sleeps before it looks for those that want the model.
_NAP = 0.02
# Between two calls of `update` from different calls of a function there may have been a step, or
# a break between two cells: no more than so many seconds of it count as training.
_LONGEST_GAP = 1.0

_log = logging.getLogger(__name__)


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


class TrainingMonitor(FixedAttributes, keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Reads a model in training for an inspector, within a share of the training time.

    In `fit` it is a callback, the last one if others change weights at the end, as `EarlyStopping`
    may; in a loop of one's own, `update` is called after each step:

    >>> model.fit(x, y, callbacks=[monitor])
    >>> with monitor:
    ...     for step in range(1000):
    ...         train_step()
    ...         monitor.update()
    ...         if monitor.stopped:
    ...             break

    The ``with`` is optional. With it the state before the first step is shown, and the one after
    the last step whatever it costs; without it, `end` does the latter, and `update` must be called
    in the function that has the loop.

    Training's numbers are the same with it and without. At the end of each batch it lets other
    threads read the model (`ModelLock.give_way`). Errors in reading or showing are told to the
    audience, and training goes on.

    Parameters
    ----------
    inspector : Audience
    every : {'epoch', 'batch'} or int
        When an update is due: at the end of an epoch, of each batch, or of so many batches. Each
        call of `update` counts as a batch, and as an epoch.
    budget : float or None
        The share of the training time, 0 to 1, that updates may take on average; more of them are
        skipped. The first and the last one always happen. None: as many as are due.
    samples : None, int or 'all'
        How many samples the updates between the first and the last one look at; these look at
        all. None: all where the budget allows for that at every point at which an update is due,
        else at most 8, evenly spread. A number: so many, in any case.
    first : bool
        Whether the state before the first step is to be read.
    first_step : int
        How many steps had been trained before: where to go on counting.
    reader : MomentReader, optional
        One that has read the same model before and knows what it was like then.
    smallest_interval : float
        Seconds between two updates, at least.
    clock : callable
        Returns the time in seconds.

    Attributes
    ----------
    reader : MomentReader

    Raises
    ------
    TypeError, ValueError
        An argument is none of these.
    """

    _as_given = frozenset({"reader"})

    @checked_keywords
    def __init__(
        self,
        inspector: Audience,
        every: Every = "epoch",
        *,
        budget: float | None = 0.05,
        samples: Samples = None,
        first: bool = True,
        first_step: int = 0,
        reader: MomentReader | None = None,
        smallest_interval: float = 0.2,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__()
        _check_audience(inspector)
        first_step = whole_number("first_step", first_step, 0, "of steps")
        flag("first", first)
        optional("reader", reader, MomentReader)
        # Of its own: an inspector that is closed while the model trains has none any more.
        self._probe = inspector.probe
        total = self._probe.samples
        self._quick_samples = _quick_samples(samples, total)
        self.reader = reader or MomentReader(self._probe)
        self._audience = inspector
        self._pace = Pace(
            budget,
            every,
            smallest_interval,
            quick_part=self._quick_samples / total,
            always_quick=samples is not None,
            clock=clock,
        )
        self._clock = clock
        self._trained_model: weakref.ref[Any] | None = None
        self._thread: int | None = None
        self._late: tuple[int, Mapping[str, Any] | None] | None = None
        self._state: State = "ended"
        # How the calling code is known to train: in `fit`, inside ``with``, in a loop that has
        # called `update` twice; "" where it may be any function that calls it.
        self._inside: Literal["fit", "with", "loop", ""] = ""
        self._paused = self._stopped = False
        self._step = first_step
        self._step_given: tuple[int, int] | None = None
        self._batch = 0
        self._epoch: int | None = None
        self._logs: Mapping[str, Any] = {}
        # The step at which the model was last read; before the first one, whether that is wanted.
        self._read_at: int | None = None if first else first_step
        self._error = self._standing = self._logged = ""
        self._last_told = -math.inf
        self._is_made = True

    # From any thread ------------------------------------------------------------------------

    @property
    def stopped(self) -> bool:
        """Whether somebody wants training to end; until `fit`, or ``with``, begins another."""
        return self._stopped

    @property
    def progress(self) -> TrainingProgress:
        """How far training is now; `fit` itself tells nobody that it was interrupted."""
        state, lock = self._state, self._lock
        if state in ("training", "paused", "stopping") and not (lock.training or lock.occupied()):
            if self._inside in ("fit", "with"):
                state = "interrupted"
            elif self._inside == "loop":
                state = "ended"
        params = (self.params or {}) if self._inside == "fit" else {}
        return TrainingProgress(
            state=state,
            step=self._step,
            batch=self._batch,
            steps=params.get("steps"),
            epoch=self._epoch,
            epochs=params.get("epochs"),
            updates=self._pace.updates,
            skipped=self._pace.skipped,
            spent=self._pace.share,
            logs=_numbers(self._logs),
            error=self._standing or self._error,
        )

    def pause(self) -> None:
        """Have training wait at the end of the present batch, until `resume` or `stop`."""
        if not self._stopped:
            self._paused = True

    def resume(self) -> None:
        """Have training go on."""
        self._paused = False

    def stop(self) -> None:
        """Have training end after the present batch; a loop of one's own asks `stopped`."""
        self._stopped = True
        self._paused = False

    def catch_up(self) -> None:
        """Show the state that an interrupted training left, unless that has been shown.

        Keras tells no callback of an interrupt: whoever learns that the training is over says so.
        """
        if self.progress.state == "interrupted" and self._read_at != self._step:
            self._show(final=True)

    # A loop of one's own --------------------------------------------------------------------

    def update(
        self,
        logs: Mapping[str, Any] | None = None,
        *,
        step: int | None = None,
        epoch: int | None = None,
        gradients: Any = None,
    ) -> None:
        """A step is done. To be called after each; it returns at once if nothing is due.

        Parameters
        ----------
        logs : mapping of str to number, optional
            Losses and metrics: numbers, or tensors that hold one.
        step : int, optional
            Its number; by default calls are counted. A lower one than before begins a new count,
            on top of the steps before.
        epoch : int, optional
            Its number, from 1.
        gradients : optional
            Of the loss by the weights, in the order of ``model.trainable_variables`` or by their
            paths: then the norm of each layer's is shown, too.
        """
        if logs is not None:
            mapping("logs", logs, "a name to a number")
        if step is not None:
            whole_number("step", step, 0)
        if epoch is not None:
            whole_number("epoch", epoch, 0)
        pace = self._pace
        occupied = self._lock.occupied()
        pace.end(at_most=math.inf if occupied else _LONGEST_GAP)
        hook = self._hook()
        with surely(hook), hook:
            if occupied:
                self._inside = self._inside or "loop"
            else:
                self._begin(sys._getframe(1), "")
            self._count(step)
            if epoch is not None:
                self._epoch = epoch
            self._logs = logs or {}
            if pace.after_epoch() if pace.every == "epoch" else pace.after_batches():
                self._show(gradients)
            self._between_steps()

    def end(self) -> None:
        """A loop of one's own is over: its last state is shown."""
        self._end()

    def __enter__(self) -> TrainingMonitor:
        self._reset()
        hook = self._hook()
        with surely(hook), hook:
            self._begin(sys._getframe(1), "with")
            self._show_unread()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._end()
        else:
            self._interrupted()

    # Keras' calls ---------------------------------------------------------------------------

    def set_model(self, model: Any) -> None:
        """The model that is trained; held only as long as somebody else holds it."""
        self._trained_model = None if model is None else weakref.ref(model)

    @property
    def model(self) -> Any:
        """The model that is trained, its weights brought up to date."""
        model = self._trained
        if model is not None:
            bring_weights_up_to_date(model)
        return model

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word that `fit` begins; also after one that was interrupted."""
        self._reset()
        hook = self._hook()
        with surely(hook), hook:
            self._begin(_training_call(sys._getframe(1), self._trained), "fit")
            # Also what an interrupted training left.
            self._show_unread()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of an epoch, counted from 0."""
        self._epoch = epoch + 1
        self._batch = 0

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of a batch."""
        self._catch_up()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word that batches up to this one, counted from 0 in each epoch, are done."""
        if threading.get_ident() == self._thread:
            self._after_batch(batch, logs)
        else:
            # Given a callback alone, not in a list, Keras may call it from beside the training.
            self._late = (batch, logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of the end of an epoch."""
        self._catch_up()
        self._logs = logs or {}
        # What follows the last epoch is the end, which is shown anyway.
        last = getattr(self._trained, "stop_training", False) or (
            epoch + 1 == (self.params or {}).get("epochs")
        )
        hook = self._hook()
        with surely(hook), hook:
            if not last and self._pace.after_epoch():
                self._show()
            self._between_steps()

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of a batch of validation."""
        self._give_way()

    def on_predict_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of a batch of prediction."""
        self._give_way()

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word that `fit` is done."""
        self._catch_up()
        if logs:
            self._logs = logs
        self._end(_training_call(sys._getframe(1), self._trained))

    # Beginning and end ----------------------------------------------------------------------

    @property
    def _lock(self) -> ModelLock:
        return model_lock(self._probe.model)

    @property
    def _trained(self) -> Any:
        return None if self._trained_model is None else self._trained_model()

    def _locks(self) -> list[ModelLock]:
        """Of the model that is read, and of the one it is a part of."""
        trained = self._trained if self._inside == "fit" else None
        others = [] if trained is None else [model_lock(trained)]
        return list(dict.fromkeys([self._lock, *others]))

    def _reset(self) -> None:
        self._paused = self._stopped = False
        self._late = None
        self._batch = 0
        self._logs = {}
        self._state = "ended"

    def _begin(self, frame: FrameType, inside: Literal["fit", "with", ""]) -> None:
        """The calling thread trains, as long as this frame is on its stack."""
        self._inside = inside
        self._thread = threading.get_ident()
        self._pace.end(at_most=0.0)
        self._standing = ""
        try:
            for lock in self._locks():
                lock.occupy(frame)
            self._check_same_model()
        except (RuntimeError, ValueError) as error:
            self._failed(error)
            self._standing = self._error
        if self._state in ("ended", "interrupted"):
            self._tell("training")

    def _end(self, frame: FrameType | None = None) -> None:
        hook = self._hook(lambda: self._leave(frame))
        with surely(hook), hook:
            self._show(final=True)
            self._tell("ended")

    def _leave(self, frame: FrameType | None = None) -> None:
        for lock in self._locks():
            lock.leave(frame)

    def _interrupted(self) -> None:
        """Training ends by an exception: nothing more is read, everything stays usable."""
        self._pace.end()
        self._paused = False
        self._leave()
        self._tell("interrupted")

    def _check_same_model(self) -> None:
        """Whether what is trained is what is read, or has it inside."""
        trained, read = self._trained, self._probe.model
        if self._inside != "fit" or trained is None or not trained.weights or not read.weights:
            return
        if {id(weight) for weight in trained.weights}.isdisjoint(map(id, read.weights)):
            raise ValueError(
                f"this fit trains {trained.name!r}, which has none of the weights of "
                f"{read.name!r}, the model that is shown"
            )

    # Between two steps ----------------------------------------------------------------------

    def _hook(self, done: Callable[[], None] | None = None) -> _Hook:
        return _Hook(self._pace, self._interrupted, done or self._pace.begin)

    def _catch_up(self) -> None:
        late, self._late = self._late, None
        if late is not None:
            self._after_batch(*late)

    def _after_batch(self, batch: int, logs: Mapping[str, Any] | None) -> None:
        done = batch + 1
        steps = (self.params or {}).get("steps")
        if steps is not None and done > steps:
            done = max(steps, self._batch + 1)  # several steps an execution may reach beyond
        count = max(done - self._batch, 1)
        self._batch = done
        self._step += count
        self._logs = logs or {}
        hook = self._hook()
        with surely(hook), hook:
            if self._pace.after_batches(count):
                self._show()
            self._between_steps()

    def _count(self, given: int | None) -> None:
        if given is None:
            self._step += 1
            self._batch += 1
            return
        if self._step_given is None or given < self._step_given[0]:
            base = self._step
        else:
            base = self._step_given[1]
        self._step_given = (given, base)
        self._step = self._batch = base + given

    def _between_steps(self) -> None:
        """Let others read; wait, stop and tell as is wanted."""
        self._give_way()
        if self._paused:
            self._tell("paused")
            while self._paused:
                self._give_way()
                time.sleep(_NAP)
            if not self._stopped:
                self._tell("training")
        if self._stopped:
            trained = self._trained
            if trained is not None:
                trained.stop_training = True
            if self._state != "stopping":
                self._tell("stopping")
        elif self._clock() - self._last_told >= _TELL_EVERY:
            self._tell(self._state)

    def _bring_up_to_date(self) -> None:
        """JAX trains copies of the weights; the model has them when it is asked for."""
        _ = self.model

    def _give_way(self) -> None:
        lock = self._lock
        if lock.wanted and lock.occupied():
            with self._pace.apart():
                self._bring_up_to_date()
                lock.give_way()

    # What the audience sees -----------------------------------------------------------------

    def _show_unread(self) -> None:
        """Show the model as it is, if nobody has seen it like that."""
        if self._read_at != self._step:
            self._show(first=True)

    def _show(self, gradients: Any = None, first: bool = False, final: bool = False) -> None:
        """Read the model, and hand over what was read."""
        full = first or final or not self._pace.updates or self._pace.full
        # Whoever waits for the model first: it is a change of layer that this would read.
        self._give_way()
        if not self._lock.occupied() and self._lock.training:
            return  # another thread trains it, as was told
        kept = interrupts_kept()
        try:
            with surely(kept), kept, self._pace.updating(full), self.reader.steady():
                self._bring_up_to_date()
                reading = self.reader.read(
                    self._audience.watched,
                    step=self._step,
                    epoch=self._epoch,
                    seconds=self._pace.training,
                    logs=_numbers(self._logs),
                    gradients=gradients,
                    samples=None if full else self._quick_samples,
                )
                self._read_at = self._step
                self._audience.on_moment(reading, final)
                self.reader.keep_order(reading)
            self._error = "; ".join(reading.failed.values())
        except Exception as error:
            self._failed(error)
        self._tell(self._state)

    def _failed(self, error: Exception) -> None:
        """Note an error: it is told with the progress, and logged when it is new."""
        self._error = f"{type(error).__name__}: {error}"
        if self._error != self._logged:
            self._logged = self._error
            _log.error("the training is not shown: %s", self._error, exc_info=error)

    def _tell(self, state: State) -> None:
        self._state = state
        self._last_told = self._clock()
        with self._pace.serving():
            try:
                self._audience.on_training(self.progress)
            except Exception as error:
                self._failed(error)


class _Hook:
    """Training stands still while a callback works; it ends if that is interrupted.

    Parameters
    ----------
    pace : Pace
    interrupted, done : callable
        What is to be done when the work ends by an exception, and when it does not.
    """

    def __init__(
        self, pace: Pace, interrupted: Callable[[], None], done: Callable[[], None]
    ) -> None:
        self._pace = pace
        self._on_interrupt = interrupted
        self._on_done = done
        self._is_over = False

    def __enter__(self) -> None:
        self._pace.end()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._is_over:
            if error is not None:
                self._on_interrupt()
            else:
                self._on_done()
            self._is_over = True


def _check_audience(inspector: Any) -> None:
    if isinstance(getattr(inspector, "probe", None), ModelProbe) and hasattr(inspector, "watched"):
        return
    told = f"inspector must be a ModelInspector; got {described(inspector)}"
    if isinstance(inspector, keras.Model):
        told += "; ModelInspector(model, inputs).monitor() follows a model"
    raise TypeError(told)


def _quick_samples(samples: Samples, total: int) -> int:
    """How many of all samples a quick look is at, as the user wishes."""
    if samples is None:
        return QUICK_SAMPLES
    count = word_or_count("samples", samples, ("all",), "of samples (or None)")
    return count if isinstance(count, int) else total


def _training_call(frame: FrameType, model: Any) -> FrameType:
    """The frame of ``model.fit``, from that of a callback's caller; else that of Keras' caller."""
    caller: FrameType | None = None if model is None else frame
    while caller is not None:
        if caller.f_code.co_name == "fit" and caller.f_locals.get("self") is model:
            return caller
        caller = caller.f_back
    keras_list = keras.callbacks.CallbackList.__module__
    while frame.f_globals.get("__name__") == keras_list and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    """What of the logs is a single number."""
    found = {}
    for name, value in logs.items():
        try:
            array = np.asarray(value)
            if array.size == 1:
                found[str(name)] = float(array.reshape(()))
        except (TypeError, ValueError):
            continue
    return found
