"""Some of the samples: which they are, and what they are called."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz_widgets.analysis import SampleChoice


@given(st.integers(2, 40), st.integers(1, 500))
def test_spread_from_the_first_to_the_last(count: int, total: int) -> None:
    choice = SampleChoice.evenly(count, total)
    assert len(choice.numbers) == min(count, total)
    assert (choice.numbers[0], choice.numbers[-1]) == (0, total - 1)
    gaps = np.diff(choice.numbers)
    assert gaps.size == 0 or gaps.max() - gaps.min() <= 1


def test_in_words() -> None:
    assert str(SampleChoice.evenly(16, 64)) == "16 of 64 samples"
    assert str(SampleChoice((0,), 1)) == "1 of 1 sample"


@pytest.mark.parametrize(
    ("numbers", "total"), [((), 4), ((1, 1), 4), ((2, 1), 4), ((-1, 2), 4), ((0, 4), 4)]
)
def test_numbers_that_are_none_of_the_samples(numbers: tuple[int, ...], total: int) -> None:
    with pytest.raises(ValueError, match=f"less than {total}, the number of samples"):
        SampleChoice(numbers, total)
