"""Faults of structure in real models, and designs that only look like them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from cnnviz_widgets.model.layers.activations import dropout_rate, is_linear, is_mixing

RNG = np.random.default_rng(0)
X = RNG.normal(size=(16, 8, 8, 3)).astype(np.float32)
KINDS = {"linear-stack", "dropout-too-high", "bottleneck"}


def told(model: Any, inputs: Any = X) -> list[tuple[str, str, str]]:
    report = diagnose(model, inputs, reference=False)
    return [(each.kind, each.layer, each.severity) for each in report if each.kind in KINDS]


def stack(*layers: Any) -> Any:
    return keras.Sequential([keras.Input((8, 8, 3)), *layers])


def conv(name: str, filters: int = 16, activation: Any = None) -> Any:
    return L.Conv2D(filters, 3, padding="same", activation=activation, name=name)


def test_no_activation_anywhere() -> None:
    between = (L.BatchNormalization(), L.AveragePooling2D(2), L.Dropout(0.5))
    model = stack(conv("a"), *between, conv("b"), L.Flatten(), L.Dense(4, "softmax"))
    assert told(model) == [("linear-stack", "a", "warning")]
    pooled = stack(
        conv("a"), L.MaxPooling2D(), conv("b"), L.MaxPooling2D(), L.Flatten(), L.Dense(4)
    )
    assert told(pooled) == [("linear-stack", "a", "warning")]


def test_one_layer_without() -> None:
    model = stack(conv("a", activation="relu"), conv("b"), L.Flatten(), L.Dense(4))
    assert told(model) == [("linear-stack", "b", "note")]


def linear_bottleneck() -> Any:
    inputs = x = keras.Input((8, 8, 3))
    for k in range(2):
        x = L.ReLU()(L.BatchNormalization()(L.Conv2D(24, 1, name=f"widen{k}")(x)))
        x = L.DepthwiseConv2D(3, padding="same", activation="relu6")(x)
        x = L.BatchNormalization()(L.Conv2D(8, 1, name=f"project{k}")(x))
    return keras.Model(inputs, L.Dense(4)(L.GlobalAveragePooling2D()(L.ReLU()(x))))


def residual() -> Any:
    inputs = keras.Input((8, 8, 3))
    x = conv("first", activation="relu")(inputs)
    x = L.Add()([x, L.BatchNormalization()(conv("second")(x))])
    return keras.Model(inputs, L.Dense(4)(L.GlobalAveragePooling2D()(L.ReLU()(x))))


def attention() -> Any:
    inputs = keras.Input((8, 8, 3))
    x = L.Reshape((64, 3))(inputs)
    x = L.Dense(16, activation="relu")(x)
    x = L.LayerNormalization()(x + L.MultiHeadAttention(2, 8)(x, x))
    return keras.Model(inputs, L.Dense(4)(L.GlobalAveragePooling1D()(x)))


def gated() -> Any:
    inputs = keras.Input((8, 8, 3))
    x = conv("first", activation="relu")(inputs)
    gate = L.Conv2D(1, 1, activation="sigmoid", name="mask")(x)
    return keras.Model(inputs, L.Dense(4)(L.Flatten()(L.ReLU()(x * gate))))


class Own(keras.Model):
    """Bends by functions that are no layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first = L.Dense(16, name="first")
        self.second = L.Dense(16, name="second")
        self.last = L.Dense(4, name="last")

    def call(self, x: Any) -> Any:
        x = keras.ops.mean(x, axis=(1, 2))
        for layer in (self.first, self.second):
            x = keras.ops.relu(layer(x))
        return self.last(x)


DESIGNS = {
    "a code": lambda: stack(L.Flatten(), L.Dense(16, "relu"), L.Dense(2), L.Dense(16, "relu")),
    "separable": lambda: stack(L.DepthwiseConv2D(3), L.Conv2D(8, 1, activation="relu")),
    "MobileNetV2": linear_bottleneck,
    "residual": residual,
    "attention": attention,
    "gate": gated,
    "functions": Own,
    "normalised": lambda: stack(conv("a"), L.LayerNormalization(), conv("b"), L.ReLU()),
    "one unit at the end": lambda: stack(L.Flatten(), L.Dense(1), L.Activation("sigmoid")),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_known_designs_are_no_faults(name: str) -> None:
    assert told(DESIGNS[name]()) == []


def test_dropout_and_one_unit() -> None:
    model = stack(
        conv("a", activation="relu"),
        L.SpatialDropout2D(0.85, name="drop"),
        L.Flatten(),
        L.Dense(1, activation="relu", name="one"),
        L.Dense(4, activation="softmax"),
    )
    assert sorted(told(model)) == [
        ("bottleneck", "one", "warning"),
        ("dropout-too-high", "drop", "warning"),
    ]


@pytest.mark.parametrize(
    ("layer", "linear", "mixes", "dropped"),
    [
        (L.Dense(3), True, True, 0),
        (L.Dense(3, activation="linear"), True, True, 0),
        (L.Dense(3, activation="relu"), False, True, 0),
        (L.SeparableConv2D(3, 2), True, True, 0),
        (L.Conv1DTranspose(3, 2, activation="tanh"), False, True, 0),
        (L.DepthwiseConv2D(2), True, False, 0),
        (L.BatchNormalization(), True, False, 0),
        (L.LayerNormalization(), False, False, 0),
        (L.Activation("linear"), True, False, 0),
        (L.Activation("relu"), False, False, 0),
        (L.MaxPooling2D(), False, False, 0),
        (L.Add(), True, False, 0),
        (L.Multiply(), False, False, 0),
        (L.Lambda(abs), False, False, 0),
        (L.Embedding(3, 2), False, False, 0),
        (L.Dropout(0.9), True, False, 0.9),
        (L.SpatialDropout1D(0.5), True, False, 0.5),
        (L.LSTM(3, dropout=0.2, recurrent_dropout=0.3), False, False, 0.3),
        (L.GRU(3), False, False, 0),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_what_layers_do(layer: Any, linear: bool, mixes: bool, dropped: float) -> None:
    assert (is_linear(layer), is_mixing(layer), dropout_rate(layer)) == (linear, mixes, dropped)
