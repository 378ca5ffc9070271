"""The user's model is, after any read, byte for byte what it was before."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelCallError, ModelProbe, ablate, diagnose, model_lock
from cnnviz_widgets.model.reading.call_recorder import Recorder
from cnnviz_widgets.model.reading.calls.recording import recording

from .. import nets
from ..snapshot import differences, snapshot


class Sampling(keras.Layer):
    """Draws random numbers in inference, too, adds a loss and updates a metric."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator(3)
        self.seen = keras.metrics.Mean(name="seen")

    def call(self, x: Any) -> Any:
        self.add_loss(keras.ops.mean(x))
        self.seen.update_state(x)
        return x + keras.random.normal(keras.ops.shape(x), seed=self.seed)


def trained(model: Any, inputs: Any, **compile_options: Any) -> Any:
    """The model after one step of training, with an optimizer that keeps slots."""
    model.compile("adam", "mse", metrics=["mae"], jit_compile=False, **compile_options)
    model.train_on_batch(inputs, np.zeros((4, 2)))
    return model


def trained_sequential() -> Any:
    model = trained(nets.sequential(), nets.IMAGES)
    # So that all three compiled functions exist.
    model.predict_on_batch(nets.IMAGES)
    model.test_on_batch(nets.IMAGES, np.zeros((4, 2)))
    return model


def trained_eager() -> Any:
    return trained(nets.sequential(), nets.IMAGES, run_eagerly=True)


def trained_nested() -> Any:
    return trained(nets.nested(), nets.IMAGES)


def called() -> Any:
    """A model between its call and the adding up of its losses."""
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), L.Conv2D(2, 3, activity_regularizer="l2", name="conv"), Sampling()]
    )
    model(nets.IMAGES, training=True)
    assert len(model.losses) == 2
    return model


def noisy() -> Any:
    layers = [
        keras.Input((8, 8, 3)),
        L.Conv2D(2, 3, activity_regularizer="l2"),
        # Told to train even where the model does not.
        _Always(L.BatchNormalization()),
        _Always(L.Dropout(0.5, seed=1)),
        Sampling(),
        L.Flatten(),
        L.Dense(2),
    ]
    return trained(keras.Sequential(layers), nets.IMAGES)


