"""Sums that a compiled pass makes in float32, against those of float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

tf: Any = pytest.importorskip("tensorflow")
compiled_parts: Any = pytest.importorskip("cnnviz_widgets.model.survey.passes.compiled_parts")

SAMPLES, CHANNELS = 2, 40


def normal(positions: int) -> Any:
    return np.random.default_rng(0).normal(size=(SAMPLES, positions, CHANNELS))


def all_alike(positions: int) -> Any:
    """The worst for sums that run on: each addition rounds to the same side."""
    return np.full((SAMPLES, positions, CHANNELS), 0.1)


# Of how many channels the squares' digits cancel: of none, of a few, of most.
VALUES: dict[str, Callable[[int], Any]] = {
    "spread": normal,
    "alike": all_alike,
    "just spread enough": lambda positions: 1 + normal(positions) / 5.5,
    "one far from 0": lambda positions: normal(positions) + 1000 * (np.arange(CHANNELS) == 3),
    "far from 0": lambda positions: normal(positions) + 1000,
}


def parts_of(values: Any) -> list[Any]:
    flat = tf.constant(values)
    mean = compiled_parts._mean(flat)
    return [mean.numpy(), compiled_parts._squares(flat, mean).numpy()]


@pytest.mark.parametrize("positions", [1, 4, 17, 100, 997, 50_176])
@pytest.mark.parametrize("kind", VALUES)
def test_means_and_deviations_of_samples_are_right_to_a_millionth(
    kind: str, positions: int
) -> None:
    values = VALUES[kind](positions).astype(np.float32)
    mean, squares = parts_of(values)
    wide = values.astype(np.float64)
    std = np.sqrt(np.maximum(squares, 0) / positions)
    span = np.abs(wide).max(axis=1)
    assert (np.abs(mean - wide.mean(axis=1)) <= 1e-6 * span).all()
    assert (np.abs(std - wide.std(axis=1)) <= 1e-6 * span).all()


def test_pools_are_short_and_take_all_positions() -> None:
    for positions in range(1, 2_000):
        steps = compiled_parts._pooled_by(positions)
        assert not steps or np.prod(steps) == positions
        assert max(steps, default=0) <= compiled_parts._MOST_IN_POOL
