"""What a hand does to groups."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.widgets.map.edits.group_edits import merged, moved, pinned, pins, split

from .records import station_groups


def test_a_moved_channel_is_in_its_new_group_and_pinned() -> None:
    before = station_groups([0, 0, 1, 1, 2])
    after = moved(before, [1], 2)
    assert after.groups.tolist() == [0, 2, 1, 1, 2]
    assert pins(after) == {1: 2}
    assert [after.members(k).tolist() for k in range(3)] == [[0], [2, 3], [1, 4]]
    assert before.groups.tolist() == [0, 0, 1, 1, 2], "records do not change"
    assert not before.pinned


def test_one_past_the_last_is_a_new_group() -> None:
    assert moved(station_groups([0, 0, 1]), [0], 2).groups.tolist() == [2, 0, 1]


def test_a_group_left_empty_goes_and_pins_follow_the_numbers() -> None:
    before = station_groups([0, 1, 2, 2], pinned=(2,))
    after = moved(before, [0], 1)
    assert after.groups.tolist() == [0, 0, 1, 1]
    assert pins(after) == {0: 0, 2: 1}
    assert after.count == 2


def test_what_is_not_touched_keeps_its_stability() -> None:
    before = station_groups([0, 0, 1, 1, 2])
    after = moved(before, [1], 2)
    assert np.isnan(after.stability[[0, 2]]).all()
    assert after.stability[1] == before.stability[1]


def test_merged_and_split_keep_all_members() -> None:
    before = station_groups([0, 1, 0, 2, 1, 2])
    one = merged(before, 0, 2)
    assert one.count == 2
    assert sorted(one.members(int(one.groups[0])).tolist()) == [0, 2, 3, 5]
    two = split(one, int(one.groups[0]))
    assert two.count == 3
    assert sorted(np.concatenate([two.members(k) for k in range(3)]).tolist()) == list(range(6))
    assert {0, 2, 3, 5} <= set(two.pinned)


def test_unpinned_channels_are_free() -> None:
    groups = pinned(station_groups([0, 0, 1]), [0, 2])
    assert pins(groups) == {0: 0, 2: 1}
    assert pins(pinned(groups, [0], pin=False)) == {2: 1}


def test_order_ends_with_those_of_no_group() -> None:
    before = station_groups([0, -1, 1, 0], [0, 1, 0, 0])
    after = moved(before, [0], 1)
    assert after.order[-1] == 1
    assert after.groups[1] == -1


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda own: moved(own, [], 0), "no channels given"),
        (lambda own: moved(own, [9], 0), "from 0 to 3; got 9"),
        (lambda own: moved(own, [1], 0), "1: silent"),
        (lambda own: moved(own, [0], 3), "from 0 to 2, the last of them a new one; got 3"),
        (lambda own: merged(own, 0, 0), "twice"),
        (lambda own: merged(own, 0, 2), "from 0 to 1; got 2"),
        (lambda own: split(own, 1), "one channel, 2"),
        (lambda own: pinned(own, [1]), "silent"),
    ],
)
def test_what_cannot_be_done_says_why(edit, said) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=said):
        edit(station_groups([0, -1, 1, 0], [0, 1, 0, 0]))
