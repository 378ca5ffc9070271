"""The freshly initialised counterpart: same architecture, nothing of the user's, no trace left."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.experiments.fresh_model import NoReference, fresh_probe

from .. import nets
from ..snapshot import differences, snapshot


def deep() -> Any:
    """Two convolutions and a dense layer too large to build for nothing."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Conv2D(4, 3, name="low"),
            L.Conv2D(4, 3, name="high"),
            L.Flatten(name="flat"),
            L.Dense(500, name="large"),
        ]
    )


def functional(model: Any) -> Any:
    return keras.Model(model.inputs, model.outputs)


def branched() -> Any:
    """Two inputs by name, two outputs, a shared layer and bare operations."""
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    shared = L.Dense(4, name="shared")
    a, b = shared(left), shared(keras.ops.abs(right) + 1)
    joined = L.Concatenate(name="join")([a, b])
    return keras.Model(
        {"left": left, "right": right},
        {"sum": L.Add(name="sum")([a, b]), "score": L.Dense(2, name="score")(joined)},
    )


PAIR = {"left": np.ones((3, 6), "float32"), "right": np.ones((3, 6), "float32")}


class Custom(keras.layers.Layer):
    """A layer of the user's own, with a function for an argument."""

    def __init__(self, units: int, squash: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.squash = squash

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")

    def call(self, x: Any) -> Any:
        return self.squash(x @ self.kernel)

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().get_config()
        return {**config, "units": self.units, "squash": self.squash}


def squash(x: Any) -> Any:
    return keras.ops.tanh(x)


def with_custom() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            Custom(2, squash, name="mine"),
            L.Dense(2, activation=squash, name="head"),
        ]
    )


