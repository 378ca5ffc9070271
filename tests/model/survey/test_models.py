"""Models of every kind are surveyed as they stand, compiled or eagerly."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model.survey.survey import survey

from ..nets import Subclassed, nested, sequential
from .everything import check_survey, held

COUNT = 70
RNG = np.random.default_rng(3)


class Case(NamedTuple):
    """A model and samples for it; `path` is of a layer that is among those surveyed."""

    model: Any
    inputs: Any
    path: str


def normal(*shape: int) -> Any:
    return RNG.normal(size=(COUNT, *shape)).astype("float32")


def stack(shape: tuple[int, ...], *layers: Any, dtype: str | None = None) -> Any:
    return keras.Sequential([keras.Input(shape, dtype=dtype), *layers])


def uint8_images() -> Case:
    model = stack((6, 5, 3), L.Rescaling(1 / 255), L.Conv2D(4, 3, activation="relu", name="conv"))
    return Case(model, RNG.integers(0, 256, (COUNT, 6, 5, 3), dtype="uint8"), "conv")


def tokens() -> Case:
    model = stack(
        (6,), L.Embedding(20, 3), L.Conv1D(4, 2, activation="relu", name="conv"), dtype="int32"
    )
    return Case(model, RNG.integers(0, 20, (COUNT, 6)), "conv")


def text() -> Case:
    words = ["good film", "bad film", "a very good one"]
    vectorised = L.TextVectorization(max_tokens=20, output_sequence_length=5)
    vectorised.adapt(words)
    tail = [L.Embedding(20, 3), L.Conv1D(4, 2, activation="relu", name="conv")]
    model = stack((1,), vectorised, *tail, dtype="string")
    return Case(model, np.array(words * 30)[:COUNT, None], "conv")


def text_eagerly() -> Case:
    case = text()
    case.model.run_eagerly = True
    return case


def half_precision() -> Case:
    layers = [L.Conv2D(4, 3, activation="relu", name="conv", dtype="mixed_float16"), L.Flatten()]
    return Case(stack((6, 5, 2), *layers, L.Dense(2, name="head")), normal(6, 5, 2), "conv")


def channels_first() -> Case:
    layer = L.Conv2D(4, 3, activation="relu", name="conv", data_format="channels_first")
    model = stack((2, 6, 5), layer)
    return Case(model, normal(2, 6, 5), "conv")


def shared_layers() -> Case:
    return Case(nested(), normal(8, 8, 3), "head")


def activations_in_between() -> Case:
    return Case(sequential(), normal(8, 8, 3), "relu")


def subclassed() -> Case:
    return Case(Subclassed(), normal(3), "head")


def unbuilt() -> Case:
    layers = [L.Conv2D(3, 2, activation="relu", name="conv"), L.GlobalMaxPooling2D(), L.Dense(2)]
    return Case(keras.Sequential(layers), normal(4, 4, 1), "conv")


def eager() -> Case:
    model = stack((6, 5, 2), L.Conv2D(4, 3, activation="relu", name="conv"))
    model.compile(loss="mse", run_eagerly=True)
    return Case(model, normal(6, 5, 2), "conv")


class OnlyEagerly(keras.layers.Layer):
    """Asks for values as it runs."""

    def call(self, x: Any) -> Any:
        return x * float(np.asarray(x).max() > -99)


def only_eager() -> Case:
    model = keras.Sequential([OnlyEagerly(), L.Dense(3, activation="relu", name="dense")])
    return Case(model, normal(4), "dense")


def recurrent() -> Case:
    model = stack((5, 3), L.LSTM(4, return_sequences=True, name="lstm"), L.LSTM(2, name="last"))
    return Case(model, normal(5, 3), "lstm")


def masked() -> Case:
    model = stack((5, 3), L.Masking(0.0), L.LSTM(4, return_sequences=True, name="lstm"))
    inputs = normal(5, 3)
    inputs[:, 3:] = 0
    return Case(model, inputs, "lstm")


def one_channel() -> Case:
    return Case(stack((4, 4, 1), L.Conv2D(1, 2, activation="relu", name="c")), normal(4, 4, 1), "c")


def volumes() -> Case:
    layers = [L.Conv3D(3, 2, activation="relu", name="conv"), L.GlobalAveragePooling3D()]
    return Case(stack((4, 3, 5, 2), *layers), normal(4, 3, 5, 2), "conv")


def two_inputs(*, names: bool) -> Case:
    one, two = keras.Input((4,), name="one"), keras.Input((3,), name="two")
    joined = L.Concatenate()([L.Dense(3, activation="relu", name="dense")(one), two])
    inputs = {"one": one, "two": two} if names else [one, two]
    model = keras.Model(inputs, L.Dense(2, name="head")(joined))
    given = {"one": normal(4), "two": normal(3)}
    return Case(model, given if names else list(given.values()), "dense")


def many_outputs() -> Case:
    inputs = keras.Input((4,))
    x = L.Dense(5, name="hidden")(inputs)
    return Case(
        keras.Model(inputs, [L.Dense(2, name="a")(x), L.Dense(1, name="b")(x)]), normal(4), "b"
    )


def activation_layers() -> Case:
    layers = [L.Dense(6, name="wide"), L.LeakyReLU(name="leaky"), L.Dense(4), L.PReLU(name="bent")]
    return Case(stack((4,), *layers), normal(4), "leaky")


CASES = [
    uint8_images,
    tokens,
    text,
    text_eagerly,
    half_precision,
    channels_first,
    shared_layers,
    activations_in_between,
    subclassed,
    unbuilt,
    eager,
    only_eager,
    recurrent,
    masked,
    one_channel,
    volumes,
    many_outputs,
    activation_layers,
]


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_a_model_of_this_kind(make: Any) -> None:
    model, inputs, path = make()
    found = survey(model, inputs)
    assert path in found.layers
    check_survey(found, held(model, inputs, found.layers))


@pytest.mark.parametrize("names", [False, True])
def test_several_inputs(names: bool) -> None:
    model, inputs, _ = two_inputs(names=names)
    found = survey(model, inputs)
    check_survey(found, held(model, inputs, found.layers))
    parts = inputs if names else tuple(inputs)
    data = tf.data.Dataset.from_tensor_slices((parts, np.zeros(COUNT))).batch(20)
    check_survey(survey(model, data), held(model, inputs, found.layers), np.zeros(COUNT))


def test_a_layer_that_is_called_twice_is_surveyed_twice() -> None:
    model, inputs, _ = shared_layers()
    found = survey(model, inputs, layers="all")
    assert {path.partition(":")[2] for path in found.layers} >= {"", "1"}
    check_survey(found, held(model, inputs, found.layers))
