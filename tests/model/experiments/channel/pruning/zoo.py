"""Models of every kind that can become smaller, all weights drawn at random."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers as L

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(4, 8, 8, 2)).astype("float32")
ROWS = RNG.normal(size=(4, 5)).astype("float32")
TOKENS = RNG.integers(0, 11, (4, 7))


def drawn(model: Any) -> Any:
    """The model with all its weights drawn anew, biases and averages too."""
    rng = np.random.default_rng(1)
    for weight in model.weights:
        values = 0.5 * rng.normal(size=weight.shape)
        if weight.name == "moving_variance":
            values = np.abs(values) + 0.3
        weight.assign(values.astype("float32"))
    return model


def stack(*layers: Any, shape: tuple[int, ...] = (8, 8, 2)) -> Any:
    return drawn(keras.Sequential([keras.Input(shape), *layers]))


def normalised() -> Any:
    return stack(
        L.Conv2D(6, 3, name="a"),
        L.BatchNormalization(name="norm"),
        L.ReLU(name="relu"),
        L.MaxPooling2D(2, name="pool"),
        L.Conv2D(5, 3, padding="same", name="b"),
        L.Flatten(name="flat"),
        L.Dense(3, name="head"),
    )


def depthwise() -> Any:
    return stack(
        L.Conv2D(5, 3, activation="tanh", use_bias=False, name="a"),
        L.DepthwiseConv2D(2, depth_multiplier=2, name="depthwise"),
        L.SeparableConv2D(4, 1, name="separable"),
        L.GlobalAveragePooling2D(name="mean"),
        L.Dropout(0.5, name="drop"),
        L.Dense(7, activation="relu", name="hidden"),
        L.Dense(3, activation="softmax", name="head"),
    )


def unpadded() -> Any:
    """A silent channel of `a` is some number behind `norm`, which `b` can make up for."""
    return stack(
        L.Conv2D(6, 3, name="a"),
        L.BatchNormalization(name="norm"),
        L.Conv2D(4, 2, use_bias=False, name="b"),
        L.Activation("sigmoid", name="bend"),
        L.GlobalMaxPooling2D(name="peak"),
        L.Dense(4, use_bias=False, name="head"),
    )


def generator() -> Any:
    return stack(
        L.Conv2DTranspose(6, 3, 2, "same", name="a"),
        L.LeakyReLU(name="leaky"),
        L.Conv2DTranspose(1, 4, 2, "same", activation="tanh", name="b"),
    )


def sequence() -> Any:
    return stack(
        L.Dense(32, activation="relu", name="wide"),
        L.Reshape((4, 8), name="steps"),
        L.Conv1D(6, 3, name="conv"),
        L.GlobalAveragePooling1D(name="mean"),
        L.Reshape((1, 6), name="again"),
        L.Dense(2, name="head"),
        shape=(5,),
    )


def words() -> Any:
    return stack(
        L.Embedding(11, 6, name="embed"),
        L.Conv1D(4, 3, name="conv"),
        L.LSTM(5, name="memory"),
        L.Dense(3, name="head"),
        shape=(7,),
    )


def branches() -> Any:
    inputs = keras.Input((8, 8, 2))
    a = L.Conv2D(6, 3, 2, "same", activation="relu", name="a")(inputs)
    b = L.Conv2D(6, 5, 2, "same", name="b")(inputs)
    total = keras.ops.relu(a + b) * 0.5
    c = L.Conv2D(3, 3, 2, "same", name="c")(inputs)
    joined = L.Concatenate(name="join")([total, c])
    conv = L.Conv2D(4, 3, padding="same", name="conv")(joined)
    model = keras.Model(inputs, L.Dense(3, name="head")(L.Flatten(name="flat")(conv)))
    for kind, name in {"Add": "sum", "Relu": "relu", "Multiply": "half"}.items():
        next(each for each in model.operations if type(each).__name__ == kind).name = name
    return drawn(model)


def residual() -> Any:
    inputs = keras.Input((8, 8, 2))
    first = L.Conv2D(4, 3, padding="same", activation="relu", name="first")(inputs)
    second = L.Conv2D(4, 3, padding="same", name="second")(first)
    total = L.Add(name="sum")([first, second])
    pooled = L.GlobalMaxPooling2D(name="peak")(total)
    return drawn(keras.Model(inputs, L.Dense(2, name="head")(pooled)))


def nested() -> Any:
    body = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            L.Conv2D(5, 3, activation="relu", name="first"),
            L.MaxPooling2D(2, name="pool"),
            L.Conv2D(6, 2, name="second"),
        ],
        name="body",
    )
    maps = keras.Input((2, 2, 6))
    tail = keras.Model(maps, L.Conv2D(3, 1, name="last")(maps), name="tail")
    inputs = keras.Input((8, 8, 2))
    hidden = L.ReLU(name="relu")(L.BatchNormalization(name="norm")(body(inputs)))
    flat = L.Flatten(name="flat")(tail(hidden))
    return drawn(keras.Model(inputs, L.Dense(2, name="head")(flat)))


def channels_first() -> Any:
    # Keras takes a bias for one of columns where there are as many columns as channels.
    options = {"data_format": "channels_first"}
    return stack(
        L.Conv2D(5, 3, name="a", **options),
        L.PReLU(shared_axes=[2, 3], name="prelu"),
        L.Conv2D(3, 3, name="b", **options),
        L.Flatten(name="flat", **options),
        L.Dense(2, name="head"),
        shape=(2, 8, 8),
    )


def twins() -> Any:
    """Two inputs, a shared layer, and a dict of outputs."""
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    shared = L.Dense(5, activation="relu", name="shared")
    joined = L.Concatenate(name="join")([shared(left), shared(right)])
    hidden = L.Dense(6, activation="elu", name="hidden")(joined)
    outputs = {"size": L.Dense(1, name="size")(hidden), "kind": L.Dense(3, name="kind")(hidden)}
    return drawn(keras.Model({"left": left, "right": right}, outputs))
