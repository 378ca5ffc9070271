"""Which rows can be points, and at which scale."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.embedding.rows import point_rows, rounding_of, unit_rows

RNG = np.random.default_rng(3)


def test_rows_that_are_not_finite_are_no_points() -> None:
    values = RNG.normal(size=(6, 4))
    values[1, 2], values[4, 0] = np.nan, np.inf
    rows = point_rows(values)
    assert rows.numbers.tolist() == [0, 2, 3, 5]
    whole = point_rows(values[[0, 2, 3, 5]])
    np.testing.assert_array_equal(rows.values, whole.values)


@pytest.mark.parametrize("scale", [1e-300, 1e-5, 1.0, 1e5, 1e300])
def test_no_scale_is_too_large_or_too_small(scale: float) -> None:
    values = RNG.normal(size=(5, 3))
    found = point_rows(values * scale).values
    expected = values - values.mean(axis=0)
    ratio = np.linalg.norm(found) / np.linalg.norm(expected)
    np.testing.assert_allclose(found, expected * ratio, rtol=1e-12, atol=1e-15)
    assert 0.01 < np.abs(found).max() <= 2


@pytest.mark.parametrize("dtype", ["float16", "float32", "int8", "uint8", "bool", "int64"])
def test_any_numbers_are_taken(dtype: str) -> None:
    values = RNG.integers(0, 2, (4, 3)).astype(dtype)
    assert point_rows(values).values.dtype == np.float64


@pytest.mark.parametrize("wrong", [np.zeros(3), np.zeros((2, 3, 4)), np.zeros((0, 3)), "text"])
def test_no_matrix_is_refused(wrong: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        point_rows(wrong)  # type: ignore[arg-type]


def test_all_rows_may_be_left_out() -> None:
    rows = point_rows(np.full((3, 2), np.nan))
    assert rows.values.shape == (0, 2) and not len(rows.numbers)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_unit_rows_have_length_one_and_zeros_stay(scale: float) -> None:
    values = np.array([[3.0, 4.0], [0.0, 0.0], [-1.0, 0.0]]) * scale
    np.testing.assert_allclose(unit_rows(values), [[0.6, 0.8], [0, 0], [-1, 0]], rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_what_differs_by_rounding_alone_does_not_differ(dtype: str) -> None:
    # Each row is a share of one: the mean over its entries is the same in exact arithmetic.
    shares = RNG.dirichlet(np.ones(48), (60, 5)).astype(dtype)
    values = np.concatenate([shares.mean(axis=-1, dtype=float), RNG.normal(size=(60, 1))], axis=1)
    found = point_rows(values, rounding_of(np.dtype(dtype))).values
    assert not found[:, :5].any() and found[:, 5].any()


def test_what_differs_by_more_is_kept() -> None:
    values = (1000 + 0.01 * RNG.normal(size=(9, 2))).astype("float32")
    assert point_rows(values).values.any(axis=0).all()
