"""One table of layer kinds: every kind of Keras' stands in it, and says what Keras does."""

from __future__ import annotations

import inspect
import math
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from cnnviz_widgets.model.layers.activations import (
    ACTIVATIONS,
    activation_of,
    activation_range,
    layer_role,
    output_reaches,
)
from cnnviz_widgets.model.layers.analysis_order import analysis_order
from cnnviz_widgets.model.layers.kind import UNKNOWN
from cnnviz_widgets.model.layers.layer_kinds import KINDS, family, kind_of

RNG = np.random.default_rng(11)
IMAGES = RNG.normal(size=(16, 8, 8, 3)).astype("float32")


def public_kinds() -> set[str]:
    """Names of all classes of layers that Keras offers; several have two."""
    found = [value for _, value in inspect.getmembers(keras.layers, inspect.isclass)]
    return {kind.__name__ for kind in found if issubclass(kind, keras.Layer)}


def test_every_layer_of_keras_is_placed() -> None:
    # A new kind: say in layer_kinds what it does, or place it among the unknown.
    assert public_kinds() - set(KINDS) == set()


@pytest.mark.skipif(
    tuple(map(int, keras.version().split(".")[:2])) < (3, 15), reason="has not all of them yet"
)
def test_no_row_is_of_a_kind_that_never_was() -> None:
    assert {name for name in KINDS if not name.startswith("ops.")} <= public_kinds()
    operations = {
        kind.__name__
        for kind in _subclasses(keras.Operation)
        if kind.__module__.startswith("keras.") and not issubclass(kind, keras.Layer)
    }
    assert {name.removeprefix("ops.") for name in KINDS if name.startswith("ops.")} <= operations


def _subclasses(kind: type) -> list[type]:
    return [each for sub in kind.__subclasses__() for each in (sub, *_subclasses(sub))]


def activations() -> list[str]:
    return [
        name
        for name, value in inspect.getmembers(keras.activations, inspect.isfunction)
        # Keras has no such function of a symbol, or it is no function of one argument.
        if name not in ("deserialize", "get", "serialize", "linear", "glu", "mish", "threshold")
    ]


@pytest.mark.parametrize("name", activations())
def test_an_activation_is_the_same_as_a_layer_s_and_as_an_operation(name: str) -> None:
    function = getattr(keras.ops, name, None) or getattr(keras.activations, name)
    symbol = keras.Input((4,))
    operation = function(symbol)._keras_history.operation
    as_layer = L.Activation(name)
    model = keras.Model(symbol, as_layer(function(symbol)))
    probe = ModelProbe(model, RNG.normal(scale=30, size=(64, 4)).astype("float32"))
    info, of_layer = probe.layers[-2:]
    assert layer_role(info, operation) == layer_role(of_layer, as_layer) == "activation"
    if name not in ("relu",):  # which Keras may make of a kind with limits of its own
        assert activation_of(info.activation) == activation_of(of_layer.activation)
    assert activation_range(operation) == activation_range(as_layer)
    values = probe.outputs(info.path)
    low, high = activation_range(operation)
    assert low - 1e-4 <= values.min()
    assert values.max() <= high + 1e-4
    # Bounds are bounds: values as large as these come near to them.
    if math.isfinite(low):
        assert values.min() <= low + 0.3


# Layers that can be put between a convolution and the end of a model, on maps of 4 channels.
HANDING_ON = [
    L.ActivityRegularization(),
    L.AlphaDropout(0.5),
    L.AveragePooling2D(2),
    L.CenterCrop(4, 4),
    L.Cropping2D(1),
    L.Dropout(0.5),
    L.Flatten(),
    L.GaussianDropout(0.5),
    L.GaussianNoise(0.5),
    L.GlobalAveragePooling2D(),
    L.GlobalMaxPooling2D(),
    L.Identity(),
    L.MaxPooling2D(padding="same"),
    L.Permute((3, 1, 2)),
    L.Reshape((-1, 4)),
    L.Resizing(5, 7),
    L.Resizing(5, 7, interpolation="nearest"),
    L.SpatialDropout2D(0.5),
    L.UpSampling2D(),
    L.UpSampling2D(interpolation="bilinear"),
    L.ZeroPadding2D(2),
]
OPERATIONS = [
    lambda x: keras.ops.reshape(x, (-1, 144)),
    lambda x: keras.ops.transpose(x, (0, 3, 1, 2)),
    lambda x: x[:, 1:, ::2],
    lambda x: keras.ops.flip(x, 1),
    lambda x: keras.ops.mean(x, axis=(1, 2)),
    lambda x: keras.ops.max_pool(x, 2),
    lambda x: keras.ops.concatenate([x, x], -1),
    lambda x: keras.ops.repeat(x, 2, axis=1),
]
KNOWN = [*HANDING_ON, *OPERATIONS]


def reach(model: Any) -> tuple[Any, Any]:
    probe = ModelProbe(model, IMAGES)
    infos = {info.path: info for info in probe.layers}
    layers = {path: probe.layer_of(path) for path in infos}
    path = probe.layers[-1].path
    return output_reaches(infos, layers)[path], probe.outputs(path)


