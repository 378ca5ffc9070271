"""What every experiment on a model has to hold: afterwards all is as it was.

An experiment is called with a `ModelProbe`, and may call it as often as it likes. `check_untouched`
tries it on models that keep books of every kind, has it interrupted at every line of its own
files, and looks whether anything is kept alive.
"""

from __future__ import annotations

import gc
import random
import signal
import threading
import weakref
from collections.abc import Callable, Collection
from typing import Any

import keras
import numpy as np
from keras import layers as L
from keras.src.backend.common import global_state

from cnnviz_widgets.model import ModelProbe, model_lock
from cnnviz_widgets.model.keras_compat.random_numbers import OF_TENSORFLOW, tensorflow_state
from cnnviz_widgets.model.keras_compat.scopes import SCOPES_OF_KERAS, WAITING_VARIABLES
from cnnviz_widgets.model.reading.calls import recording

from ..interrupts import interrupted_everywhere
from .snapshot import differences, snapshot

Experiment = Callable[[ModelProbe], object]

CALLS = {kind: kind.__call__ for kind in (keras.Layer, keras.Operation)}
INPUTS = np.linspace(-1, 1, 2 * 4 * 4 * 1, dtype="float32").reshape(2, 4, 4, 1)


class Busy(keras.Layer):
    """Draws random numbers in inference, too, adds a loss, counts and updates a metric."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator(3)
        self.seen = keras.metrics.Mean(name="seen")
        self.inner = L.BatchNormalization(name="inner")

    def build(self, shape: Any) -> None:
        self.inner.build(shape)

    def call(self, x: Any) -> Any:
        self.add_loss(keras.ops.mean(x))
        self.seen.update_state(x)
        noise = keras.random.normal(keras.ops.shape(x), seed=self.seed)
        return self.inner(x + noise, training=True)


def tiny(*others: Any) -> Any:
    first = [keras.Input((4, 4, 1)), L.Conv2D(2, 3, name="conv"), *others]
    return keras.Sequential([*first, L.Flatten(name="flat"), L.Dense(2, name="dense")])


def trained(**options: Any) -> Any:
    """After a step of training, with an optimizer that keeps slots."""
    model = tiny()
    model.compile("adam", "mse", metrics=["mae"], jit_compile=False, **options)
    model.train_on_batch(INPUTS, np.zeros((2, 2)))
    return model


def busy() -> Any:
    """Between its call and the adding up of its losses."""
    model = tiny(Busy(name="busy"))
    model(INPUTS, training=True)
    assert model.losses
    return model


MODELS: dict[str, Callable[[], Any]] = {
    "trained": trained,
    "eager": lambda: trained(run_eagerly=True),
    "busy": busy,
}


def drawn_next() -> dict[str, Any]:
    """What the user's next random numbers and layer names depend on."""
    generator = global_state.get_global_attribute("global_seed_generator")
    names = global_state.get_global_attribute("object_name_uids")
    state = tensorflow_state()
    own = {name: state[name] for name in OF_TENSORFLOW if name in state}
    kind, numbers, *position = np.random.get_state()  # noqa: NPY002
    return {
        "random": random.getstate(),
        "numpy": (kind, numbers.tobytes(), *position),
        "keras": (id(generator), generator and np.asarray(generator.state).tolist()),
        "names": dict(names or {}),
        "tensorflow": {
            name: value.getstate() if isinstance(value, random.Random) else value
            for name, value in own.items()
        },
    }


class World:
    """A model with its probe, and what it is like while nothing is done with it."""

    def __init__(self, model: Any, inputs: Any = INPUTS) -> None:
        self.model = model
        self.probe = ModelProbe(model, inputs)
        self.probe.read()
        # A call would clear the losses of the one before.
        self.answer = None if model.losses else self._answered()
        self.handler = signal.getsignal(signal.SIGINT)
        self.scopes = _scopes()
        self.books = snapshot(model)

    def check(self) -> None:
        """All is as it was, for this thread and for others."""
        assert _others_have(self.model) == []
        assert signal.getsignal(signal.SIGINT) is self.handler
        assert {kind: kind.__call__ for kind in CALLS} == CALLS
        assert getattr(recording._local, "recorder", None) is None
        assert not recording._recordings
        assert not self.probe._reader.is_running
        assert not self.probe._reader.is_steady
        assert not global_state.get_global_attribute(WAITING_VARIABLES)
        assert _scopes() == self.scopes
        assert differences(self.books, snapshot(self.model)) == []
        if self.answer is not None:
            np.testing.assert_array_equal(self._answered(), self.answer)

    def _answered(self) -> Any:
        return np.asarray(self.model(self.probe.inputs))


def _scopes() -> dict[str, Any]:
    return {name: global_state.get_global_attribute(name) for name in SCOPES_OF_KERAS}


def _others_have(model: Any) -> list[BaseException]:
    """Why another thread cannot have the model's lock at once."""
    refused: list[BaseException] = []

    def have() -> None:
        lock = model_lock(model)
        try:
            assert not lock.training
            lock.acquire(0)
            lock.release()
        except BaseException as error:
            refused.append(error)

    other = threading.Thread(target=have, daemon=True)
    other.start()
    other.join(30)
    assert not other.is_alive(), "another thread waits for the lock"
    return refused


def check_untouched(experiment: Experiment, files: Collection[str]) -> None:
    """See that an experiment leaves models, random numbers and Keras as they were.

    Parameters
    ----------
    experiment : callable
        Given a probe of a model with a convolution ``conv`` and a head ``dense`` of two values,
        on two images of 4 × 4.
    files : collection of str
        Paths from the package on, or of test modules, of the files that it is written in: an
        interrupt comes at each of their lines that it passes.
    """
    for name, make in MODELS.items():
        world = World(make())
        experiment(world.probe)  # what is traced on the way is traced now
        before = drawn_next()
        experiment(world.probe)
        assert drawn_next() == before, name
        _checked(world, name)
    check_interrupts(experiment, files)
    check_kept_alive(experiment)


def check_interrupts(experiment: Experiment, files: Collection[str]) -> None:
    """See that an interrupt at any line leaves nothing behind."""
    world = World(trained())
    experiment(world.probe)
    before = drawn_next()
    places = 0
    for place, error in interrupted_everywhere(lambda: experiment(world.probe), files, last=False):
        places += 1
        assert isinstance(error, KeyboardInterrupt), (place, error)
        _checked(world, f"an interrupt at {place}")
        after = drawn_next()
        assert after["random"] == before["random"], place
        assert after["numpy"] == before["numpy"], place
    assert places, f"nothing of {files} was run"


def check_kept_alive(experiment: Experiment) -> None:
    """See that nothing of the model is kept alive: neither layers nor what takes memory."""

    def used() -> list[weakref.ref[Any]]:
        model = trained()
        experiment(ModelProbe(model, INPUTS))
        values = [weight.value for weight in model.weights]
        return [weakref.ref(each) for each in (model, *model.layers, *model.weights, *values)]

    left = used()
    gc.collect()
    assert [type(each()).__name__ for each in left if each() is not None] == []


def _checked(world: World, when: str) -> None:
    try:
        world.check()
    except BaseException as wrong:
        raise AssertionError(f"after {when}: {wrong}") from wrong
