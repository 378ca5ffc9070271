"""Trends over depth, of scales whose gains are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.output_measures import output_measures
from cnnviz_widgets.diagnosis.measurements.training.signal import (
    Trend,
    fading,
    growing,
    spread,
    spread_of,
    stretches,
)

RNG = np.random.default_rng(0)


def test_a_gain_a_layer_is_found_again() -> None:
    trend = fading(1.4 * 0.63 ** np.arange(40))
    assert trend is not None
    assert (trend.first, trend.last, trend.layers) == (0, 39, 40)
    assert trend.factor == pytest.approx(0.63)
    assert trend.change == pytest.approx(0.63**39)
    trend = growing(0.1 * 3.0 ** np.arange(10))
    assert trend is not None
    assert trend.factor == pytest.approx(3)
    assert trend.change == pytest.approx(3.0**9)


def test_a_fall_begins_where_the_level_ends() -> None:
    noise = 10 ** RNG.uniform(-0.05, 0.05, 20)
    scales = [*noise[:12], *(0.3 ** np.arange(1, 9) * noise[12:])]
    trend = fading(scales)
    assert trend is not None
    assert 9 <= trend.first <= 12
    assert trend.factor == pytest.approx(0.3, rel=0.1)


def test_a_rise_ends_at_its_peak() -> None:
    trend = growing([*(5.0 ** np.arange(8)), 0.01])
    assert trend is not None
    assert (trend.first, trend.last) == (0, 7)


@pytest.mark.parametrize(
    "scales",
    [
        [1, 1, 1, 1, 1e-8, 1e-8, 1e-8],  # one layer, not all
        [1, 1e-3, 1e-6],  # too few to tell
        [1],
        [1, 0.9, 1.1, 1, 0.95, 1.05],
        [1, 1e-5, 1, 1e-5, 1, 1e-5],  # to and fro
    ],
)
def test_what_is_no_steady_fall(scales: list[float]) -> None:
    trend = fading(scales)
    assert trend is None or trend.change > 0.5


def test_stretches_end_at_what_is_not_known_and_at_normalisations() -> None:
    scales = [1, 2, math.nan, 3, 0, 4, 5, 6, math.inf]
    normalised = [False] * 6 + [True, False, False]
    assert [*stretches(scales, normalised)] == [(0, 1), (3, 3), (5, 5), (7, 7)]
    assert [*stretches([], [])] == []


def test_a_bias_is_no_signal() -> None:
    values = RNG.normal(size=(500, 4))
    outputs = output_measures((1e-3 * values + 7).astype(np.float32))
    assert spread(outputs) == pytest.approx(1e-3, rel=0.1)
    assert outputs.magnitude == pytest.approx(7, rel=1e-3)


def test_spread_of_what_cannot_vary() -> None:
    assert spread(output_measures(np.zeros((8, 3), np.float32))) == 0
    assert spread(output_measures(np.full((1, 3), 2, np.float32))) == 2  # one sample: all of it
    assert spread(output_measures(np.full((8, 3), 2, np.float32))) == 0
    broken = np.ones((8, 3), np.float32)
    broken[0, 0] = np.inf
    assert math.isnan(spread(output_measures(broken)))


def test_spread_of_numbers_too_small_to_square_in_single_precision() -> None:
    values = (1e-30 * RNG.normal(size=(500, 4))).astype(np.float32)
    assert spread(output_measures(values)) == pytest.approx(1e-30, rel=0.1)


def test_spread_of_inputs() -> None:
    assert spread_of(np.array([[0.0], [2.0]])) == 1
    assert spread_of(np.array([[3], [3]])) == 3
    assert spread_of(np.empty((0, 2))) == 0


def test_a_trend_counted_from_earlier_on() -> None:
    assert Trend(0, 4, 0.1, 0.5).behind(3) == Trend(3, 7, 0.1, 0.5)