class _Always(keras.Layer):
    """Calls a layer with ``training=True``, whatever the model is called with."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer

    def build(self, shape: Any) -> None:
        self.layer.build(shape)

    def call(self, x: Any) -> Any:
        return self.layer(x, training=True)


def stateful() -> Any:
    model = keras.Sequential(
        [keras.Input(batch_shape=(4, 8, 24)), L.LSTM(3, stateful=True), L.Dense(2)]
    )
    return trained(model, nets.IMAGES.reshape(4, 8, 24))


def subclassed() -> Any:
    model = nets.Subclassed()
    model(nets.IMAGES.reshape(4, -1)[:, :3])
    model.trainable = False
    model.blocks[0].trainable = True
    return model


def eager() -> Any:
    model = nets.sequential()
    model.run_eagerly = True
    return model


KINDS: dict[str, tuple[Callable[[], Any], Any]] = {
    "sequential": (trained_sequential, nets.IMAGES),
    "eager": (trained_eager, nets.IMAGES),
    "nested": (trained_nested, nets.IMAGES),
    "called": (called, nets.IMAGES),
    "noisy": (noisy, nets.IMAGES),
    "stateful": (stateful, nets.IMAGES.reshape(4, 8, 24)),
    "subclassed": (subclassed, nets.IMAGES.reshape(4, -1)[:, :3]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_reading_changes_nothing(kind: str) -> None:
    make, inputs = KINDS[kind]
    model = make()
    before = snapshot(model)
    probe = ModelProbe(model, inputs)
    assert probe.layers
    assert differences(before, snapshot(model)) == []
    probe.read()
    probe.outputs(probe.layers[0].path)
    probe.memory_budget = 0
    probe.stream(lambda info, array: probe.weights(info.path))
    assert differences(before, snapshot(model)) == []


def test_reading_draws_nothing_from_the_global_seed() -> None:
    model = keras.Sequential([keras.Input((3,)), L.Dense(2), _Noise(name="noise")])
    # Before Keras 3.13 a new seed does not restart the generator; a clear session does.
    keras.backend.clear_session()
    keras.utils.set_random_seed(5)
    expected = [float(keras.random.uniform(())) for _ in range(3)]
    keras.backend.clear_session()
    keras.utils.set_random_seed(5)
    drawn = []
    for _ in range(3):
        ModelProbe(model, np.ones((2, 3))).read()
        drawn.append(float(keras.random.uniform(())))
    assert drawn == expected


class _Noise(keras.Layer):
    def call(self, x: Any) -> Any:
        return x + keras.random.normal(keras.ops.shape(x))


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit()])
@pytest.mark.parametrize("eager", [False, True])
def test_an_exception_in_the_forward_pass_changes_nothing(
    error: BaseException, eager: bool
) -> None:
    model = nets.Raising()
    x = np.ones((2, 3), "float32")
    model(x)
    model.compile("sgd", "mse", run_eagerly=eager)
    probe = ModelProbe(model, x)
    expected = probe.outputs("drop")
    model.second.error = error
    before = snapshot(model)
    with pytest.raises(ModelCallError if isinstance(error, ValueError) else type(error)):
        probe.outputs("drop")
    with pytest.raises(ModelCallError if isinstance(error, ValueError) else type(error)):
        probe.stream(lambda info, array: None)
    assert differences(before, snapshot(model)) == []
    model.second.error = None
    np.testing.assert_array_equal(probe.outputs("drop"), expected)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("budget", [0, 2**30])
@pytest.mark.parametrize("eager", [False, True])
def test_an_exception_in_the_measure_changes_nothing(
    error: type[BaseException], budget: int, eager: bool
) -> None:
    model = nets.sequential()
    model.compile("sgd", "mse", run_eagerly=eager)
    probe = ModelProbe(model, nets.IMAGES, memory_budget=budget)
    before = snapshot(model)
    running = threading.active_count()
    handled = []

    def measure(info: Any, array: Any) -> None:
        handled.append(info.path)
        if info.path == "norm":
            raise error("stop")

    with pytest.raises(error, match="stop"):
        probe.stream(measure)
    assert handled == ["conv", "norm"]
    assert threading.active_count() == running
    assert differences(before, snapshot(model)) == []
    assert len(probe.stream(lambda info, array: None)) == 6


def test_building_is_the_one_change_and_moves_no_values() -> None:
    model = keras.Sequential([L.Conv2D(2, 3), L.BatchNormalization(), L.Dropout(0.5, seed=4)])
    ModelProbe(model, nets.IMAGES).read()
    assert model.built
    norm, drop = model.layers[1:]
    np.testing.assert_array_equal(norm.moving_mean, np.zeros(2))
    np.testing.assert_array_equal(norm.moving_variance, np.ones(2))
    np.testing.assert_array_equal(drop.seed_generator.state, [4, 0])
    assert [len(layer._inbound_nodes) for layer in model.layers] == [1, 1, 1]
    assert model._inbound_nodes == []


def test_a_model_that_cannot_be_built_stays_unbuilt() -> None:
    sequential = keras.Sequential(
        [L.Conv2D(2, 3, name="conv"), L.Flatten(name="flat"), L.Conv2D(2, 3, name="bad")]
    )
    before = snapshot(sequential)
    with pytest.raises(ModelCallError, match="'bad'") as raised:
        ModelProbe(sequential, nets.IMAGES)
    assert raised.value.path == "bad"
    assert differences(before, snapshot(sequential)) == []
    # The same model takes other inputs afterwards, and other layers.
    sequential.pop()
    assert ModelProbe(sequential, nets.IMAGES).outputs("flat").shape == (4, 72)

    subclassed = nets.Raising()
    subclassed.second.error = KeyError("later")
    before = snapshot(subclassed)
    with pytest.raises(ModelCallError, match=r"KeyError in layer 'second' .*: later"):
        ModelProbe(subclassed, np.ones((2, 3), "float32"))
    assert differences(before, snapshot(subclassed)) == []
    subclassed.second.error = None
    assert len(ModelProbe(subclassed, np.ones((2, 3), "float32")).layers) == 3


def test_another_thread_is_neither_recorded_nor_disturbed() -> None:
    other = nets.sequential()
    calls: list[str] = []
    inside, done = threading.Event(), threading.Event()
    results: list[Any] = []

    class Waiting(keras.Layer):
        def call(self, x: Any) -> Any:
            inside.set()
            assert done.wait(60)
            return x

    model = keras.Sequential([Waiting(name="wait"), L.Flatten(name="flat")])

    def train() -> None:
        assert inside.wait(60)
        try:
            results.append(other(nets.IMAGES, training=True))
        finally:
            done.set()

    thread = threading.Thread(target=train)
    thread.start()
    with recording(Recorder(model, lambda call: calls.append(call.path))):
        model(nets.IMAGES)
    thread.join()
    # Once as the model is built on symbolic tensors, and once as it runs.
    assert set(calls) <= {"wait", "flat", "wait:1", "flat:1"}
    assert len(results) == 1


def test_recordings_nest_and_end() -> None:
    original = keras.Layer.__dict__["__call__"]
    model = nets.sequential()
    outer: list[str] = []
    inner: list[str] = []
    with recording(Recorder(model, lambda call: outer.append(call.path))):
        with recording(Recorder(model, lambda call: inner.append(call.path))):
            model(nets.IMAGES)
            assert keras.Layer.__dict__["__call__"] is not original
        assert (len(inner), outer) == (6, [])
        model(nets.IMAGES)
    assert (len(inner), len(outer)) == (6, 6)
    assert keras.Layer.__dict__["__call__"] is original


def test_two_probes_share_the_lock_of_their_model() -> None:
    model, other = nets.sequential(), nets.sequential()
    assert model_lock(model) is model_lock(model)
    assert model_lock(model) is not model_lock(other)
    probe = ModelProbe(model, nets.IMAGES)
    finished = threading.Event()

    def read() -> None:
        probe.read()
        finished.set()

    thread = threading.Thread(target=read)
    with model_lock(model):
        thread.start()
        assert not finished.wait(0.2)
    thread.join(60)
    assert finished.is_set()


@pytest.mark.parametrize("make", [nets.sequential, nets.nested, nets.Subclassed, eager])
def test_nothing_of_a_model_is_kept_alive(make: Callable[[], Any]) -> None:
    """Not its layers either, nor its weights, which are what takes memory."""

    def used() -> list[weakref.ref[Any]]:
        model = make()
        probe = ModelProbe(model, nets.IMAGES)
        probe.read()
        probe.some(2).read()
        diagnose(probe)
        ablate(probe, probe.layers[0].path, [0])
        values = [weight.value for weight in model.weights]
        return [weakref.ref(each) for each in (model, *model.layers, *model.weights, *values)]

    found = used()
    gc.collect()
    assert [type(ref()).__name__ for ref in found if ref() is not None] == []
