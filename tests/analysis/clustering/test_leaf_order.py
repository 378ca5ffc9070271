"""Trees near an earlier order: every turn tried, SciPy's distances, values that drift."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cophenet, is_valid_linkage, leaves_list
from scipy.stats import kendalltau

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord
from cnnviz_widgets.analysis.clustering.channel_tree import ChannelTree, join_in_order
from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage
from cnnviz_widgets.analysis.clustering.dendrogram_geometry import dendrogram_geometry
from cnnviz_widgets.records import parameter_record


def tree_of(gaps, order=None, n_zero=0, nonfinite=()):
    """A tree of given gaps; zero channels are the last of the order."""
    gaps = np.asarray(gaps, dtype=np.float64)
    order = np.arange(gaps.size + 1) if order is None else np.asarray(order)
    nonfinite = np.asarray(nonfinite, dtype=np.intp)
    return join_in_order(
        order,
        gaps,
        n_zero=n_zero,
        nonfinite=nonfinite,
        n_channels=order.size + nonfinite.size,
    )


def inversions(order, earlier):
    """Pairs of channels that stand the other way round, one by one."""
    place = {channel: i for i, channel in enumerate(earlier)}
    places = [place[channel] for channel in order]
    return sum(a > b for a, b in itertools.combinations(places, 2))


def all_orders(tree):
    """The leaf orders that turning forks gives, every one."""
    k = tree.items.size
    orders = {leaf: [[int(tree.items[leaf])]] for leaf in range(k)}
    for i, (left, right) in enumerate(tree.Z[:, :2].astype(int)):
        pairs = list(itertools.product(orders[left], orders[right]))
        orders[k + i] = [a + b for a, b in pairs] + [b + a for a, b in pairs]
    return orders[2 * k - 2]


def assert_same_tree(turned: ChannelTree, tree: ChannelTree):
    """The same clusters at the same heights, in a form that is as sound."""
    k = tree.items.size
    for part in ("items", "zero", "nonfinite", "n_channels", "heights"):
        np.testing.assert_array_equal(getattr(turned, part), getattr(tree, part))
    np.testing.assert_array_equal(np.sort(turned.order), tree.items)
    np.testing.assert_array_equal(np.sort(turned.order[k - tree.zero.size :]), tree.zero)
    if k < 2:
        return
    assert is_valid_linkage(turned.Z)
    np.testing.assert_array_equal(cophenet(turned.Z), cophenet(tree.Z))
    np.testing.assert_array_equal(turned.items[leaves_list(turned.Z)], turned.order)
    for height in np.unique(tree.heights):
        before, after = tree.cut(height), turned.cut(height)
        assert len(set(zip(before, after, strict=True))) == len(set(before)) == len(set(after))
    drawn = dendrogram_geometry(turned)
    np.testing.assert_array_equal(drawn.columns, turned.order)
    np.testing.assert_array_equal(drawn.span, turned.spans)


def test_worked_example():
    # ((0 1) 2) and (3 4), joined last. Before: 4 3 2 1 0, the mirror image of all of it.
    tree = tree_of([0.1, 0.2, 0.9, 0.3])
    assert tree.near([4, 3, 2, 1, 0]).order.tolist() == [4, 3, 2, 1, 0]
    # 2 stood between 0 and 1: it cannot, and stays where one pair is wrong either way.
    assert tree.near([0, 2, 1, 3, 4]).order.tolist() == [0, 1, 2, 3, 4]
    # Only the fork of 3 and 4 has reason to turn.
    turned = tree.near([0, 1, 4, 2, 3])
    assert turned.order.tolist() == [0, 1, 2, 4, 3]
    # The fork at 0.3 is the third, leaves 3 and 4, the right one first now.
    np.testing.assert_array_equal(
        turned.Z, [[0, 1, 0.1, 2], [5, 2, 0.2, 3], [4, 3, 0.3, 2], [6, 7, 0.9, 5]]
    )
    assert turned.spans.tolist() == [[0, 2], [0, 3], [3, 5], [0, 5]]
    assert turned.splits.tolist() == [1, 2, 4, 3]
    assert turned.members(2).tolist() == [4, 3]


@given(st.integers(2, 8), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_no_turn_of_any_fork_comes_nearer(k, random):
    gaps = random.sample(range(1, 100), k - 1)
    tree = tree_of(np.array(gaps) / 60, order=random.sample(range(k), k))
    earlier = random.sample(range(k), k)
    turned = tree.near(earlier)
    assert_same_tree(turned, tree)
    least = min(inversions(order, earlier) for order in all_orders(tree))
    assert inversions(turned.order.tolist(), earlier) == least
    # Every merge joins the channels that it joined.
    for merge in range(k - 1):
        assert set(turned.members(merge)) == set(tree.members(merge))


def test_equal_heights_leave_no_turn_that_comes_nearer():
    # Branches that meet at one height may stand in any order: none of the forks' is nearer.
    random = np.random.default_rng(11)
    nearer = 0
    for _ in range(400):
        k = random.integers(3, 8)
        tree = tree_of(random.choice([0.0, 0.5, 1.0], k - 1), order=random.permutation(k))
        earlier = random.permutation(k)
        turned = tree.near(earlier)
        assert_same_tree(turned, tree)
        least = min(inversions(order, earlier) for order in all_orders(tree))
        assert inversions(turned.order, earlier) <= least
        nearer += inversions(turned.order, earlier) < least
    assert nearer > 50


@pytest.mark.parametrize("seed", range(6))
def test_a_wide_tree_has_as_few_inversions_as_fork_by_fork(seed):
    random = np.random.default_rng(seed)
    tree = cosine_linkage(random.standard_normal((4, 700)))
    earlier = random.permutation(700)
    turned = tree.near(earlier)
    assert_same_tree(turned, tree)
    place = np.argsort(earlier)
    for (start, stop), split in zip(turned.spans, turned.splits, strict=True):
        left, right = place[turned.order[start:split]], place[turned.order[split:stop]]
        wrong = np.count_nonzero(left[:, None] > right)
        assert 2 * wrong <= left.size * right.size


@pytest.mark.parametrize("seed", range(20))
def test_its_own_order_leaves_a_tree_as_it_is(seed):
    random = np.random.default_rng(seed)
    values = random.integers(-1, 2, (4, 60)).astype(np.float64)
    values[0, random.random(60) < 0.1] = np.nan
    tree = cosine_linkage(values)
    for order in (tree.order, tree.columns):
        again = tree.near(order)
        np.testing.assert_array_equal(again.order, tree.order)
        np.testing.assert_array_equal(again.Z, tree.Z)
    turned = tree.near(random.permutation(60))
    assert_same_tree(turned, tree)
    np.testing.assert_array_equal(turned.near(turned.order).order, turned.order)


def test_duplicates_keep_the_order_they_had():
    # A collapsed layer: all channels the same up to scale, so that any order is a leaf order.
    random = np.random.default_rng(3)
    tree = cosine_linkage(np.outer(random.random(50), random.random(40) + 0.1))
    assert (tree.heights == 0).all()
    earlier = random.permutation(40)
    np.testing.assert_array_equal(tree.near(earlier).order, earlier)


def test_channels_at_right_angles_keep_the_order_they_had():
    # Sparse channels that never fire together are all at distance 1 from each other.
    earlier = np.random.default_rng(5).permutation(30)
    np.testing.assert_array_equal(cosine_linkage(np.eye(30)).near(earlier).order, earlier)


def test_zero_channels_stay_last_in_the_order_they_had():
    values = np.ones((2, 6))
    values[:, [1, 3, 4]] = 0
    tree = cosine_linkage(values)
    # Before, 4 was zero already and 1 alive; 3 is new among them.
    turned = tree.near([5, 1, 2, 0, 4])
    assert turned.order.tolist() == [5, 2, 0, 1, 4, 3]
    assert turned.zero.tolist() == [1, 3, 4]
    assert_same_tree(turned, tree)


def test_new_and_gone_channels():
    tree = tree_of([0.5, 0.3, 0.4], order=[0, 1, 2, 3], nonfinite=[4])
    # 4 is not finite now, 1 was not then and comes last as far as its fork lets it.
    assert tree.near([4, 3, 2, 0]).order.tolist() == [3, 2, 1, 0]
    np.testing.assert_array_equal(tree.near([]).order, tree.order)


@pytest.mark.parametrize(
    "values", [np.zeros((3, 4)), np.full((3, 4), np.nan), np.ones((3, 1)), np.zeros((3, 1))]
)
def test_trees_without_a_fork_to_turn(values):
    tree = cosine_linkage(values)
    turned = tree.near(np.arange(values.shape[1])[::-1])
    assert_same_tree(turned, tree)
    assert turned.order.tolist() == sorted(tree.order, reverse=True)


def test_a_chain_of_thousands_needs_no_recursion():
    random = np.random.default_rng(0)
    n = 30_000
    tree = tree_of(np.linspace(0.1, 1, n - 1))
    np.testing.assert_array_equal(tree.near(np.arange(n)[::-1]).order, np.arange(n)[::-1])
    earlier = random.permutation(n)
    turned = tree.near(earlier)
    # Each leaf joins all those before it, on the side where more of them were.
    place = np.argsort(earlier)
    left_of = np.array([np.count_nonzero(place[:i] < place[i]) for i in range(1, 200)])
    now = np.argsort(turned.order)
    for i, count in enumerate(left_of, start=1):
        if 2 * count != i:
            assert (now[i] > now[0]) == (2 * count > i)


@pytest.mark.parametrize(
    ("order", "error", "message"),
    [
        ([0, 1, 1], ValueError, "at most once; got 1 twice"),
        ([0, 3], ValueError, "between 0 and 2; got 3"),
        ([-1], ValueError, "between 0 and 2; got -1"),
        ([[0, 1]], ValueError, r"shape \(1, 2\)"),
        ([0.0, 1.0], TypeError, "whole numbers .*dtype float64"),
    ],
)
def test_what_is_no_order_is_refused(order, error, message):
    with pytest.raises(error, match=message):
        tree_of([0.1, 0.2]).near(order)
    with pytest.raises(error, match=message):
        LayerRecord.of(np.ones((2, 3)), like=order)
    with pytest.raises(error, match=message):
        ParameterRecord.of(np.ones((2, 3)), like=order)


def drifting(steps=30, noise=0.03):
    """64 channels of a layer in training: in eight families, each drifting a little a step."""
    random = np.random.default_rng(7)
    values = random.standard_normal((400, 8))[:, np.arange(64) % 8] * 1.5
    values += random.standard_normal(values.shape)
    for _ in range(steps):
        values = values + noise * random.standard_normal(values.shape)
        yield values


def test_drifting_channels_move_less_with_an_earlier_order():
    plain, near = None, None
    moved = {"plain": [], "near": []}
    for values in drifting():
        tree = cosine_linkage(values)
        following = tree.order if near is None else tree.near(near).order
        if near is not None:
            for name, before, after in (("plain", plain, tree.order), ("near", near, following)):
                moved[name].append(np.abs(np.argsort(before) - np.argsort(after)).mean())
        plain, near = tree.order, following
    assert np.mean(moved["near"]) < np.mean(moved["plain"])


class TestRecords:
    def test_a_layer_keeps_its_order_from_one_update_to_the_next(self):
        before, after = itertools.islice(drifting(), 2)
        earlier = np.random.default_rng(1).permutation(64)
        first = LayerRecord.of(before, like=earlier)
        np.testing.assert_array_equal(first.tree.order, cosine_linkage(before).near(earlier).order)
        second = LayerRecord.of(after, like=first.columns)
        np.testing.assert_array_equal(second.columns, second.tree.order)
        assert kendalltau(np.argsort(second.columns), np.argsort(first.columns))[0] > 0.5
        np.testing.assert_array_equal(second.tiles.columns, second.columns)

    def test_without_an_earlier_order_nothing_is_turned(self):
        values = next(drifting())
        assert LayerRecord.of(values).like is None
        np.testing.assert_array_equal(
            LayerRecord.of(values).columns, cosine_linkage(values).columns
        )

    def test_parameters_keep_their_order(self):
        weight = np.random.default_rng(0).standard_normal((5, 3, 3, 12)).astype(np.float32)
        earlier = np.arange(12)[::-1]
        record = ParameterRecord.of(weight, like=earlier)
        np.testing.assert_array_equal(record.columns, cosine_linkage(weight).near(earlier).order)

    def test_outputs_compared_before_are_compared_again(self, monkeypatch):
        weight = np.random.default_rng(0).standard_normal((10, 100)).astype(np.float32)
        monkeypatch.setattr(parameter_record, "MOST_PRODUCTS", 20 * 20 * 10)
        before = ParameterRecord.of(weight)
        assert len(before.columns) == 20
        # Two of those compared die, and one that was not.
        weight = weight.copy()
        another = next(i for i in range(100) if i not in before.columns)
        died = [*before.columns[[4, 9]].tolist(), another]
        weight[:, died] = 0
        after = ParameterRecord.of(weight, like=before.columns)
        assert set(before.columns) <= set(after.columns)
        assert after.tree.zero.tolist() == sorted(died)
        alive = [channel for channel in after.tree.order if channel not in died]
        assert len(alive) == 20
