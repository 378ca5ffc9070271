"""What silence on a few samples is worth."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.rarity import (
    firing_bound,
    samples_fired_on,
    silent_but_living,
)


def test_rule_of_three() -> None:
    assert firing_bound(300) == 0.01
    # Exactly: 1 − 0.05^(1/300) = 0.00994.
    assert firing_bound(300) == pytest.approx(1 - 0.05 ** (1 / 300), rel=0.01)
    assert firing_bound(2) == 1


def test_counts_samples_not_values() -> None:
    values = np.zeros((3, 2, 2, 3))
    values[0, :, :, 0] = 1
    values[1, 1, 1, 1] = -2
    values[2, 0, 0, 1] = np.nan
    np.testing.assert_array_equal(samples_fired_on(values), [1, 2, 0])
    np.testing.assert_array_equal(samples_fired_on(values[:, 0, 0]), [1, 1, 0])


def test_rare_units_are_foretold() -> None:
    rng = np.random.default_rng(0)
    rates = rng.beta(0.5, 4, 2000)  # many fire hardly ever, none is dead
    fires = rng.binomial(40, rates)
    silent = np.count_nonzero(fires == 0)
    assert silent > 200
    assert silent_but_living(fires, 40) == pytest.approx(silent, rel=0.25)


def test_dead_units_are_told_from_rare_ones() -> None:
    rng = np.random.default_rng(1)
    fires = np.concatenate((np.zeros(500, int), rng.binomial(40, rng.beta(4, 4, 1500))))
    assert silent_but_living(fires, 40) < 20


def test_units_that_fire_always_or_never_hide_no_dead_ones() -> None:
    # A collapsed generator's: all samples are nearly alike.
    between = np.random.default_rng(2).integers(1, 64, 60)
    fires = np.concatenate((np.zeros(640, int), np.full(900, 64), between))
    assert silent_but_living(fires, 64) < 100


def test_no_more_are_rare_than_were_seen_to_be() -> None:
    # 5 of 20 living units fire on 1 to 8 of 32 samples; the rest on more.
    fires = np.array([0] * 60 + [1, 1, 1, 1, 8] + [9] * 15)
    assert silent_but_living(fires, 32) <= 5
    # Nine living units overrule nothing, ten may.
    assert silent_but_living(np.array([0] * 9 + [1] * 9), 32) == 0
    assert silent_but_living(np.array([0] * 9 + [1] * 10), 32) > 0


def test_never_more_than_are_silent_and_nothing_from_too_few() -> None:
    assert silent_but_living(np.array([0, 1, 1, 1, 1, 1, 1, 2]), 50) <= 1
    assert silent_but_living(np.array([0, 0, 0, 7]), 50) == 0
    assert silent_but_living(np.array([3, 4, 5]), 50) == 0
