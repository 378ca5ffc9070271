"""Single linkage by cosine distance: SciPy, distances summed by hand, and worked numbers."""

from __future__ import annotations

import dataclasses
import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import (
    cophenet,
    is_valid_linkage,
    leaves_list,
    linkage,
)
from scipy.spatial.distance import pdist

from cnnviz_widgets.analysis.clustering import cosine_linkage as clustering
from cnnviz_widgets.analysis.clustering import spanning_tree
from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage

from .worked_example import WORKED


def reference_distance(a, b):
    """The definition, two channels at a time, summed exactly."""
    top_a, top_b = (max(abs(x) for x in channel) for channel in (a, b))
    if not top_a or not top_b:
        return 2.0
    a, b = [x / top_a for x in a], [x / top_b for x in b]
    inner = math.fsum(x * y for x, y in zip(a, b, strict=True))
    norms = math.sqrt(math.fsum(x * x for x in a)) * math.sqrt(math.fsum(x * x for x in b))
    return min(2.0, max(0.0, 1 - inner / norms))


def reference_cophenetic(matrix):
    """SciPy's cophenetic distances on the distances of the definition."""
    channels = matrix.astype(np.float64).T.tolist()
    condensed = [
        reference_distance(channels[i], channels[j])
        for i in range(len(channels))
        for j in range(i + 1, len(channels))
    ]
    return cophenet(linkage(np.array(condensed), "single"))


def assert_consistent(tree):
    """What holds of every tree, whatever the values."""
    k = tree.items.size
    assert tree.Z.shape == (max(0, k - 1), 4)
    assert tree.Z.dtype == np.float64
    assert np.array_equal(tree.items, np.setdiff1d(np.arange(tree.n_channels), tree.nonfinite))
    assert np.array_equal(np.sort(tree.order), tree.items)
    assert np.array_equal(tree.order[k - tree.zero.size :], tree.zero)
    assert np.array_equal(np.sort(tree.columns), np.arange(tree.n_channels))
    assert np.array_equal(tree.columns[k:], tree.nonfinite)
    if k > 1:
        assert is_valid_linkage(tree.Z)
        assert np.array_equal(tree.items[leaves_list(tree.Z)], tree.order)
        assert (tree.heights[k - 1 - tree.zero.size :] == 2).all()
        assert ((tree.heights >= 0) & (tree.heights <= 2)).all()


@pytest.fixture
def by_tiles(monkeypatch):
    """Take the way of wide layers, with many small tiles."""
    monkeypatch.setattr(clustering, "GRAM_ITEMS", 0)
    monkeypatch.setattr(spanning_tree, "TILE", 8)
    monkeypatch.setattr(spanning_tree, "STRIP", 5)
    monkeypatch.setattr(spanning_tree, "GUIDES", 3)


@pytest.fixture(params=["gram", "tiles"])
def either_way(request):
    """Run a test on both ways."""
    if request.param == "tiles":
        request.getfixturevalue("by_tiles")


@pytest.mark.usefixtures("either_way")
def test_worked_example():
    tree = cosine_linkage(WORKED)
    assert tree.items.tolist() == [0, 1, 2, 3, 5]
    assert tree.zero.tolist() == [3]
    assert tree.nonfinite.tolist() == [4]
    assert tree.n_channels == 6
    # From channel 0 to 2 (0.4), to 1 (1), to its duplicate 5 (0), to the zero one (2).
    assert tree.order.tolist() == [0, 2, 1, 5, 3]
    assert tree.columns.tolist() == [0, 2, 1, 5, 3, 4]
    # Leaves of Z are places in `items`: channel 5 is leaf 4. The gaps close as 0, 0.4, 1, 2.
    np.testing.assert_allclose(
        tree.Z,
        [[1, 4, 0, 2], [0, 2, 0.4, 2], [6, 5, 1, 4], [7, 3, 2, 5]],
        rtol=1e-14,
    )
    assert tree.heights[0] == 0
    assert tree.spans.tolist() == [[2, 4], [0, 2], [0, 4], [0, 5]]
    assert tree.splits.tolist() == [3, 1, 2, 4]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_small_integers_with_zeros_ties_and_duplicates(data):
    channels = data.draw(st.integers(2, 12))
    values = data.draw(st.integers(1, 4))
    entry = st.integers(-2, 2)
    flat = data.draw(st.lists(entry, min_size=channels * values, max_size=channels * values))
    matrix = np.array(flat).reshape(values, channels)
    tree = cosine_linkage(matrix)
    assert_consistent(tree)
    np.testing.assert_allclose(cophenet(tree.Z), reference_cophenetic(matrix), atol=1e-12)


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("seed", range(30))
def test_random_channels_of_every_kind(seed):
    rng = np.random.default_rng(seed)
    n, values = int(rng.integers(8, 60)), int(rng.integers(1, 40))
    matrix = rng.standard_normal((values, n))
    if seed % 2:
        matrix = np.maximum(matrix, 0)
    matrix[:, 2] = 4 * matrix[:, 1]
    matrix[:, 3] = -matrix[:, 1]
    matrix[:, rng.integers(4, n, size=2)] = 0
    if seed % 3 == 0:
        matrix *= 10.0 ** rng.integers(-290, 290, size=n)
    broken = rng.integers(4, n, size=2)
    matrix[rng.integers(values), broken[0]] = np.nan
    matrix[rng.integers(values), broken[1]] = -np.inf
    tree = cosine_linkage(matrix)
    assert_consistent(tree)
    assert tree.nonfinite.tolist() == sorted(set(broken.tolist()))
    usable = matrix[:, tree.items]
    assert tree.zero.tolist() == tree.items[(usable == 0).all(axis=0)].tolist()
    np.testing.assert_allclose(cophenet(tree.Z), reference_cophenetic(usable), atol=1e-12)


