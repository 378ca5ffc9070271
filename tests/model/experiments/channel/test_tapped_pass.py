"""A pass that ends at a layer gives what the model gives there, and leads back to its inputs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelCallError, ModelProbe, model_lock
from cnnviz_widgets.model.experiments.channel.pass_function import PassFunction
from cnnviz_widgets.model.experiments.channel.tapped_pass import TappedPass
from cnnviz_widgets.model.experiments.gradients import NoGradients

from ...nets import IMAGES, Subclassed, nested, sequential

TRACES: list[str] = []


@tf.RegisterGradient("TestOnlyForward")
def only_positive(operation: Any, gradient: Any) -> Any:
    return tf.nn.relu(gradient)


def back(tapped: TappedPass, *given: Any, rules: Any = None) -> Any:
    """The output, what drives it, and the gradient of its sum with respect to the input."""
    TRACES.append(tapped.info.path)
    seen = []

    def driving(values: Any) -> Any:
        inputs = list(given)
        inputs[tapped.place] = values
        seen.append(tapped.tap(inputs, rules=rules))
        return seen[0].driving

    _, slope = tapped.gradient(driving, given[tapped.place])
    return seen[0].output, seen[0].driving, slope


def function_of(tapped: TappedPass, body: Callable[..., Any] = back) -> PassFunction:
    specs = [
        tf.TensorSpec((None, *each.shape[1:]), each.dtype if k != tapped.place else "float32")
        for k, each in enumerate(tapped.given)
    ]
    return tapped.function("back", body, *specs)


def run(probe: ModelProbe, path: str, source: str | None = None) -> list[Any]:
    with model_lock(probe.model):
        tapped = TappedPass(probe, path, source)
        return function_of(tapped)(*tapped.given)


class Counting(keras.Model):
    """Counts its calls outside Keras' variables, and uses bare functions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = L.Conv2D(2, 3, name="conv")
        self.head = L.Dense(2, name="head")
        self.seen = 0

    def call(self, x: Any) -> Any:
        self.seen += 1
        x = tf.nn.relu(self.conv(x))
        return self.head(tf.reshape(x, (x.shape[0], -1)))


class ByHand(keras.Model):
    """Looks at values on its way, as no graph can."""

    def __init__(self, by_numpy: bool = False) -> None:
        super().__init__()
        self.first = L.Dense(3, activation="relu", name="first")
        self.second = L.Dense(2, name="second")
        self.by_numpy = by_numpy

    def call(self, x: Any) -> Any:
        x = self.first(x)
        np.asarray(x).sum()
        return self.second(np.asarray(x) if self.by_numpy else x)


def recurrent() -> Any:
    return keras.Sequential([keras.Input((5, 3)), L.LSTM(4, name="lstm"), L.Dense(2, name="head")])


