"""A layer's few numbers: what they are, and their way through a row of numbers and back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz_widgets.analysis import channel_measures
from cnnviz_widgets.records.layer_health import (
    HEALTH_FIELDS,
    HEALTH_NUMBERS,
    LayerHealth,
    WeightHealth,
    layer_health,
    weight_health,
)


def same(one: LayerHealth, other: LayerHealth) -> bool:
    return np.array_equal(one.numbers, other.numbers, equal_nan=True)


def test_outputs_are_counted_by_hand() -> None:
    # Three channels: one all zero, one that holds NaN and infinity, one from −2 to 5.
    values = np.array([[0.0, np.nan, -2.0], [0.0, np.inf, 5.0], [0.0, 7.0, 0.0], [0.0, 1.0, 3.0]])
    health = layer_health(channel_measures(values))
    assert (health.channels, health.dead, health.nonfinite_channels) == (3, 1, 1)
    assert health.nonfinite == 2
    assert health.zero_share == pytest.approx(5 / 12)
    assert (health.minimum, health.maximum) == (-2.0, 7.0)
    assert health.dead_share == pytest.approx(1 / 3)
    assert math.isnan(health.weight_norm) and math.isnan(health.change)
    assert health.nonfinite_weights == 0


def test_outputs_without_a_finite_value_have_no_range() -> None:
    health = layer_health(channel_measures(np.full((1, 1), np.nan)))
    assert math.isnan(health.minimum) and math.isnan(health.maximum)
    assert (health.channels, health.nonfinite, health.nonfinite_channels) == (1, 1, 1)


def test_outputs_that_were_not_read_are_told_apart_from_healthy_ones() -> None:
    health = layer_health(None, WeightHealth(norm=2.0, change=0.5, gradient_norm=1.0))
    assert health.channels == 0
    assert math.isnan(health.dead_share) and math.isnan(health.zero_share)
    assert (health.weight_norm, health.change, health.gradient_norm) == (2.0, 0.5, 1.0)


def test_the_norm_is_that_of_all_weights_together() -> None:
    weights = {"kernel": np.array([[3.0, 0.0]], np.float32), "bias": np.array([4.0], np.float32)}
    gradients = {"kernel": np.array([[5.0, 0.0]]), "bias": np.array([12.0])}
    health = weight_health(weights, change=0.25, gradients=gradients)
    assert health == WeightHealth(norm=5.0, change=0.25, gradient_norm=13.0, nonfinite=0)


def test_a_large_weight_has_the_norm_of_its_flat_array() -> None:
    values = np.random.default_rng(0).normal(size=(3, 3, 100, 400)).astype(np.float32)
    assert weight_health({"kernel": values}).norm == pytest.approx(
        float(np.linalg.norm(values.astype(np.float64).ravel())), rel=1e-12
    )


def test_weights_that_are_not_finite_have_no_norm() -> None:
    health = weight_health({"kernel": np.array([1.0, np.nan, -np.inf])})
    assert health.nonfinite == 2
    assert math.isnan(health.norm)


def test_no_weights_have_no_norm() -> None:
    health = weight_health({}, gradients={})
    assert math.isnan(health.norm) and math.isnan(health.gradient_norm)


@pytest.mark.parametrize(
    "health",
    [
        LayerHealth(),
        LayerHealth(
            32, 3, 1, 2**40 + 1, 1 - 1e-12, -1e300, math.inf, 12.345678901234567, 0.0, 1e-30, 7
        ),
    ],
)
def test_a_row_of_numbers_gives_the_same_health_back(health: LayerHealth) -> None:
    assert len(health.numbers) == len(HEALTH_FIELDS)
    back = LayerHealth.from_numbers(health.numbers)
    assert same(back, health)
    assert isinstance(back.dead, int)


def test_wrong_rows_of_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="11 numbers; got 2"):
        LayerHealth.from_numbers([1.0, 2.0])
    with pytest.raises(ValueError, match="whole numbers; got"):
        LayerHealth.from_numbers([3.0, 0.5, *LayerHealth().numbers[2:]])
    for count in (math.nan, math.inf):
        with pytest.raises(ValueError, match="whole numbers; got"):
            LayerHealth.from_numbers([3.0, count, *LayerHealth().numbers[2:]])
    with pytest.raises(ValueError, match="are 0 or more; got"):
        LayerHealth.from_numbers([3.0, -1.0, *LayerHealth().numbers[2:]])


def test_every_number_that_is_plotted_can_be_asked_for_and_says_what_it_is() -> None:
    for name, number in HEALTH_NUMBERS.items():
        assert isinstance(getattr(LayerHealth(channels=1), name), (int, float))
        assert number.title and number.explanation.endswith(".")