def test_thousands_of_channels_against_scipy():
    # More channels than the Gram matrix is made for, in the usual size of tile.
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((6, 4500))
    matrix[:, 1000:1100] = matrix[:, :100]
    assert matrix.shape[1] > clustering.GRAM_ITEMS
    tree = cosine_linkage(matrix)
    assert_consistent(tree)
    expected = cophenet(linkage(pdist(matrix.T, "cosine"), "single"))
    assert np.abs(cophenet(tree.Z) - expected).max() <= 1e-12


def test_many_blocks_of_rows_against_scipy():
    # 8 channels of 600,000 values are summed in three blocks.
    rng = np.random.default_rng(0)
    values = rng.random((6, 100, 1000, 8)) + rng.random(8)
    tree = cosine_linkage(values)
    expected = cophenet(linkage(pdist(values.reshape(-1, 8).T, "cosine"), "single"))
    assert np.abs(cophenet(tree.Z) - expected).max() <= 1e-12


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("values", [1, 9, 5000])
def test_duplicates_and_opposites(values, dtype):
    rng = np.random.default_rng(values)
    channel = rng.standard_normal(values).astype(dtype)
    # Powers of two scale exactly: all five have one direction but for the sign.
    matrix = np.stack([channel, channel, 8 * channel, -channel, -channel / 4], axis=1)
    tree = cosine_linkage(matrix)
    assert tree.heights[:3].tolist() == [0, 0, 0]
    assert abs(tree.heights[3] - 2) <= 1e-14
    assert tree.cut(0).tolist() == [0, 0, 0, 1, 1]


def test_long_duplicates_are_at_zero():
    # Sums of a million terms, added in different orders, must not part duplicates.
    rng = np.random.default_rng(0)
    values = rng.random((1_000_003, 5), dtype=np.float32)
    values[:, 3] = values[:, 1] / 2
    assert cosine_linkage(values).heights[0] == 0


@pytest.mark.usefixtures("either_way")
def test_near_duplicates_in_float32_are_told_apart():
    # (1, 0), (1, e), (1, -e): to the first e² / 2 each, to each other 2 e². With e = 2⁻¹⁴ that
    # is 1.9e-9 and 7.5e-9, far below what float32 sums could see.
    e = 2.0**-14
    tree = cosine_linkage(np.array([[1, 1, 1], [0, e, -e]], dtype=np.float32))
    np.testing.assert_allclose(tree.heights, e * e / 2, rtol=1e-5)
    assert tree.order[1] in (1, 2)


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize(
    ("dtype", "scales"),
    [
        (np.float32, [1e-40, 1e-20, 1.0, 1e20, 1e37]),
        (np.float64, [1e-310, 1e-300, 1.0, 1e300, 1e307]),
        (np.float64, [1e-300, 1e-300, 1e-300, 1e-300, 1e-300]),
    ],
)
def test_scale_does_not_matter(dtype, scales):
    rng = np.random.default_rng(1)
    base = rng.integers(-8, 9, size=(20, 5)).astype(np.float64)
    scaled = (base * scales).astype(dtype)
    tree = cosine_linkage(scaled)
    assert tree.zero.size == tree.nonfinite.size == 0
    expected = cophenet(linkage(pdist(base.T, "cosine"), "single"))
    # Denormal numbers hold few digits; the sums add no error of their own.
    tolerance = 1e-4 if scales[0] in (1e-40, 1e-310) else 1e-6 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(cophenet(tree.Z), expected, atol=tolerance)


@pytest.mark.usefixtures("either_way")
def test_the_smallest_number_is_not_zero():
    tiny = np.finfo(np.float64).smallest_subnormal
    tree = cosine_linkage(np.array([[tiny, 0.0, 1.0], [0.0, 0.0, 1.0]]))
    assert tree.zero.tolist() == [1]
    # (tiny, 0) and (1, 1) are 45° apart.
    np.testing.assert_allclose(tree.heights, [1 - math.sqrt(0.5), 2], rtol=1e-14)


@pytest.mark.parametrize(
    "dtype",
    [np.int8, np.uint8, np.int64, np.float16, ml_dtypes.bfloat16, np.float32, ">f4", np.longdouble],
)
def test_number_types_give_the_same_tree(dtype):
    matrix = np.random.default_rng(2).integers(0, 100, size=(7, 9))
    expected = cosine_linkage(matrix.astype(np.float64))
    tree = cosine_linkage(matrix.astype(dtype))
    assert np.array_equal(tree.Z, expected.Z)
    assert np.array_equal(tree.order, expected.order)


