"""What came of trying a model without something that is under suspicion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import stats

Outcome: TypeAlias = Literal["worse", "spared", "nothing to lose", "unknown"]

UNCHANGED = 0.01
"""Relative change of the outputs up to which they are the same: less than a picture of 256 shades
or two digits of a number show."""

LOST = 0.1
"""Share of what the answers know of their targets: what costs less is not missed."""

P_VALUE = 0.05
"""Of the t-tests over groups of samples; one of twenty such trials is decided by chance."""

GROUPS = 8
"""Groups of samples over which a mean loss is compared: each of 4 to 8 of the usual 32 to 64."""

FEWEST_SAMPLES = 16
"""Below, that nothing got worse may be for want of samples."""


@dataclass(frozen=True)
class Fit:
    """How far answers are better than one answer for all samples.

    Attributes
    ----------
    loss : float
    gains : tuple of float
        Of each of some groups of samples, the loss of one answer for all, less that of their own
        answers; () where it shows in right answers that something was learnt, which then decide.
    right : int or None
        Right answers; None where targets are no class numbers.
    right_gains : tuple of float
        Of each group the share of right answers, less that of the commonest class; () as above.
    """

    loss: float
    gains: tuple[float, ...]
    right: int | None = None
    right_gains: tuple[float, ...] = ()

    @property
    def learnt(self) -> bool:
        """Whether the answers are better, beyond chance: by being right, or by the loss."""
        return is_above_zero(self.right_gains) or is_above_zero(self.gains)

    @property
    def known(self) -> bool:
        """Whether the loss is a number."""
        return bool(np.isfinite((self.loss, *self.gains)).all())


@dataclass(frozen=True)
class Trial:
    """How a model's answers change by one replacement.

    Attributes
    ----------
    change : float
        Relative change of the outputs, as `Ablation.change`.
    samples : int
    answers_changed : int or None
        Samples that get another answer; None where no output is scores of classes.
    now, then : Fit or None
        As the model is, and with the replacement; None without targets that fit.
    """

    change: float
    samples: int
    answers_changed: int | None = None
    now: Fit | None = None
    then: Fit | None = None

    @property
    def lost(self) -> float:
        """The share of what the answers know of their targets that is lost; NaN if not known.

        By right answers, where it shows in these that something was learnt, else by the loss.
        """
        now, then = self._gains
        return 1 - float(np.mean(then) / np.mean(now)) if now else math.nan

    @property
    def outcome(self) -> Outcome:
        """Whether the answers get worse, what was replaced is spared, or that cannot be told."""
        if self.change <= UNCHANGED:
            return "spared"
        if self.now is None or self.then is None or not self.now.known:
            return "unknown"
        if not self.now.learnt:
            # What falls was above chance, though too few samples show it by themselves.
            fallen = _fallen(self.now.right_gains, self.then.right_gains)
            return "worse" if fallen else "nothing to lose"
        if not self.then.known:
            return "worse"
        if self.lost <= LOST:
            return "spared" if self.samples >= FEWEST_SAMPLES else "unknown"
        return "worse" if _fallen(*self._gains) else "unknown"

    @property
    def _gains(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Those by which something was learnt, now and then; () where nothing was."""
        if self.now is None or self.then is None or not self.now.learnt:
            return (), ()
        if is_above_zero(self.now.right_gains):
            return self.now.right_gains, self.then.right_gains
        return self.now.gains, self.then.gains


def _fallen(now: Sequence[float], then: Sequence[float]) -> bool:
    """Whether gains are smaller then, beyond chance."""
    return is_above_zero(np.subtract(now, then).tolist())


def is_above_zero(values: Sequence[float]) -> bool:
    """Whether the mean is above 0 by a one-sided t-test."""
    array = np.asarray(values, dtype=np.float64)
    if array.size < 2 or not np.isfinite(array).all():
        return False
    if np.ptp(array) <= 1e-12 * np.abs(array).max():
        return bool(array[0] > 0)
    return bool(stats.ttest_1samp(array, 0, alternative="greater").pvalue < P_VALUE)
