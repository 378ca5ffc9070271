"""Rows such as layers have: some kinds of preference, rectified, with noise."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.analysis.arrays import Floats


def some_rows(count: int, columns: int = 10, *, seed: int = 0, kinds: int = 12) -> Floats:
    random = np.random.default_rng(seed)
    centres = random.standard_normal((kinds, columns))
    rows = centres[random.integers(kinds, size=count)]
    return np.maximum(rows + 0.7 * random.standard_normal((count, columns)), 0)


def far_apart(sizes: tuple[int, ...], *, seed: int = 0) -> tuple[Floats, list[int]]:
    """Rows about centres that are far from one another, and the kind of each, mixed."""
    random = np.random.default_rng(seed)
    kinds = random.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = 10 * np.eye(len(sizes), 6)
    return centres[kinds] + 0.1 * random.standard_normal((kinds.size, 6)), kinds.tolist()
