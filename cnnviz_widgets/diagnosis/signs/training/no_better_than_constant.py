"""Answers that are no better than always giving the same one; beyond the paper."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ....validation.messages import percent
from ...facts import ModelFacts
from ...findings import Comparison, Finding, Measurement
from ...measurements.data.answers import Answers
from ...measurements.training.loss_history import LossHistory
from ..base import BEYOND, Sign
from ..wording import few_samples

ALIKE, RENUMBERED = 0.7, 0.6
"""Correlation from which answers follow the targets on another scale; share of right answers, with
classes renumbered, from which their order is to blame: chance gives 0.3 for 10 classes of 64."""

FELL = 0.5
"""Loss of training, last over that of the best constant answer, below which it was learnt."""


class NoBetterThanConstant(Sign):
    """As many right answers as the commonest class would give, R² of 0 at most, or one answer."""

    kind, title, source = "no-better-than-constant", "no better than a constant answer", BEYOND

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most; none of a model that was never trained, of which it is to be expected."""
        answers = model.answers
        if answers is None or not answers.no_better or model.untrained:
            return
        yield self.finding(
            answers.layer if answers.layer in model.layers else "",
            "severe",
            Measurement(_measured(answers), answers.score, answers.task != "values"),
            _summary(answers, model),
            reference=Comparison("the best constant answer", answers.constant_score),
            samples=answers.samples,
            limits=few_samples(answers.samples),
            cure=_cure(answers, model),
        )


def _measured(answers: Answers) -> str:
    return "R²" if answers.task == "values" else "share of right answers"


def _summary(answers: Answers, model: ModelFacts) -> str:
    return told(answers, model) + _losses(answers) + "."


def told(answers: Answers, model: ModelFacts) -> str:
    """How well a model does, beside the best constant answer; no full stop."""
    if answers.task == "values":
        return (
            f"R² is {answers.score:.2g} on {answers.samples} samples, that of always answering the "
            "targets' mean 0"
        )
    if not answers.different:
        return (
            f"{percent(answers.score)} of the answers are right; always giving the commonest one "
            f"would make it {percent(answers.constant_score)}"
        )
    constant = round(answers.constant_score * answers.samples)
    what = _named(answers, model)
    if answers.different == 1:
        return (
            f"The model gives one and the same answer for all {answers.samples} samples: "
            f"{answers.right} right ({percent(answers.score)}); always {what} would give {constant}"
        )
    return (
        f"The model answers {answers.right} of {answers.samples} right "
        f"({percent(answers.score)}); always saying {what} would give {constant}"
    )


def _named(answers: Answers, model: ModelFacts) -> str:
    if answers.task == "yes or no":
        return "yes" if answers.commonest else "no"
    return model.named_class(answers.commonest)


def _losses(answers: Answers) -> str:
    if not (math.isfinite(answers.loss) and math.isfinite(answers.constant_loss)):
        return ""
    return f" (loss {answers.loss:.3g}; of the best constant answer {answers.constant_loss:.3g})"


def _cure(answers: Answers, model: ModelFacts) -> str:
    """What to look at, by what is known."""
    if answers.task == "values" and answers.alike >= ALIKE:
        return (
            f"The answers follow the targets (correlation {answers.alike:.2f}), but on another "
            "scale: give targets in the unit of training, or undo its scaling: y_std * answer + "
            "y_mean."
        )
    if answers.task == "classes" and answers.alike >= max(RENUMBERED, answers.score + 0.3):
        return (
            f"With the classes renumbered, {percent(answers.alike)} would be right: number the "
            "labels as in training (compare class_names of both data sets)."
        )
    history = model.loss_history
    if history is not None and _was_learnt(answers, model) and _is_poor(history, answers):
        return (
            "What was learnt holds for the training samples alone (their loss is "
            f"{history.training[-1]:.3g}, that of validation {history.validation[-1]:.3g}). Look "
            "at some inputs beside their targets; if these are right, give more data or "
            "augmentation, or make the model smaller, and stop at the best epoch."
        )
    if _was_learnt(answers, model):
        return (
            "The loss of training did fall, so these inputs or targets are not like those of "
            "training: check that both are prepared alike and in the same order (shuffle x and y "
            "by one permutation)."
        )
    return (
        "Look at some inputs beside their targets: do they belong together (shuffle x and y by one "
        "permutation)? Then let it learn ten by heart: `model.fit(x[:10], y[:10], epochs=200)`. "
        "If it cannot, head, loss or learning rate are to blame; if it can, the data are."
    )


def _was_learnt(answers: Answers, model: ModelFacts) -> bool:
    history = model.loss_history
    return (
        history is not None
        and len(history.training) > 0
        and history.training[-1] < FELL * answers.constant_loss
    )


def _is_poor(history: LossHistory, answers: Answers) -> bool:
    """Whether the validation of training found the same."""
    return len(history.validation) > 0 and history.validation[-1] >= answers.constant_loss
