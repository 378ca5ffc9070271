"""The loss by which inputs on several scales are compared, against numbers worked by hand."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from cnnviz_widgets.model.experiments.losses import loss_on_any_scale

RNG = np.random.default_rng(0)
SHARES = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], np.float32)
LABELS = np.array([0, 1])


def model(loss: str | None = None) -> keras.Model:
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    if loss is not None:
        made.compile("sgd", loss)
    return made


@pytest.mark.parametrize("outputs", [SHARES, np.log(SHARES) + 2])
def test_labels_are_compared_by_cross_entropy_of_shares_or_logits(outputs: np.ndarray) -> None:
    expected = -np.log([0.7, 0.1]).mean()
    assert loss_on_any_scale(model(), None, outputs, LABELS) == pytest.approx(expected, rel=1e-5)


def test_values_are_compared_in_their_own_spread() -> None:
    targets = RNG.normal(3, 2, (8, 5)).astype(np.float32)
    outputs = targets + RNG.normal(0, 1, targets.shape).astype(np.float32)
    expected = np.mean((outputs - targets) ** 2) / targets.var()
    for scale in (1, 255):
        loss = loss_on_any_scale(model(), None, scale * outputs, scale * targets)
        assert loss == pytest.approx(expected, rel=1e-4)


def test_shares_of_nothing_and_all_are_compared_by_their_likelihood() -> None:
    targets = np.array([[0.0], [1.0]], np.float32)
    outputs = np.array([[1.0], [0.9]], np.float32)
    expected = -np.log([1e-7, 0.9]).mean()
    assert loss_on_any_scale(model(), None, outputs, targets) == pytest.approx(expected, rel=1e-5)


def test_what_the_model_was_compiled_with_is_left_out_of_it() -> None:
    targets = RNG.normal(size=(8, 3)).astype(np.float32)
    outputs = targets + 1
    losses = [
        loss_on_any_scale(model(compiled), None, outputs, targets)
        for compiled in (None, "mean_absolute_error")
    ]
    assert losses[0] == losses[1]


def test_a_loss_that_is_given_decides() -> None:
    targets = np.zeros((4, 3), np.float32)
    outputs = np.full((4, 3), 2, np.float32)
    assert loss_on_any_scale(model(), "mean_squared_error", outputs, targets) == 4
