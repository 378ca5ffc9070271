"""Keeping what it costs to watch a training within a share of the training itself."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from types import TracebackType
from typing import Literal, TypeAlias

from ...validation.keywords import checked_keywords
from ...validation.objects import optional_function
from ...validation.scalars import flag, real_number, word_or_count

Every: TypeAlias = Literal["epoch", "batch"] | int

# The time between two due updates is the median of so many: one that was long, by tracing the
# training or by a validation, is no rule.
_INTERVALS = 9
# Full updates come back when they would cost no more than this part of what is allowed: so they
# and quick ones do not take turns.
_WELL_WITHIN = 2 / 3


class Pace:
    """Decides whether an update may happen now, by what the updates before it have cost.

    Its clock runs while training does (`begin`, `end`). An update that is due happens only if
    the time spent on updates, the one that is expected included, stays within `budget` times the
    training time. So before the last one, which is shown whatever it costs, no more than one
    update can ever have been spent beyond the budget: the one that took longer than expected.

    Where quick updates can be had, an update is `full` as long as the budget allows for a full one
    at every point at which one is due.

    Parameters
    ----------
    budget : float or None
        The share of the training time that updates may take on average, 0 to 1. 0 allows only
        those that are shown whatever they cost; 1 and None set no limit.
    every : {'epoch', 'batch'} or int
        When an update is due: at the end of an epoch, of each batch, or of so many batches.
    smallest_interval : float
        Seconds from the end of one update to the next, at least: pages and servers are slow, too.
    quick_part : float
        The part of the samples that a quick update looks at, above 0; 1: every one is full.
    always_quick : bool
        Whether all but those that are full in any case are quick, whatever full ones would cost.
    clock : callable
        Returns the time in seconds.

    Attributes
    ----------
    updates : int
        How many there were.
    skipped : int
        How many were due and did not happen.
    spent : float
        Seconds that updates, and all else that is done for those who watch, have taken.

    Raises
    ------
    TypeError, ValueError
        An argument is none of these.
    """

    @checked_keywords
    def __init__(
        self,
        budget: float | None = 0.05,
        every: Every = "epoch",
        smallest_interval: float = 0.2,
        *,
        quick_part: float = 1.0,
        always_quick: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if budget is not None:
            share = "the share of the training time that updates may take, 0 to 1, or None"
            real_number("budget", budget, 0, 1, expected=share)
        word_or_count("every", every, ("epoch", "batch"), "of batches")
        real_number("smallest_interval", smallest_interval, 0, what="of seconds")
        real_number("quick_part", quick_part, 0)
        flag("always_quick", always_quick)
        optional_function("clock", clock)
        self.budget = None if budget == 1 else budget
        self.every = every
        self.smallest_interval = smallest_interval
        self.updates = 0
        self.skipped = 0
        self.spent = 0.0
        self._clock = clock
        self._trained = 0.0
        self._since: float | None = None
        self._last_end = -float("inf")
        # Seconds that an update takes, once there was one: a full one, and a quick one.
        self._full_cost: float | None = None
        self._quick_cost: float | None = None
        self._quick_part = quick_part
        self._always_quick = always_quick
        self._full = True
        self._intervals: deque[float] = deque(maxlen=_INTERVALS)
        self._last_due = 0.0
        self._batches = 0

    # Time -----------------------------------------------------------------------------------

    @property
    def training(self) -> float:
        """Seconds of training so far, without what was spent on updates and without pauses."""
        return self._trained + (0.0 if self._since is None else self._clock() - self._since)

    @property
    def share(self) -> float:
        """What was spent, as a share of the training time; 0 before there is any."""
        training = self.training
        return self.spent / training if training > 0 else 0.0

    def begin(self) -> None:
        """Training begins, or goes on."""
        if self._since is None:
            self._since = self._clock()

    def end(self, at_most: float = float("inf")) -> None:
        """Training stands still.

        Parameters
        ----------
        at_most : float
            Seconds since `begin` that can have been training.
        """
        if self._since is not None:
            self._trained += min(self._clock() - self._since, at_most)
            self._since = None

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What happens here is neither training nor spent on updates."""
        running = self._since is not None
        self.end()
        try:
            yield
        finally:
            if running:
                self.begin()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """What happens here is spent on those who watch; it is no update."""
        with self.apart():
            start = self._clock()
            try:
                yield
            finally:
                self.spent += self._clock() - start

    @contextmanager
    def updating(self, full: bool = True) -> Iterator[None]:
        """What happens here is an update, full or quick, and spent, whether it succeeds or not."""
        with self.serving():
            start = self._clock()
            try:
                yield
            finally:
                end = self._clock()
                cost = end - start
                if full:
                    self._full_cost = _blended(self._full_cost, cost)
                else:
                    self._quick_cost = _blended(self._quick_cost, cost)
                self.updates += 1
                self._last_end = end

    # Decisions ------------------------------------------------------------------------------

    @property
    def full(self) -> bool:
        """Whether the update that is due is to be a full one."""
        return self._full

    def after_batches(self, count: int = 1) -> bool:
        """So many more batches have been trained: whether an update is due, and may happen."""
        before = self._batches
        self._batches += count
        if self.every == "epoch":
            return False
        period = 1 if self.every == "batch" else self.every
        return self._batches // period > before // period and self._may()

    def after_epoch(self) -> bool:
        """An epoch has ended: whether an update is due, and may happen."""
        return self.every == "epoch" and self._may()

    def _may(self) -> bool:
        self._choose()
        costs = (self._full_cost, self._quick_cost)
        # Before there was one of a kind it is expected to cost what the other does.
        expected = next(filter(None, costs if self._full else costs[::-1]), 0.0)
        within = self.budget is None or self.spent + expected <= self.budget * self.training
        if within and self._clock() - self._last_end >= self.smallest_interval:
            return True
        self.skipped += 1
        return False

    def _choose(self) -> None:
        """Whether the update that is due now is to be full."""
        training = self.training
        self._intervals.append(training - self._last_due)
        self._last_due = training
        self._full = self._quick_part >= 1 or (not self._always_quick and self._allows_full())

    def _allows_full(self) -> bool:
        if self.budget is None or self._full_cost is None:
            return True
        cost = self._full_cost
        if self._quick_cost is not None and not self._full:
            # It costs no more a sample: so a full one that was slow by chance is not all there is.
            cost = min(cost, self._quick_cost / self._quick_part)
        interval = max(median(self._intervals), self.smallest_interval)
        return cost <= self.budget * interval * (1 if self._full else _WELL_WITHIN)


class Hook:
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


def _blended(before: float | None, latest: float) -> float:
    """Half of it is the latest: one that was slow by chance is forgotten soon."""
    return latest if before is None else (before + latest) / 2