def test_booleans_are_zeros_and_ones():
    # (1, 1, 0) and (1, 0, 1) share one of two: cos = 1 / 2.
    tree = cosine_linkage([[True, True], [True, False], [False, True]])
    np.testing.assert_allclose(tree.heights, [0.5], rtol=1e-15)


def test_only_the_last_axis_counts_channels():
    rng = np.random.default_rng(5)
    values = rng.standard_normal((3, 4, 5, 6))
    flat = cosine_linkage(values.reshape(-1, 6))
    assert np.array_equal(cosine_linkage(values).Z, flat.Z)
    # The same values, channels first in memory.
    moved = np.moveaxis(np.ascontiguousarray(np.moveaxis(values, -1, 0)), 0, -1)
    np.testing.assert_allclose(cosine_linkage(moved).Z, flat.Z, atol=1e-14)


def test_one_value_a_channel():
    # Numbers have two directions: 2, 3 and -1, -4, with 0 apart.
    tree = cosine_linkage([2.0, -1.0, 0.0, 3.0, -4.0])
    np.testing.assert_allclose(tree.heights, [0, 0, 2, 2], atol=1e-14)
    assert tree.order.tolist() == [0, 3, 1, 4, 2]


@pytest.mark.usefixtures("either_way")
def test_one_channel():
    tree = cosine_linkage(np.ones((4, 1)))
    assert_consistent(tree)
    assert tree.order.tolist() == tree.items.tolist() == [0]
    assert tree.cut(0.5).tolist() == [0]
    with pytest.raises(ValueError, match="merge"):
        tree.members(0)


@pytest.mark.usefixtures("either_way")
def test_no_finite_channel():
    tree = cosine_linkage(np.full((3, 2), np.nan))
    assert_consistent(tree)
    assert tree.items.size == tree.order.size == 0
    assert tree.columns.tolist() == [0, 1]
    assert tree.cut(1).tolist() == [-1, -1]


@pytest.mark.usefixtures("either_way")
def test_all_channels_zero():
    tree = cosine_linkage(np.zeros((3, 4), dtype=np.float32))
    assert_consistent(tree)
    assert tree.heights.tolist() == [2, 2, 2]
    assert tree.order.tolist() == tree.zero.tolist() == [0, 1, 2, 3]


@pytest.mark.usefixtures("either_way")
def test_zero_channels_stand_right_of_opposite_ones():
    # Opposite channels meet at 2 as well, but before the zero ones.
    tree = cosine_linkage(np.array([[0.0, 1, 0, -1], [0, 0, 0, 0]]))
    assert tree.order.tolist() == [1, 3, 0, 2]
    assert tree.heights.tolist() == [2, 2, 2]
    assert tree.members(0).tolist() == [1, 3]


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (np.ones((2, 3), dtype=complex), TypeError, "real numbers.*complex128"),
        (np.array([["a", "b"]]), TypeError, "real numbers.*<U1"),
        (np.array([[1, None]], dtype=object), TypeError, "real numbers.*object"),
        (3.0, ValueError, "at least one axis; got a single number"),
        (np.ones((4, 0)), ValueError, r"at least one channel; got shape \(4, 0\)"),
        (np.ones((0, 4)), ValueError, r"at least one value.*got shape \(0, 4\)"),
    ],
)
def test_what_cannot_be_clustered_is_refused(values, error, message):
    with pytest.raises(error, match=message):
        cosine_linkage(values)


@pytest.mark.usefixtures("either_way")
def test_values_stay_as_they_are():
    values = np.random.default_rng(6).standard_normal((5, 7))
    before = values.copy()
    values.setflags(write=False)
    cosine_linkage(values)
    assert np.array_equal(values, before)


@pytest.mark.usefixtures("either_way")
def test_a_tree_cannot_be_changed():
    tree = cosine_linkage(WORKED)
    for field in dataclasses.fields(tree):
        if field.name not in ("n_channels", "linkage"):
            assert not getattr(tree, field.name).flags.writeable, field.name
    for array in (tree.heights, tree.columns, tree.cut(1), tree.members(0)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        tree.Z = None


def test_a_chain_needs_no_recursion():
    # Each channel is nearest to the one before; steps widen, so the tree is one long chain.
    angle = np.cumsum(np.linspace(1, 2, 5000))
    angle *= 3 / angle[-1]
    tree = cosine_linkage(np.array([np.cos(angle), np.sin(angle)]))
    assert_consistent(tree)
    assert tree.order.tolist() == list(range(5000))
    assert tree.members(4998).size == 5000
    assert tree.cut(0).max() == 4999


@pytest.mark.usefixtures("either_way")
def test_progress_rises_to_one():
    seen = []
    cosine_linkage(np.random.default_rng(7).standard_normal((4, 50)), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1


@pytest.mark.usefixtures("either_way")
def test_an_interrupt_comes_through():
    def interrupt(fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cosine_linkage(np.ones((4, 50)), progress=interrupt)
