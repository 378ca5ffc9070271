"""Which moments stay, for runs small enough to choose by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.history.thinning import thin_evenly


def test_thinning_chooses_every_second_of_those_that_are_left() -> None:
    numbers = np.arange(0, 40, 2)
    kept, every = thin_evenly(numbers, np.ones(20, dtype=np.int64), 18, every=2, marked={10, 14})
    assert every == 4
    assert numbers[kept].tolist() == [0, 4, 8, 10, 12, 14, 16, 20, 24, 28, 32, 36, 38]


def test_thinning_lets_marks_take_half_the_room_and_the_first_of_them_go_last() -> None:
    numbers = np.arange(16)
    kept, every = thin_evenly(
        numbers, np.ones(16, dtype=np.int64), 8, every=1, marked=set(range(3, 13)), first_marks={3}
    )
    chosen = numbers[kept].tolist()
    assert {0, 3, 15} <= set(chosen)
    assert len(chosen) <= 8
    assert set(range(0, 16, every)) <= set(chosen)


@pytest.mark.parametrize("room", [0, 1, 2])
def test_thinning_gives_up_everything_rather_than_the_limit(room: int) -> None:
    kept, _ = thin_evenly(
        np.arange(5), np.ones(5, dtype=np.int64), room, every=1, marked={2}, first_marks={2}
    )
    assert kept.sum() <= room
    assert not room or kept[-1]
