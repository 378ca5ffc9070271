"""How targets lie, beside an output."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.training.head import Head, layout

ONE_HOT = np.eye(3)[[0, 2, 1, 1]]


@pytest.mark.parametrize(
    ("targets", "shape", "lie"),
    [
        (np.array([0, 2, 1]), (None, 3), "class numbers"),
        (np.array([[0.0], [2.0]]), (None, 3), "class numbers"),
        (np.array([0.5, 2.0]), (None, 3), ""),
        (np.array([-1, 2]), (None, 3), ""),
        (ONE_HOT, (None, 3), "one-hot"),
        (ONE_HOT[:1], (None, 3), "one-hot"),
        (ONE_HOT + ONE_HOT[:, ::-1] > 0, (None, 3), "several at once"),
        (np.zeros((4, 3)), (None, 3), "several at once"),
        (0.8 * ONE_HOT + 0.2 / 3, (None, 3), "shares"),
        (ONE_HOT - 0.5, (None, 3), "values"),
        (7 * ONE_HOT, (None, 3), "values"),
        (np.array([0, 1, 1]), (None, 1), "yes or no"),
        (np.array([[0.2], [3.0]]), (None, 1), "values"),
        (np.zeros((2, 4, 4), int), (None, 4, 4, 5), "class numbers"),
        (np.zeros((2, 4, 4, 1), int), (None, 4, 4, 5), "class numbers"),
        (ONE_HOT, (None, 4), ""),
        (np.full((2, 3), np.nan), (None, 3), ""),
        (np.zeros((0, 3)), (None, 3), ""),
        (np.zeros((2, 3)), (None, 4, 4, 3), ""),
        (np.zeros(2), (None,), ""),
        (np.zeros(2), (), ""),
    ],
)
def test_layouts(targets: np.ndarray, shape: tuple[int | None, ...], lie: str) -> None:
    assert layout(targets, shape) == lie


def test_the_last_activation() -> None:
    assert Head("d", ("softmax", "relu"), 3).last == "softmax"
    assert Head("d", (), 3).last == "linear"
