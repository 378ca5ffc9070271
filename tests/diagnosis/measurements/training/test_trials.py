"""What a trial has shown, by losses of groups of samples: numbers that are worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from cnnviz_widgets.diagnosis.measurements.training.trials import Fit, Outcome, Trial

LEARNT = Fit(0.5, (2.0, 2.1, 1.9, 2.0, 2.2, 1.8, 2.0, 2.0))
CHANCE = Fit(2.3, (0.1, -0.1, 0.2, -0.2, 0.1, -0.1, 0.0, 0.0))


def test_something_is_learnt_where_gains_are_above_zero_beyond_chance() -> None:
    assert LEARNT.learnt
    assert not CHANCE.learnt
    unsure = Fit(1.0, (1.0, -0.9, 0.8, 0.9, -0.5, 0.4, -0.3, 0.2))
    p_value = stats.ttest_1samp(unsure.gains, 0, alternative="greater").pvalue
    assert unsure.learnt == (p_value < 0.05)
    assert Fit(1.0, (0.3, 0.3, 0.3)).learnt
    assert not Fit(1.0, (0.0, 0.0, 0.0)).learnt
    assert not Fit(1.0, (5.0,)).learnt
    assert not Fit(1.0, (1.0, math.nan)).learnt


def test_what_is_lost_is_a_share_of_the_gain() -> None:
    half = Fit(1.5, tuple(0.5 * gain for gain in LEARNT.gains))
    assert Trial(0.4, 64, None, LEARNT, half).lost == pytest.approx(0.5)
    assert math.isnan(Trial(0.4, 64, None, CHANCE, half).lost)
    assert math.isnan(Trial(0.4, 64).lost)


@pytest.mark.parametrize(
    ("now", "then", "outcome"),
    [
        (LEARNT, CHANCE, "worse"),
        (LEARNT, LEARNT, "spared"),
        (LEARNT, replace(LEARNT, gains=tuple(0.95 * g for g in LEARNT.gains)), "spared"),
        # A fifth is lost on average, all of it by two groups: that may be chance.
        (LEARNT, replace(LEARNT, gains=(*LEARNT.gains[:6], -0.5, 1.3)), "unknown"),
        (LEARNT, Fit(math.inf, (math.inf,) * 8), "worse"),
        (CHANCE, LEARNT, "nothing to lose"),
        (Fit(math.nan, (math.nan,) * 8), LEARNT, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_outcomes(now: Fit | None, then: Fit | None, outcome: Outcome) -> None:
    assert Trial(0.4, 64, None, now, then).outcome == outcome


def test_a_fall_shows_what_was_above_chance() -> None:
    now = replace(CHANCE, right_gains=(0.3, -0.1, 0.5, 0.1, 0.0, 0.4, 0.2, -0.3))
    assert not now.learnt
    then = replace(CHANCE, right_gains=tuple(gain - 0.3 for gain in now.right_gains))
    assert Trial(0.4, 24, None, now, then).outcome == "worse"
    assert Trial(0.4, 24, None, now, now).outcome == "nothing to lose"


def test_outputs_that_stay_need_no_targets() -> None:
    assert Trial(0.009, 64).outcome == "spared"
    assert Trial(0.0, 1, None, CHANCE, CHANCE).outcome == "spared"


def test_few_samples_do_not_acquit() -> None:
    assert Trial(0.4, 8, None, LEARNT, LEARNT).outcome == "unknown"
    assert Trial(0.4, 8, None, LEARNT, CHANCE).outcome == "worse"
    assert np.isnan(Trial(0.4, 8, None, None, CHANCE).lost)


def test_right_answers_count_more_than_the_loss() -> None:
    right = (0.7, 0.8, 0.9, 0.8, 0.7, 0.8, 0.9, 0.8)
    now = replace(LEARNT, right=60, right_gains=right)
    sure = replace(now, gains=tuple(0.5 * gain for gain in now.gains))  # as right, less sure
    assert Trial(0.4, 64, 0, now, sure).outcome == "spared"
    wrong = replace(now, right=30, right_gains=tuple(0.3 * gain for gain in right))
    trial = Trial(0.4, 64, 30, now, wrong)
    assert (trial.outcome, trial.lost) == ("worse", pytest.approx(0.7))
    # An overconfident model is right all the same, whatever its loss.
    assert replace(CHANCE, right_gains=right).learnt
