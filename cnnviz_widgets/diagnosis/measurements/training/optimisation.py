"""How a model is being trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Optimisation:
    """What a model's optimizer tells.

    Attributes
    ----------
    rate : float
        Its learning rate now; NaN where it has none.
    steps : int
        How many it has taken.
    """

    rate: float
    steps: int
