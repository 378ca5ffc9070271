"""Weights that are still as they were drawn; beyond the paper."""

from __future__ import annotations

import math
from collections.abc import Iterator, Set

from ....validation.messages import percent
from ...facts import ModelFacts
from ...findings import Finding, Kind, Measurement, Severity
from ...measurements.weight_movement import FROZEN_P_VALUE, WeightMovement
from ..base import BEYOND, NOT_AS_TRAINED, Sign
from ..by_answers import fails, solves

HARDLY = 0.1
"""Largest drift of weights that have learnt next to nothing, believed only of a model that does no
better than a constant answer: wide layers learn by small moves."""

SLOW = 1e-5
"""Learning rate that is told as too small: the usual ones lie between 1e-4 and 0.1."""

_MODEL_WIDE = frozenset(
    {"concentrated-forks", "constant", "dead", "frozen", "near-zero", "noisy-weights"}
    | {"saturated", "uniform", "unlike-input"}
)


class Untrained(Sign):
    """Models no layer of which has moved from where it was drawn.

    Measured: of each layer the Kolmogorov–Smirnov test of its kernel against newly drawn ones, and
    how far its biases have moved, over the kernel's spread (`weight_movement.WeightMovement`).
    """

    kind, title, source = "untrained", "untrained", BEYOND
    view = "weights"
    spoils = _MODEL_WIDE
    anywhere = NOT_AS_TRAINED

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """One at most."""
        if (model.untrained or _hardly_trained(model)) and not solves(model):
            drift = _drift(model)
            yield self.finding(
                "",
                _severity(model),
                Measurement("largest move of a bias over its kernel's spread", drift),
                _summary(model, drift),
                samples=0,
                limits="" if _tried(model) else "What only training can show is not judged.",
                cure=_cure(model),
            )

    def explained_behind(self, cause: Finding) -> Set[Kind]:
        """Also of a fresh network: what it shows are no faults of its own."""
        return self.spoils

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """What is graver than a fresh network accounts for is told by itself."""
        return other.severity == "note" or cause.severity == "severe" != other.severity


def _movements(model: ModelFacts) -> list[WeightMovement]:
    return [each.movement for each in model if each.movement and each.movement.known]


def _hardly_trained(model: ModelFacts) -> bool:
    """Whether all weights have moved so little that poor answers are no wonder."""
    movements = _movements(model)
    # Of a hundred layers one would differ by chance alone.
    least = FROZEN_P_VALUE / max(len(movements), 1)
    return (
        fails(model)
        and any(not math.isnan(each.drift) for each in movements)
        and all(each.drift <= HARDLY and not each.p_value < least for each in movements)
    )


def _drift(model: ModelFacts) -> float:
    """The farthest move; 0 where no number began alike."""
    return max((each.drift for each in _movements(model) if each.drift >= 0), default=0.0)


def _tried(model: ModelFacts) -> bool:
    """Whether training was begun."""
    return model.optimisation is not None and model.optimisation.steps > 0


def _severity(model: ModelFacts) -> Severity:
    if fails(model):
        return "severe" if _tried(model) or _drift(model) > 0 else "warning"
    return "warning" if _tried(model) else "note"


def _summary(model: ModelFacts, drift: float) -> str:
    where = "No layer has moved from where it was drawn"
    known = model.optimisation
    steps = 0 if known is None else known.steps
    after = f" in {steps:,} step{'s' * (steps != 1)}" if steps else ""
    if not drift:
        return f"{where}{after}: every bias is what it began as, every kernel looks newly drawn."
    return (
        f"Hardly any weight has moved from where it was drawn{after}: no bias by more than "
        f"{percent(drift)} of its kernel's spread, and every kernel looks newly drawn."
    )


def _cure(model: ModelFacts) -> str:
    known = model.optimisation
    if known is not None and known.rate < SLOW:
        return (
            f"Raise the learning rate, which is {known.rate:.2g}: "
            "`model.optimizer.learning_rate = 1e-3`, then `model.fit(…)`."
        )
    if _tried(model) or _drift(model) > 0:
        rate = f" (it is {known.rate:.2g})" if known is not None and known.rate > 0 else ""
        return (
            f"Train for more steps, or raise the learning rate{rate}; see that the layers are "
            "trainable and that this is the model that was trained."
        )
    return "Train it: `model.fit(inputs, targets, epochs=10)`; or load its weights."
