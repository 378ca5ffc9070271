"""How grave a finding is, by how well the model does its task."""

from __future__ import annotations

from ..facts import ModelFacts
from ..findings import Severity


def solves(model: ModelFacts) -> bool:
    """Whether the model is known to do its task."""
    return model.answers is not None and model.answers.solved


def falls_short(model: ModelFacts) -> bool:
    """Whether the model is known not to do its task, though perhaps better than a constant."""
    return model.answers is not None and not model.answers.solved


def fails(model: ModelFacts) -> bool:
    """Whether the model is known to do no better than a constant answer."""
    return model.answers is not None and model.answers.no_better


def capped(severity: Severity, model: ModelFacts) -> Severity:
    """A note where the model solves its task: nothing in its units keeps it from that."""
    return "note" if solves(model) else severity


def by_answers(
    model: ModelFacts, unknown: Severity, *, solved: Severity, failing: Severity = "severe"
) -> Severity:
    """The severity of a cause that concerns the whole task.

    Parameters
    ----------
    model : ModelFacts
    unknown : {'severe', 'warning', 'note'}
        Where nothing tells how well the model does, or it does fairly.
    solved : {'severe', 'warning', 'note'}
        Where it does its task.
    failing : {'severe', 'warning', 'note'}
        Where it does no better than a constant answer.
    """
    return failing if fails(model) else solved if solves(model) else unknown
