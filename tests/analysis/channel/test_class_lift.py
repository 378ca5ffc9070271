"""The class lift, against a case worked out by hand and against chance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.class_lift import LEVEL, class_lift


def test_a_case_worked_out_by_hand() -> None:
    # Class 0 on 6 of 10 samples, 1 on 3, 2 on 1.
    labels = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 2])
    top = np.array([[6, 7, 8, 0], [0, 6, 9, 1], [0, 6, -1, -1], [-1, -1, -1, -1]])
    found = class_lift(top, labels)
    assert found.classes.tolist() == [1, 0, 1, -1]
    assert found.hits.tolist() == [3, 2, 1, 0] and found.counted.tolist() == [4, 4, 2, 0]
    np.testing.assert_allclose(found.base, [0.3, 0.6, 0.3, math.nan])
    np.testing.assert_allclose(found.lift, [2.5, 5 / 6, 5 / 3, math.nan])


def test_the_ends_of_the_interval_are_where_the_tails_are_small() -> None:
    """Clopper and Pearson: as many hits or more have a probability of half the level there."""
    labels = np.repeat([0, 1], 50)
    found = class_lift(np.array([[0, 1, 2, 3, 4, 50]]), labels)
    level = LEVEL / 2 / 2  # two classes, two ends

    def tail(p: float, hits: range) -> float:
        return sum(math.comb(6, k) * p**k * (1 - p) ** (6 - k) for k in hits)

    low, high = found.low[0] * found.base[0], found.high[0] * found.base[0]
    assert tail(low, range(5, 7)) == pytest.approx(level)
    assert tail(high, range(6)) == pytest.approx(level)


def test_all_of_one_class_and_labels_that_are_not_known() -> None:
    labels = np.array([1, 1, 1, -1, 0, 0, 0, 0])
    found = class_lift(np.array([[0, 1, 2, 3]]), labels)
    assert (found.classes[0], found.hits[0], found.counted[0]) == (1, 3, 3)
    assert found.high[0] * found.base[0] == 1
    nobody = class_lift(np.array([[0, 1]]), np.array([-1, -1]))
    assert nobody.classes[0] == -1 and np.isnan(nobody.lift[0]) and not nobody.raised[0]


def test_chance_seldom_passes_for_a_raised_class() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 2000)
    top = np.stack([rng.choice(2000, 9, replace=False) for _ in range(1000)])
    assert class_lift(top, labels).raised.mean() <= LEVEL
    planted = np.stack([rng.choice(np.flatnonzero(labels == 3), 9) for _ in range(20)])
    assert class_lift(planted, labels).raised.all()
