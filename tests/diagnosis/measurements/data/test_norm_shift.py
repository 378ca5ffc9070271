"""What BatchNormalization puts out, beside what its averages would make it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel_measures import channel_measures
from cnnviz_widgets.diagnosis.measurements.data.norm_shift import (
    NormShift,
    Remembered,
    begun_by,
    shift_of,
)

RNG = np.random.default_rng(0)


def memory(scale: list[float], variance: float = 4.0, epsilon: float = 1e-3) -> Remembered:
    channels = len(scale)
    return Remembered(
        mean=np.full(channels, 3.0),
        variance=np.full(channels, variance),
        scale=np.array(scale),
        offset=np.full(channels, 0.5),
        epsilon=epsilon,
    )


def normalised(values: np.ndarray, known: Remembered) -> np.ndarray:
    spread = np.sqrt(known.variance + known.epsilon)
    return np.asarray(known.scale * (values - known.mean) / spread + known.offset)


@pytest.mark.parametrize(("spread", "ratio"), [(2, 1), (20, 10), (0.2, 0.1)])
@pytest.mark.parametrize("epsilon", [1e-3, 4.0])
def test_ratio_and_shift_of_what_came_in(spread: float, ratio: float, epsilon: float) -> None:
    known = memory([2.0, -0.5, 0.0], epsilon=epsilon)
    values = 3 + 2 + spread * RNG.normal(size=(5000, 3))
    found = shift_of(channel_measures(normalised(values, known)), known)
    assert found[0] == pytest.approx(ratio, rel=0.05)
    assert found[1] == pytest.approx(1, abs=0.05 * ratio)


def test_channels_that_tell_nothing() -> None:
    for known in (memory([0, 0]), memory([1, 1], variance=1e-12)):
        assert np.isnan(shift_of(channel_measures(RNG.normal(size=(50, 2))), known)).all()


def test_averages_as_they_began() -> None:
    began = Remembered(np.zeros(2), np.ones(2), np.ones(2), np.zeros(2), 1e-3)
    assert began.initial
    assert not memory([1]).initial


@pytest.mark.parametrize(
    ("ratios", "deeper", "cause"),
    [
        ((1.1, 0.7, 1.9), math.nan, None),
        ((3.0, 2.5, 1.0), 1.2, "inputs"),
        ((0.3,), math.nan, "inputs"),
        ((3.0, 2.5, 1.0), 4.0, "averages"),
        ((math.nan,), math.nan, None),
    ],
)
def test_what_is_to_blame(ratios: tuple[float, ...], deeper: float, cause: str | None) -> None:
    shift = NormShift(tuple("abc"[: len(ratios)]), ratios, deeper=deeper)
    assert shift.cause == cause


def test_few_samples_widen_the_bounds() -> None:
    assert NormShift(("a",), (2.5,), samples=64).off
    assert not NormShift(("a",), (2.5,), samples=4).off
    assert not NormShift(("a",), (99.0,), samples=1).off


def test_averages_that_have_hardly_begun_explain_the_ratio() -> None:
    # 0.9 of the first variance, 1, and 0.1 of 0.04, which is what comes in.
    known = memory([2.0, 0.0], variance=0.9 + 0.1 * 0.04, epsilon=1e-9)
    put_out = 2 * 0.2 / np.sqrt(known.variance)
    assert begun_by(put_out, known, 0.9) == pytest.approx(1)
    assert begun_by(put_out, known, 0.0) == pytest.approx(0.2 / math.sqrt(0.904))
    assert math.isnan(begun_by(put_out, memory([0, 0]), 0.9))


def test_what_the_beginning_explains_is_not_off() -> None:
    assert NormShift(("a",), (0.3,)).off
    assert NormShift(("a",), (0.3,), begun=0.3).off
    assert not NormShift(("a",), (0.3,), begun=1.1).off
