"""Trees cut and asked for the channels below a merge: SciPy, and worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.cluster.hierarchy import cophenet, fcluster, to_tree
from scipy.spatial.distance import squareform

from cnnviz_widgets.analysis.clustering.channel_tree import close_gaps
from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage

from .worked_example import WORKED


def test_members_are_the_channels_below_a_fork():
    tree = cosine_linkage(WORKED)
    assert [tree.members(i).tolist() for i in range(4)] == [
        [1, 5],
        [0, 2],
        [0, 2, 1, 5],
        [0, 2, 1, 5, 3],
    ]
    for merge in (-1, 4):
        with pytest.raises(ValueError, match=rf"merge must be 0 to 3.*got {merge}"):
            tree.members(merge)


def test_members_agree_with_scipys_nodes():
    tree = cosine_linkage(np.random.default_rng(3).standard_normal((4, 30)))
    _, nodes = to_tree(tree.Z, rd=True)
    for merge in range(29):
        assert tree.members(merge).tolist() == tree.items[nodes[30 + merge].pre_order()].tolist()


@pytest.mark.parametrize(
    ("height", "labels"),
    [
        (-1, [0, 2, 1, 4, -1, 3]),  # even duplicates part below 0
        (0, [0, 2, 1, 3, -1, 2]),  # a fork at the height itself stays joined
        (0.5, [0, 1, 0, 2, -1, 1]),
        (1.5, [0, 0, 0, 1, -1, 0]),
        (2, [0, 0, 0, 0, -1, 0]),
        (math.inf, [0, 0, 0, 0, -1, 0]),
    ],
)
def test_cut_numbers_clusters_in_leaf_order(height, labels):
    assert cosine_linkage(WORKED).cut(height).tolist() == labels


def test_cut_agrees_with_scipys_fcluster():
    tree = cosine_linkage(np.random.default_rng(4).standard_normal((5, 60)))
    for height in (0.0, 0.05, *tree.heights[[3, 20, 50]], 0.3, 2.0):
        ours = tree.cut(height)[tree.items]
        theirs = fcluster(tree.Z, height, "distance")
        assert len(set(zip(ours, theirs, strict=True))) == len(set(ours)) == len(set(theirs))


def test_cut_at_nan_is_refused():
    with pytest.raises(ValueError, match=r"height must be a number.*nan"):
        cosine_linkage(WORKED).cut(math.nan)


def test_close_gaps_joins_neighbours():
    # Four leaves, gaps 3, 1, 1: the equal ones from left to right, then the wide one.
    merges = close_gaps(np.array([3.0, 1.0, 1.0]))
    assert merges.children.tolist() == [[1, 2], [4, 3], [0, 5]]
    assert merges.spans.tolist() == [[1, 3], [1, 4], [0, 4]]
    assert merges.splits.tolist() == [2, 3, 1]
    assert merges.heights.tolist() == [1, 1, 3]


def test_gaps_hold_the_cophenetic_distances():
    tree = cosine_linkage(np.random.default_rng(8).standard_normal((3, 40)))
    gaps = np.empty(39)
    gaps[tree.splits - 1] = tree.heights
    square = squareform(cophenet(tree.Z))[np.ix_(tree.order, tree.order)]
    for i in range(40):
        for j in range(i + 1, 40):
            assert square[i, j] == gaps[i:j].max()
