"""What training minimises besides the loss of the answers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Source: TypeAlias = Literal["weights", "outputs", "own"]


@dataclass(frozen=True)
class Penalty:
    """What one layer adds to the loss.

    Attributes
    ----------
    layer : str
        Its path; "" for the model itself.
    source : {'weights', 'outputs', 'own'}
        A regularizer of its weights, one of its outputs, or what its own code adds.
    value : float
    """

    layer: str
    source: Source
    value: float


@dataclass(frozen=True)
class Penalties:
    """Penalties on weights and outputs beside the data loss.

    Attributes
    ----------
    parts : tuple of Penalty
        In the order of execution.
    data_loss : float
        Of the answers alone; NaN without targets.
    """

    parts: tuple[Penalty, ...]
    data_loss: float = math.nan

    @property
    def total(self) -> float:
        """What all of them add to the loss."""
        return sum(part.value for part in self.parts)
