"""Made-up layers: classes as overlapping clouds, and the same a little later in a training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def two_moments(
    count: int, features: int = 64, classes: int = 10, seed: int = 0
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """ReLU outputs of samples, those of the next moment with classes farther apart, and labels."""
    rng = np.random.default_rng(seed)
    means = 0.6 * rng.standard_normal((classes, features))
    labels = rng.integers(0, classes, count)
    inner = rng.standard_normal((count, 12)) @ (0.35 * rng.standard_normal((12, features)))
    before = means[labels] + inner + 0.3 * rng.standard_normal((count, features))
    step = 0.06 * means[labels] + 0.06 * rng.standard_normal((count, features))
    return np.maximum(before, 0), np.maximum(before + step, 0), labels
