"""Reading a model in training for an audience, and telling it how far training is."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_kept
from .batch_logs import numbers
from .moment_reader import MomentReader
from .occupation import Occupation
from .pacing import Pace
from .progress import Audience, State, StepCount, TrainingProgress

# Seconds from one word about how far training is to the next: a reader sees no more.
_TELL_EVERY = 0.5

_log = logging.getLogger(__name__)


class Presenter:
    """Reads the model, and hands over what was read; errors are told and break no training.

    Parameters
    ----------
    audience : Audience
    reader : MomentReader
    pace : Pace
    count : StepCount
    occupation : Occupation
    quick_samples : int
        How many samples a quick look is at.
    first : bool
        Whether the state before the first step is to be read.
    clock : callable
        Returns the time in seconds.

    Attributes
    ----------
    state : State
        The one last told.
    standing_error : str
        One that lasts as long as this training; "" where there is none.
    """

    def __init__(
        self,
        audience: Audience,
        reader: MomentReader,
        pace: Pace,
        count: StepCount,
        occupation: Occupation,
        *,
        quick_samples: int,
        first: bool,
        clock: Callable[[], float],
    ) -> None:
        self._audience = audience
        self._reader = reader
        self._pace = pace
        self._count = count
        self._occupation = occupation
        self._quick_samples = quick_samples
        self._clock = clock
        self.state: State = "ended"
        self.standing_error = ""
        # The step at which the model was last read; before the first one, whether that is wanted.
        self._read_at: int | None = None if first else count.step
        self._error = self._logged = ""
        self._last_told = -math.inf

    @property
    def progress(self) -> TrainingProgress:
        """How far training is now."""
        count, pace = self._count, self._pace
        is_fit = self._occupation.inside == "fit"
        return TrainingProgress(
            state=self._occupation.state(self.state),
            step=count.step,
            batch=count.batch,
            steps=count.steps if is_fit else None,
            epoch=count.epoch,
            epochs=count.epochs if is_fit else None,
            updates=pace.updates,
            skipped=pace.skipped,
            spent=pace.share,
            logs=numbers(count.logs),
            error=self.standing_error or self._error,
            batches=count.batches.logs,
        )

    @property
    def is_unread(self) -> bool:
        """Whether nobody has seen the model as it is at this step."""
        return self._read_at != self._count.step

    def show(self, gradients: Any = None, *, first: bool = False, final: bool = False) -> None:
        """Read the model, and hand over what was read."""
        pace, lock = self._pace, self._occupation.lock
        full = first or final or not pace.updates or pace.full
        # Whoever waits for the model first: it is a change of layer that this would read.
        self._occupation.give_way(pace)
        if not lock.occupied() and lock.training:
            return  # another thread trains it, as was told
        interrupts = interrupts_kept()
        try:
            with surely(interrupts), interrupts, pace.updating(full), self._reader.steady():
                self._occupation.up_to_date()
                reading = self._reader.read(
                    self._audience.watched,
                    step=self._count.step,
                    epoch=self._count.epoch,
                    seconds=pace.training,
                    logs=numbers(self._count.logs),
                    gradients=gradients,
                    samples=None if full else self._quick_samples,
                    spread=first or final,
                )
                self._read_at = self._count.step
                reading = replace(reading, batches=self._count.batches.take())
                self._audience.on_moment(reading, final)
                self._reader.keep_order(reading)
            self._error = "; ".join(reading.failed.values())
        except Exception as error:
            self.fail(error)
        self.tell(self.state)

    def fail(self, error: Exception) -> None:
        """Note an error: it is told with the progress, and logged when it is new."""
        self._error = f"{type(error).__name__}: {error}"
        if self._error != self._logged:
            self._logged = self._error
            _log.error("the training is not shown: %s", self._error, exc_info=error)

    def fail_standing(self, error: Exception) -> None:
        """Note an error that lasts as long as this training."""
        self.fail(error)
        self.standing_error = self._error

    def tell(self, state: State) -> None:
        """Tell the audience of a state, and of all else."""
        self.state = state
        self._last_told = self._clock()
        with self._pace.serving():
            try:
                self._audience.on_training(self.progress)
            except Exception as error:
                self.fail(error)

    def tell_now_and_then(self) -> None:
        """Tell it again, unless that was a moment ago."""
        if self._clock() - self._last_told >= _TELL_EVERY:
            self.tell(self.state)
