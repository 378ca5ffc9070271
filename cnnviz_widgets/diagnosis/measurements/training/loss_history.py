"""The losses of a training, on what it was trained on and on what it was not."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class LossHistory:
    """Losses by epoch.

    Attributes
    ----------
    training, validation : tuple of float
        The second () where none was measured.
    right, validation_right : float
        The share of right answers in the last epoch; NaN where it was not measured.
    """

    training: tuple[float, ...]
    validation: tuple[float, ...]
    right: float = math.nan
    validation_right: float = math.nan

    @property
    def best(self) -> int:
        """The epoch, from 0, in which the validation loss was least."""
        return min(range(len(self.validation)), key=self.validation.__getitem__)
