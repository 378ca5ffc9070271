"""Gradients of a loss at live weights, beside those by hand and by finite differences."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.experiments.gradients import relative_gradients

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 3)).astype(np.float32)
Y = RNG.normal(size=(6, 2)).astype(np.float32)


def small(**options: Any) -> Any:
    return keras.Sequential(
        [
            keras.Input((3,)),
            L.Dense(4, activation="tanh", name="hidden", **options),
            L.Dense(2, name="head"),
        ]
    )


def test_one_layer_by_hand() -> None:
    model = keras.Sequential([keras.Input((3,)), L.Dense(2, use_bias=False, name="head")])
    kernel = np.asarray(model.layers[0].kernel)
    slope = X.T @ (2 * (X @ kernel - Y)) / Y.size
    found = relative_gradients(ModelProbe(model, X), Y, loss="mse")
    expected = np.linalg.norm(slope) / np.linalg.norm(kernel)
    assert found.relative == {"head": pytest.approx(expected, rel=1e-5)}
    assert found.loss == pytest.approx(np.mean((X @ kernel - Y) ** 2), rel=1e-5)
    assert (found.loss_name, found.samples) == ("mse", 6)


def test_as_finite_differences() -> None:
    model = small()
    layer = model.get_layer("hidden")
    kernel = np.asarray(layer.kernel).copy()

    def loss(values: np.ndarray) -> float:
        hidden = np.tanh(X.astype(float) @ values)
        return float(np.mean((hidden @ np.asarray(model.get_layer("head").kernel) - Y) ** 2))

    slopes = np.zeros(kernel.shape)
    for place in np.ndindex(kernel.shape):
        step = np.zeros(kernel.shape)
        step[place] = 1e-5
        slopes[place] = (loss(kernel + step) - loss(kernel - step)) / 2e-5
    found = relative_gradients(ModelProbe(model, X), Y, loss="mse").relative
    expected = np.linalg.norm(slopes) / np.linalg.norm(kernel)
    assert found["hidden"] == pytest.approx(expected, rel=1e-3)


def test_frozen_layers_and_the_compiled_loss() -> None:
    model = small(trainable=False)
    model.compile("sgd", "mae")
    with tf.GradientTape() as tape:
        kernel = model.get_layer("hidden").kernel.value
        tape.watch(kernel)
        loss = keras.ops.mean(keras.ops.abs(model(X) - Y))
    slope = tape.gradient(loss, kernel).numpy()
    found = relative_gradients(ModelProbe(model, X), Y)
    assert found.loss_name == "mae"
    expected = np.linalg.norm(slope) / np.linalg.norm(kernel.numpy())
    assert found.relative["hidden"] == pytest.approx(expected, rel=1e-5)


def test_fewer_samples() -> None:
    model = small()
    some = relative_gradients(ModelProbe(model, X), Y, loss="mse", samples=2)
    alone = relative_gradients(ModelProbe(model, X[:2]), Y[:2], loss="mse")
    assert some.samples == 2
    assert some.relative == pytest.approx(alone.relative)


def test_kernels_of_zeros_and_layers_that_nothing_depends_on() -> None:
    inputs = keras.Input((3,))
    hidden = L.Dense(2, kernel_initializer="zeros", name="zeros")(inputs)
    cut = keras.ops.stop_gradient(L.Dense(2, name="cut")(inputs))
    model = keras.Model(inputs, hidden + cut)
    found = relative_gradients(ModelProbe(model, X), Y, loss="mse").relative
    assert math.isnan(found["zeros"])
    assert math.isnan(found["cut"])


def test_a_table_and_a_shared_layer() -> None:
    inputs = keras.Input((5,), dtype="int32")
    shared = L.Dense(4, name="shared")
    x = shared(shared(L.Embedding(10, 4, name="table")(inputs)))
    model = keras.Model(inputs, L.Dense(2, name="head")(L.Flatten(name="flat")(x)))
    tokens = RNG.integers(0, 10, (6, 5))
    found = relative_gradients(ModelProbe(model, tokens), Y, loss="mse").relative
    assert [*found] == ["table", "shared", "head"]
    assert all(value > 0 for value in found.values())


def test_a_dict_of_outputs() -> None:
    inputs = keras.Input((3,))
    outputs = {"a": L.Dense(1, name="a")(inputs), "b": L.Dense(1, name="b")(inputs)}
    probe = ModelProbe(keras.Model(inputs, outputs), X)
    found = relative_gradients(probe, {"a": Y[:, :1], "b": Y[:, 1:]})
    assert found.relative.keys() == {"a", "b"}


def test_a_subclassed_model() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.inner = L.Dense(2, name="inner")

        def call(self, x: Any) -> Any:
            return self.inner(x)

    assert relative_gradients(ModelProbe(Own(), X), Y, loss="mse").relative["inner"] > 0


def test_a_loss_that_raises_is_told() -> None:
    def broken(_true: Any, _predicted: Any) -> Any:
        raise RuntimeError("no")

    with pytest.raises(ValueError, match="no"):
        relative_gradients(ModelProbe(small(), X), Y, loss=broken)


def test_nothing_is_recorded_afterwards() -> None:
    relative_gradients(ModelProbe(small(), X), Y, loss="mse")
    with tf.GradientTape() as tape:
        value = tf.Variable(2.0) ** 2
    assert len(tape.watched_variables()) == 1
    assert value == 4
