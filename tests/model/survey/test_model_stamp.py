"""A model is known by what it is made of and by its weights; a change of either is seen."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, diagnose, survey
from cnnviz_widgets.model.survey.model_stamp import model_digest, weights_stamp
from cnnviz_widgets.model.survey.model_structure import model_structure

from .everything import survey_bits

X = np.random.default_rng(0).normal(size=(256, 6)).astype("float32")


def dense(activation: Any = "relu", **options: Any) -> Any:
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [keras.Input((6,)), L.Dense(4, activation=activation, name="dense", **options)]
    )


def images(*layers: Any) -> Any:
    return keras.Sequential([keras.Input((8, 8, 2)), *layers])


def joined(*, turned: bool = False, constant: float = 1.0) -> Any:
    inputs = keras.Input((6,))
    x = L.Dense(6, name="dense")(inputs)
    both = [inputs, x] if turned else [x, inputs]
    return keras.Model(inputs, keras.ops.relu(L.Concatenate()(both)) + constant)


def sloping(slope: float) -> Any:
    inputs = keras.Input((6,))
    return keras.Model(inputs, keras.ops.leaky_relu(inputs, slope))


def shared(times: int) -> Any:
    inputs = keras.Input((6,))
    layer, x = L.Dense(6, activation="relu", name="shared"), inputs
    for _ in range(times):
        x = layer(x)
    return keras.Model(inputs, x)


class Scaled(keras.layers.Layer):
    """Tells Keras nothing of what it was made with, and counts its calls."""

    def __init__(self, factor: float, function: Any = np.square) -> None:
        super().__init__()
        self.factor, self.function = factor, function
        self.calls, self.shapes = 0, []

    def call(self, x: Any) -> Any:
        self.calls += 1
        self.shapes.append(x.shape)
        return x * self.factor

    def get_config(self) -> Any:
        raise NotImplementedError


class Own(keras.Model):
    """Two layers in the order that its code says."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = L.Dense(6, name="one"), L.Dense(6, name="two")

    def call(self, x: Any) -> Any:
        return self.last(self.one(x))

    def last(self, x: Any) -> Any:
        return keras.ops.relu(self.two(x))


def own(*, last: Any = None, call: Any = None) -> Any:
    changed = {name: each for name, each in {"last": last, "call": call}.items() if each}
    kind = type("Own", (Own,), {"__module__": __name__, "__qualname__": "Own", **changed})
    model = kind()
    model(X[:2])
    return model


def bent(self: Any, x: Any) -> Any:
    return keras.ops.tanh(self.two(x))


def other_order(self: Any, x: Any) -> Any:
    return keras.ops.relu(self.one(self.two(x)))


def doubled(x: Any) -> Any:
    return 2 * x


def of_words(*words: str) -> Any:
    layer = L.TextVectorization(max_tokens=9, output_sequence_length=3)
    layer.adapt(list(words))
    return keras.Sequential([keras.Input((1,), dtype="string"), layer, L.Embedding(9, 2)])


TWINS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "activation": (dense, lambda: dense("tanh")),
    "its own slope": (
        lambda: images(L.LeakyReLU(negative_slope=0.1)),
        lambda: images(L.LeakyReLU(negative_slope=0.2)),
    ),
    "pooling": (lambda: images(L.MaxPooling2D()), lambda: images(L.AveragePooling2D(2))),
    "strides": (lambda: images(L.Conv2D(2, 3)), lambda: images(L.Conv2D(2, 3, strides=2))),
    "data type": (dense, lambda: dense(dtype="mixed_float16")),
    "what is read first": (joined, lambda: joined(turned=True)),
    "a constant in the graph": (joined, lambda: joined(constant=2.0)),
    "an argument in the graph": (lambda: sloping(0.1), lambda: sloping(0.2)),
    "how often it is called": (lambda: shared(2), lambda: shared(3)),
    "in another model": (
        lambda: images(images(L.MaxPooling2D())),
        lambda: images(images(L.AveragePooling2D(2))),
    ),
    "an attribute": (lambda: images(Scaled(0.5)), lambda: images(Scaled(0.25))),
    "a function in an attribute": (
        lambda: images(Scaled(0.5, doubled)),
        lambda: images(Scaled(0.5, lambda x: 3 * x)),
    ),
    "a lambda's code": (
        lambda: images(L.Lambda(lambda x: 2 * x)),
        lambda: images(L.Lambda(lambda x: 3 * x)),
    ),
    "a function as activation": (
        lambda: dense(lambda x: 2 * x),
        lambda: dense(lambda x: doubled(doubled(x))),
    ),
    "the code of a model": (own, lambda: own(call=other_order)),
    "a method that it calls": (own, lambda: own(last=bent)),
    "words": (lambda: of_words("a b"), lambda: of_words("a c")),
}


