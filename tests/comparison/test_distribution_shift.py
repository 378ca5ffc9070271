"""How far distributions moved, against SciPy's Wasserstein distance and numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from cnnviz_widgets.analysis import channel_density
from cnnviz_widgets.comparison.distribution_shift import distribution_shift

RANDOM = np.random.default_rng(11)
N = 4000
NORMAL = RANDOM.normal(size=N)


def shift(a: np.ndarray, b: np.ndarray) -> float:
    densities = channel_density(a[:, None]), channel_density(b[:, None])
    return float(distribution_shift(*densities, np.array([[0, 0]]))[0])


def by_scipy(a: np.ndarray, b: np.ndarray) -> float:
    return float(wasserstein_distance(a, b) / (2 * np.concatenate([a, b]).std()))


CASES = {
    "moved": (NORMAL, RANDOM.normal(size=N) + 1),
    "wider": (NORMAL, 3 * RANDOM.normal(size=N)),
    "skew": (RANDOM.exponential(size=N), 3 * RANDOM.exponential(size=N)),
    "zeros grow": (np.maximum(NORMAL, 0), np.maximum(NORMAL - 1, 0)),
    "dies": (np.maximum(NORMAL, 0), np.zeros(N)),
    "saturates": (np.clip(3 * NORMAL, 0, 6), np.clip(3 * NORMAL + 3, 0, 6)),
    "whole numbers": (RANDOM.integers(0, 4, N) * 1.0, RANDOM.integers(1, 5, N) * 1.0),
    "a constant": (np.full(N, 2.0), NORMAL),
    "few values": (np.arange(8) * 1.0, np.arange(8) * 1.0 + 2),
}


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_scipy_on_the_values_themselves(case: str) -> None:
    a, b = CASES[case]
    # A curve is smoother than its values: the difference is what its bandwidth adds.
    assert shift(a, b) == pytest.approx(by_scipy(a, b), abs=0.02)
    assert shift(b, a) == pytest.approx(shift(a, b), abs=1e-12)


def test_what_the_docstring_says() -> None:
    assert shift(NORMAL, NORMAL + NORMAL.std()) == pytest.approx(0.447, abs=0.01)
    assert shift(*CASES["dies"]) == pytest.approx(0.435, abs=0.01)


def test_the_same_is_0_and_two_constants_are_1() -> None:
    assert shift(NORMAL, NORMAL) == 0
    assert shift(np.zeros(N), np.zeros(N)) == 0
    assert shift(np.ones(N), np.ones(N)) == 0
    assert shift(np.zeros(N), np.ones(N)) == pytest.approx(1, abs=1e-3)
    assert shift(np.full(N, -3.0), np.full(N, 5.0)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1e30, 1e200])
def test_the_unit_does_not_matter(scale: float) -> None:
    a, b = CASES["moved"]
    assert shift(scale * a, scale * b) == pytest.approx(shift(a, b), rel=1e-6)


def test_what_is_not_finite_has_no_shift_and_harms_no_other() -> None:
    values = np.column_stack([NORMAL, np.full(N, np.nan), np.where(NORMAL > 0, NORMAL, np.inf)])
    density = channel_density(values)
    pairs = np.array([[0, 0], [0, 1], [1, 1], [2, 0]])
    found = distribution_shift(density, density, pairs)
    np.testing.assert_array_equal(np.isnan(found), [False, True, True, False])


def test_pairs_are_taken_as_given_and_blocks_make_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b = (channel_density(RANDOM.normal(size=(500, 5)) * range(1, 6)) for _ in range(2))
    pairs = np.array([[0, 4], [4, 0], [2, 2], [1, 3]])
    whole = distribution_shift(a, b, pairs)
    each = [distribution_shift(a, b, pair[None])[0] for pair in pairs]
    np.testing.assert_array_equal(whole, each)
    monkeypatch.setattr("cnnviz_widgets.comparison.distribution_shift._TOGETHER", 2)
    np.testing.assert_array_equal(distribution_shift(a, b, pairs), whole)
    assert distribution_shift(a, b, np.zeros((0, 2), dtype=np.intp)).shape == (0,)
