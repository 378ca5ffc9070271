"""What layers add to the loss, against Keras' own sum."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.experiments.penalties import may_add, penalties

HALF = keras.regularizers.L2(0.5)
X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)


class Adds(keras.Layer):
    """Adds the mean of its square to the loss."""

    def call(self, x: Any) -> Any:
        self.add_loss(keras.ops.mean(keras.ops.square(x)))
        return x


def sums(model: Any) -> dict[tuple[str, str], float]:
    _, parts = penalties(ModelProbe(model, X))
    return {(part.layer, part.source): part.value for part in parts}


def test_by_hand() -> None:
    model = keras.Sequential(
        [
            keras.Input((3,)),
            Adds(name="own"),
            L.Dense(2, name="dense", kernel_initializer="ones", kernel_regularizer=HALF),
            L.ActivityRegularization(l1=1.0, name="active"),
        ]
    )
    parts = sums(model)
    assert may_add(model)
    assert parts["own", "own"] == pytest.approx(np.mean(X**2))
    assert parts["dense", "weights"] == pytest.approx(0.5 * 6)
    # Keras divides by the length of the batch.
    assert parts["active", "outputs"] == pytest.approx(2 * np.abs(X.sum(1)).sum() / 4, rel=1e-5)
    model(X)
    assert sum(parts.values()) == pytest.approx(float(sum(map(float, model.losses))), rel=1e-5)


class Whole(keras.Model):
    """Adds to the loss itself, and has a layer inside a block."""

    def __init__(self) -> None:
        super().__init__()
        self.block = keras.Sequential([Adds(name="inner"), L.Dense(2)], name="block")

    def call(self, x: Any) -> Any:
        result = self.block(x)
        self.add_loss(keras.ops.mean(result))
        return result


def test_of_the_model_itself_and_of_a_block() -> None:
    model = Whole()
    parts = sums(model)
    assert parts["block/inner", "own"] == pytest.approx(np.mean(X**2))
    assert parts["", "own"] == pytest.approx(float(np.mean(model(X))))


def test_nothing_is_added_by_plain_layers() -> None:
    model = keras.Sequential([keras.Input((3,)), L.Dense(2)])
    assert not may_add(model)
    assert sums(model) == {}


def test_a_shared_layer_counts_once() -> None:
    dense = L.Dense(3, name="shared", kernel_initializer="ones", kernel_regularizer="l2")
    inputs = keras.Input((3,))
    assert sums(keras.Model(inputs, dense(dense(inputs)))) == {
        ("shared", "weights"): pytest.approx(0.01 * 9)
    }
