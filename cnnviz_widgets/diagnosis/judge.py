"""From what was measured of a model to its findings, one for each cause."""

from __future__ import annotations

from collections.abc import Iterable

from .facts import ModelFacts
from .findings import Finding
from .root_causes import one_a_cause
from .signs import outputs, weights

_SIGNS = (
    outputs.nonfinite,
    outputs.dead,
    outputs.constant,
    outputs.saturated,
    outputs.near_zero,
    outputs.uniform,
    outputs.unlike_input,
    weights.duplicate,
    weights.wide_uniform,
    weights.concentrated_forks,
    weights.noisy_weights,
    weights.frozen,
)


def judge(model: ModelFacts, others: Iterable[Finding] = ()) -> tuple[Finding, ...]:
    """All findings, the worst first, one for each cause.

    Parameters
    ----------
    model : ModelFacts
    others : iterable of Finding
        What was found out about inputs and targets.

    Returns
    -------
    tuple of Finding
    """
    return one_a_cause([*others, *(each for sign in _SIGNS for each in sign(model))], model)


def suspects(model: ModelFacts) -> tuple[list[str], list[str]]:
    """The layers for which a freshly initialised reference decides.

    Returns
    -------
    (paths, paths)
        Those to measure all of, and those whose maps are to be compared with the image.
    """
    signs = [*outputs.near_zero_suspects(model), *outputs.uniform_suspects(model)]
    return list(dict.fromkeys(signs)), outputs.unlike_suspects(model)
