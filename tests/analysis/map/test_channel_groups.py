"""Groups of channels, against SciPy, plain loops and rows that leave no doubt."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy.cluster.hierarchy import fcluster, linkage

from cnnviz_widgets.analysis.arrays import Integers
from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage
from cnnviz_widgets.analysis.map.agreement import adjusted_rand
from cnnviz_widgets.analysis.map.channel_groups import (
    default_count,
    k_means_groups,
    mean_shift_groups,
    standard_rows,
    tree_groups,
    ward_groups,
    warm_groups,
)

from .rows import far_apart, some_rows

Grouping = Callable[..., Integers]
WAYS: dict[str, Grouping] = {
    "ward": ward_groups,
    "k-means": k_means_groups,
    "mean shift": lambda rows, count: mean_shift_groups(rows, most=count),
    "tree": lambda rows, count: tree_groups(linkage(rows, "average"), count),
}


def same(first: ArrayLike, second: ArrayLike) -> bool:
    return adjusted_rand(first, second) == 1


def test_default_counts_are_roots_within_bounds() -> None:
    channels = (0, 1, 3, 4, 6, 7, 16, 32, 64, 2048)
    assert [default_count(each, 10) for each in channels] == [0, 1, 3, 2, 2, 3, 4, 6, 8, 8]
    assert [default_count(2048, columns) for columns in (14, 15)] == [8, 6]


def test_standard_rows_by_hand() -> None:
    rows = standard_rows([[1, 2, 3], [10, 20, 30], [3, 2, 1], [5, 5, 5], [0, 0, 0]])
    expected = math.sqrt(1.5) * np.array([[-1, 0, 1], [-1, 0, 1], [1, 0, -1], [0] * 3, [0] * 3])
    np.testing.assert_allclose(rows, expected, atol=1e-12)


def test_rows_that_are_constant_but_for_rounding_are_zero() -> None:
    nearly = np.full((1, 10), 0.1, np.float32) + np.float32(1e-8) * np.arange(10, dtype=np.float32)
    assert nearly.std() > 0 and not standard_rows(nearly).any()
    # The scale of a row does not matter.
    tiny = 1e-300 * np.arange(10.0)[None]
    huge = 1e308 * np.linspace(-1, 1, 10)[None]
    for row in (tiny, huge):
        assert standard_rows(row).std() == pytest.approx(1)


@pytest.mark.parametrize("count", [1, 2, 5, 8, 40])
@pytest.mark.parametrize("columns", [1, 10, 300])
def test_ward_is_scipys(count: int, columns: int) -> None:
    rows = some_rows(40, columns, seed=count)
    # With one column some are equal: SciPy parts those, too, where more groups are asked for.
    count = min(count, len(np.unique(rows, axis=0)))
    assert same(ward_groups(rows, count), fcluster(linkage(rows, "ward"), count, "maxclust"))


def test_k_means_finds_the_least_spread_of_all_groupings() -> None:
    rows = some_rows(8, 3)

    def spread(groups: Integers) -> float:
        parts = [rows[groups == group] for group in np.unique(groups)]
        return float(sum(((part - part.mean(0)) ** 2).sum() for part in parts))

    every = (np.array(each) for each in itertools.product(range(3), repeat=8))
    least = min(spread(groups) for groups in every)
    assert spread(k_means_groups(rows, 3, starts=20)) == pytest.approx(least)


@pytest.mark.parametrize("seed", range(5))
def test_mean_shift_is_the_plain_loop(seed: int) -> None:
    rows = some_rows(30, 4, seed=seed, kinds=4)
    apart = np.linalg.norm(rows[:, None] - rows, axis=2)
    width = np.sort(apart, axis=1)[:, 5].mean()
    peaks = []
    for at, row in enumerate(rows):
        mean = row
        for _ in range(200):
            mean = rows[np.linalg.norm(rows - mean, axis=1) <= width].mean(axis=0)
        near = np.count_nonzero(np.linalg.norm(rows - mean, axis=1) <= width)
        peaks.append((-near, at, mean))
    kept: list[np.ndarray] = []
    for _, _, mean in sorted(peaks, key=lambda peak: peak[:2]):
        if all(np.linalg.norm(mean - other) > width for other in kept):
            kept.append(mean)
    nearest = np.linalg.norm(rows[:, None] - np.stack(kept), axis=2).argmin(axis=1)
    assert same(mean_shift_groups(rows, most=100), nearest)


@pytest.mark.parametrize("way", WAYS)
def test_rows_far_apart_are_told_apart_and_numbered_by_the_first(way: str) -> None:
    rows, kinds = far_apart((9, 12, 10))
    first = list(dict.fromkeys(kinds))
    assert WAYS[way](rows, 3).tolist() == [first.index(kind) for kind in kinds]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "rows",
    [
        np.zeros((6, 3)),
        np.ones((1, 4)),
        np.repeat(some_rows(3), 4, axis=0),
        np.tile([[0.0], [1.0]], (5, 1)),
        np.array([[0.0, 1], [1, 0], [0, -1], [-1, 0]]),
        some_rows(5, 1),
        1e300 * some_rows(12),
        1e-300 * some_rows(12),
    ],
    ids=["zero", "one", "equal", "one column, two values", "ties", "column", "huge", "tiny"],
)
def test_odd_rows_leave_no_group_empty_and_part_no_equals(way: str, rows: np.ndarray) -> None:
    if way == "tree" and (len(rows) < 2 or abs(rows).max() > 1e100):
        pytest.skip("SciPy makes no tree of these")
    different = len(np.unique(rows, axis=0))
    for count in (1, 2, 3, 8, 20):
        groups = WAYS[way](rows, count)
        assert groups.dtype == np.int64 and groups.shape == (len(rows),)
        _, first = np.unique(groups, return_index=True)
        assert (np.sort(first) == first).all() and groups.max() + 1 == first.size
        assert first.size <= min(count, different)
        assert first.size == min(count, different) or way in ("mean shift", "tree")
        equal = (rows[:, None] == rows).all(axis=2)
        assert (groups[:, None] == groups)[equal].all()
        assert (WAYS[way](rows, count) == groups).all()


@pytest.mark.parametrize("way", [*WAYS][:3])
def test_no_rows_are_no_groups(way: str) -> None:
    assert WAYS[way](np.zeros((0, 3)), 2).shape == (0,)


@pytest.mark.parametrize("way", [*WAYS][:3])
@pytest.mark.parametrize("wrong", [math.nan, math.inf])
def test_rows_that_are_not_finite_are_named(way: str, wrong: float) -> None:
    rows = some_rows(6)
    rows[[2, 4], 1] = wrong
    with pytest.raises(ValueError, match=r"2 of 6 rows with NaN or infinity, the first .* row 2"):
        WAYS[way](rows, 2)
    with pytest.raises(ValueError, match="leave them out"):
        warm_groups(rows, np.zeros(6, int), pinned={}, count=2)


def test_a_tree_of_the_inspector_is_cut_among_the_living() -> None:
    values = some_rows(14, 50).T.copy()
    values[:, 3] = 0
    values[:, 5] = np.nan
    tree = cosine_linkage(values)
    groups = tree_groups(tree, 4)
    assert groups[[3, 5]].tolist() == [-1, -1] and set(groups.tolist()) == {-1, 0, 1, 2, 3}
    # The tree's own cut, at the height at which there are as many.
    alive = np.setdiff1d(np.arange(14), [3, 5])
    heights = [height for height in tree.heights if height < 2]
    assert same(groups[alive], tree.cut(heights[-4])[alive])
    # Those that are left out part no group.
    living = np.ones(14, bool)
    living[alive[groups[alive] == groups[alive[-1]]]] = False
    some = tree_groups(tree, 3, living=living)
    assert set(some[living & (groups >= 0)].tolist()) == {0, 1, 2} and (some[~living] == -1).all()


def test_warm_groups_are_those_of_plain_k_means_from_the_same_members() -> None:
    rows = some_rows(60)
    start = ward_groups(rows + 0.5 * some_rows(60, seed=1), 6)
    groups = start
    for _ in range(100):
        centres = np.stack([rows[groups == group].mean(axis=0) for group in range(6)])
        groups = np.linalg.norm(rows[:, None] - centres, axis=2).argmin(axis=1)
    assert len(set(groups.tolist())) == 6
    assert warm_groups(rows, start, pinned={}, count=6).tolist() == groups.tolist()


def test_pinned_channels_stay_and_move_no_centre() -> None:
    rows, kinds = far_apart((9, 12, 10))
    previous = np.array(kinds) + 4
    strangers = {at: 4 + (kinds[at] + 1) % 3 for at in range(8)}
    groups = warm_groups(rows, previous, pinned=strangers, count=3)
    assert all(groups[at] == group for at, group in strangers.items())
    assert groups[8:].tolist() == previous[8:].tolist()
    # A group of pins alone gets no others, and all may be pinned.
    alone = warm_groups(rows, previous, pinned={0: 9, 1: 9}, count=3)
    assert np.flatnonzero(alone == 9).tolist() == [0, 1]
    every = {at: 31 - at for at in range(31)}
    assert warm_groups(rows, previous, pinned=every, count=3).tolist() == [*every.values()]


def test_channels_that_come_to_life_join_the_nearest_and_numbers_stay() -> None:
    rows, kinds = far_apart((9, 12, 10))
    previous = np.array([7, 2, 5])[kinds]
    expected = previous.tolist()
    previous[::4] = -1
    assert warm_groups(rows, previous, pinned={}, count=3).tolist() == expected


def test_a_group_that_has_died_out_begins_anew_under_the_lowest_free_number() -> None:
    rows, kinds = far_apart((9, 12, 10))
    previous = np.minimum(np.array(kinds), 1) + 1
    groups = warm_groups(rows, previous, pinned={}, count=3)
    assert same(groups, kinds) and set(groups.tolist()) == {0, 1, 2}
    # Groups of an edit are kept, though more than asked for.
    assert len(set(warm_groups(rows, kinds, pinned={0: 8}, count=2).tolist())) == 4


def test_nothing_to_go_on_from_is_begun_afresh_beside_the_pins() -> None:
    rows, kinds = far_apart((9, 12, 10))
    nothing = np.full(31, -1)
    assert same(warm_groups(rows, nothing, pinned={}, count=3), kinds)
    pinned = {at: 1 for at in range(31) if kinds[at] == 0}
    groups = warm_groups(rows, nothing, pinned=pinned, count=3)
    assert same(groups, kinds) and set(groups.tolist()) == {0, 1, 2}


@pytest.mark.parametrize(
    ("previous", "pinned", "message"),
    [
        ([0, 0], {}, "previous must be .* in one row of 3; got 2"),
        ([0, -2, 0], {}, "from −1 on, in one row.*; got -2"),
        ([0, 0, 0], {3: 0}, "a channel of pinned must be below 3; got 3"),
        ([0, 0, 0], {0: -1}, "a group of pinned must be a whole number, 0 or more; got -1"),
    ],
)
def test_wrong_members_are_refused(
    previous: list[int], pinned: dict[int, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        warm_groups(some_rows(3), previous, pinned=pinned, count=1)


@pytest.mark.parametrize("way", [*WAYS][:3])
def test_what_products_round_differently_changes_no_group(way: str) -> None:
    """Equal distances are told apart by nothing, as on another machine they would be otherwise."""
    rows = np.array(list(itertools.product([0.1, 0.2, 0.3], repeat=3)))
    shuffled = np.random.default_rng(0).permutation(3)
    for count in (2, 4, 9):
        groups = WAYS[way](rows, count).tolist()
        assert WAYS[way](rows + 1e-14, count).tolist() == groups
        assert WAYS[way](rows[:, shuffled], count).tolist() == groups


def test_many_rows_are_grouped_the_same_each_time() -> None:
    rows = standard_rows(some_rows(2048, 20))
    assert same(ward_groups(rows, 8), fcluster(linkage(rows, "ward"), 8, "maxclust"))
