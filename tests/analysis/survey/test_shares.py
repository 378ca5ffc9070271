"""Shares with their intervals, against tables and against many draws; and lifts of classes."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.survey.shares import class_lift, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # Newcombe 1998, table I: method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_literature(
    successes: int, trials: int, low: float, high: float
) -> None:
    ends = wilson(successes, trials)
    assert [float(end) for end in ends] == pytest.approx([low, high], abs=5e-5)


def test_of_nothing_nothing_is_known_and_of_all_the_end_is_one() -> None:
    low, high = wilson([0, 5, 0], [0, 5, 5])
    assert (low[0], high[0]) == (0, 1)
    assert high[1] == 1 and low[2] == 0


def test_a_lift_is_the_share_of_a_class_by_its_share_among_all() -> None:
    samples = np.array([100, 300, 0])
    fired = np.array([[50, 50, 0], [0, 0, 0], [100, 300, 0]])
    lift = class_lift(fired, samples)
    np.testing.assert_allclose(lift.values[0], [2, 2 / 3, np.nan])
    assert np.isnan(lift.values[1]).all()
    np.testing.assert_allclose(lift.values[2], [1, 1, np.nan])
    assert (lift.low[0, :2] < lift.values[0, :2]).all()
    assert (lift.high[0, :2] > lift.values[0, :2]).all()
    assert lift.low[2, 0] < 1 == lift.high[2, 0]


def test_the_intervals_of_all_classes_hold_at_once() -> None:
    rng = np.random.default_rng(0)
    samples = np.full(10, 800)
    # A channel that fires on a tenth of each class: whatever stands out does so by chance.
    fired = rng.binomial(800, 0.1, size=(2000, 10))
    lift = class_lift(fired, samples)
    wrong = ((lift.low > 1) | (lift.high < 1)).any(axis=1).mean()
    assert wrong <= 0.05
