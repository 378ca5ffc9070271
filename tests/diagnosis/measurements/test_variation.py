"""Variation between samples, against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.variation import between_samples


def test_worked_example() -> None:
    # Two samples, two positions. Channel 0: the same picture twice. Channel 1: 1, 1 then 3, 3:
    # variance over samples 1 at both, mean square (1 + 1 + 9 + 9) / 4 = 5. Channel 2: zero.
    values = np.array([[[4, 1, 0], [-2, 1, 0]], [[4, 3, 0], [-2, 3, 0]]], dtype=np.float32)
    found = between_samples(values)
    assert found[0] == 0
    assert found[1] == pytest.approx((1 / 5) ** 0.5)
    assert np.isnan(found[2])


def test_scale_does_not_matter() -> None:
    values = np.random.default_rng(0).normal(1.0, 0.1, (8, 5, 3))
    np.testing.assert_allclose(
        between_samples((values * 1e-30).astype(np.float32)), between_samples(values), rtol=1e-5
    )


def test_a_small_spread_about_a_large_number_is_seen() -> None:
    values = 1000 + np.random.default_rng(0).normal(size=(50, 1, 4))
    np.testing.assert_allclose(between_samples(values), values.std(axis=(0, 1)) / 1000, rtol=1e-3)


def test_one_sample_or_no_channel_says_nothing() -> None:
    assert np.isnan(between_samples(np.ones((1, 3, 2)))).all()
    assert between_samples(np.ones((4, 3, 0))).shape == (0,)
