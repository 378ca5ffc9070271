"""What enters normalisation layers, beside what they remember of training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NormShift:
    """How the spread of what enters the BatchNormalization layers differs from training.

    Attributes
    ----------
    layers : tuple of str
        Their paths, in execution order.
    ratios : tuple of float
        Of each, the median over channels of (standard deviation of what comes in / square root of
        the moving variance).
    """

    layers: tuple[str, ...]
    ratios: tuple[float, ...]
