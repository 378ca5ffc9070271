"""Training that has learnt its samples by heart; beyond the paper."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ....validation.messages import percent
from ...facts import ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.training.loss_history import LossHistory
from ..base import BEYOND, Sign
from ..by_answers import by_answers

EPOCHS = 5
"""Fewer show no course."""

LOST = 0.5
"""Of the right answers beyond chance in training, the share that is lost on other samples. With
100 % against 75 % of ten classes, which is common and no fault, it is 0.28."""

LOSS_RATIO = 5.0
"""Validation over training loss: a healthy network's may be twice as large or three times. From
here on other measures are asked for, which are not known of every loss."""

UNLEARNT = 0.5
"""Validation loss over what a constant answer leaves. Of cross-entropy, which overfitting raises
by sureness alone while answers stay right, it has to be 1."""

RISE = 1.5
"""Validation loss of the last epoch over the least, where nothing else is known."""


class Memorised(Sign):
    """Models whose training loss went on falling while that of the validation rose."""

    kind, title, source = "memorised", "training samples memorised", BEYOND

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most, by losses on validation data."""
        history = model.loss_history
        if history is not None and _is_memorised(history, model):
            yield self.finding(
                "",
                by_answers(model, "warning", solved="warning"),
                Measurement("validation loss of the last epoch", history.validation[-1]),
                _summary(history),
                reference=Comparison("training loss of the last epoch", history.training[-1]),
                samples=0,
                limits="By the losses that the training told: weights that were put back since, or "
                "trained on, do not show in them.",
                cure="Stop at the best epoch: `keras.callbacks.EarlyStopping(patience=5, "
                "restore_best_weights=True)`; then more data, augmentation, or a smaller model.",
            )


def _is_memorised(history: LossHistory, model: ModelFacts) -> bool:
    if len(history.validation) < EPOCHS:
        return False
    if not math.isnan(history.right - history.validation_right):
        chance = 1 / max(model.heads[0].units, 2) if model.heads else 0.0
        return history.right - history.validation_right >= LOST * (history.right - chance) > 0
    last = history.validation[-1]
    return _ratio(last, history.training[-1]) >= LOSS_RATIO and _is_unlearnt(history, model)


def _is_unlearnt(history: LossHistory, model: ModelFacts) -> bool:
    """Whether the validation loss is near that of a model that knows nothing."""
    last = history.validation[-1]
    head = model.heads[0] if len(model.heads) == 1 else None
    if head is not None and head.loss.endswith("crossentropy"):
        return last >= math.log(max(head.units, 2))
    if head is not None and head.loss and model.answers is not None:
        return _ratio(last, model.answers.constant_loss) >= UNLEARNT
    rise = _ratio(last, history.validation[history.best])
    return rise >= RISE and _ratio(last, history.training[0]) >= UNLEARNT


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
