"""Numbers that come in any order are known again, in about as many steps as there are."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest

from cnnviz_widgets.model.survey.data.seen_numbers import SeenNumbers


@pytest.mark.parametrize("spread", [1, 3])
def test_they_are_a_set(spread: int) -> None:
    rng = np.random.default_rng(spread)
    order = spread * rng.permutation(500)
    seen, known = SeenNumbers(((2000, 2010), (3000, 3001))), {*range(2000, 2010), 3000}
    for first in range(0, 500, 7):
        numbers = order[first : first + 7]
        assert seen.first_again(numbers) is None
        for old in (numbers[-1:], known):
            mixed = np.array([*numbers, next(iter(old))])
            assert seen.first_again(mixed) == mixed[-1]
        seen.add(numbers)
        known |= set(numbers.tolist())
        assert seen.count == len(known)
        if first % 49 == 0:
            inside = [each for begin, end in seen.ranges for each in range(begin, end)]
            assert inside == sorted(known)
            assert all(one[1] < other[0] for one, other in pairwise(seen.ranges))


def test_they_take_no_time_that_grows_with_what_was_seen() -> None:
    def seconds(count: int) -> float:
        numbers = np.random.default_rng(0).permutation(count)
        began = time.process_time()
        seen = SeenNumbers()
        for first in range(0, count, 64):
            assert seen.first_again(numbers[first : first + 64]) is None
            seen.add(numbers[first : first + 64])
        assert seen.ranges == ((0, count),)
        return time.process_time() - began

    # Sixteen times as many took 256 times as long.
    assert seconds(160_000) < 60 * seconds(10_000)