@pytest.mark.parametrize("name", TWINS)
def test_what_a_model_is_made_of_is_told(name: str) -> None:
    one, other = TWINS[name]
    assert model_structure(one()) == model_structure(one())
    assert model_structure(one()) != model_structure(other())


@pytest.mark.parametrize("make", [dense, joined, lambda: shared(2), lambda: of_words("a b")])
def test_saving_and_loading_changes_nothing(make: Any, tmp_path: Path) -> None:
    model = make()
    model.save(tmp_path / "model.keras")
    assert model_digest(keras.models.load_model(tmp_path / "model.keras")) == model_digest(model)


def test_names_initialisers_training_and_calls_change_nothing() -> None:
    model, other = dense(), dense(kernel_initializer="zeros", kernel_regularizer="l2")
    other.layers[0].name = "other"
    other.trainable = False
    other.set_weights(model.get_weights())
    other.compile("adam", "mse")
    assert model_digest(other) == model_digest(model)
    counting = images(Scaled(0.5))
    before = model_digest(counting)
    counting(np.ones((2, 8, 8, 2), "f4"))
    assert model_digest(counting) == before


def twins() -> tuple[Any, Any]:
    model, twin = dense(), dense("tanh")
    twin.set_weights(model.get_weights())
    return model, twin


def test_shards_of_a_twin_are_run_by_its_own_model() -> None:
    model, twin = twins()
    with ThreadPoolExecutor(1) as worker:
        for each in (model, twin):
            found = survey(each, X, shards=2, executor=worker)
            assert survey_bits(found) == survey_bits(survey(each, X))


def test_what_is_of_a_twin_is_refused(tmp_path: Path) -> None:
    model, twin = twins()
    half = survey(model, X[:128], checkpoint=tmp_path / "s")
    for shards in (None, 2):
        with pytest.raises(ValueError, match="the model or its weights were others"):
            survey(twin, X, checkpoint=tmp_path / "s", shards=shards)
    with pytest.raises(ValueError, match="different models, or of different weights"):
        half.merge(survey(twin, X[128:], like=half))
    with pytest.raises(ValueError, match="of a model that was built in another way"):
        diagnose(ModelProbe(twin, X[:8]), survey=half)


def every_channel_but_the_first(kernel: Any) -> None:
    kernel[..., 1:] = 0


def one_small_number(kernel: Any) -> None:
    kernel.flat[kernel.size // 3] = np.nextafter(kernel.flat[kernel.size // 3], np.float32(9))


def the_sign(kernel: Any) -> None:
    kernel *= -1


def the_sign_of_a_channel(kernel: Any) -> None:
    kernel[:, -1] *= -1


@pytest.mark.parametrize("channels", [1, 3, 64, 128, 130])
@pytest.mark.parametrize(
    "change", [every_channel_but_the_first, one_small_number, the_sign, the_sign_of_a_channel]
)
def test_a_quick_look_sees_any_number_that_changes(change: Any, channels: int) -> None:
    if channels == 1 and change is every_channel_but_the_first:
        return
    model = keras.Sequential([keras.Input((64,)), L.Dense(channels, use_bias=False)])
    before = weights_stamp(model)
    assert weights_stamp(model) == before
    (kernel,) = (np.array(each) for each in model.get_weights())
    change(kernel)
    model.set_weights([kernel])
    assert weights_stamp(model) != before


def test_a_quick_look_at_weights_without_numbers() -> None:
    model = dense()
    model.add_weight(shape=(0, 3), name="none")
    assert len(weights_stamp(model)) == 3