def behind(after: Any, activation: str, bias: float = 0.0) -> Any:
    inputs = keras.Input((8, 8, 3))
    conv = L.Conv2D(4, 3, activation=activation, name="conv")
    model = keras.Model(inputs, after(conv(inputs)))
    conv.bias.assign([bias] * 4)
    return model


def _copied(layer: Any) -> Any:
    return type(layer).from_config(layer.get_config()) if isinstance(layer, L.Layer) else layer


@pytest.mark.parametrize("after", KNOWN, ids=lambda each: getattr(each, "name", "operation"))
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_what_hands_values_on_keeps_their_range(after: Any, activation: str) -> None:
    (found, path), values = reach(behind(_copied(after), activation, bias=3.0))
    assert found is not None
    low, high = found
    assert low <= values.min()
    assert values.max() <= high
    # It says something: that of the activation, with the zeros of a border.
    assert (low, high) == {"relu": (0, math.inf), "tanh": (-1, 1), "sigmoid": (0, 1)}[activation]
    assert path == "conv"


@pytest.mark.parametrize(
    "after",
    [
        L.Resizing(20, 20, interpolation="bicubic"),
        L.UpSampling2D(3, interpolation="lanczos3"),
        L.Lambda(lambda x: x - 1),
        lambda x: L.Add()([x, x]),
        lambda x: x * 2.0,
    ],
)
def test_where_a_range_cannot_be_told_it_is_said(after: Any) -> None:
    model = behind(after, "relu")
    (found, path), _ = reach(model)
    assert found is None
    targets = -np.ones((16, *model.output_shape[1:]), "float32")
    report = diagnose(model, IMAGES, targets=targets, reference=False)
    (skipped,) = [item for item in report.skipped if item.what == "unreachable-targets"]
    assert path in skipped.why


def test_nothing_is_said_of_the_range_where_there_was_none() -> None:
    model = behind(L.Lambda(lambda x: x - 1), "linear")
    targets = -np.ones((16, 6, 6, 4), "float32")
    report = diagnose(model, IMAGES, targets=targets, reference=False)
    assert "unreachable-targets" not in [item.what for item in report.skipped]


def test_a_rescaled_range_is_rescaled() -> None:
    (found, path), values = reach(behind(L.Rescaling(-127.5, 127.5, name="bytes"), "tanh"))
    assert (found, path) == ((0, 255), "bytes")
    assert 0 <= values.min() <= values.max() <= 255


@pytest.mark.parametrize("fill", [-2.0, 0.5, 4.0])
def test_a_border_belongs_to_the_range(fill: float) -> None:
    after = L.Resizing(5, 12, pad_to_aspect_ratio=True, fill_value=fill)
    (found, _), values = reach(behind(after, "sigmoid"))
    assert found == (min(0, fill), max(1, fill))
    assert np.any(values == fill)


@pytest.mark.parametrize("after", [L.ZeroPadding2D(1), L.Resizing(5, 5), L.CenterCrop(4, 4)])
def test_unreachable_targets_are_found_behind_padding_and_resizing(after: Any) -> None:
    model = behind(_copied(after), "relu")
    targets = RNG.normal(size=(16, *model.output_shape[1:])).astype("float32")
    report = diagnose(model, IMAGES, targets=targets, reference=False)
    (found,) = [each for each in report if each.kind == "unreachable-targets"]
    assert found.layer == "conv"


class MyFlatten(L.Flatten):
    """Nothing of its own."""


class Louder(L.UpSampling2D):
    """What it puts out is not what its parent does."""

    def call(self, x: Any) -> Any:
        return 3 * super().call(x)


class InstanceNormalization(L.Layer):
    def call(self, x: Any) -> Any:
        return x / keras.ops.std(x, axis=(1, 2), keepdims=True)


class Flatten(L.Layer):
    """Not Keras'."""

    def call(self, x: Any) -> Any:
        return x


def test_a_user_s_class_is_what_it_is_made_from() -> None:
    assert family(MyFlatten()) == "Flatten"
    assert kind_of(MyFlatten()).carries
    assert kind_of(MyFlatten()).reach == "same"
    assert (kind_of(Louder()).carries, kind_of(Louder()).reach) == (True, None)
    assert kind_of(InstanceNormalization()).normalises
    assert (family(Flatten()), kind_of(Flatten())) == ("", UNKNOWN)
    assert not kind_of(L.SpectralNormalization(L.Dense(2))).normalises
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), L.Conv2D(2, 3, name="c"), MyFlatten(name="f"), Flatten(name="o")]
    )
    steps = analysis_order(ModelProbe(model, IMAGES).layers)
    assert [step.path for step in steps if step.view == "outputs"] == ["c", "o"]


def test_tables_say_only_what_can_be() -> None:
    for name, kind in KINDS.items():
        assert kind.known or kind == UNKNOWN, name
        assert kind.activation is None or kind.bends, name
        assert not (kind.reach and kind.bends), name
    for name, activation in ACTIVATIONS.items():
        assert activation.low < activation.high, name
        assert not activation.saturates or math.isfinite(activation.low + activation.high), name
