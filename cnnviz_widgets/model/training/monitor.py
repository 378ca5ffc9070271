"""TrainingMonitor: follows a model through its training, for those who watch."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType, TracebackType
from typing import Any, Literal, TypeAlias

import keras

from ...runtime.call_stack import surely
from ...validation.fixed_attributes import FixedAttributes
from ...validation.keywords import checked_keywords
from ...validation.objects import mapping, optional
from ...validation.scalars import flag, whole_number, word_or_count
from .moment_reader import MomentReader
from .occupation import Inside, Occupation, training_call
from .pacing import Every, Hook, Pace
from .presenter import Presenter
from .progress import Audience, StepCount, TrainingProgress, check_audience

Samples: TypeAlias = int | Literal["all"] | None

# A quick look is at no more samples than these, unless the user says otherwise.
QUICK_SAMPLES = 8

# Seconds that a paused training sleeps before it looks for those that want the model.
_NAP = 0.02
# Between two calls of `update` from different calls of a function there may have been a step, or
# a break between two cells: no more than so many seconds of it count as training.
_LONGEST_GAP = 1.0


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
        check_audience(inspector)
        first_step = whole_number("first_step", first_step, 0, "of steps")
        flag("first", first)
        optional("reader", reader, MomentReader)
        # Of its own: an inspector that is closed while the model trains has none any more.
        probe = inspector.probe
        quick_samples = _quick_samples(samples, probe.samples)
        self.reader = reader or MomentReader(probe)
        self._pace = Pace(
            budget,
            every,
            smallest_interval,
            quick_part=quick_samples / probe.samples,
            always_quick=samples is not None,
            clock=clock,
        )
        self._count = StepCount(first_step)
        self._occupation = Occupation(probe.model)
        self._presenter = Presenter(
            inspector,
            self.reader,
            self._pace,
            self._count,
            self._occupation,
            quick_samples=quick_samples,
            first=first,
            clock=clock,
        )
        self._late: tuple[int, Mapping[str, Any] | None] | None = None
        self._paused = self._stopped = False
        self._is_made = True

    # From any thread ------------------------------------------------------------------------

    @property
    def stopped(self) -> bool:
        """Whether somebody wants training to end; until `fit`, or ``with``, begins another."""
        return self._stopped

    @property
    def progress(self) -> TrainingProgress:
        """How far training is now; `fit` itself tells nobody that it was interrupted."""
        return self._presenter.progress

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
        if self.progress.state == "interrupted" and self._presenter.is_unread:
            self._presenter.show(final=True)

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
        pace, count = self._pace, self._count
        occupied = self._occupation.lock.occupied()
        pace.end(at_most=math.inf if occupied else _LONGEST_GAP)
        hook = self._hook()
        with surely(hook), hook:
            if occupied:
                self._occupation.inside = self._occupation.inside or "loop"
            else:
                self._begin(sys._getframe(1), "")
            count.end_step(step, epoch, logs)
            if pace.after_epoch() if pace.every == "epoch" else pace.after_batches():
                self._presenter.show(gradients)
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
        self._occupation.trained = model

    @property
    def model(self) -> Any:
        """The model that is trained, its weights brought up to date."""
        return self._occupation.up_to_date()

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word that `fit` begins; also after one that was interrupted."""
        self._reset(fit=True)
        hook = self._hook()
        with surely(hook), hook:
            self._begin(training_call(sys._getframe(1), self._occupation.trained), "fit")
            # Also what an interrupted training left.
            self._show_unread()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of an epoch, counted from 0."""
        self._count.begin_epoch(epoch + 1)

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of a batch."""
        self._catch_up()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word that batches up to this one, counted from 0 in each epoch, are done."""
        if threading.get_ident() == self._occupation.thread:
            self._after_batch(batch, logs)
        else:
            # Given a callback alone, not in a list, Keras may call it from beside the training.
            self._late = (batch, logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of the end of an epoch."""
        self._catch_up()
        self._count.end_epoch(logs)
        # What follows the last epoch is the end, which is shown anyway.
        last = getattr(self._occupation.trained, "stop_training", False) or (
            epoch + 1 == self._count.epochs
        )
        hook = self._hook()
        with surely(hook), hook:
            if not last and self._pace.after_epoch():
                self._presenter.show()
            self._between_steps()

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of a batch of validation."""
        self._occupation.give_way(self._pace)

    def on_predict_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word of a batch of prediction."""
        self._occupation.give_way(self._pace)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Keras' word that `fit` is done."""
        self._catch_up()
        if logs:
            self._count.logs = logs
        self._end(training_call(sys._getframe(1), self._occupation.trained))

    # Beginning and end ----------------------------------------------------------------------

    def _reset(self, *, fit: bool = False) -> None:
        self._paused = self._stopped = False
        self._late = None
        params = self.params or {}
        trained = self._occupation.trained if fit else None
        self._count.begin_training(trained, params.get("steps"), params.get("epochs"))
        self._presenter.state = "ended"

    def _begin(self, frame: FrameType, inside: Inside) -> None:
        """The calling thread trains, as long as this frame is on its stack."""
        self._occupation.enter(inside)
        self._pace.end(at_most=0.0)
        self._presenter.standing_error = ""
        try:
            self._occupation.occupy(frame)
        except (RuntimeError, ValueError) as error:
            self._presenter.fail_standing(error)
        if self._presenter.state in ("ended", "interrupted"):
            self._presenter.tell("training")

    def _show_unread(self) -> None:
        """Show the model as it is, if nobody has seen it like that."""
        if self._presenter.is_unread:
            self._presenter.show(first=True)

    def _end(self, frame: FrameType | None = None) -> None:
        hook = self._hook(lambda: self._occupation.leave(frame))
        with surely(hook), hook:
            self._presenter.show(final=True)
            self._presenter.tell("ended")

    def _interrupted(self) -> None:
        """Training ends by an exception: nothing more is read, everything stays usable."""
        self._pace.end()
        self._paused = False
        self._occupation.leave()
        self._presenter.tell("interrupted")

    # Between two steps ----------------------------------------------------------------------

    def _hook(self, done: Callable[[], None] | None = None) -> Hook:
        return Hook(self._pace, self._interrupted, done or self._pace.begin)

    def _catch_up(self) -> None:
        late, self._late = self._late, None
        if late is not None:
            self._after_batch(*late)

    def _after_batch(self, batch: int, logs: Mapping[str, Any] | None) -> None:
        more = self._count.end_batch(batch + 1, logs)
        hook = self._hook()
        with surely(hook), hook:
            if self._pace.after_batches(more):
                self._presenter.show()
            self._between_steps()

    def _between_steps(self) -> None:
        """Let others read; wait, stop and tell as is wanted."""
        presenter = self._presenter
        self._occupation.give_way(self._pace)
        if self._paused:
            presenter.tell("paused")
            while self._paused:
                self._occupation.give_way(self._pace)
                time.sleep(_NAP)
            if not self._stopped:
                presenter.tell("training")
        if self._stopped:
            trained = self._occupation.trained
            if trained is not None:
                trained.stop_training = True
            if presenter.state != "stopping":
                presenter.tell("stopping")
        else:
            presenter.tell_now_and_then()


def _quick_samples(samples: Samples, total: int) -> int:
    """How many of all samples a quick look is at, as the user wishes."""
    if samples is None:
        return QUICK_SAMPLES
    count = word_or_count("samples", samples, ("all",), "of samples (or None)")
    return count if isinstance(count, int) else total
