"""When a repair is believed."""

from __future__ import annotations

import math

import pytest

from cnnviz_widgets.diagnosis.measurements.data.answers import Answers
from cnnviz_widgets.diagnosis.measurements.data.repairs import Repair


def answered(score: float, loss: float, p_value: float = 0.0) -> Answers:
    return Answers("head", "classes", 64, score, 0.2, p_value, loss=loss, constant_loss=2.0)


@pytest.mark.parametrize(
    ("before", "after", "p_gain", "helps"),
    [
        (answered(0.2, 4.0), answered(0.9, 0.3), 0.0, True),
        (answered(0.2, 4.0), answered(0.9, 2.1), 0.0, False),  # does not halve
        (answered(0.2, 9.0), answered(0.25, 2.5, 0.3), 0.0, False),  # worse than a constant
        (answered(0.2, 2.1, 0.5), answered(0.5, 1.3), 0.0, True),  # lifted above chance
        (answered(0.2, 2.1, 0.5), answered(0.5, 1.3), 0.04, False),  # perhaps
        (answered(0.2, 2.1, 0.5), answered(0.5, 1.9), 0.0, False),  # hardly
        (answered(0.9, 0.1), answered(0.95, 0.02), 0.0, False),  # next to nothing at stake
        (answered(0.5, 2.0), answered(0.55, 0.9), 0.3, False),  # luck
        (answered(0.9, 2.0), answered(0.8, 0.9), 0.0, False),  # fewer right
        (answered(0.2, math.inf), answered(0.9, 0.3), 0.0, True),
        (answered(0.2, math.nan), answered(0.9, math.nan), 0.0, True),
        (answered(0.2, math.nan), answered(0.5, math.nan), 0.0, False),
    ],
)
def test_what_is_believed(before: Answers, after: Answers, p_gain: float, helps: bool) -> None:
    assert Repair("input-range", "x / 255", "", before, after, p_gain).helps is helps


def test_what_else_speaks_for_it_stands_for_the_gain() -> None:
    repair = Repair("input-range", "x / 255", "", answered(0.8, 2), answered(0.8, 0.9), 1.0, True)
    assert repair.helps
    assert repair.ratio == pytest.approx(2 / 0.9)
