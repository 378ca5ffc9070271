"""What is measured of a weight, against numbers worked by hand and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cnnviz_widgets.diagnosis.measurements.merges import shuffled
from cnnviz_widgets.diagnosis.measurements.weight_measures import (
    flatness,
    structure,
    weight_measures,
)

RNG = np.random.default_rng(0)


def test_widths_of_a_convolution() -> None:
    # (in 4, 3 × 3, out 8): fan in 36, fan out 72.
    values = (0.5 * RNG.choice([-1.0, 1.0], (4, 3, 3, 8))).astype(np.float32)
    values[0, 0, 0] = -values[1, 0, 0]
    spread = values.std()
    signs = weight_measures(values, None)
    assert signs.width == pytest.approx(spread / (2 / 108) ** 0.5, rel=1e-6)
    assert signs.he_width == pytest.approx(spread / (2 / 36) ** 0.5, rel=1e-6)
    assert signs.sample_size == values.size


def test_initialisers_have_width_one() -> None:
    limit = (6 / (300 + 100)) ** 0.5
    glorot = RNG.uniform(-limit, limit, (300, 100)).astype(np.float32)
    assert weight_measures(glorot, None).width == pytest.approx(1, rel=0.02)
    he = RNG.normal(0, (2 / 300) ** 0.5, (300, 100)).astype(np.float32)
    assert weight_measures(he, None).he_width == pytest.approx(1, rel=0.02)


def test_flatness_is_the_kolmogorov_smirnov_statistic() -> None:
    values = RNG.normal(size=500)
    low, high = values.min(), values.max()
    expected = stats.kstest(values, stats.uniform(low, high - low).cdf).statistic
    assert flatness(values) == pytest.approx(expected, abs=1e-12)
    assert flatness(RNG.uniform(-3, 5, 20_000)) < 0.02
    assert flatness(RNG.normal(size=20_000)) > 0.2
    assert flatness(np.ones(5)) == 1


def test_nonfinite_outputs_by_weights_and_bias() -> None:
    values = RNG.normal(size=(5, 3, 6)).astype(np.float32)
    bias = np.zeros(6, np.float32)
    values[2, 1, 4] = np.nan
    values[0, 0, 1] = np.inf
    bias[5] = -np.inf
    signs = weight_measures(values, bias)
    assert signs.nonfinite == (1, 4, 5)
    assert signs.merges is None


def test_a_sum_that_overflows_is_finite_all_the_same() -> None:
    values = np.full((10, 4), 3e38, np.float32)
    assert weight_measures(values, None).nonfinite == ()


def test_twins_need_the_same_bias() -> None:
    values = RNG.normal(size=(9, 6)).astype(np.float32)
    values[:, [1, 3, 5]] = values[:, [0]]
    bias = np.array([0.1, 0.1, 0, 0.2, 0, 0.1], np.float32)
    assert weight_measures(values, None).duplicates == ((0, 1, 3, 5),)
    assert weight_measures(values, bias).duplicates == ((0, 1, 5),)


def test_noise_has_the_structure_of_noise() -> None:
    noise = RNG.normal(size=(200, 60))
    found = structure(noise, shuffled(noise, 9))
    assert found is not None
    assert abs(found.effect) < 4
    shared = noise + 2 * RNG.normal(size=(200, 1)) * RNG.normal(size=60)
    found = structure(shared, shuffled(shared, 9))
    assert found is not None
    assert found.effect > 50
    assert found.percentile == 100
    # Six of 60 directions; one holds 4/5 of the energy, the rest is noise.
    energy = np.linalg.svd(shared, compute_uv=False) ** 2
    assert found.leading == pytest.approx(energy[:6].sum() / energy.sum(), rel=1e-9)
    zeros = np.zeros((20, 20))
    assert structure(zeros, [zeros, zeros]) is None


def test_large_weights_are_thinned() -> None:
    values = RNG.normal(size=(4000, 1000)).astype(np.float32)
    signs = weight_measures(values, None)
    assert signs.sample_size <= 1 << 16
    assert signs.merges is not None
    assert signs.merges.own.heights.size == 95
    assert signs.width == pytest.approx((2500) ** 0.5, rel=0.02)
