"""Which of many in a row stand for all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz_widgets.analysis.spreading import Standing, evenly

STANDINGS: tuple[Standing, ...] = ("starts", "middles", "ends")


@pytest.mark.parametrize(
    ("count", "most", "expected"),
    [
        (5, 3, [0, 2, 4]),
        (5, 5, [0, 1, 2, 3, 4]),
        (5, 9, [0, 1, 2, 3, 4]),
        (5, 2, [0, 4]),
        (5, 1, [4]),
        (5, 0, []),
        (0, 3, []),
    ],
)
def test_both_ends_are_among_them(count: int, most: int, expected: list[int]) -> None:
    assert evenly(count, most, "ends").tolist() == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [("starts", [0, 2, 4, 6]), ("middles", [1, 3, 5, 7]), ("ends", [0, 2, 5, 7])],
)
def test_four_of_eight(at: Standing, expected: list[int]) -> None:
    assert evenly(8, 4, at).tolist() == expected


def test_starts_of_equal_parts() -> None:
    np.testing.assert_array_equal(evenly(3, 5, "starts"), [0, 1, 2])
    np.testing.assert_array_equal(evenly(10, 5, "starts"), [0, 2, 4, 6, 8])


@given(st.integers(0, 3000), st.integers(0, 300), st.sampled_from(STANDINGS))
def test_gaps_differ_by_one_at_most(size: int, most: int, at: Standing) -> None:
    numbers = evenly(size, most, at)
    assert numbers.size == min(size, most)
    if numbers.size > 1:
        gaps = np.diff(numbers)
        assert gaps.min() >= 1
        assert gaps.max() <= gaps.min() + 1
        assert 0 <= numbers[0] <= numbers[-1] < size