class Registered(keras.Model):
    def __init__(self, units: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.first = L.Dense(units, name="first")

    def call(self, x: Any) -> Any:
        return self.first(x)

    def get_config(self) -> dict[str, Any]:
        return {"units": self.units, "name": self.name}


def subclassed() -> Any:
    model = Registered(5)
    model(nets.IMAGES)
    return model


MODELS: dict[str, tuple[Callable[[], Any], Any]] = {
    "sequential": (nets.sequential, nets.IMAGES),
    "functional": (lambda: functional(nets.sequential()), nets.IMAGES),
    "nested": (nets.nested, nets.IMAGES),
    "branched": (branched, PAIR),
    "custom": (with_custom, nets.IMAGES),
    "subclassed": (subclassed, nets.IMAGES),
}


def description(probe: ModelProbe) -> list[Any]:
    return [
        (info.path, info.kind, info.output_shape, dict(info.weight_shapes), info.level)
        for info in probe.layers
    ]


@pytest.mark.parametrize("kind", MODELS)
def test_the_architecture_is_the_same_and_the_weights_are_not(kind: str) -> None:
    make, inputs = MODELS[kind]
    model = make()
    for variable in model.variables:
        if "seed" not in variable.path:
            variable.assign(keras.ops.ones_like(variable) * 7)
    probe = ModelProbe(model, inputs)
    fresh = fresh_probe(probe)
    assert description(fresh) == description(probe)
    assert fresh.image_ends == probe.image_ends
    for info in fresh.layers:
        for name, weight in fresh.weights(info.path).items():
            assert not np.any(weight == 7), (info.path, name)
        assert np.all(np.isfinite(fresh.outputs(info.path)))
    for mine, given in zip(
        keras.tree.flatten(fresh.inputs), keras.tree.flatten(probe.inputs), strict=True
    ):
        np.testing.assert_array_equal(mine, given)


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("compiled", [False, True])
def test_the_users_model_is_untouched(kind: str, compiled: bool) -> None:
    make, inputs = MODELS[kind]
    model = make()
    if compiled:
        model.compile("adam", "mse")
    probe = ModelProbe(model, inputs)
    before = snapshot(model)
    for paths in (None, [probe.layers[0].path]):
        fresh = fresh_probe(probe, paths)
        assert not fresh.model.compiled
        mine = {id(layer) for layer in fresh.model._flatten_layers()}
        assert not mine & {id(layer) for layer in model._flatten_layers()}
        mine = {id(variable) for variable in fresh.model.variables}
        assert not mine & {id(variable) for variable in model.variables}
        fresh.read()
    assert differences(before, snapshot(model)) == []


def test_weights_come_from_their_initialisers_and_the_seed() -> None:
    model = keras.Sequential(
        [
            keras.Input((8,)),
            L.Dense(400, kernel_initializer="he_normal", bias_initializer="ones", name="plain"),
            L.Dense(3, kernel_initializer=keras.initializers.RandomNormal(seed=3), name="seeded"),
            L.BatchNormalization(name="norm"),
        ]
    )
    probe = ModelProbe(model, np.ones((2, 8), "float32"))
    first, again, other = (fresh_probe(probe, seed=seed) for seed in (1, 1, 2))
    kernel = first.weights("plain")["kernel"]
    assert kernel.std() == pytest.approx(np.sqrt(2 / 8), rel=0.1)
    np.testing.assert_array_equal(first.weights("plain")["bias"], np.ones(400))
    norm = first.weights("norm")
    np.testing.assert_array_equal(norm["moving_mean"], np.zeros(3))
    np.testing.assert_array_equal(norm["moving_variance"], np.ones(3))
    for path in ("plain", "seeded"):
        kernel = first.weights(path)["kernel"]
        np.testing.assert_array_equal(kernel, again.weights(path)["kernel"])
        assert not np.any(kernel == other.weights(path)["kernel"])
        # Not even where a fixed seed would bring back what the training began with.
        assert not np.any(kernel == probe.weights(path)["kernel"])


@pytest.mark.parametrize("make", [deep, lambda: functional(deep())])
def test_only_what_leads_to_the_paths_is_built(make: Callable[[], Any]) -> None:
    probe = ModelProbe(make(), nets.IMAGES)
    whole = 4 * (3 * 9 * 4 + 4 + 4 * 9 * 4 + 4 + 64 * 500 + 500)
    assert [info.path for info in fresh_probe(probe, ["low"]).layers] == ["low"]
    high = fresh_probe(probe, ["high", "low"], limit_bytes=whole - 1)
    assert [info.path for info in high.layers] == ["low", "high"]
    assert high.outputs("high").shape == (4, 4, 4, 4)
    with pytest.raises(NoReference, match="limit"):
        fresh_probe(probe, ["large"], limit_bytes=whole - 1)
    assert len(fresh_probe(probe, ["large"], limit_bytes=whole).layers) == 4


def test_a_part_has_nested_shared_and_named_calls_under_their_paths() -> None:
    probe = ModelProbe(nets.nested(), nets.IMAGES)
    paths = ["backbone/conv", "backbone/conv:1", "backbone/pool:1"]
    assert set(paths) <= {info.path for info in fresh_probe(probe, paths).layers}
    probe = ModelProbe(branched(), PAIR)
    fresh = fresh_probe(probe, ["shared:1"])
    assert "score" not in {info.path for info in fresh.layers}
    # Which of the two calls is the second, the one that doubles or the other.
    ratio = probe.outputs("shared:1") / probe.outputs("shared")
    assert np.allclose(ratio, ratio[0, 0]) and not np.allclose(ratio, 1)
    mine = fresh.outputs("shared:1") / fresh.outputs("shared")
    np.testing.assert_allclose(mine, ratio, rtol=1e-5)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("tail", [0, 3])
def test_a_shared_layer_s_calls_keep_their_order_in_a_part(swap: bool, tail: int) -> None:
    inputs = keras.Input((4,))
    shared = L.Dense(4, name="shared")
    one, two = shared(inputs), shared(inputs * 2)
    for _ in range(tail):
        two = keras.ops.abs(two)
    probe = ModelProbe(
        keras.Model(inputs, two + one if swap else one + two), np.ones((2, 4), "float32")
    )
    fresh = fresh_probe(probe, ["shared:1"])
    for reading in (probe, fresh):
        ratio = reading.outputs("shared:1") / reading.outputs("shared")
        expected = probe.outputs("shared:1")[0, 0] / probe.outputs("shared")[0, 0]
        np.testing.assert_allclose(ratio, expected, rtol=1e-5)


def test_what_a_normalization_was_adapted_to_is_kept() -> None:
    normal = L.Normalization(name="normal")
    normal.adapt(nets.IMAGES)
    model = keras.Sequential([keras.Input((8, 8, 3)), normal, L.Conv2D(2, 3, name="conv")])
    probe = ModelProbe(model, nets.IMAGES)
    fresh = fresh_probe(probe, ["normal"])
    np.testing.assert_allclose(fresh.outputs("normal"), probe.outputs("normal"), atol=1e-6)


def test_an_unbuilt_model_and_other_formats() -> None:
    model = keras.Sequential([L.Conv2D(2, 3, name="conv"), L.Flatten(name="flat")])
    fresh = fresh_probe(ModelProbe(model, nets.IMAGES))
    assert fresh.outputs("conv").shape == (4, 6, 6, 2)
    model = keras.Sequential(
        [
            keras.Input((3, 8, 8)),
            L.Conv2D(2, 3, data_format="channels_first", dtype="mixed_float16", name="conv"),
        ]
    )
    info = fresh_probe(ModelProbe(model, np.ones((2, 3, 8, 8), "float32"))).info("conv")
    assert (info.channel_axis, info.dtype) == (1, "float16")


def lambda_model(function: Any) -> Any:
    return keras.Sequential(
        [keras.Input((8, 8, 3)), L.Dense(2, name="first"), L.Lambda(function, name="own")]
    )


def test_a_lambda_is_taken_over_unless_it_may_bring_the_model_along() -> None:
    factor = 3.0
    probe = ModelProbe(lambda_model(lambda x: keras.ops.relu(x) * factor), nets.IMAGES)
    fresh = fresh_probe(probe)
    np.testing.assert_allclose(fresh.outputs("own"), np.maximum(fresh.outputs("first"), 0) * 3)
    inner = L.Dense(2, name="inner")
    inner.build((None, 2))
    model = lambda_model(lambda x: inner(x))
    before = snapshot(model)
    probe = ModelProbe(model, nets.IMAGES)
    with pytest.raises(NoReference, match=r"'own' .Lambda. may use layers or weights"):
        fresh_probe(probe)
    assert fresh_probe(probe, ["first"]).outputs("first").shape == (4, 8, 8, 2)
    assert differences(before, snapshot(model)) == []


class Holding(keras.layers.Layer):
    """Its configuration holds the live layer itself."""

    def __init__(self, inner: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x: Any) -> Any:
        return self.inner(x)

    def get_config(self) -> dict[str, Any]:
        return {"inner": self.inner, "name": self.name}


class Silent(keras.layers.Layer):
    """Made of something that no configuration can describe."""

    def __init__(self, thing: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, x: Any) -> Any:
        return x


class Moody(keras.layers.Layer):
    """Can be built once."""

    ready = True

    def build(self, shape: Any) -> None:
        if not Moody.ready:
            random.random()
            np.random.random()  # noqa: NPY002
            keras.random.uniform(())
            L.Dense(1)
            raise ValueError("not again")

    def call(self, x: Any) -> Any:
        return x


def test_why_there_is_no_reference_is_said() -> None:
    def probe(layer: Any) -> ModelProbe:
        return ModelProbe(keras.Sequential([keras.Input((8, 8, 3)), layer]), nets.IMAGES)

    with pytest.raises(NoReference, match=r"'holding' .* hand|hands the model's own 'dense'"):
        fresh_probe(probe(Holding(L.Dense(2, name="dense"), name="holding")))
    with pytest.raises(NoReference, match=r"'silent' \(Silent\) cannot be built anew"):
        fresh_probe(probe(Silent(object(), name="silent")))
    with pytest.raises(NoReference, match=r"cannot be built anew"):
        fresh_probe(ModelProbe(SilentModel(object()), nets.IMAGES))
    variable = keras.Variable(np.ones(3, "float32"))
    inputs = keras.Input((8, 8, 3))
    added = keras.Model(inputs, L.Identity(name="end")(inputs))
    assert fresh_probe(ModelProbe(added, nets.IMAGES)).layers
    summed = keras.Model(inputs, keras.ops.add(inputs, variable))
    with pytest.raises(NoReference, match="variable of the model's own"):
        fresh_probe(ModelProbe(summed, nets.IMAGES))
    with pytest.raises(ValueError, match="closest are"):
        fresh_probe(probe(L.Dense(2, name="dense")), ["dance"])
    with pytest.raises(ValueError, match="empty"):
        fresh_probe(probe(L.Dense(2, name="dense")), [])


class SilentModel(keras.Model):
    def __init__(self, thing: Any) -> None:
        super().__init__()
        self.dense = L.Dense(2)

    def call(self, x: Any) -> Any:
        return self.dense(x)


def state_of_chance() -> list[Any]:
    """The next random numbers of everyone, and the names that the next layers get."""
    return [
        random.random(),
        float(np.random.random()),  # noqa: NPY002
        float(keras.random.uniform(())),
        float(tf.random.normal(())),
        float(tf.random.normal((), seed=4)),
        L.Dense(1).name,
        L.Conv2D(1, 1).name,
    ]


class Drawing(keras.initializers.Initializer):
    """Draws from every global generator."""

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        drawn = np.random.normal(size=shape) + random.random() + tf.random.normal(shape)  # noqa: NPY002
        return keras.ops.cast(drawn, dtype) + keras.random.normal(shape, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize("ready", [True, False])
def test_global_random_numbers_and_names_are_left_alone(
    ready: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Dense(2, kernel_initializer=Drawing()),
            L.Dropout(0.5),
            Moody(),
        ]
    )
    probe = ModelProbe(model, nets.IMAGES)
    assert probe.layers
    drawn = []
    for attempt in range(2):
        keras.backend.clear_session()
        keras.utils.set_random_seed(5)
        state_of_chance()
        if attempt:
            with monkeypatch.context() as patch:
                patch.setattr(Moody, "ready", ready)
                if ready:
                    fresh_probe(probe)
                else:
                    with pytest.raises(NoReference, match="not again"):
                        fresh_probe(probe)
        drawn.append(state_of_chance())
    assert drawn[0] == drawn[1]
