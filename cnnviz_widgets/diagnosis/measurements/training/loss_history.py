"""The losses of a training, on what it was trained on and on what it was not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LossHistory:
    """Losses by epoch.

    Attributes
    ----------
    training, validation : tuple of float
        The second () where none was measured.
    """

    training: tuple[float, ...]
    validation: tuple[float, ...]
