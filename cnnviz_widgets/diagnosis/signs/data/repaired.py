"""What is said of a repair that helps."""

from __future__ import annotations

import math

from ....validation.messages import percent
from ...facts import ModelFacts
from ...measurements.data.answers import Answers
from ...measurements.data.repairs import Repair


def best_repair(model: ModelFacts, kind: str) -> Repair | None:
    """Of the repairs of a kind that help, the one with the smallest loss."""
    helpful = [each for each in model.repairs if each.kind == kind and each.helps]
    return min(helpful, key=lambda each: (each.after.loss, -each.after.score), default=None)


def told(repair: Repair) -> tuple[str, float]:
    """The name and the value of what was measured without the repair."""
    if math.isfinite(repair.before.loss):
        return "loss as it is", repair.before.loss
    return "score as it is", repair.before.score


def compared(repair: Repair) -> str:
    """Losses and answers without and with it, beside the best constant answer."""
    before, after = repair.before, repair.after
    parts = []
    if math.isfinite(after.loss):
        parts.append(
            f"the loss is {before.loss:.3g}, with {repair.how} {after.loss:.3g}"
            f"{_of_constant(after)}"
        )
    parts.append(_answers(before, after, "" if parts else f" with {repair.how}"))
    return "; ".join(parts)


def _of_constant(after: Answers) -> str:
    if not math.isfinite(after.constant_loss):
        return ""
    return f" (the best constant answer: {after.constant_loss:.3g})"


def _answers(before: Answers, after: Answers, how: str) -> str:
    if after.task == "values":
        return f"R² rises from {before.score:.2g} to {after.score:.2g}{how}"
    if after.different:
        return f"{after.right} of {after.samples} answers are right{how} instead of {before.right}"
    return (
        f"{percent(after.score)} of the answers are right{how} instead of {percent(before.score)}"
    )
