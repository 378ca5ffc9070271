"""Walks over maximum spanning trees, against SciPy's spanning tree and each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree

from cnnviz_widgets.analysis.clustering import spanning_tree
from cnnviz_widgets.analysis.clustering.spanning_tree import boruvka_edges, prim_path, tree_path


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    """Tiles so small that a few dozen items take all the turns that thousands would."""
    monkeypatch.setattr(spanning_tree, "TILE", 8)
    monkeypatch.setattr(spanning_tree, "STRIP", 3)
    monkeypatch.setattr(spanning_tree, "GUIDES", 4)


def unit_rows(rng, n, values):
    units = rng.standard_normal((n, values))
    return units / np.linalg.norm(units, axis=1)[:, None]


def ignore(fraction):
    pass


def test_prim_visits_the_nearest_first():
    # Angles 0°, 90°, 30°, 70°: from 0° the nearest is 30°, then 70° (40° away), then 90° (20°).
    angle = np.radians([0, 90, 30, 70])
    vectors = np.array([np.cos(angle), np.sin(angle)]) * [1, 2, 3, 4]
    path, similarity = prim_path(vectors.T @ vectors, 1 / np.array([1.0, 2, 3, 4]))
    assert path.tolist() == [0, 2, 3, 1]
    np.testing.assert_allclose(similarity, np.cos(np.radians([30, 40, 20])), rtol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 50, 200])
def test_boruvka_finds_scipys_spanning_tree(n):
    units = unit_rows(np.random.default_rng(n), n, 5)
    first, second, similarity = boruvka_edges(units, ignore)
    # SciPy takes 0 for 'no edge', which no distance of random items is.
    distances = 1 - units @ units.T
    np.fill_diagonal(distances, 0)
    tree = minimum_spanning_tree(distances).tocoo()
    expected = {frozenset(edge) for edge in zip(tree.row, tree.col, strict=True)}
    assert {frozenset(edge) for edge in zip(first, second, strict=True)} == expected
    np.testing.assert_allclose(similarity, (units[first] * units[second]).sum(axis=1))


@pytest.mark.parametrize("n", [1, 2, 30, 150])
def test_both_ways_walk_the_same_path(n):
    units = unit_rows(np.random.default_rng(n), n, 4)
    path, similarity = prim_path(units @ units.T, np.ones(n))
    other_path, other_similarity = tree_path(*boruvka_edges(units, ignore))
    assert other_path.tolist() == path.tolist()
    np.testing.assert_allclose(other_similarity, similarity, atol=1e-14)


@pytest.mark.parametrize("kinds", [1, 2, 5, 40])
def test_ties_and_duplicates_make_a_tree(kinds):
    # Few directions many times over: most similarities are tied, at 1 and below.
    rng = np.random.default_rng(kinds)
    units = np.eye(kinds, 41)[rng.integers(kinds, size=120)]
    first, second, similarity = boruvka_edges(units, ignore)
    present = len(np.unique(units, axis=0))
    assert np.count_nonzero(similarity == 1) == 120 - present
    assert np.count_nonzero(similarity == 0) == present - 1
    path, _ = tree_path(first, second, similarity)
    assert sorted(path.tolist()) == list(range(120))


def test_progress_rises_to_one():
    seen = []
    boruvka_edges(unit_rows(np.random.default_rng(0), 60, 3), seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 10
    assert 0 < seen[0] < 0.1
    assert seen[-1] == 1
