"""What inputs look like, and what may be tried on them."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.data.input_range import look_like_bytes, scale_of
from cnnviz_widgets.diagnosis.measurements.data.input_repairs import input_repairs

RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (20, 4, 4, 3)).astype(np.float32)


@pytest.mark.parametrize(
    ("inputs", "answer"),
    [
        (BYTES, True),
        (BYTES.astype(np.uint8), True),
        (BYTES / 255, False),
        (BYTES - 128, False),
        (BYTES * 10, False),
        (np.array(["a"]), False),
        (np.empty((0, 3)), False),
    ],
)
def test_what_looks_like_bytes(inputs: np.ndarray, answer: bool) -> None:
    assert look_like_bytes(inputs) is answer


@pytest.mark.parametrize(
    ("inputs", "scale"),
    [
        (BYTES, "bytes"),
        (BYTES / 255, "unit"),
        (BYTES / 255**2, "tiny"),
        (BYTES / 127.5 - 1, "signed"),
        ((BYTES - 128) / 64, "other"),
        (np.zeros((3, 2)), "tiny"),
    ],
)
def test_scales(inputs: np.ndarray, scale: str) -> None:
    assert scale_of(inputs) == scale


@pytest.mark.parametrize(
    ("trained_on", "shown"),
    [
        (BYTES / 255, BYTES),
        (BYTES / 127.5 - 1, BYTES),
        (BYTES, BYTES / 255),
        (BYTES / 127.5 - 1, BYTES / 255),
        (BYTES / 255, BYTES / 255**2),
        (BYTES / 255, BYTES / 127.5 - 1),
        (BYTES, BYTES / 127.5 - 1),
        ((BYTES - BYTES.mean((0, 1, 2))) / BYTES.std((0, 1, 2)), BYTES),
        ((BYTES - BYTES.mean((0, 1, 2))) / BYTES.std((0, 1, 2)), BYTES / 255),
        (BYTES[..., ::-1], BYTES),
    ],
)
def test_one_of_the_repairs_undoes_each_mistake(trained_on: np.ndarray, shown: np.ndarray) -> None:
    tried = [each.apply(shown.astype(np.float32)) for each in input_repairs(shown, colours=3)]
    off = [np.abs(each - trained_on).max() / np.ptp(trained_on) for each in tried]
    assert min(off) < 1e-4


def test_a_repairs_factor_is_how_much_it_widens() -> None:
    for each in input_repairs(BYTES, colours=3):
        assert each.apply(BYTES).std() / BYTES.std() == pytest.approx(each.factor, rel=0.05)


def test_features_are_standardised_one_by_one() -> None:
    table = RNG.normal(size=(50, 2)) * [1, 1000] + [5, -300]
    repair, *_ = input_repairs(table, None)
    np.testing.assert_allclose(repair.apply(table).std(0), 1, rtol=1e-5)
    assert "axis=(0,)" in repair.code


def test_standardised_inputs_may_have_been_another_range() -> None:
    table = np.linspace(-2, 2, 40).reshape(20, 2)
    table = (table - table.mean(0)) / table.std(0)
    applied = [each.apply(table) for each in input_repairs(table, None)]
    assert [(round(float(each.min())), round(float(each.max()))) for each in applied] == [
        (0, 1),
        (0, 255),
    ]
