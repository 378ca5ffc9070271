"""Means by class against a loop, and the rows of a picture by hand."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from cnnviz_widgets.analysis.map.class_rows import class_means, shown_rows


def test_means_by_class_are_those_of_a_loop() -> None:
    random = np.random.default_rng(0)
    values = random.standard_normal((50, 7)).astype(np.float32)
    classes = random.integers(-1, 4, size=50)
    classes[classes == 2] = -1
    means = class_means(values, classes, 6)
    assert means.shape == (7, 6) and means.dtype == np.float64
    for channel in range(7):
        for number in range(6):
            own = [
                float(v) for v, c in zip(values[:, channel], classes, strict=True) if c == number
            ]
            expected = math.fsum(own) / len(own) if own else math.nan
            np.testing.assert_allclose(means[channel, number], expected, rtol=1e-12)
    assert np.isnan(means[:, [2, 4, 5]]).all()


def test_a_value_that_is_not_finite_spoils_its_own_mean_alone() -> None:
    values = np.ones((4, 2), np.float32)
    values[0, 0] = np.nan
    values[2:, 1] = np.inf, -np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        means = class_means(values, [0, 0, 1, 1], 2)
    np.testing.assert_array_equal(means, [[np.nan, 1], [1, np.nan]])


def test_no_sample_and_no_class() -> None:
    assert np.isnan(class_means(np.zeros((0, 3)), [], 2)).all()
    assert class_means(np.zeros((2, 3)), [-1, -1], 0).shape == (3, 0)


@pytest.mark.parametrize(
    ("classes", "message"),
    [([0], "of 2; got 1"), ([0, 3], "classes must be below 3; got 3"), ([0, -2], "got -2")],
)
def test_classes_that_do_not_fit_are_refused(classes: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        class_means(np.zeros((2, 4)), classes, 3)
    with pytest.raises(TypeError, match="classes must be whole numbers"):
        class_means(np.zeros((2, 4)), [0.0, 0.5], 3)


def test_shown_rows_by_hand() -> None:
    inf, nan = math.inf, math.nan
    rows = [[0, 1, 2, 4], [5, 5, 5, 5], [-1, 0, nan, 1], [nan] * 4, [0, inf, 10, -inf]]
    expected = [[0, 64, 128, 255], [0] * 4, [0, 128, 0, 255], [0] * 4, [0, 255, 255, 0]]
    shown = shown_rows(np.array(rows))
    assert shown.dtype == np.uint8 and shown.tolist() == expected
    # Neither the scale nor an offset matters.
    assert shown_rows([[-1.7e308, 0, 1.7e308]]).tolist() == [[0, 128, 255]]
    assert shown_rows([[1e-310, 0, 2e-310]]).tolist() == [[128, 0, 255]]
    assert shown_rows(np.zeros((0, 4))).shape == (0, 4)
    assert shown_rows(np.zeros((2, 0))).shape == (2, 0)
