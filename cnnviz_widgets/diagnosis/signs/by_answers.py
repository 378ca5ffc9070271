"""How grave a cause is, by how well the model does its task."""

from __future__ import annotations

from ..facts import ModelFacts
from ..findings import Severity


def fails(model: ModelFacts) -> bool:
    """Whether the model is known to do no better than a constant answer."""
    return model.answers is not None and model.answers.no_better


def solves(model: ModelFacts) -> bool:
    """Whether the model is known to do its task."""
    return model.answers is not None and model.answers.solved


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
