"""The batched bandwidth against the fixed point found by SciPy, one channel at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from cnnviz_widgets.analysis.density.bandwidth import (
    cosine_coefficients,
    isj_bandwidth,
    normal_reference_bandwidth,
)

CELLS = 512


def improved_sheather_jones(squares: np.ndarray, n: float, t: float) -> float:
    """ξ γ⁽⁵⁾(t) as Botev, Grotowski and Kroese (2010) write it, by plain sums.

    `squares` are the squared coefficients of the cosine series, k = 1, 2, ….
    """
    k = np.arange(1, squares.size + 1, dtype=float)

    def norm_of_derivative(j: int, at: float) -> float:
        terms = k ** (2 * j) * squares * np.exp(-(k**2) * np.pi**2 * at)
        return 2 * math.pi ** (2 * j) * terms.sum()

    estimate = norm_of_derivative(7, t)
    for j in range(6, 1, -1):
        odd = math.prod(range(1, 2 * j, 2)) / math.sqrt(2 * math.pi)
        factor = (1 + 0.5 ** (j + 0.5)) / 3
        width = (2 * factor * odd / (n * estimate)) ** (2 / (3 + 2 * j))
        estimate = norm_of_derivative(j, width)
    return (2 * n * math.sqrt(math.pi) * estimate) ** -0.4


def histogram(values: np.ndarray, pad: float = 0.4) -> np.ndarray:
    low, high = values.min(), values.max()
    margin = pad * (high - low)
    return np.histogram(values, CELLS, (low - margin, high + margin))[0].astype(float)


def samples(n: int) -> list[np.ndarray]:
    rng = np.random.default_rng(n)
    return [
        rng.standard_normal(n),
        rng.standard_normal(n) * 1e-6 + 3,
        rng.random(n),
        np.concatenate([rng.standard_normal(n // 2), rng.standard_normal(n - n // 2) + 6]),
        rng.gamma(3.0, size=n),
        rng.standard_t(5, size=n),
    ]


@pytest.mark.parametrize("n", [50, 300, 3000, 12_544])
def test_it_is_the_fixed_point(n: int) -> None:
    counts = np.array([histogram(values) for values in samples(n)])
    coefficients = cosine_coefficients(counts)
    found = isj_bandwidth(coefficients, np.full(len(counts), float(n)))
    for width, row in zip(found, coefficients, strict=True):
        squares = row[1:] ** 2

        def gap(log_t: float, squares: np.ndarray = squares) -> float:
            return log_t - math.log(improved_sheather_jones(squares, n, math.exp(log_t)))

        # A root a tenth of a per cent either side of ours: the exact one is between.
        log_t = 2 * math.log(width)
        root = brentq(gap, log_t - 2e-3, log_t + 2e-3, xtol=1e-12)
        assert abs(root - log_t) < 2e-3
        # … and it is the smallest: before it there is none.
        assert all(gap(at) < 0 for at in np.linspace(math.log(1e-6), log_t - 0.1, 12))


def test_near_the_optimum_for_a_normal_sample() -> None:
    rng = np.random.default_rng(7)
    n = 10_000
    values = rng.standard_normal((n, 20))
    counts = np.array([histogram(column) for column in values.T])
    width = isj_bandwidth(cosine_coefficients(counts), np.full(20, float(n)))
    grid = 1.8 * (values.max(axis=0) - values.min(axis=0))
    optimum = (4 / 3) ** 0.2 * n**-0.2
    # Single samples scatter by 3 %; their mean does not.
    assert abs((width * grid).mean() / optimum - 1) < 0.03
    assert np.abs(width * grid / optimum - 1).max() < 0.12


def test_each_channel_by_itself() -> None:
    counts = np.array([histogram(values) for values in samples(1000)])
    n = np.full(len(counts), 1000.0)
    together = isj_bandwidth(cosine_coefficients(counts), n)
    alone = [isj_bandwidth(cosine_coefficients(row[None]), n[:1])[0] for row in counts]
    np.testing.assert_allclose(together, alone, rtol=1e-10)


def test_values_on_few_points_have_no_width() -> None:
    counts = np.zeros((2, CELLS))
    counts[0, [100, 300]] = 500
    counts[1, 256] = 1000
    width = isj_bandwidth(cosine_coefficients(counts), np.full(2, 1000.0))
    np.testing.assert_array_equal(width, [0, 0])


def test_coefficients_are_those_of_the_cosine_series() -> None:
    # All mass in the cell about x: a_k = cos(πkx), 2 Σ … being the series of a point at x.
    counts = np.zeros((1, CELLS))
    counts[0, 37] = 5
    x = 37.5 / CELLS
    k = np.arange(CELLS)
    np.testing.assert_allclose(cosine_coefficients(counts)[0], np.cos(np.pi * k * x), atol=1e-12)


def test_normal_reference_worked_by_hand() -> None:
    # Equal counts in cells 0 to 3 of 8: centres 1/16, 3/16, 5/16, 7/16, mean 1/4, variance
    # (9 + 1 + 1 + 9)/(4·256) = 5/256. Three quarters lie below the end of cell 2, a quarter
    # below that of cell 0: IQR 2/8, over 1.349 is 0.1853, more than σ = 0.1398.
    counts = np.zeros((1, 8))
    counts[0, :4] = 8
    expected = 0.9 * math.sqrt(5 / 256) * 32**-0.2
    np.testing.assert_allclose(
        normal_reference_bandwidth(counts, np.array([32.0])), expected, rtol=1e-12
    )
