"""Whether inputs are in the range of training, by each kind of evidence."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel_measures import channel_measures
from cnnviz_widgets.diagnosis.measurements.input_range import (
    against_averages,
    by_averages,
    by_loss,
    by_sureness,
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
    assert by_averages(9.0, "norm", BYTES, 20) is None
    finding = by_averages(255.0, "norm", BYTES, 20)
    assert finding is not None
    assert (finding.kind, finding.layer) == ("input-range", "")


def test_a_loss_that_is_far_lower_on_scaled_inputs() -> None:
    assert by_loss(1.0, 0.6, "x / 255", BYTES, 20) is None
    finding = by_loss(2.0, 0.5, "x / 255", BYTES, 20)
    assert finding is not None
    assert finding.reference is not None
    assert (finding.measured.value, finding.reference.effect) == (2.0, 4.0)


def test_sure_of_everything_but_mostly_of_the_same() -> None:
    choice = RNG.integers(0, 4, 40)
    now = np.eye(4)[choice]
    scaled = 0.6 * now + 0.1
    assert by_sureness(now, scaled, "x / 255", BYTES) is not None
    # Trained on bytes: small inputs all get one answer.
    same = np.full((40, 4), 0.1)
    same[:, 0] = 0.7
    assert by_sureness(now, same, "x / 255", BYTES) is None
    # Sure on either scale, or on neither.
    assert by_sureness(now, now, "x / 255", BYTES) is None
    assert by_sureness(scaled, scaled, "x / 255", BYTES) is None
