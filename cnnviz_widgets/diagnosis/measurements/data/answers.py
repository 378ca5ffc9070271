"""How well a model's answers fit its targets, beside the best constant answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Task: TypeAlias = Literal["classes", "yes or no", "values"]


@dataclass(frozen=True)
class Answers:
    """How well a model does on the samples that it was asked.

    Attributes
    ----------
    layer : str
        Path of the layer that the model returns.
    task : {'classes', 'yes or no', 'values'}
    samples : int
    score : float
        The share of right answers; of values R², at most 1.
    constant_score : float
        The same of the best constant answer: the share of the commonest class; 0 for values.
    p_value : float
        Of the exact binomial test: the chance that the constant answer gets as many right; NaN for
        values.
    loss, constant_loss : float
        Of the answers, and of the best constant one.
    different : int
        How many different answers are given; 0 for values.
    """

    layer: str
    task: Task
    samples: int
    score: float
    constant_score: float
    p_value: float = math.nan
    loss: float = math.nan
    constant_loss: float = math.nan
    different: int = 0

    @property
    def solved(self) -> bool:
        """Whether the model does its task: it mends half of what the best constant leaves wrong."""
        return self.score - self.constant_score >= 0.5 * (1 - self.constant_score)
