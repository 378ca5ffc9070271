"""What a reader has at hand of the model's own outputs, beside calling the model."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.reading.model_lock import model_lock
from cnnviz_widgets.model.reading.probe import reader_of
from tests.model.snapshot import differences, snapshot

L = keras.layers
RNG = np.random.default_rng(0)
SHOWN = RNG.normal(size=(6, 8)).astype(np.float32)


def two_heads() -> Any:
    inputs = keras.Input((8,))
    hidden = L.BatchNormalization()(L.Dense(5, activation="relu")(inputs))
    return keras.Model(inputs, {"b": L.Dense(2)(hidden), "a": L.Dense(3)(hidden)})


def returned(model: Any, inputs: Any, other: list[np.ndarray]) -> list[Any] | None:
    probe = ModelProbe(model, inputs)
    with model_lock(model):
        return reader_of(probe).returned(other)


def test_it_is_what_the_model_returns_for_these_inputs() -> None:
    model = two_heads()
    own = returned(model, SHOWN, [3 * SHOWN])
    expected = keras.tree.flatten(model.predict(3 * SHOWN, verbose=0))
    assert own is not None
    for values, others in zip(own, expected, strict=True):
        np.testing.assert_allclose(values, others, rtol=1e-5, atol=1e-6)


def test_fewer_samples_are_repeated() -> None:
    model = two_heads()
    own = returned(model, SHOWN, [SHOWN[:4] + 1])
    assert own is not None
    _, values = own
    expected = keras.tree.flatten(model.predict(SHOWN[:4] + 1, verbose=0))[1]
    np.testing.assert_allclose(values[:4], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(values[4:], expected[:2], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "other",
    [SHOWN.astype(np.float64), np.concatenate([SHOWN, SHOWN]), SHOWN[:, :7], SHOWN[:0]],
    ids=["another type", "more samples", "another shape", "no samples"],
)
def test_it_has_none_for_other_kinds_of_inputs(other: np.ndarray) -> None:
    assert returned(two_heads(), SHOWN, [other]) is None


def test_a_model_that_runs_eagerly_is_to_be_called() -> None:
    model = two_heads()
    model.compile(run_eagerly=True)
    assert returned(model, SHOWN, [SHOWN]) is None


def test_a_pass_that_fails_leaves_it_to_the_model() -> None:
    class Picky(L.Layer):
        def call(self, values: Any) -> Any:
            import tensorflow as tf

            with tf.control_dependencies([tf.debugging.assert_less(values, 100.0)]):
                return tf.identity(values)

    model = keras.Sequential([keras.Input((8,)), Picky()])
    assert returned(model, SHOWN, [SHOWN]) is not None
    assert returned(model, SHOWN, [1000 + SHOWN]) is None


def test_the_model_stays_as_it_is() -> None:
    model = two_heads()
    probe = ModelProbe(model, SHOWN)
    before = snapshot(model)
    with model_lock(model):
        reader_of(probe).returned([SHOWN + 1])
    assert differences(before, snapshot(model)) == []
