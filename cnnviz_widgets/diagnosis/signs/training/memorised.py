"""Training that has learnt its samples by heart; beyond the paper."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ...facts import ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.training.loss_history import LossHistory
from ...phrases import percent
from ..base import BEYOND, Sign

EPOCHS = 5
"""Fewer show no course."""

RISE, CLEAR_RISE = 1.2, 1.5
"""Validation loss of the last epoch over the least: epochs differ by some per cent anyway. The
second is asked for where nothing but losses was measured."""

GAP, WIDE_GAP = 0.2, 0.3
"""Share of right answers lost on what it was not trained on: one in five. From the second on it
counts without a rise of the loss, too."""

LOSS_RATIO = 5.0
"""Validation over training loss; a healthy network's may be twice as large or three times."""

STILL_UNLEARNT = 0.3
"""Validation loss at the end over the training loss of the first epoch: below, most of the task
was learnt for unseen samples, too."""


class Memorised(Sign):
    """Models whose training loss went on falling while that of the validation rose."""

    kind, title, source = "memorised", "training samples memorised", BEYOND

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most, by what ``fit`` with validation data left behind."""
        history = model.loss_history
        if history is not None and len(history.validation) >= EPOCHS and _is_memorised(history):
            yield self.finding(
                "",
                "warning",
                Measurement("validation loss of the last epoch", history.validation[-1]),
                _summary(history),
                reference=Comparison("training loss of the last epoch", history.training[-1]),
                samples=0,
                limits="By model.history, the last fit: weights that were put back or trained on "
                "since do not show in it.",
                cure="Stop at the best epoch: keras.callbacks.EarlyStopping(patience=5, "
                "restore_best_weights=True); then more data, augmentation, or a smaller model.",
            )


def _is_memorised(history: LossHistory) -> bool:
    last, best = history.validation[-1], history.validation[history.best]
    rise = _ratio(last, best)
    gap = history.right - history.validation_right
    if not math.isnan(gap):
        return gap >= WIDE_GAP or (gap >= GAP and rise >= RISE)
    fell_on = history.training[-1] < history.training[history.best]
    return (
        fell_on
        and rise >= CLEAR_RISE
        and _ratio(last, history.training[-1]) >= LOSS_RATIO
        and _ratio(last, history.training[0]) >= STILL_UNLEARNT
    )


def _ratio(one: float, other: float) -> float:
    """A loss over another; NaN of those below 0, where a ratio says nothing."""
    if min(one, other) < 0 or one == other == 0:
        return math.nan
    return one / other if other else math.inf


def _summary(history: LossHistory) -> str:
    best, epochs = history.best, len(history.validation)
    own, others = history.training, history.validation
    if best + 1 < epochs:
        course = (
            f"After epoch {best + 1:,} of {epochs:,} the validation loss rises from "
            f"{others[best]:.3g} to {others[-1]:.3g} while the training loss goes from "
            f"{own[best]:.3g} to {own[-1]:.3g}"
        )
    else:
        course = f"The training loss ends at {own[-1]:.3g}, the validation loss at {others[-1]:.3g}"
    if math.isnan(history.right):
        return f"{course}: it has learnt its training samples by heart."
    return (
        f"{course}: {percent(history.right)} of the training answers are right, and "
        f"{percent(history.validation_right)} of the others."
    )
