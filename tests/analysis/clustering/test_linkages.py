"""Average, complete and Ward linkage: SciPy on its own distances, and what holds of all."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, is_valid_linkage, leaves_list
from scipy.cluster.hierarchy import linkage as scipy_linkage
from scipy.spatial.distance import pdist

from cnnviz_widgets.analysis.clustering import cosine_linkage as clustering
from cnnviz_widgets.analysis.clustering.chain_linkage import LINKAGES, chain_path
from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage
from cnnviz_widgets.analysis.clustering.spanning_tree import prim_path

OTHERS = [linkage for linkage in LINKAGES if linkage != "single"]


def distances(channels, linkage):
    """Condensed distances of channels that have a direction, by SciPy."""
    if linkage != "ward":
        return pdist(channels, "cosine")
    return pdist(channels / np.linalg.norm(channels, axis=1, keepdims=True))


def pairs(tree):
    """Cophenetic distances of channels, as a square of all."""
    square = np.full((tree.n_channels, tree.n_channels), np.nan)
    for start, split, stop, height in zip(
        tree.spans[:, 0], tree.splits, tree.spans[:, 1], tree.heights, strict=True
    ):
        left, right = tree.order[start:split], tree.order[split:stop]
        square[np.ix_(left, right)] = square[np.ix_(right, left)] = height
    return square


def assert_consistent(tree):
    k = tree.items.size
    assert np.array_equal(np.sort(tree.columns), np.arange(tree.n_channels))
    assert np.array_equal(tree.order[k - tree.zero.size :], tree.zero)
    if k > 1:
        assert is_valid_linkage(tree.Z)
        assert np.array_equal(tree.items[leaves_list(tree.Z)], tree.order)
        assert (np.diff(tree.heights) >= 0).all()


@pytest.mark.parametrize("linkage", LINKAGES)
@pytest.mark.parametrize("shape", [(5, 2), (4, 3), (30, 17), (9, 60), (50, 512)])
def test_heights_and_merges_are_scipys(linkage, shape):
    values = np.random.default_rng(shape[1]).normal(size=shape)
    tree = cosine_linkage(values, linkage=linkage)
    merges = scipy_linkage(distances(values.T, linkage), linkage)
    assert_consistent(tree)
    assert tree.linkage == linkage
    np.testing.assert_allclose(tree.heights, merges[:, 2], rtol=1e-9)
    # The same clusters merge: equal sizes, and every pair meets at the same height.
    assert np.array_equal(tree.Z[:, 3], merges[:, 3])
    k = shape[1]
    np.testing.assert_allclose(pairs(tree)[np.triu_indices(k, 1)], cophenet(merges), rtol=1e-9)


@pytest.mark.parametrize("linkage", OTHERS)
@pytest.mark.parametrize("seed", range(20))
def test_duplicates_scales_zeros_and_what_is_not_finite(linkage, seed):
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(6, 5))
    values = np.concatenate(
        (base, base * rng.choice([1e-200, 3.0, 1e150], 5), np.zeros((6, 2)), base[:, :2]), axis=1
    )
    values[:, 3] = -values[:, 0]
    values[2, 7] = np.nan
    tree = cosine_linkage(values, linkage=linkage)
    assert_consistent(tree)
    assert tree.zero.tolist() == [10, 11]
    assert tree.nonfinite.tolist() == [7]
    living = np.setdiff1d(tree.items, tree.zero)
    with np.errstate(all="ignore"):
        scaled = values[:, living] / np.abs(values[:, living]).max(axis=0)
    expected = scipy_linkage(distances(scaled.T, linkage), linkage)[:, 2]
    # Ward's square root makes 1e-8 of the rounding of a duplicate's 0.
    np.testing.assert_allclose(tree.heights[: living.size - 1], expected, atol=1e-7)
    np.testing.assert_allclose(tree.heights[living.size - 1 :], max(2.0, expected.max()))
    # A duplicate is at no distance at all.
    assert (tree.heights[:3] == 0).all()


@pytest.mark.parametrize("linkage", OTHERS)
def test_few_channels(linkage):
    one = cosine_linkage(np.ones((3, 1)), linkage=linkage)
    assert (one.order.tolist(), one.Z.shape) == ([0], (0, 4))
    assert cosine_linkage(np.zeros((3, 2)), linkage=linkage).heights.tolist() == [2]
    none = cosine_linkage(np.full((3, 2), np.inf), linkage=linkage)
    assert (none.order.size, none.nonfinite.tolist()) == (0, [0, 1])


def test_ward_is_on_unit_vectors():
    # At right angles: cosine distance 1, and √2 as vectors of length 1.
    values = np.array([[5.0, 0, 1], [0, 3, 1]])
    heights = cosine_linkage(values, linkage="ward").heights
    # Channel 2 stands between both at 45°: first to one of them, √(2 (1 − cos 45°)).
    assert heights[0] == pytest.approx(np.sqrt(2 - np.sqrt(2)))


def test_a_zero_channel_joins_no_lower_than_wards_last_merge():
    turned = np.random.default_rng(0).normal(size=(3, 400))
    values = np.concatenate((np.abs(turned), -np.abs(turned), np.zeros((3, 1))), axis=1)
    tree = cosine_linkage(values, linkage="ward")
    assert tree.heights[-1] == tree.heights[-2] > 2
    assert tree.order[-1] == 800


@pytest.mark.parametrize("seed", range(10))
def test_branches_are_entered_as_on_prims_walk(seed):
    """Given the tree of single linkage, the rule for the order gives the walk itself."""
    units = np.random.default_rng(seed).normal(size=(40, 7))
    gram = units @ units.T
    scale = 1 / np.sqrt(gram.diagonal())
    walk, similarity = prim_path(gram, scale)
    path, heights = chain_path(gram.copy(), scale, "single")
    assert np.array_equal(path, walk)
    np.testing.assert_allclose(heights, 1 - similarity, atol=1e-12)


@pytest.mark.parametrize("linkage", OTHERS)
def test_turned_near_an_earlier_order_it_is_the_same_tree(linkage):
    rng = np.random.default_rng(3)
    values = np.concatenate((rng.normal(size=(8, 30)), np.zeros((8, 2))), axis=1)
    tree = cosine_linkage(values, linkage=linkage)
    turned = tree.near(rng.permutation(32))
    assert turned.linkage == linkage
    assert_consistent(turned)
    assert np.array_equal(pairs(turned), pairs(tree), equal_nan=True)


def test_no_such_linkage():
    with pytest.raises(ValueError, match="got 'centroid'"):
        cosine_linkage(np.ones((3, 2)), linkage="centroid")


def test_too_many_channels_for_all_distances():
    values = np.ones((2, clustering.GRAM_ITEMS + 1))
    with pytest.raises(ValueError, match="at most 4,096 channels; got 4,097"):
        cosine_linkage(values, linkage="ward")
    assert cosine_linkage(values).heights.max() == 0