MODELS: dict[str, tuple[Callable[[], Any], Any]] = {
    "sequential": (sequential, IMAGES),
    "nested": (nested, IMAGES),
    "subclassed": (Subclassed, IMAGES[:, 0, 0]),
    "counting": (Counting, IMAGES),
    "recurrent": (recurrent, IMAGES[:, :5, 0]),
    "by hand": (ByHand, IMAGES[:, 0, 0]),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_layer_gives_what_the_model_gives_there_and_leads_back(name: str) -> None:
    make, inputs = MODELS[name]
    probe = ModelProbe(make(), inputs)
    for path, values in probe.read().items():
        output, _, slope = run(probe, path)
        np.testing.assert_allclose(output, values, rtol=1e-6, atol=1e-6, err_msg=path)
        assert slope.shape == inputs.shape, path
        assert np.abs(slope).sum() > 0, path


def test_the_gradient_is_that_of_a_tape() -> None:
    model = sequential()
    probe = ModelProbe(model, IMAGES)
    with tf.GradientTape() as tape:
        x = tf.constant(IMAGES)
        tape.watch(x)
        value = model.get_layer("norm")(model.get_layer("conv")(x), training=False)
    _, driving, slope = run(probe, "relu")
    np.testing.assert_allclose(driving, value, atol=1e-6)
    np.testing.assert_allclose(slope, tape.gradient(value, x), atol=1e-5)


ACTIVATIONS = {
    "relu": "relu",
    "leaky_relu": "leaky_relu",
    "elu": "elu",
    "selu": "selu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "softplus": "softplus",
    "softmax": "softmax",
    "relu6": "relu6",
    "maximum": lambda x: tf.maximum(x, 0.0),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_what_drives_a_built_in_activation_is_what_went_into_it(name: str, policy: str) -> None:
    layer = L.Dense(3, activation=ACTIVATIONS[name], name="dense", dtype=policy)
    model = keras.Sequential([keras.Input((4,)), layer])
    inputs = np.random.default_rng(1).normal(size=(6, 4)).astype("float32")
    _, driving, _ = run(ModelProbe(model, inputs), "dense")
    plain = inputs @ np.asarray(layer.kernel)
    np.testing.assert_allclose(driving, plain, atol=1e-6 if policy == "float32" else 0.05)


def test_an_activation_that_is_a_layer_of_its_own_is_looked_behind_too() -> None:
    layers = [L.Dense(3, name="dense"), L.ReLU(name="relu"), L.Dropout(0.5, name="drop")]
    probe = ModelProbe(keras.Sequential([keras.Input((4,)), *layers]), IMAGES[:, :4, 0, 0])
    plain = probe.outputs("dense")
    for path in ("dense", "relu", "drop"):
        np.testing.assert_allclose(run(probe, path)[1], plain, atol=1e-6)


def test_one_trace_serves_new_weights_and_other_lengths_and_ends_with_the_structure() -> None:
    model = sequential()
    probe = ModelProbe(model, IMAGES)
    TRACES.clear()
    before = run(probe, "conv")[0]
    model.get_layer("conv").kernel.assign(2 * model.get_layer("conv").kernel)
    np.testing.assert_allclose(run(probe, "conv")[0], 2 * before, rtol=1e-5)
    with model_lock(model):
        tapped = TappedPass(probe, "conv")
        output, _, slope = function_of(tapped)(IMAGES[:1])
        assert output.shape[0] == slope.shape[0] == 1
    assert TRACES == ["conv"]
    model.get_layer("conv").activation = keras.activations.relu
    assert run(probe, "conv")[0].min() == 0
    assert TRACES == ["conv", "conv"]


def test_a_model_that_counts_its_calls_is_traced_once_in_the_batch_that_it_takes() -> None:
    model = Counting()
    probe = ModelProbe(model, IMAGES)
    run(probe, "head")
    TRACES.clear()
    seen = model.seen
    with model_lock(model):
        function = function_of(TappedPass(probe, "head"))
    assert function.rows == len(IMAGES)
    output, _, _ = function(IMAGES[1:2])
    np.testing.assert_allclose(output, probe.outputs("head")[1:2], atol=1e-6)
    assert TRACES == [] and model.seen == seen


def test_the_layers_behind_are_not_even_called() -> None:
    called = []

    class Behind(keras.Layer):
        def call(self, x: Any) -> Any:
            called.append(1)
            return x

    model = keras.Sequential([keras.Input((4,)), L.Dense(2, name="dense"), Behind(name="behind")])
    probe = ModelProbe(model, IMAGES[:, :4, 0, 0])
    probe.read()
    called.clear()
    run(probe, "dense")
    assert called == []


def test_rules_take_the_place_of_the_operations_own_and_of_no_others() -> None:
    layers = [L.Dense(5, activation="relu", name="first"), L.Dense(2, name="second")]
    model = keras.Sequential([keras.Input((3,)), *layers])
    probe = ModelProbe(model, IMAGES[:, 0, 0])
    with model_lock(model):
        tapped = TappedPass(probe, "second")
        spec = tf.TensorSpec((None, 3), tf.float32)
        ruled = tapped.function(
            "ruled", lambda *each: back(*each, rules={"Relu": "TestOnlyForward"}), spec
        )
        _, _, slope = ruled(probe.inputs)
        _, _, plain = function_of(tapped)(probe.inputs)
    first, second = (np.asarray(layer.kernel) for layer in layers)
    np.testing.assert_allclose(
        slope, np.tile(np.maximum(second.sum(1), 0) @ first.T, (4, 1)), atol=1e-6
    )
    opened = probe.inputs @ first > 0
    np.testing.assert_allclose(plain, (opened * second.sum(1)) @ first.T, atol=1e-6)


def test_rules_are_refused_where_there_is_no_graph() -> None:
    probe = ModelProbe(ByHand(), IMAGES[:, 0, 0])
    with model_lock(probe.model):
        tapped = TappedPass(probe, "second")
        assert not tapped.is_traced
        with pytest.raises(NoGradients, match="operation by operation"):
            tapped.tap([tf.constant(probe.inputs)], rules={"Relu": "TestOnlyForward"})


def test_where_numpy_breaks_the_way_back_it_is_said() -> None:
    probe = ModelProbe(ByHand(by_numpy=True), IMAGES[:, 0, 0])
    assert run(probe, "first")[2].shape == probe.inputs.shape
    with pytest.raises(NoGradients, match=r"'second' back to the input 'input': .* TensorFlow"):
        run(probe, "second")


def test_an_exchange_goes_on_through_the_model() -> None:
    model = sequential()
    probe = ModelProbe(model, IMAGES)

    def halved(tapped: TappedPass, images: Any) -> Any:
        def half(call: Any, result: Any) -> Any:
            return result / 2 if call.path == "conv" else result

        return tapped.tap([images], exchange=half).output

    with model_lock(model):
        (output,) = function_of(TappedPass(probe, "flat"), halved)(IMAGES)
    conv, norm = probe.outputs("conv") / 2, model.get_layer("norm")
    expected = np.maximum(norm(conv, training=False), 0)
    np.testing.assert_allclose(output, expected.reshape(len(IMAGES), -1), atol=1e-6)


def test_channels_first_is_laid_out_with_the_channels_last() -> None:
    norm = L.BatchNormalization(axis=1, name="norm")
    turned = [L.Permute((3, 1, 2), name="turned"), norm, L.ReLU(name="relu")]
    model = keras.Sequential([keras.Input((8, 8, 3)), *turned])
    probe = ModelProbe(model, IMAGES)
    assert probe.info("norm").channel_axis == 1
    output, driving, _ = run(probe, "relu")
    np.testing.assert_allclose(output, np.moveaxis(probe.outputs("relu"), 1, -1))
    np.testing.assert_allclose(driving, np.moveaxis(probe.outputs("norm"), 1, -1), atol=1e-6)


def two_inputs() -> Any:
    image, extra = keras.Input((8, 8, 3), name="image"), keras.Input((3,), name="extra")
    alone = L.Dense(2, name="alone")(extra)
    pooled = L.GlobalAveragePooling2D(name="pool")(L.Conv2D(2, 3, name="conv")(image))
    return keras.Model([image, extra], L.Concatenate(name="both")([pooled, alone]))


def test_of_several_inputs_one_is_chosen() -> None:
    inputs = [IMAGES, IMAGES[:, 0, 0]]
    probe = ModelProbe(two_inputs(), inputs)
    with model_lock(probe.model):
        assert TappedPass(probe, "conv").source == "image"
        assert TappedPass(probe, "alone").source == "extra"
        assert TappedPass(probe, "both").source == "image"
        with pytest.raises(ValueError, match="source must be 'image' or 'extra'; got 'other'"):
            TappedPass(probe, "both", "other")
    assert run(probe, "both", "extra")[2].shape == (4, 3)
    with pytest.raises(NoGradients, match="from 'conv' back to the input 'extra'"):
        run(probe, "conv", "extra")


def test_two_inputs_alike_must_be_named() -> None:
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    model = keras.Model([left, right], L.Add(name="sum")([left, right]))
    probe = ModelProbe(model, [IMAGES[:, 0, 0], IMAGES[:, 0, 1]])
    with pytest.raises(ValueError, match=r"'left', 'right': name the one .* source='left'"):
        run(probe, "sum")


def test_whole_numbers_that_the_model_looks_up_are_refused_by_the_name_of_the_input() -> None:
    words = keras.Input((4,), dtype="int32", name="words")
    vectors = L.Embedding(10, 3, name="vectors")(words)
    model = keras.Model(words, L.Dense(2, name="head")(vectors))
    probe = ModelProbe(model, np.arange(8).reshape(2, 4))
    with pytest.raises(NoGradients, match=r"'words' holds whole numbers \(int32\)"):
        run(probe, "head")


def test_pixels_given_as_whole_numbers_have_a_gradient() -> None:
    pixels = np.arange(2 * 4 * 4 * 3, dtype="uint8").reshape(2, 4, 4, 3)
    model = keras.Sequential([L.Rescaling(1 / 255, name="scaled"), L.Conv2D(2, 3, name="conv")])
    probe = ModelProbe(model, pixels)
    output, _, slope = run(probe, "conv")
    np.testing.assert_allclose(output, probe.outputs("conv"), atol=1e-6)
    assert np.abs(slope).sum() > 0


def test_layers_without_channels_or_without_rows_are_refused() -> None:
    class Laid(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.fold = L.Lambda(lambda x: tf.reshape(x, (-1, 3)), name="fold")
            self.sums = L.Lambda(lambda x: tf.reduce_sum(x, (1, 2, 3)), name="sums")

        def call(self, x: Any) -> Any:
            return self.fold(x), self.sums(x)

    probe = ModelProbe(Laid(), IMAGES)
    with pytest.raises(NoGradients, match=r"'fold' lays other axes .* \(256, 3\)"):
        run(probe, "fold")
    with pytest.raises(NoGradients, match=r"'sums' has no channels: .* \(None,\)"):
        run(probe, "sums")
    with pytest.raises(ValueError, match="there is no layer 'folds'; the closest are 'fold'"):
        run(probe, "folds")


def test_a_call_that_raises_is_told_of_as_the_models() -> None:
    class Bad(keras.Layer):
        broken = False

        def call(self, x: Any) -> Any:
            if self.broken:
                raise RuntimeError("out of order")
            return x

    model = keras.Sequential([keras.Input((4,)), Bad(name="bad"), L.Dense(2, name="dense")])
    probe = ModelProbe(model, IMAGES[:, :4, 0, 0])
    with model_lock(model):
        tapped = TappedPass(probe, "dense")
        Bad.broken = True
        with pytest.raises(ModelCallError, match="in layer 'bad'"):
            function_of(tapped)


def test_it_waits_for_the_thread_that_has_the_model() -> None:
    model = sequential()
    probe = ModelProbe(model, IMAGES)
    run(probe, "conv")
    done = threading.Event()

    def other() -> None:
        run(probe, "conv")
        done.set()

    with model_lock(model):
        threading.Thread(target=other, daemon=True).start()
        assert not done.wait(0.1)
    assert done.wait(30)
