"""Groups of two moments, matched by their members."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from cnnviz_widgets.analysis.map.group_matching import matched_groups, moved_channels


def test_groups_with_other_numbers_are_the_same_groups() -> None:
    before = np.array([0, 0, 1, 1, 2, -1])
    after = np.array([2, 2, 0, 0, 1, -1])
    np.testing.assert_array_equal(matched_groups(before, after), [1, 2, 0])
    assert not moved_channels(before, after).any()


def test_who_went_elsewhere_fell_silent_or_awoke_has_moved() -> None:
    before = np.array([0, 0, 0, 1, 1, 1, -1, 0])
    after = np.array([0, 0, 1, 1, 1, -1, 1, 0])
    np.testing.assert_array_equal(np.flatnonzero(moved_channels(before, after)), [2, 5, 6])


def test_a_new_group_is_none_of_those_before() -> None:
    before, after = np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1])
    np.testing.assert_array_equal(matched_groups(before, after), [0, -1])
    np.testing.assert_array_equal(moved_channels(before, after), [False] * 3 + [True])
    none = np.array([-1, -1])
    assert matched_groups(none, none).size == 0 and not moved_channels(none, none).any()


def test_as_many_members_stay_as_any_matching_leaves() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        before, after = rng.integers(0, 4, 30), rng.integers(0, 4, 30)
        best = max(
            sum(order[group] == then for group, then in zip(after, before, strict=True))
            for order in permutations(range(4))
        )
        assert np.count_nonzero(~moved_channels(before, after)) == best
