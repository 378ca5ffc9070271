"""The dendrogram's shape: worked numbers, SciPy's own drawing, and what a reduction keeps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, dendrogram
from scipy.spatial.distance import squareform

from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage
from cnnviz_widgets.analysis.clustering.dendrogram_geometry import dendrogram_geometry


def fan(degrees):
    """Channels that point in the given directions of a plane, one after the other in order."""
    angle = np.radians(degrees)
    return cosine_linkage(np.array([np.cos(angle), np.sin(angle)]))


def column_distances(geometry):
    """Between each two columns, the highest fork that closes a gap between them."""
    n = geometry.columns.size
    gaps = np.zeros(n)
    gaps[geometry.split] = geometry.heights[:, 2]
    distances = np.zeros((n, n))
    for i in range(n):
        distances[i, i + 1 :] = np.maximum.accumulate(gaps[i + 1 :])
    return distances + distances.T


def assert_drawable(geometry):
    """Every foot stands on a leaf or on the middle of a lower fork, each of them used once."""
    n, m = geometry.columns.size, max(0, geometry.columns.size - 1)
    assert geometry.feet.shape == geometry.span.shape == (m, 2)
    assert geometry.heights.shape == (m, 3)
    assert geometry.runs.shape == (n, 2)
    assert sorted(geometry.split.tolist()) == list(range(1, n))
    assert (np.diff(geometry.heights[:, 2]) >= 0).all()
    free = {i + 0.5: (0.0, *geometry.runs[i].tolist()) for i in range(n)}
    for feet, heights, span in zip(
        geometry.feet.tolist(), geometry.heights.tolist(), geometry.span.tolist(), strict=True
    ):
        left, right = free.pop(feet[0]), free.pop(feet[1])
        assert [left[0], right[0]] == heights[:2]
        assert left[2] == right[1]
        assert [left[1], right[2]] == span
        free[sum(feet) / 2] = (heights[2], *span)
    assert len(free) == min(1, n)
    if n:
        assert geometry.runs[0, 0] == 0
        assert geometry.runs[-1, 1] == geometry.total


def test_worked_example():
    # Channels (3, 4, 0), (0, 0, 1), (1, 0, 0), zero, NaN, (0, 0, 2): in leaf order 0 2 1 5 3,
    # with the gaps 0.4, 1, 0, 2 between them (worked out in test_clustering).
    values = np.array(
        [[3, 0, 1, 0, 1, 0], [4, 0, 0, 0, np.nan, 0], [0, 1, 0, 0, 0, 2]], dtype=np.float64
    )
    geometry = dendrogram_geometry(cosine_linkage(values))
    assert geometry.columns.tolist() == [0, 2, 1, 5, 3]
    # Columns 2 and 3 meet at x = 3, columns 0 and 1 at x = 1, those two at x = 2.
    assert geometry.feet.tolist() == [[2.5, 3.5], [0.5, 1.5], [1, 3], [2, 4.5]]
    np.testing.assert_allclose(
        geometry.heights, [[0, 0, 0], [0, 0, 0.4], [0.4, 0, 1], [1, 0, 2]], rtol=1e-14
    )
    assert geometry.span.tolist() == [[2, 4], [0, 2], [0, 4], [0, 5]]
    assert geometry.split.tolist() == [3, 1, 2, 4]
    assert geometry.runs.tolist() == [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]
    assert geometry.zero_columns == 1
    assert geometry.total == 5


@pytest.mark.parametrize("n", [2, 3, 10, 100])
def test_forks_stand_where_scipy_draws_them(n):
    tree = cosine_linkage(np.random.default_rng(n).standard_normal((4, n)))
    geometry = dendrogram_geometry(tree)
    theirs = dendrogram(tree.Z, no_plot=True)
    assert geometry.columns.tolist() == tree.items[theirs["leaves"]].tolist()
    # SciPy puts leaf i at 10 i + 5 and gives four corners: left foot, bar twice, right foot.
    x, y = np.array(theirs["icoord"]) / 10, np.array(theirs["dcoord"])
    by_height = np.argsort(y[:, 1])
    np.testing.assert_allclose(geometry.feet, x[by_height][:, [0, 3]], rtol=1e-12)
    np.testing.assert_allclose(geometry.heights, y[by_height][:, [0, 3, 1]], rtol=1e-12)


def test_worked_reduction():
    # Eight directions; the steps between them are 1, 1, 8, 1, 19, 1, 2 degrees. Three columns
    # stand at the middles of thirds of eight leaves: 1, 4 and 6. The widest step between
    # leaves 1 and 4 is the one of 8° before leaf 3, between 4 and 6 that of 19° before leaf 5.
    geometry = dendrogram_geometry(fan([0, 1, 2, 10, 11, 30, 31, 33]), max_leaves=3)
    assert geometry.columns.tolist() == [1, 4, 6]
    assert geometry.runs.tolist() == [[0, 3], [3, 5], [5, 8]]
    assert geometry.feet.tolist() == [[0.5, 1.5], [1, 2.5]]
    low, high = 1 - np.cos(np.radians([8, 19]))
    np.testing.assert_allclose(geometry.heights, [[0, 0, low], [low, 0, high]], rtol=1e-12)
    assert geometry.span.tolist() == [[0, 5], [0, 8]]
    assert geometry.split.tolist() == [1, 2]
    assert geometry.zero_columns == 0
    assert geometry.total == 8


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("max_leaves", [1, 2, 3, 7, 29, 59, 60, 61, None])
def test_a_reduction_keeps_the_distances_exactly(seed, max_leaves):
    rng = np.random.default_rng(seed)
    # Small integers make ties, duplicates and opposites; some channels are zero.
    values = rng.integers(-1, 2, size=(3, 60)) if seed % 2 else rng.standard_normal((3, 60))
    values[:, rng.random(60) < [0, 0.02, 0.3, 0.9][seed % 4]] = 0
    tree = cosine_linkage(values)
    geometry = dendrogram_geometry(tree, max_leaves)
    assert_drawable(geometry)
    assert geometry.columns.size == (60 if max_leaves is None else min(60, max_leaves))
    full = squareform(cophenet(tree.Z))
    assert np.array_equal(
        column_distances(geometry), full[np.ix_(geometry.columns, geometry.columns)]
    )
    # Each column lies in its run, and the runs follow each other.
    place = np.argsort(tree.order)[geometry.columns]
    assert (np.diff(place) > 0).all()
    assert ((geometry.runs[:, 0] <= place) & (place < geometry.runs[:, 1])).all()
    assert np.array_equal(geometry.runs[1:, 0], geometry.runs[:-1, 1])
    # Where two runs part, the whole tree has a gap of the fork's height.
    gaps = np.zeros(60)
    gaps[tree.splits] = tree.heights
    assert np.array_equal(gaps[geometry.runs[geometry.split, 0]], geometry.heights[:, 2])


@pytest.mark.parametrize("seed", range(6))
def test_zero_channels_stay_apart_at_the_right(seed):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((1, 200))  # one value a channel: gaps of 2 among them, too
    zero = rng.choice(200, size=[1, 3, 50, 197, 199, 200][seed], replace=False)
    values[:, zero] = 0
    tree = cosine_linkage(values)
    for max_leaves in (2, 3, 10, 150, 199, None):
        geometry = dendrogram_geometry(tree, max_leaves)
        assert_drawable(geometry)
        is_zero = np.isin(geometry.columns, zero)
        assert geometry.zero_columns == is_zero.sum() >= 1
        assert is_zero[geometry.columns.size - geometry.zero_columns :].all()
        assert is_zero.all() == (zero.size == 200)
        for run, run_is_zero in zip(geometry.runs, is_zero, strict=True):
            assert np.isin(tree.order[slice(*run)], zero).tolist() == [run_is_zero] * (
                run[1] - run[0]
            )


def test_columns_are_spread_evenly():
    geometry = dendrogram_geometry(fan(np.linspace(0, 90, 1000)), max_leaves=10)
    assert geometry.columns.tolist() == list(range(50, 1000, 100))


@pytest.mark.parametrize("max_leaves", [None, 1, 2, 5])
def test_one_channel(max_leaves):
    geometry = dendrogram_geometry(cosine_linkage(np.ones((3, 1))), max_leaves)
    assert_drawable(geometry)
    assert geometry.columns.tolist() == [0]
    assert geometry.runs.tolist() == [[0, 1]]


@pytest.mark.parametrize("max_leaves", [None, 0, 5])
def test_no_finite_channel(max_leaves):
    geometry = dendrogram_geometry(cosine_linkage(np.full((3, 2), np.nan)), max_leaves)
    assert_drawable(geometry)
    assert geometry.columns.size == geometry.total == 0


def test_no_room_is_refused():
    tree = fan([0, 1, 2])
    for max_leaves in (0, -4):
        with pytest.raises(ValueError, match=rf"at least 1 .* 3 leaves; got {max_leaves}"):
            dendrogram_geometry(tree, max_leaves)
    with pytest.raises(TypeError):
        dendrogram_geometry(tree, 2.5)
    assert dendrogram_geometry(tree, np.int64(2)).columns.size == 2


def test_geometry_cannot_be_changed():
    for max_leaves in (2, None):
        geometry = dendrogram_geometry(fan([0, 1, 5]), max_leaves)
        for field in dataclasses.fields(geometry):
            if field.name not in ("zero_columns", "total"):
                assert not getattr(geometry, field.name).flags.writeable, field.name


@pytest.mark.parametrize("max_leaves", [None, 2048])
def test_a_chain_of_thousands_needs_no_recursion(max_leaves):
    # Widening steps: each channel joins all those before it.
    angle = np.cumsum(np.linspace(1, 2, 5000))
    geometry = dendrogram_geometry(fan(angle * 170 / angle[-1]), max_leaves)
    assert_drawable(geometry)
    assert geometry.span[:, 0].max() == 0
