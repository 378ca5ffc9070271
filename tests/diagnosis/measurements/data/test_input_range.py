"""What inputs look like, and how far they are from the averages of training."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel_measures import channel_measures
from cnnviz_widgets.diagnosis.measurements.data.input_range import (
    against_averages,
    look_like_bytes,
)

RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (20, 4, 4, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("inputs", "answer"),
    [
        (BYTES, True),
        (BYTES.astype(np.uint8), True),
        (BYTES / 255, False),
        (BYTES - 128, False),
        (BYTES * 10, False),
        (np.array(["a"]), False),
        (np.empty((0, 3)), False),
    ],
)
def test_what_looks_like_bytes(inputs: np.ndarray, answer: bool) -> None:
    assert look_like_bytes(inputs) is answer


def test_spread_over_that_of_training() -> None:
    gamma = np.array([2.0, -0.5, 0.0])
    values = RNG.normal(size=(5000, 3)) * np.array([20.0, 5.0, 0.0])
    assert against_averages(channel_measures(values), gamma) == pytest.approx(10, rel=0.05)
    assert np.isnan(against_averages(channel_measures(values), np.zeros(3)))
