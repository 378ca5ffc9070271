"""Principal components against the covariance matrix, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.embedding.principal import principal_components

RNG = np.random.default_rng(5)


def by_hand(values: np.ndarray) -> np.ndarray:
    """Projections on the two strongest eigenvectors of the covariance matrix."""
    centred = values - values.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    positions: np.ndarray = centred @ vectors[:, ::-1][:, :2]
    return positions


@pytest.mark.parametrize("shape", [(30, 5), (5, 30), (200, 40), (3, 2), (2, 7)])
def test_they_are_projections_on_the_strongest_directions(shape: tuple[int, int]) -> None:
    values = RNG.normal(size=shape) * np.linspace(3, 1, shape[1])
    found, expected = principal_components(values), by_hand(values)
    known = min(shape[0] - 1, 2)
    np.testing.assert_allclose(np.abs(found)[:, :known], np.abs(expected)[:, :known], atol=1e-9)
    assert (found[:, known:] == 0).all()


def test_the_row_farthest_out_is_positive() -> None:
    values = RNG.normal(size=(40, 6))
    for turned in (values, -values, values[:, ::-1]):
        found = principal_components(turned)
        farthest = np.abs(found).argmax(axis=0)
        assert (found[farthest, [0, 1]] > 0).all()
        np.testing.assert_array_equal(found, principal_components(turned))


def test_a_matrix_large_both_ways_has_the_same_two() -> None:
    values = RNG.normal(size=(1100, 4)) @ RNG.normal(size=(4, 1050))
    values += 0.01 * RNG.normal(size=values.shape)
    found = principal_components(values)
    left, strengths, _ = np.linalg.svd(values - values.mean(axis=0), full_matrices=False)
    expected = left[:, :2] * strengths[:2]
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-6 * strengths[0])
    np.testing.assert_array_equal(found, principal_components(values))


@pytest.mark.parametrize("values", [np.ones((4, 3)), np.zeros((1, 5)), 7 * np.ones((1, 1))])
def test_where_nothing_varies_all_lie_in_one_place(values: np.ndarray) -> None:
    assert (principal_components(values) == 0).all()


def test_a_single_feature_is_a_line() -> None:
    found = principal_components(np.array([[1.0], [2.0], [4.0]]))
    assert (found[:, 1] == 0).all()
    np.testing.assert_allclose(np.sort(np.abs(np.diff(found[:, 0]))), [1, 2])
