"""What came of trying a model without something that is under suspicion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trial:
    """How a model's outputs change by one replacement.

    Attributes
    ----------
    change : float
        Relative change of the outputs, as `Ablation.change`.
    loss_now, loss_then : float
        NaN without targets.
    score_now, score_then : float
        As `Answers.score`; NaN without targets.
    """

    change: float
    loss_now: float
    loss_then: float
    score_now: float
    score_then: float
