"""Fork heights against SciPy, and beside shuffled weights."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist

from cnnviz_widgets.diagnosis.measurements.merges import against_shuffled, merges, shuffled


def test_heights_are_those_of_scipy_without_the_dead() -> None:
    values = np.random.default_rng(0).normal(size=(50, 9))
    values[:, [2, 7]] = 0
    living = np.delete(values, [2, 7], axis=1)
    expected = linkage(pdist(living.T, "cosine"), "single")[:, 2]
    found = merges(values)
    assert found is not None
    np.testing.assert_allclose(found.heights, expected, atol=1e-12)
    assert found.median == np.median(found.heights)
    assert merges(values[:, [2, 7]]) is None
    assert merges(values[:, [1, 2]]) is None


def test_random_weights_are_like_their_shuffles() -> None:
    kernel = np.random.default_rng(1).normal(size=(90, 64))
    found = against_shuffled(kernel, shuffled(kernel, 9, seed=4))
    assert found is not None
    assert found.distance <= 2.5 * found.shuffled_distance
    assert abs(found.median - found.shuffled_median) < 0.03


def test_groups_of_similar_kernels_are_not() -> None:
    rng = np.random.default_rng(2)
    kernel = rng.normal(size=(90, 8)) @ np.repeat(np.eye(8), 8, axis=1)
    kernel += 0.3 * rng.normal(size=kernel.shape)
    found = against_shuffled(kernel, shuffled(kernel, 9, seed=4))
    assert found is not None
    assert found.distance_percentile == 100
    assert found.distance > 4 * found.shuffled_distance
    assert found.median < 0.2 < 0.6 < found.shuffled_median


def test_the_same_seed_gives_the_same() -> None:
    kernel = np.random.default_rng(3).normal(size=(20, 10))
    first, second = (
        against_shuffled(kernel, shuffled(kernel, 9, seed=1)),
        against_shuffled(kernel, shuffled(kernel, 9, seed=1)),
    )
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.shuffled_heights, second.shuffled_heights)
